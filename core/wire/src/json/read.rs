//! The reader: strict, bounded, with a code and a byte offset for whatever it refuses (TW-JSON-002 to 004).

use crate::error::WireError;
use crate::value::{Map, Value};
use std::collections::HashSet;

/// How number literals are understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Integer literals exactly, beyond 2^53 as `$int` (TW-JSON-004).
    #[default]
    Wire,
    /// Every literal as the double that ECMAScript reads, for JSON that is not tracewire's.
    Ecma,
}

/// Bounds and manner of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// Deepest nesting that is read.
    pub max_depth: usize,
    /// Most bytes that are read.
    pub max_bytes: usize,
    /// How number literals are understood.
    pub numbers: Numbers,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions { max_depth: 128, max_bytes: 64 << 20, numbers: Numbers::Wire }
    }
}

/// Longest integer literal that is read exactly.
const MAX_INTEGER_DIGITS: usize = 4096;

/// Reads one JSON value.
///
/// # Errors
/// [`WireError::Json`] with the offset of the first bad byte.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Value, WireError> {
    let mut reader = Reader { bytes, at: 0, depth: 0, options };
    if bytes.len() > options.max_bytes {
        return reader.fail("json_too_large", options.max_bytes, format!("more than {} bytes", options.max_bytes));
    }
    // One pass over the whole text up front is the cheapest way to know that every string is well-formed.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return reader.fail("json_utf8", error.valid_up_to(), "ill-formed UTF-8"),
    };
    reader.bytes = text.as_bytes();
    reader.skip_space();
    let value = reader.value()?;
    reader.skip_space();
    if reader.at < bytes.len() {
        return reader.fail("json_trailing", reader.at, "bytes follow the value");
    }
    Ok(value)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    options: &'a ReadOptions,
}

