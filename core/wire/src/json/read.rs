//! The reader: strict, bounded, with a code and a byte offset for whatever it refuses (TW-JSON-002 to 004).

use super::scan::plain_length;
use crate::error::WireError;
use crate::value::{Map, SAFE_INTEGER, Value};

/// How number literals are understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Integer literals exactly, beyond ±(2^53 − 1) as `$int` (TW-JSON-004).
    #[default]
    Wire,
    /// Every literal as the double that ECMAScript reads, for JSON that is not tracewire's.
    Ecma,
}

/// Bounds and manner of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// Deepest nesting that is read, in levels; more than [`ReadOptions::DEPTH_LIMIT`] is taken as that.
    pub max_depth: usize,
    /// Most bytes that are read.
    pub max_bytes: usize,
    /// How number literals are understood.
    pub numbers: Numbers,
}

impl ReadOptions {
    /// The deepest nesting that any options allow, in levels: what a small thread's stack certainly holds.
    pub const DEPTH_LIMIT: usize = 512;
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions { max_depth: 128, max_bytes: 64 << 20, numbers: Numbers::Wire }
    }
}

/// Longest integer literal that is read exactly, in digits.
const MAX_INTEGER_DIGITS: usize = 4096;

/// Up to so many keys a map out of order is searched for a repeated key one by one; larger ones are sorted once.
const FEW_KEYS: usize = 16;

/// Reads one JSON value.
///
/// ```
/// use tracewire_wire::{json::{self, ReadOptions}, value::Value};
/// let value = json::read(b"[1.0, 18446744073709551616]", &ReadOptions::default())?;
/// assert_eq!(value, Value::List(vec![Value::Int(1), Value::tagged("$int", "18446744073709551616")]));
/// let error = json::read(br#"{"a":1,"a":2}"#, &ReadOptions::default()).unwrap_err();
/// assert_eq!((error.code(), error.offset()), ("json_duplicate_key", Some(7)));
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
///
/// # Errors
/// [`WireError::Json`] with the offset of the first bad byte.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Value, WireError> {
    read_boxed(bytes, options).map_err(|fault| *fault)
}

/// Errors are rare and large; boxed, they leave the way of the values narrow.
type Fault = Box<WireError>;

fn fault<T>(code: &'static str, offset: usize, reason: impl Into<String>) -> Result<T, Fault> {
    Err(Box::new(WireError::Json { code, offset, reason: reason.into() }))
}

fn read_boxed(bytes: &[u8], options: &ReadOptions) -> Result<Value, Fault> {
    if bytes.len() > options.max_bytes {
        return fault("json_too_large", options.max_bytes, format!("more than {} bytes", options.max_bytes));
    }
    // One pass over the whole text up front is the cheapest way to know that every string is well-formed.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return fault("json_utf8", error.valid_up_to(), "ill-formed UTF-8"),
    };
    let mut reader = Reader {
        text,
        bytes,
        at: 0,
        levels_left: options.max_depth.min(ReadOptions::DEPTH_LIMIT),
        max_depth: options.max_depth.min(ReadOptions::DEPTH_LIMIT),
        numbers: options.numbers,
        items: Vec::new(),
        entries: Vec::new(),
        key_offsets: Vec::new(),
    };
    reader.skip_space();
    let value = reader.value()?;
    reader.skip_space();
    if reader.at < bytes.len() {
        return fault("json_trailing", reader.at, "bytes follow the value");
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    levels_left: usize,
    max_depth: usize,
    numbers: Numbers,
    /// Items of the lists that are open, the innermost last: each list is allocated once, at its size.
    items: Vec<Value>,
    /// The same for maps.
    entries: Vec<(String, Value)>,
    /// Where the key of each of those entries begins.
    key_offsets: Vec<usize>,
}

