//! Strings: plain runs are taken whole, escapes one by one.

use super::{Fault, Reader, fault};
use crate::scan::plain_length;
use crate::work;

impl<'a> Reader<'a> {
    pub(super) fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let plain = self.plain()?;
        if self.take(b'"') {
            return Ok(plain.to_owned());
        }
        let mut text = String::with_capacity(plain.len() + 16);
        text.push_str(plain);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return fault("json_control", self.at, "a control character must be escaped"),
            }
            text.push_str(self.plain()?);
        }
    }

    /// Takes what stands for itself, up to a quote, a backslash or a control character.
    #[inline]
    pub(super) fn plain(&mut self) -> Result<&'a str, Fault> {
        let start = self.at;
        match plain_length(self.bytes.get(start..).unwrap_or_default()) {
            Some(length) => {
                self.at += length;
                work::count(length + 1);
                // Both ends are at ASCII bytes or behind an escape, so this never splits a character.
                Ok(self.text.get(start..start + length).unwrap_or_default())
            }
            None => fault("json_end", self.bytes.len(), "the text ends inside a string"),
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.at;
        self.at += 2;
        Ok(match self.bytes.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let unit = self.hex_unit(start)?;
                let scalar = match unit {
                    0xD800..=0xDBFF => {
                        let is_pair = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b"\\u"));
                        self.at += if is_pair { 2 } else { 0 };
                        match if is_pair { self.hex_unit(start)? } else { 0 } {
                            low @ 0xDC00..=0xDFFF => 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00),
                            _ => unit,
                        }
                    }
                    _ => unit,
                };
                match char::from_u32(scalar) {
                    Some(character) => character,
                    None => return fault("json_surrogate", start, "a surrogate without its other half"),
                }
            }
            _ => return fault("json_escape", start, "an escape that JSON does not have"),
        })
    }

    fn hex_unit(&mut self, start: usize) -> Result<u32, Fault> {
        let digits = self.bytes.get(self.at..self.at + 4).unwrap_or_default();
        let unit = digits.iter().try_fold(0, |unit, byte| Some(unit * 16 + char::from(*byte).to_digit(16)?));
        match unit {
            Some(unit) if digits.len() == 4 => {
                self.at += 4;
                Ok(unit)
            }
            _ => fault("json_escape", start, "four hex digits are expected"),
        }
    }
}