impl Reader<'_> {
    fn fail<T>(&self, code: &'static str, offset: usize, reason: impl Into<String>) -> Result<T, WireError> {
        Err(WireError::Json { code, offset, reason: reason.into() })
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Value, WireError> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::Text),
            Some(b'{') => self.nested(Self::map),
            Some(b'[') => self.nested(Self::list),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            Some(_) => self.fail("json_syntax", self.at, "a value is expected"),
            None => self.fail("json_end", self.at, "the text ends where a value is expected"),
        }
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, WireError> {
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            Ok(value)
        } else {
            self.fail("json_syntax", self.at, "a value is expected")
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, WireError>) -> Result<Value, WireError> {
        if self.depth >= self.options.max_depth {
            return self.fail("json_too_deep", self.at, format!("nested deeper than {}", self.options.max_depth));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self) -> Result<Value, WireError> {
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            self.comma("a comma or the list's end is expected")?;
        }
    }

    fn map(&mut self) -> Result<Value, WireError> {
        let mut entries: Vec<(String, Value)> = Vec::new();
        let mut keys = Keys::default();
        if self.take(b'}') {
            return Ok(Value::Map(Map::from_unique(entries)));
        }
        loop {
            let start = self.at;
            if self.peek() != Some(b'"') {
                return self.fail("json_syntax", self.at, "a key is expected");
            }
            let key = self.string()?;
            if keys.is_repeated(&entries, &key) {
                return self.fail("json_duplicate_key", start, format!("the key {key:?} stands twice in one map"));
            }
            self.skip_space();
            if !self.take(b':') {
                return self.fail("json_syntax", self.at, "a colon is expected");
            }
            self.skip_space();
            let value = self.value()?;
            entries.push((key, value));
            self.skip_space();
            if self.take(b'}') {
                return Ok(Value::Map(Map::from_unique(entries)));
            }
            self.comma("a comma or the map's end is expected")?;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn comma(&mut self, reason: &str) -> Result<(), WireError> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_space();
                Ok(())
            }
            Some(_) => self.fail("json_syntax", self.at, reason),
            None => self.fail("json_end", self.at, "the text ends inside a value"),
        }
    }

    fn string(&mut self) -> Result<String, WireError> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(plain) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) else {
                return self.fail("json_end", self.bytes.len(), "the text ends inside a string");
            };
            // The whole text is well-formed, and these bytes are bounded by ASCII on both sides.
            text.push_str(std::str::from_utf8(rest.get(..plain).unwrap_or_default()).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return self.fail("json_control", self.at, "a control character must be escaped"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, WireError> {
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
                    None => return self.fail("json_surrogate", start, "a surrogate without its other half"),
                }
            }
            _ => return self.fail("json_escape", start, "an escape that JSON does not have"),
        })
    }

    fn hex_unit(&mut self, start: usize) -> Result<u32, WireError> {
        let digits = self.bytes.get(self.at..self.at + 4).unwrap_or_default();
        let unit = std::str::from_utf8(digits)
            .ok()
            .filter(|text| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|text| u32::from_str_radix(text, 16).ok());
        match unit {
            Some(unit) => {
                self.at += 4;
                Ok(unit)
            }
            None => self.fail("json_escape", start, "four hex digits are expected"),
        }
    }

    fn number(&mut self) -> Result<Value, WireError> {
        let start = self.at;
        self.take(b'-');
        let whole = self.digits();
        let has_leading_zero = whole > 1 && self.bytes.get(self.at - whole) == Some(&b'0');
        if whole == 0 || has_leading_zero {
            return self.fail("json_number", start, "a number begins with one digit, which is 0 only alone");
        }
        let mut is_integer = true;
        if self.take(b'.') {
            is_integer = false;
            if self.digits() == 0 {
                return self.fail("json_number", start, "digits are expected behind the point");
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            is_integer = false;
            self.at += 1;
            let _ = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return self.fail("json_number", start, "digits are expected in the exponent");
            }
        }
        // Only ASCII was taken.
        let literal = std::str::from_utf8(self.bytes.get(start..self.at).unwrap_or_default()).unwrap_or_default();
        if is_integer && whole <= 15 {
            return Ok(Value::from_i64(literal.parse().unwrap_or_default()));
        }
        if is_integer && self.options.numbers == Numbers::Wire {
            if whole > MAX_INTEGER_DIGITS {
                return self.fail("json_number", start, format!("an integer of more than {MAX_INTEGER_DIGITS} digits"));
            }
            return Ok(Value::big_int(literal).unwrap_or_default());
        }
        match literal.parse::<f64>() {
            Ok(value) if !value.is_finite() => self.fail("number_range", start, "a number beyond the range of doubles"),
            Ok(value) if self.options.numbers == Numbers::Wire => Ok(Value::from_f64(value)),
            Ok(value) => Ok(match Value::from_f64(value) {
                int @ Value::Int(_) => int,
                _ => Value::Double(value),
            }),
            Err(_) => self.fail("json_number", start, "a number that cannot be read"),
        }
    }

    fn digits(&mut self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }
}

/// Knows the keys of one map: nothing to ask while they come in order, a look while there are few, a set beyond.
#[derive(Default)]
struct Keys {
    is_unordered: bool,
    set: Option<HashSet<String>>,
}

impl Keys {
    const FEW: usize = 16;

    fn is_repeated(&mut self, entries: &[(String, Value)], key: &str) -> bool {
        if !self.is_unordered {
            // Any total order will do; bytes are the cheapest to compare.
            match entries.last() {
                Some((last, _)) if last.as_str() >= key => self.is_unordered = true,
                _ => return false,
            }
        }
        if let Some(set) = &mut self.set {
            return !set.insert(key.to_owned());
        }
        if entries.len() < Self::FEW {
            return entries.iter().any(|(known, _)| known == key);
        }
        let mut set: HashSet<String> = entries.iter().map(|(known, _)| known.clone()).collect();
        let is_new = set.insert(key.to_owned());
        self.set = Some(set);
        !is_new
    }
}
