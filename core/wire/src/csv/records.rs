//! Lines become cells (TW-CSV-003): one record at a time out of a buffer that may grow.

use crate::error::WireError;
use std::borrow::Cow;

/// The cells of one record, and where it ends.
pub(super) struct Record<'a> {
    /// Its cells, at least one.
    pub cells: Vec<Cow<'a, str>>,
    /// How many bytes it takes, its line end included.
    pub length: usize,
    /// How many line ends it takes.
    pub lines: usize,
}

/// A fault in a record: its code, the line within the record from 0, and what is wrong.
pub(super) struct Fault(pub &'static str, pub usize, pub String);

impl Fault {
    /// The error, for a record that begins on this line.
    pub fn on(self, line: usize) -> WireError {
        WireError::Line { code: self.0, line: line + self.1, reason: self.2 }
    }
}

fn fault<T>(code: &'static str, line: usize, reason: &str) -> Result<T, Fault> {
    Err(Fault(code, line, reason.to_owned()))
}

/// Takes the first record out of a buffer that is not empty; `None` where its end is not there yet.
///
/// `is_last` says that nothing follows the buffer, so that a record may end without a line end.
pub(super) fn next(buffer: &[u8], delimiter: u8, is_last: bool) -> Result<Option<Record<'_>>, Fault> {
    let mut cells = Vec::new();
    let mut lines = 0;
    let mut at = 0;
    loop {
        let cell = if buffer.get(at) == Some(&b'"') {
            match quoted(buffer, at + 1, &mut lines)? {
                Some((cell, end)) => {
                    at = end;
                    cell
                }
                None if is_last => return fault("csv_end", lines, "the file ends inside a quoted cell"),
                None => return Ok(None),
            }
        } else {
            let (cell, end) = bare(buffer, at, delimiter, is_last, lines)?;
            at = end;
            cell
        };
        cells.push(cell);
        match (buffer.get(at).copied(), buffer.get(at + 1).copied()) {
            (Some(byte), _) if byte == delimiter => at += 1,
            (Some(b'\n'), _) => return Ok(Some(Record { cells, length: at + 1, lines: lines + 1 })),
            (Some(b'\r'), Some(b'\n')) => return Ok(Some(Record { cells, length: at + 2, lines: lines + 1 })),
            (Some(b'\r'), None) if !is_last => return Ok(None),
            (Some(b'\r'), _) => {
                return fault(
                    "csv_line_end",
                    lines,
                    "a carriage return stands alone: quote the cell, or end lines with CR LF",
                );
            }
            // More may follow: after a closing quote even another quote, which makes one of the two.
            (None, _) if !is_last => return Ok(None),
            (None, _) => return Ok(Some(Record { cells, length: at, lines })),
            (Some(_), _) => {
                return fault("csv_quote", lines, "text follows a closing quote: write a quote inside a cell twice");
            }
        }
    }
}

/// A cell without quotes, from here to the delimiter or the line's end.
fn bare(
    buffer: &[u8],
    start: usize,
    delimiter: u8,
    is_last: bool,
    line: usize,
) -> Result<(Cow<'_, str>, usize), Fault> {
    let rest = buffer.get(start..).unwrap_or_default();
    let is_end = |byte: &u8| *byte == delimiter || matches!(byte, b'"' | b'\r' | b'\n');
    let length = rest.iter().position(is_end).unwrap_or(rest.len());
    if rest.get(length) == Some(&b'"') {
        return fault(
            "csv_quote",
            line,
            "a quote stands inside a cell without quotes: quote the cell and write it twice",
        );
    }
    match std::str::from_utf8(rest.get(..length).unwrap_or_default()) {
        Ok(text) => Ok((Cow::Borrowed(text), start + length)),
        // The end of the buffer may cut a character in two; whoever has more bytes comes again.
        Err(error) if !is_last && error.error_len().is_none() && length == rest.len() => {
            Ok((Cow::Borrowed(""), start + length))
        }
        Err(_) => fault("csv_utf8", line, "ill-formed UTF-8"),
    }
}

/// A quoted cell behind its first quote; `None` where its end is not there.
fn quoted<'a>(buffer: &'a [u8], start: usize, lines: &mut usize) -> Result<Option<(Cow<'a, str>, usize)>, Fault> {
    let mut text: Cow<'a, str> = Cow::Borrowed("");
    let mut at = start;
    loop {
        let rest = buffer.get(at..).unwrap_or_default();
        let Some(length) = rest.iter().position(|byte| *byte == b'"') else { return Ok(None) };
        let bytes = rest.get(..length).unwrap_or_default();
        let Ok(part) = std::str::from_utf8(bytes) else {
            let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
            let before = bytes.get(..valid).unwrap_or_default();
            return fault(
                "csv_utf8",
                *lines + before.iter().filter(|byte| **byte == b'\n').count(),
                "ill-formed UTF-8",
            );
        };
        *lines += bytes.iter().filter(|byte| **byte == b'\n').count();
        let is_doubled = rest.get(length + 1) == Some(&b'"');
        match &mut text {
            Cow::Borrowed("") if !is_doubled => text = Cow::Borrowed(part),
            text => text.to_mut().push_str(part),
        }
        at += length + 1;
        if !is_doubled {
            return Ok(Some((text, at)));
        }
        text.to_mut().push('"');
        at += 1;
    }
}
