//! A document as lines with their depth, without comments and blank lines (sections 5.1 and 12).

use super::decode::{Fault, fault};

/// A line that says something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) depth: usize,
    /// From 1.
    pub(super) number: usize,
    /// A blank line stands before it.
    pub(super) is_after_blank: bool,
}

/// Splits a document.
///
/// # Errors
/// `toon_indentation` in strict mode, for what no writer indents so.
pub(super) fn lines(text: &str, indent: usize, is_strict: bool) -> Result<Vec<Line<'_>>, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = Vec::with_capacity(text.len() / 32 + 1);
    let mut is_after_blank = false;
    for (at, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line).trim_end_matches(' ');
        let content = line.trim_start_matches(' ');
        if content.starts_with('#') {
            continue;
        }
        if content.is_empty() {
            is_after_blank = true;
            continue;
        }
        let content = content.trim_start_matches(['\t', ' ']);
        if content.is_empty() && !is_strict {
            is_after_blank = true;
            continue;
        }
        let margin = line.get(..line.len() - content.len()).unwrap_or_default();
        let tabs = margin.bytes().filter(|byte| *byte == b'\t').count();
        let spaces = margin.len() - tabs;
        if is_strict && tabs > 0 {
            return fault("toon_indentation", at + 1, "a line is indented by a tab; spaces are expected");
        }
        if is_strict && !spaces.is_multiple_of(indent) {
            let reason = format!("a line is indented by {spaces} spaces; a multiple of {indent} is expected");
            return fault("toon_indentation", at + 1, reason);
        }
        let depth = tabs + spaces / indent;
        lines.push(Line { text: content, depth, number: at + 1, is_after_blank });
        is_after_blank = false;
    }
    Ok(lines)
}

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
                return marks;
            }
            b'[' if marks.bracket.is_none() => {
                marks.bracket = Some(at);
                at += 1;
            }
            _ => at += 1,
        }
    }
    marks
}

/// The place behind a quoted span that begins at `at`; the end where it is not closed.
pub(super) fn behind_quoted(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    loop {
        match bytes.get(at) {
            None => return bytes.len(),
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

/// Splits at unquoted delimiters; each part without spaces around it.
pub(super) fn split<'a>(text: &'a str, delimiter: u8, mut each: impl FnMut(&'a str)) {
    let bytes = text.as_bytes();
    let (mut from, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        if *byte == b'"' {
            at = behind_quoted(bytes, at);
        } else {
            if *byte == delimiter {
                each(text.get(from..at).unwrap_or_default().trim_matches(' '));
                from = at + 1;
            }
            at += 1;
        }
    }
    each(text.get(from..).unwrap_or_default().trim_matches(' '));
}

/// Where the first unquoted delimiter stands.
pub(super) fn find(text: &str, delimiter: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = behind_quoted(bytes, at),
            byte if *byte == delimiter => return Some(at),
            _ => at += 1,
        }
    }
    None
}
