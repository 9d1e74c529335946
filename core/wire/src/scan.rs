//! Finding bytes that mean something among those that stand for themselves, eight at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks the high bit of each byte that is zero; exact up to and including the lowest one.
///
/// A borrow marks wrongly only above a byte that is marked rightly, so the lowest mark holds.
#[inline]
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// Marks bytes below 0x20, exact up to and including the lowest one.
#[inline]
pub(crate) const fn controls(word: u64) -> u64 {
    word.wrapping_sub(ONES * 0x20) & !word & HIGHS
}

/// Marks these bytes, exact up to and including the lowest one.
#[inline]
pub(crate) fn any_of<const N: usize>(bytes: [u8; N]) -> impl Fn(u64) -> u64 {
    let words = bytes.map(|byte| ONES * u64::from(byte));
    move |word| words.iter().fold(0, |marks, byte| marks | zero_bytes(word ^ byte))
}

/// Where the first marked byte stands; `None` when there is none. `marks` must not mark a byte of 0xff.
#[inline]
pub(crate) fn first_marked(bytes: &[u8], marks: impl Fn(u64) -> u64) -> Option<usize> {
    let first = |at: usize, word: u64| {
        let marked = marks(word);
        (marked != 0).then(|| at + marked.trailing_zeros() as usize / 8)
    };
    let Some(last) = bytes.last_chunk::<8>() else { return first(0, word_of_few(bytes)) };
    let (words, _) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        if let Some(found) = first(at, u64::from_le_bytes(*word)) {
            return Some(found);
        }
        at += 8;
    }
    // Some of these were looked at before, and are not marked.
    first(bytes.len() - 8, u64::from_le_bytes(*last))
}

/// Less than eight bytes, and 0xff in the place of the others.
#[inline]
fn word_of_few(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    let word = match (bytes, bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (_, Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (length - 4))
        }
        ([], ..) => 0,
        ([only], ..) => u64::from(*only),
        ([first, second, ..], ..) => {
            let last = bytes.last().copied().unwrap_or_default();
            u64::from(*first) | u64::from(*second) << 8 | u64::from(last) << (8 * (length - 1))
        }
    };
    word | u64::MAX << (8 * length)
}

/// How many bytes come before the first control character, quote or backslash; `None` when there is none.
#[inline]
pub(crate) fn plain_length(bytes: &[u8]) -> Option<usize> {
    let quotes = any_of([b'"', b'\\']);
    first_marked(bytes, |word| controls(word) | quotes(word))
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
            prop_assert_eq!(first_marked(&bytes, any_of([b'\n'])), bytes.iter().position(|byte| *byte == b'\n'));
            let expected = bytes.iter().position(|byte| matches!(byte, b'|' | b']' | 0x80));
            prop_assert_eq!(first_marked(&bytes, any_of([b'|', b']', 0x80])), expected);
        }
    }
}
