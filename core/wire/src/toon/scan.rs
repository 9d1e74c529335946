//! Places in a line: colons, brackets and delimiters outside of quotes, and spaces.

use crate::scan::{any_of, first_marked};
use crate::work;

/// Where the first unquoted colon and the first unquoted bracket before it stand.
pub(super) struct Marks {
    pub(super) colon: Option<usize>,
    pub(super) bracket: Option<usize>,
}

/// Looks for what makes a line a field or a header; a quote anywhere opens a quoted span (section 5.2).
pub(super) fn marks(text: &str) -> Marks {
    let mut marks = Marks { colon: None, bracket: None };
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = behind_quoted(bytes, at),
            b':' => {
                // A colon inside brackets is a keyed header's own.
                marks.colon = Some(at);
                break;
            }
            b'[' if marks.bracket.is_none() => {
                marks.bracket = Some(at);
                at += 1;
            }
            _ => at += 1,
        }
    }
    work::count(at);
    marks
}

/// The place behind a quoted span that begins at `at`; the end where it is not closed.
pub(super) fn behind_quoted(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(plain) = first_marked(rest, any_of([b'"', b'\\'])) else { return bytes.len() };
        at += plain;
        if bytes.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
}

/// Splits at unquoted delimiters; each part without spaces around it.
pub(super) fn split<'a>(text: &'a str, delimiter: u8, mut each: impl FnMut(&'a str)) {
    let mut rest = text;
    while let Some(at) = find(rest, delimiter) {
        each(trim(rest.get(..at).unwrap_or_default()));
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    each(trim(rest));
}

/// Where the first unquoted delimiter stands.
pub(super) fn find(text: &str, delimiter: u8) -> Option<usize> {
    first_of(text, [delimiter, delimiter]).map(|(at, _)| at)
}

/// Where the first of two bytes stands unquoted, and which it is.
pub(super) fn first_of(text: &str, [one, other]: [u8; 2]) -> Option<(usize, u8)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let found = loop {
        let Some(plain) = first_marked(bytes.get(at..).unwrap_or_default(), any_of([one, other, b'"'])) else {
            at = bytes.len();
            break None;
        };
        at += plain;
        match bytes.get(at) {
            Some(b'"') => at = behind_quoted(bytes, at),
            Some(byte) => break Some((at, *byte)),
            None => break None,
        }
    };
    work::count(at);
    found
}

/// Where a byte stands first.
#[inline]
pub(super) fn find_byte(bytes: &[u8], byte: u8) -> Option<usize> {
    first_marked(bytes, any_of([byte]))
}

/// How many spaces come first.
#[inline]
pub(super) fn first_not_space(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte != b' ').unwrap_or(bytes.len())
}

/// Without spaces at the end.
#[inline]
pub(super) fn trim_end(text: &str) -> &str {
    let bytes = text.as_bytes();
    let length = bytes.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
    text.get(..length).unwrap_or_default()
}

/// Without spaces at both ends.
#[inline]
pub(super) fn trim(text: &str) -> &str {
    let text = trim_end(text);
    text.get(first_not_space(text.as_bytes())..).unwrap_or_default()
}
