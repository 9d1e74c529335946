//! Text that may be ill-formed becomes well-formed UTF-8 by one rule for every host (requirement TW-VAL on text).

/// Decodes UTF-8 that may hold encoded surrogates (as Python, JavaScript or the JVM can produce).
///
/// A high surrogate directly followed by a low one is the character that they encode; any other surrogate,
/// and every maximal ill-formed sequence, becomes one U+FFFD.
pub fn repair(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        let (valid, bad) = match std::str::from_utf8(rest) {
            Ok(text) => {
                out.push_str(text);
                return out;
            }
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                (valid, (after, error.error_len().unwrap_or(after.len())))
            }
        };
        out.push_str(std::str::from_utf8(valid).unwrap_or_default());
        let (after, ill_formed) = bad;
        let skipped = match surrogate(after) {
            Some(high @ 0xD800..=0xDBFF) => match surrogate(after.get(3..).unwrap_or_default()) {
                Some(low @ 0xDC00..=0xDFFF) => {
                    let scalar = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                    out.push(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
                    6
                }
                _ => {
                    out.push(char::REPLACEMENT_CHARACTER);
                    3
                }
            },
            Some(_) => {
                out.push(char::REPLACEMENT_CHARACTER);
                3
            }
            None => {
                out.push(char::REPLACEMENT_CHARACTER);
                ill_formed.max(1)
            }
        };
        rest = after.get(skipped..).unwrap_or_default();
    }
}

/// The surrogate that the first three bytes encode, if they do.
fn surrogate(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [0xED, second @ 0xA0..=0xBF, third @ 0x80..=0xBF, ..] => {
            Some(0xD000 | (u32::from(second & 0x3F) << 6) | u32::from(third & 0x3F))
        }
        _ => None,
    }
}

/// The longest prefix of at most `limit` bytes that ends between characters.
pub(super) fn prefix(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrogates_pair_up_or_become_one_replacement_each() {
        assert_eq!(repair("a\u{1F600}".as_bytes()), "a\u{1F600}");
        assert_eq!(repair(b"\xED\xA0\xBD\xED\xB8\x80"), "\u{1F600}");
        assert_eq!(repair(b"x\xED\xA0\xBDy"), "x\u{FFFD}y");
        assert_eq!(repair(b"\xED\xB8\x80\xED\xA0\xBD"), "\u{FFFD}\u{FFFD}");
        assert_eq!(repair(b"\xF0\x9F\x98"), "\u{FFFD}");
        assert_eq!(repair(b"\xFF\xFEz"), "\u{FFFD}\u{FFFD}z");
    }

    #[test]
    fn a_prefix_ends_between_characters() {
        assert_eq!(prefix("aé", 2), "a");
        assert_eq!(prefix("aé", 3), "aé");
        assert_eq!(prefix("\u{1F600}", 3), "");
    }
}
