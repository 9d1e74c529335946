//! Keys: their order on the wire, and the escape that keeps a user's `$` apart from a tag's.

use std::borrow::Cow;
use std::cmp::Ordering;

/// Whether a key names a tag: it begins with exactly one `$`.
pub(super) fn is_tag(key: &str) -> bool {
    matches!(key.as_bytes(), [b'$', second, ..] if *second != b'$') || key == "$"
}

/// A user's key in wire form (TW-VAL-008).
pub fn escape_key(key: &str) -> Cow<'_, str> {
    if key.starts_with('$') { Cow::Owned(format!("${key}")) } else { Cow::Borrowed(key) }
}

/// The user's key that a key in wire form stands for.
pub fn unescape_key(key: &str) -> &str {
    if key.starts_with("$$") { key.get(1..).unwrap_or(key) } else { key }
}

/// The order of keys in canonical JSON: by UTF-16 code units (RFC 8785 §3.2.3).
///
/// It differs from the order of UTF-8 bytes only between U+E000..U+FFFF and characters beyond U+FFFF.
pub fn compare_keys(a: &str, b: &str) -> Ordering {
    let (a_bytes, b_bytes) = (a.as_bytes(), b.as_bytes());
    let common = a_bytes.iter().zip(b_bytes).position(|(x, y)| x != y);
    match common {
        None => a_bytes.len().cmp(&b_bytes.len()),
        // Bytes from 0xEE lead U+E000..U+FFFF (0xEE, 0xEF) or characters beyond (0xF0..): only there orders differ. A difference
        // in a continuation byte under the same lead is in the same order in both encodings.
        Some(at) => match (a_bytes.get(at), b_bytes.get(at)) {
            (Some(x), Some(y)) if *x >= 0xEE && *y >= 0xEE => utf16_rank(*x).cmp(&utf16_rank(*y)),
            (x, y) => x.cmp(&y),
        },
    }
}

/// The order of UTF-8 lead bytes by the UTF-16 units that they lead to: surrogates (0xD800..) come before U+E000.
fn utf16_rank(lead: u8) -> u16 {
    if lead >= 0xF0 { u16::from(lead) } else { u16::from(lead) + 0x100 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn astral_keys_come_before_the_end_of_the_basic_plane() {
        assert_eq!(compare_keys("\u{1F600}", "\u{E000}"), Ordering::Less);
        assert_eq!(compare_keys("\u{1F600}", "\u{D7FF}"), Ordering::Greater);
        assert_eq!(compare_keys("a", "ab"), Ordering::Less);
    }

    #[test]
    fn only_a_single_dollar_is_a_tag() {
        assert!(is_tag("$ref") && is_tag("$"));
        assert!(!is_tag("$$ref") && !is_tag("ref") && !is_tag(""));
        assert_eq!(escape_key("$$x"), "$$$x");
        assert_eq!(unescape_key("$$$x"), "$$x");
        assert_eq!(unescape_key("$ref"), "$ref");
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_utf16(a in "[a\u{7f}-\u{80}\u{7ff}-\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}-\u{10001}\u{10ffff}]{0,3}",
                                      b in "[a\u{7f}-\u{80}\u{7ff}-\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}-\u{10001}\u{10ffff}]{0,3}") {
            let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
            prop_assert_eq!(compare_keys(&a, &b), units(&a).cmp(&units(&b)));
        }

        #[test]
        fn escaping_reads_back(key in "\\PC*") {
            prop_assert_eq!(unescape_key(escape_key(&key).as_ref()).to_owned(), key.clone());
        }
    }
}
