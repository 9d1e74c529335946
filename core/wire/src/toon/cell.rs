//! What a single value looks like: quoted texts, literals, numbers and bare texts (sections 7 and 4).

use super::fault::{Fault, fault};
use super::scan::{first_not_space, trim_end};
use crate::json::{Numbers, read_number};
use crate::scan::{any_of, first_marked};
use crate::value::Value;
use crate::work;

/// A longer token is no number.
const LONGEST_NUMBER: usize = 4300;

/// Reads a token, which may be empty in a row.
pub(super) fn cell(token: &str, numbers: Numbers, line: usize) -> Result<Value, Fault> {
    if token.is_empty() { Ok(Value::Text(String::new())) } else { primitive(token, numbers, line) }
}

/// Reads a token.
///
/// # Errors
/// `toon_syntax` and `toon_escape` in quoted texts.
pub(super) fn primitive(token: &str, numbers: Numbers, line: usize) -> Result<Value, Fault> {
    if !token.starts_with('"') {
        return Ok(bare(token, numbers));
    }
    match quoted(token, line)? {
        (text, "") => Ok(Value::Text(text)),
        _ => fault("toon_syntax", line, "something follows a closing quote"),
    }
}

/// A token without quotes.
#[inline]
fn bare(token: &str, numbers: Numbers) -> Value {
    match token.as_bytes() {
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        b"null" => Value::Null,
        // JSON's numbers; a literal beyond the doubles stays the text that it is.
        [b'-' | b'0'..=b'9', .., b'0'..=b'9'] | [b'0'..=b'9'] if token.len() <= LONGEST_NUMBER => {
            read_number(token, numbers).unwrap_or_else(|| Value::Text(token.to_owned()))
        }
        _ => Value::Text(token.to_owned()),
    }
}

/// The cells of a row that has nothing unusual, one after the other.
pub(super) struct Cells<'a> {
    /// What is left of the row; `None` behind the last cell.
    rest: Option<&'a str>,
    delimiter: u8,
    numbers: Numbers,
}

impl<'a> Cells<'a> {
    pub(super) fn new(text: &'a str, delimiter: u8, numbers: Numbers) -> Self {
        Cells { rest: Some(text), delimiter, numbers }
    }

    /// Whether all cells have been taken.
    pub(super) fn is_done(&self) -> bool {
        self.rest.is_none()
    }

    /// The next cell; `None` where there is none, or one that the careful way has to read.
    #[inline]
    pub(super) fn take(&mut self) -> Option<Value> {
        let rest = self.rest?;
        let bytes = rest.as_bytes();
        let from = first_not_space(bytes);
        if bytes.get(from) == Some(&b'"') {
            return self.quoted(rest.get(from + 1..)?);
        }
        let end = match first_marked(bytes, any_of([self.delimiter, b'"'])) {
            Some(end) if bytes.get(end) == Some(&b'"') => return None,
            Some(end) => {
                self.rest = Some(rest.get(end + 1..)?);
                end
            }
            None => {
                self.rest = None;
                bytes.len()
            }
        };
        work::count(end + 1);
        let token = trim_end(rest.get(from.min(end)..end)?);
        Some(if token.is_empty() { Value::Text(String::new()) } else { bare(token, self.numbers) })
    }

    /// A text without escapes, behind its opening quote.
    fn quoted(&mut self, rest: &'a str) -> Option<Value> {
        let bytes = rest.as_bytes();
        let end = first_marked(bytes, any_of([b'"', b'\\'])).filter(|end| bytes.get(*end) == Some(&b'"'))?;
        work::count(end + 1);
        let behind = rest.get(end + 1..)?;
        let behind = behind.get(first_not_space(behind.as_bytes())..)?;
        self.rest = match behind.as_bytes().first() {
            None => None,
            Some(byte) if *byte == self.delimiter => Some(behind.get(1..)?),
            Some(_) => return None,
        };
        Some(Value::Text(rest.get(..end)?.to_owned()))
    }
}

/// Reads a quoted text at the beginning of a token; gives it and what follows (section 7.1).
pub(super) fn quoted(token: &str, line: usize) -> Result<(String, &str), Fault> {
    let mut text = String::new();
    let mut rest = token.get(1..).unwrap_or_default();
    loop {
        let Some(stop) = first_marked(rest.as_bytes(), any_of([b'"', b'\\'])) else {
            return fault("toon_syntax", line, "a quoted text is not closed");
        };
        work::count(stop + 1);
        text.push_str(rest.get(..stop).unwrap_or_default());
        let is_end = rest.as_bytes().get(stop) == Some(&b'"');
        rest = rest.get(stop + 1..).unwrap_or_default();
        if is_end {
            return Ok((text, rest));
        }
        let (character, length) = match rest.bytes().next() {
            Some(b'\\') => ('\\', 1),
            Some(b'"') => ('"', 1),
            Some(b'n') => ('\n', 1),
            Some(b'r') => ('\r', 1),
            Some(b't') => ('\t', 1),
            Some(b'u') => {
                let digits = rest.get(1..5).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                match unit.and_then(char::from_u32) {
                    Some(character) => (character, 5),
                    None => {
                        return fault("toon_escape", line, "four hex digits of a character are expected behind \\u");
                    }
                }
            }
            _ => return fault("toon_escape", line, "an escape that TOON does not have"),
        };
        text.push(character);
        rest = rest.get(length..).unwrap_or_default();
    }
}
