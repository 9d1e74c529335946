//! Values that stand behind a name that promises a secret: `DB_PASSWORD=hunter2`, `"password": "hunter2"` (TW-RED-019).

use super::credential::is_credential;
use super::text::Text;

/// Characters of a name.
const LONGEST_NAME: usize = 64;
/// Bytes of what stands between quotes.
const LONGEST_QUOTED: usize = 4096;
/// Shorter values are words of a sentence.
const SHORTEST: usize = 4;
/// Spaces on each side of the sign.
const MOST_SPACES: usize = 2;

/// The value behind the `=` or `:` at `at`.
pub(super) fn at(text: Text<'_>, at: usize) -> Option<(usize, usize)> {
    if !is_credential(name(text, at)?) {
        return None;
    }
    let start = at + 1 + text.run(at + 1, MOST_SPACES, |byte| byte == b' ');
    let (start, end) = match text.at(start) {
        quote @ (b'"' | b'\'') => {
            let length = text.run(start + 1, LONGEST_QUOTED + 1, |byte| byte != quote && byte != b'\n');
            if length > LONGEST_QUOTED || text.at(start + 1 + length) != quote {
                return None;
            }
            (start + 1, start + 1 + length)
        }
        _ => (start, start + text.run(start, usize::MAX, is_value)),
    };
    (end >= start + SHORTEST).then_some((start, end))
}

fn is_value(byte: u8) -> bool {
    byte > b' ' && !matches!(byte, b',' | b';' | b'&' | b'"' | b'\'' | b')' | b']' | b'}' | b'<' | b'>')
}

/// What stands before the sign, without spaces and a quote.
fn name<'t>(text: Text<'t>, at: usize) -> Option<&'t str> {
    let mut end = at;
    while at - end < MOST_SPACES && text.before(end) == b' ' {
        end -= 1;
    }
    if matches!(text.before(end), b'"' | b'\'') {
        end -= 1;
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let mut start = end;
    while end - start < LONGEST_NAME && is_name(text.before(start)) {
        start -= 1;
    }
    std::str::from_utf8(text.part(start, end)).ok()
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector::Assignment;
    use crate::detect::tests::found;

    #[test]
    fn values_behind_names_are_found() {
        for (text, values) in [
            ("DB_PASSWORD=hunter2 PORT=5432", vec!["hunter2"]),
            (r#"log: {"password": "hunter 2", "user": "ann"}"#, vec!["hunter 2"]),
            ("{'apiKey' : 'abcd'}", vec!["abcd"]),
            ("https://example.org/?api_key=abcdef&x=1", vec!["abcdef"]),
            ("db.password=häh\u{df}o, x", vec!["häh\u{df}o"]),
            ("password=abc, passwordx=abcd, password", vec![]),
            ("password=\"never\nclosed\"", vec![]),
            ("password   = hunter2", vec![]),
            ("the secret: abc", vec![]),
            ("password=password=abcd", vec!["password=abcd"]),
        ] {
            assert_eq!(found(Assignment, text), values, "{text}");
        }
    }

    #[test]
    fn what_is_long_has_bounds() {
        let name = format!("{}password", "x".repeat(100));
        assert_eq!(found(Assignment, &format!("{name}=abcd")), ["abcd"]);
        let value = "v".repeat(4096);
        assert_eq!(found(Assignment, &format!("password='{value}'")), [value.as_str()]);
        assert!(found(Assignment, &format!("password='{value}v'")).is_empty());
        let bare = "v".repeat(9999);
        assert_eq!(found(Assignment, &format!("password={bare}")), [bare]);
    }
}
