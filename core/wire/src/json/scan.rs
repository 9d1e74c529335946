//! Finding the bytes of a JSON string that do not stand for themselves, eight at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks the high bit of each byte that is zero; exact up to and including the lowest one.
#[inline]
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// How many bytes come before the first control character, quote or backslash; `None` when there is none.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let quote = zero_bytes(word ^ (ONES * b'"' as u64));
        let backslash = zero_bytes(word ^ (ONES * b'\\' as u64));
        let special = control | quote | backslash;
        if special != 0 {
            // A borrow marks wrongly only above a byte that is marked rightly, so the lowest mark holds.
            return Some(at + special.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    rest.iter().position(|byte| matches!(byte, 0..=0x1f | b'"' | b'\\')).map(|found| at + found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_special_byte_is_found(bytes in prop::collection::vec(prop_oneof![
            Just(b'"'), Just(b'\\'), 0u8..=0x21, 0x5bu8..=0x5d, 0x7fu8..=0x81, 0x9fu8..=0xa3, 0xdbu8..=0xdd, any::<u8>()
        ], 0..40), clean in 0usize..40) {
            let mut bytes = bytes;
            let prefix = bytes.len().min(clean);
            bytes[..prefix].iter_mut().filter(|byte| matches!(byte, 0..=0x1f | b'"' | b'\\')).for_each(|byte| *byte = 0xff);
            let expected = bytes.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\');
            prop_assert_eq!(plain_length(&bytes), expected);
        }
    }
}
