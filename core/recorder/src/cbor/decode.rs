//! The reader: one pass from CBOR to values in wire form, so that every host's numbers, keys and marks come out alike
//! (requirements TW-VAL of the spec).

use super::head::{self, BREAK, UNDEFINED};
use super::{TAG_CUT, TAG_SET, TAG_WIRE, text};
use std::borrow::Cow;
use tracewire_wire::json;
use tracewire_wire::order::Order as _;
use tracewire_wire::value::{Map, Value, escape_key};

/// Deeper nesting than any writer produces is refused, so that a forged record cannot exhaust the stack.
const DEPTH_LIMIT: u32 = 160;
/// A key that is no text becomes JSON, and each level of keys in keys doubles the escapes of the one inside.
const KEY_DEPTH_LIMIT: u32 = 4;

/// A record that is not CBOR of the journal's profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record is malformed at byte {offset}: {reason}")]
pub struct DecodeError {
    /// Bytes from the start of the record.
    pub offset: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

/// Reads items one after the other.
pub struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u32,
    key_depth: u32,
    keeps_order: bool,
}

/// The head of an item: major type, and its argument unless the length is indefinite.
#[derive(Clone, Copy)]
struct Head {
    major: u8,
    info: u8,
    argument: Option<u64>,
}

impl<'a> Decoder<'a> {
    /// A reader at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Decoder { bytes, at: 0, depth: 0, key_depth: 0, keeps_order: false }
    }

    /// Has maps keep the order in which their entries stand, where no keys collide: for formats in which a host sees it.
    #[must_use]
    pub fn in_order(self) -> Self {
        Decoder { keeps_order: true, ..self }
    }

    /// Whether every byte was read.
    pub fn is_finished(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn error<T>(&self, reason: &'static str) -> Result<T, DecodeError> {
        Err(DecodeError { offset: self.at, reason })
    }

    fn peek(&self) -> Result<u8, DecodeError> {
        match self.bytes.get(self.at) {
            Some(byte) => Ok(*byte),
            None => self.error("it ends too early"),
        }
    }

    fn slice(&mut self, length: u64) -> Result<&'a [u8], DecodeError> {
        let found = usize::try_from(length)
            .ok()
            .and_then(|length| self.at.checked_add(length))
            .and_then(|end| self.bytes.get(self.at..end));
        match found {
            Some(slice) => {
                self.at += slice.len();
                Ok(slice)
            }
            None => self.error("a length runs past the end"),
        }
    }

    fn head(&mut self) -> Result<Head, DecodeError> {
        let first = self.peek()?;
        self.at += 1;
        let (major, info) = (first & 0xe0, first & 0x1f);
        let argument = match info {
            0..=23 => Some(u64::from(info)),
            24..=27 => {
                let mut value = 0;
                for byte in self.slice(1 << (info - 24))? {
                    value = (value << 8) | u64::from(*byte);
                }
                Some(value)
            }
            31 => None,
            _ => return self.error("a reserved length"),
        };
        Ok(Head { major, info, argument })
    }

    /// Whether the item that comes is a map; nothing is consumed.
    pub(crate) fn is_map(&self) -> bool {
        self.peek().is_ok_and(|first| first & 0xe0 == head::MAP)
    }

    /// Reads the opening of a map; the number of entries, or `None` where a break ends it.
    pub(crate) fn open_map(&mut self) -> Result<Option<u64>, DecodeError> {
        let head = self.head()?;
        if head.major == head::MAP { Ok(head.argument) } else { self.error("a map is expected") }
    }

    /// Whether the open list or map has another member; counts down, or takes the break.
    pub(crate) fn has_next(&mut self, left: &mut Option<u64>) -> Result<bool, DecodeError> {
        match left {
            Some(0) => Ok(false),
            Some(count) => {
                *count -= 1;
                Ok(true)
            }
            None if self.peek()? == BREAK => {
                self.at += 1;
                Ok(false)
            }
            None => Ok(true),
        }
    }

    /// Reads a text, without copying unless it is ill-formed and has to be mended (TW-VAL-010); `None` where another item stands, which is not consumed.
    pub(crate) fn text(&mut self) -> Result<Option<Cow<'a, str>>, DecodeError> {
        let start = self.at;
        let head = self.head()?;
        if let (head::TEXT, Some(length)) = (head.major, head.argument) {
            let bytes = self.slice(length)?;
            return Ok(Some(match std::str::from_utf8(bytes) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => Cow::Owned(text::repair(bytes)),
            }));
        }
        self.at = start;
        Ok(None)
    }

    /// Reads an unsigned integer; `None` where another item stands, which is not consumed.
    pub(crate) fn plain_uint(&mut self) -> Result<Option<u64>, DecodeError> {
        let start = self.at;
        let head = self.head()?;
        if head.major == head::UINT && head.argument.is_some() {
            return Ok(head.argument);
        }
        self.at = start;
        Ok(None)
    }

    /// Reads a byte string without copying; `None` where another item stands, which is not consumed.
    pub(crate) fn plain_bytes(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let start = self.at;
        let head = self.head()?;
        if let (head::BYTES, Some(length)) = (head.major, head.argument) {
            return self.slice(length).map(Some);
        }
        self.at = start;
        Ok(None)
    }

    /// Reads an integer of 64 bits; `None` where another item stands, which is not consumed.
    pub(crate) fn plain_int(&mut self) -> Result<Option<i64>, DecodeError> {
        let start = self.at;
        let head = self.head()?;
        let found = head.argument.and_then(|argument| i64::try_from(argument).ok());
        match (head.major, found) {
            (head::UINT, Some(value)) => return Ok(Some(value)),
            (head::NEGATIVE, Some(value)) => return Ok(Some(!value)),
            _ => self.at = start,
        }
        Ok(None)
    }

    /// Reads one value and gives its wire form.
    ///
    /// # Errors
    /// [`DecodeError`] where the bytes are not CBOR of the journal's profile.
    pub fn value(&mut self) -> Result<Value, DecodeError> {
        self.item(false)
    }

    /// Passes over one item, without looking whether its texts and marks are what they should be.
    #[cfg(feature = "guards")]
    pub(crate) fn skip(&mut self) -> Result<(), DecodeError> {
        let start = self.at;
        let head = self.head()?;
        match (head.major, head.argument) {
            (head::UINT | head::NEGATIVE, Some(_)) => Ok(()),
            (head::BYTES | head::TEXT, Some(length)) => self.slice(length).map(|_| ()),
            (head::LIST | head::MAP, count) => self.nested(|it| {
                let mut left = count;
                while it.has_next(&mut left)? {
                    it.skip()?;
                    if head.major == head::MAP {
                        it.skip()?;
                    }
                }
                Ok(())
            }),
            (head::TAG, Some(_)) => self.nested(Self::skip),
            (0xe0, Some(_)) => Ok(()),
            _ => {
                self.at = start;
                self.error("an item outside the profile")
            }
        }
    }

    fn item(&mut self, wire: bool) -> Result<Value, DecodeError> {
        let start = self.at;
        let head = self.head()?;
        match (head.major, head.argument) {
            (head::UINT, Some(value)) => Ok(Value::from_u64(value)),
            (head::NEGATIVE, Some(value)) => Ok(Value::from_i128(-1 - i128::from(value))),
            (head::BYTES, Some(length)) => Ok(Value::bytes(self.slice(length)?)),
            (head::TEXT, Some(length)) => Ok(Value::Text(self.owned_text(length)?)),
            (head::LIST, count) => self.nested(|it| it.list(count, wire)),
            (head::MAP, count) => self.nested(|it| it.map(count, wire).map(Value::Map)),
            (head::TAG, Some(tag)) => self.nested(|it| it.tagged(tag, wire)),
            (_, argument) if head.major == 0xe0 => match (head.info, argument) {
                (20, _) => Ok(Value::Bool(false)),
                (21, _) => Ok(Value::Bool(true)),
                (22 | 23, _) => Ok(Value::Null),
                (25, Some(bits)) => Ok(Value::from_f64(half(bits as u16))),
                (26, Some(bits)) => Ok(Value::from_f64(f64::from(f32::from_bits(bits as u32)))),
                (27, Some(bits)) => Ok(Value::from_f64(f64::from_bits(bits))),
                _ => {
                    self.at = start;
                    self.error("a simple value without a meaning here")
                }
            },
            _ => {
                self.at = start;
                self.error("an item outside the profile")
            }
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        if self.depth >= DEPTH_LIMIT {
            return self.error("it is nested too deep");
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn owned_text(&mut self, length: u64) -> Result<String, DecodeError> {
        let bytes = self.slice(length)?;
        Ok(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => text::repair(bytes),
        })
    }

    fn list(&mut self, count: Option<u64>, wire: bool) -> Result<Value, DecodeError> {
        let mut left = count;
        let mut items = Vec::new();
        while self.has_next(&mut left)? {
            if let Some(missing) = self.cut_count()? {
                return match self.has_next(&mut left)? {
                    false => Ok(cut(Value::List(items), "missing_items", missing)),
                    true => self.error("the mark of a cut is not the last element"),
                };
            }
            items.push(self.item(wire)?);
        }
        Ok(Value::List(items))
    }

    /// Takes the mark of a cut list, `29784(count)`, if it stands here.
    fn cut_count(&mut self) -> Result<Option<u64>, DecodeError> {
        let start = self.at;
        if self.peek()? & 0xe0 == head::TAG
            && self.head()?.argument == Some(TAG_CUT)
            && self.peek()? & 0xe0 == head::UINT
        {
            return self.nested(Self::missing).map(Some);
        }
        self.at = start;
        Ok(None)
    }

    /// How much was cut: at least one.
    fn missing(&mut self) -> Result<u64, DecodeError> {
        match self.plain_uint()? {
            Some(missing @ 1..) => Ok(missing),
            _ => self.error("a cut of nothing"),
        }
    }

    fn map(&mut self, count: Option<u64>, wire: bool) -> Result<Map, DecodeError> {
        let mut left = count;
        let mut entries: Vec<(String, Value)> = Vec::new();
        let mut missing = None;
        while self.has_next(&mut left)? {
            if missing.is_some() {
                return self.error("the mark of a cut is not the last entry");
            }
            if self.peek()? == UNDEFINED {
                self.at += 1;
                missing = Some(self.missing()?);
                continue;
            }
            let key = match self.text()? {
                Some(text) if wire => text.into_owned(),
                Some(text) => escape_key(&text).into_owned(),
                None => escape_key(&String::from_utf8_lossy(&json::write(&self.key(wire)?))).into_owned(),
            };
            entries.push((key, self.item(wire)?));
        }
        let map = if self.keeps_order { Map::from_entries_in_order(entries) } else { Map::from_entries(entries) };
        Ok(match missing {
            None => map,
            Some(missing) => match cut(Value::Map(map), "missing_items", missing) {
                Value::Map(map) => map,
                _ => Map::default(),
            },
        })
    }

    /// A key that is any item.
    fn key(&mut self, wire: bool) -> Result<Value, DecodeError> {
        if self.key_depth >= KEY_DEPTH_LIMIT {
            return self.error("keys are nested too deep");
        }
        self.key_depth += 1;
        let key = self.item(wire);
        self.key_depth -= 1;
        key
    }

    fn tagged(&mut self, tag: u64, wire: bool) -> Result<Value, DecodeError> {
        match tag {
            2 | 3 => match self.plain_bytes()? {
                Some(magnitude) => Ok(Value::big_int_from_bytes(tag == 3, magnitude)),
                None => self.error("an integer without its bytes"),
            },
            TAG_WIRE if matches!(self.peek()? & 0xe0, head::MAP | head::LIST) => self.item(true),
            TAG_WIRE => self.error("a wire form of what has no keys"),
            TAG_SET if self.peek()? & 0xe0 != head::LIST => self.error("a set without its members"),
            TAG_SET => {
                let mut set = self.item(wire)?;
                // Of a cut set, the mark stands around the members that were kept.
                let members = match &mut set {
                    Value::Map(map) => map.get_mut("$cut"),
                    whole => Some(whole),
                };
                if let Some(Value::List(members)) = members {
                    let mut written: Vec<_> = members.drain(..).map(|member| (json::write(&member), member)).collect();
                    written.order_by(|(a, _), (b, _)| a.cmp(b));
                    members.extend(written.into_iter().map(|(_, member)| member));
                }
                Ok(set)
            }
            TAG_CUT => self.cut_value(),
            0 => match self.text()? {
                Some(text) => Ok(Value::time(&*text)),
                None => self.error("a time without its text"),
            },
            unknown => {
                let value = self.item(wire)?;
                Ok(Value::Map(Map::from_entries(vec![
                    ("$cbor".to_owned(), Value::from_u64(unknown)),
                    ("value".to_owned(), value),
                ])))
            }
        }
    }

    /// `29784([kept, missing bytes])` of a text or bytes, or `29784(null)` for a value that is missing whole.
    fn cut_value(&mut self) -> Result<Value, DecodeError> {
        let head = self.head()?;
        if head.major == head::LIST {
            return self.nested(|it| it.cut_text(head.argument));
        }
        match (head.major, head.info) {
            (0xe0, 22 | 23) => Ok(Value::Map(Map::from_entries(vec![("$cut".to_owned(), Value::Null)]))),
            _ => self.error("a cut of what cannot be cut"),
        }
    }

    fn cut_text(&mut self, count: Option<u64>) -> Result<Value, DecodeError> {
        let mut left = count;
        let parts = if self.has_next(&mut left)? && matches!(self.peek()? & 0xe0, head::TEXT | head::BYTES) {
            let kept = self.item(false)?;
            self.has_next(&mut left)?.then_some(kept)
        } else {
            None
        };
        let Some(kept) = parts else {
            return self.error("a cut without its parts");
        };
        let missing = self.missing()?;
        match self.has_next(&mut left)? {
            false => Ok(cut(kept, "missing_bytes", missing)),
            true => self.error("a cut with more than its parts"),
        }
    }
}

/// The wire form of a value that was cut.
fn cut(kept: Value, unit: &str, missing: u64) -> Value {
    Value::Map(Map::from_entries(vec![("$cut".to_owned(), kept), (unit.to_owned(), Value::from_u64(missing))]))
}

/// Half precision (IEEE 754 binary16), RFC 8949 appendix D.
fn half(bits: u16) -> f64 {
    let magnitude = match ((bits >> 10) & 0x1f, f64::from(bits & 0x3ff)) {
        (0, fraction) => fraction * 2f64.powi(-24),
        (31, 0.0) => f64::INFINITY,
        (31, _) => f64::NAN,
        (exponent, fraction) => (1024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}