impl<'a> Reader<'a> {
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

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn value(&mut self) -> Result<Value, Fault> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::Text),
            Some(b'{') => {
                self.enter()?;
                let map = self.map()?;
                self.levels_left += 1;
                Ok(Value::Map(map))
            }
            Some(b'[') => {
                self.enter()?;
                let items = self.list()?;
                self.levels_left += 1;
                Ok(Value::List(items))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal(b"true", Value::Bool(true)),
            Some(b'f') => self.literal(b"false", Value::Bool(false)),
            Some(b'n') => self.literal(b"null", Value::Null),
            Some(_) => fault("json_syntax", self.at, "a value is expected"),
            None => fault("json_end", self.at, "the text ends where a value is expected"),
        }
    }

    fn literal(&mut self, word: &[u8], value: Value) -> Result<Value, Fault> {
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(value)
        } else {
            fault("json_syntax", self.at, "a value is expected")
        }
    }

    /// Goes one level down, behind the bracket.
    #[inline]
    fn enter(&mut self) -> Result<(), Fault> {
        match self.levels_left.checked_sub(1) {
            Some(left) => self.levels_left = left,
            None => return fault("json_too_deep", self.at, format!("nested deeper than {}", self.max_depth)),
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    fn list(&mut self) -> Result<Vec<Value>, Fault> {
        let first = self.items.len();
        if self.take(b']') {
            return Ok(Vec::new());
        }
        loop {
            let item = self.value()?;
            self.items.push(item);
            self.skip_space();
            if self.take(b']') {
                return Ok(self.items.split_off(first));
            }
            self.comma("a comma or the list's end is expected")?;
        }
    }

    fn map(&mut self) -> Result<Map, Fault> {
        let first = self.entries.len();
        if self.take(b'}') {
            return Ok(Map::new());
        }
        let mut is_ordered = true;
        loop {
            let start = self.at;
            if self.peek() != Some(b'"') {
                return fault("json_syntax", start, "a key is expected");
            }
            let key = self.string()?;
            let known = self.entries.get(first..).unwrap_or_default();
            // While keys come in order none can be repeated. Any total order will do; that of bytes is the cheapest.
            is_ordered = is_ordered && known.last().is_none_or(|(last, _)| *last < key);
            if !is_ordered && known.len() < FEW_KEYS && known.iter().any(|(known, _)| *known == key) {
                return repeated(&key, start);
            }
            self.skip_space();
            if !self.take(b':') {
                return fault("json_syntax", self.at, "a colon is expected");
            }
            self.skip_space();
            let value = self.value()?;
            self.entries.push((key, value));
            self.key_offsets.push(start);
            self.skip_space();
            if self.take(b'}') {
                break;
            }
            self.comma("a comma or the map's end is expected")?;
        }
        if !is_ordered && self.entries.len() - first > FEW_KEYS {
            self.refuse_repeated(first)?;
        }
        self.key_offsets.truncate(first);
        Ok(Map::from_unique(self.entries.split_off(first)))
    }

    /// Sorts the places of the keys of the map whose entries begin here, and looks at neighbours.
    fn refuse_repeated(&self, first: usize) -> Result<(), Fault> {
        let entries = self.entries.get(first..).unwrap_or_default();
        let offsets = self.key_offsets.get(first..).unwrap_or_default();
        let mut keys: Vec<(&str, usize)> =
            entries.iter().map(|(key, _)| key.as_str()).zip(offsets.iter().copied()).collect();
        keys.sort_unstable();
        let pairs = keys.windows(2).filter_map(|pair| match pair {
            [(a, _), (b, offset)] if a == b => Some((*offset, *b)),
            _ => None,
        });
        match pairs.min() {
            Some((offset, key)) => repeated(key, offset),
            None => Ok(()),
        }
    }

    fn comma(&mut self, reason: &str) -> Result<(), Fault> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_space();
                Ok(())
            }
            Some(_) => fault("json_syntax", self.at, reason),
            None => fault("json_end", self.at, "the text ends inside a value"),
        }
    }

    fn string(&mut self) -> Result<String, Fault> {
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
    fn plain(&mut self) -> Result<&'a str, Fault> {
        let start = self.at;
        match plain_length(self.bytes.get(start..).unwrap_or_default()) {
            Some(length) => {
                self.at += length;
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

    fn number(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        let is_negative = self.take(b'-');
        let first_digit = self.peek();
        let (whole, magnitude) = self.digits();
        if whole == 0 || (whole > 1 && first_digit == Some(b'0')) {
            return fault("json_number", start, "a number begins with one digit, which is 0 only alone");
        }
        if !matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return match i64::try_from(magnitude) {
                Ok(small) if whole <= 18 && small <= SAFE_INTEGER => {
                    Ok(Value::Int(if is_negative { -small } else { small }))
                }
                _ => self.large_integer(start, whole),
            };
        }
        if self.take(b'.') && self.digits().0 == 0 {
            return fault("json_number", start, "digits are expected behind the point");
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            if self.digits().0 == 0 {
                return fault("json_number", start, "digits are expected in the exponent");
            }
        }
        self.double(start)
    }

    fn large_integer(&mut self, start: usize, digits: usize) -> Result<Value, Fault> {
        if self.numbers == Numbers::Ecma {
            return self.double(start);
        }
        if digits > MAX_INTEGER_DIGITS {
            return fault("json_integer_length", start, format!("an integer of more than {MAX_INTEGER_DIGITS} digits"));
        }
        Ok(Value::big_int(self.since(start)).unwrap_or_default())
    }

    fn double(&mut self, start: usize) -> Result<Value, Fault> {
        match self.since(start).parse::<f64>() {
            Ok(value) if !value.is_finite() => fault("number_range", start, "a number beyond the range of doubles"),
            Ok(value) => Ok(match (Value::from_f64(value), self.numbers) {
                (Value::Map(_), Numbers::Ecma) => Value::Double(value),
                (value, _) => value,
            }),
            Err(_) => fault("json_number", start, "a number that cannot be read"),
        }
    }

    fn since(&self, start: usize) -> &str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Takes digits: how many there are, and their value where they are at most 19.
    #[inline]
    fn digits(&mut self) -> (usize, u64) {
        let start = self.at;
        let mut magnitude = 0u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            magnitude = magnitude.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        (self.at - start, magnitude)
    }
}

fn repeated<T>(key: &str, offset: usize) -> Result<T, Fault> {
    // The key is the user's: a long one is not repeated in a message.
    let shown: String = key.chars().take(64).collect();
    fault("json_duplicate_key", offset, format!("the key {shown:?} stands twice in one map"))
}
