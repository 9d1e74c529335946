//! The reader: strict, bounded, with a code and a byte offset for whatever it refuses (TW-JSON-002 to 004).

#[cfg(any(target_family = "wasm", test))]
mod double;
mod members;
mod number;
mod text;

pub(crate) use members::{Member, read_members};
pub(crate) use number::{nearest, read_number};

use crate::error::WireError;
use crate::order::Order as _;
use crate::value::{Map, Value};
use crate::work;

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
    let mut reader = Reader::new(bytes, options)?;
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
    fn new(bytes: &'a [u8], options: &ReadOptions) -> Result<Self, Fault> {
        if bytes.len() > options.max_bytes {
            return fault("json_too_large", options.max_bytes, format!("more than {} bytes", options.max_bytes));
        }
        // One pass over the whole text up front is the cheapest way to know that every string is well-formed.
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return fault("json_utf8", error.valid_up_to(), "ill-formed UTF-8"),
        };
        Ok(Reader {
            text,
            bytes,
            at: 0,
            levels_left: options.max_depth.min(ReadOptions::DEPTH_LIMIT),
            max_depth: options.max_depth.min(ReadOptions::DEPTH_LIMIT),
            numbers: options.numbers,
            items: Vec::new(),
            // A line of JSON Lines has its members in one allocation.
            entries: Vec::with_capacity((bytes.len() / 16).min(32)),
            key_offsets: Vec::with_capacity((bytes.len() / 16).min(32)),
        })
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
                return self.missing("a key is expected");
            }
            let key = self.string()?;
            let known = self.entries.get(first..).unwrap_or_default();
            // While keys come in order none can be repeated. Any total order will do; that of bytes is the cheapest.
            is_ordered = is_ordered && known.last().is_none_or(|(last, _)| *last < key);
            work::count(if is_ordered || known.len() >= FEW_KEYS { 1 } else { known.len() });
            if !is_ordered && known.len() < FEW_KEYS && known.iter().any(|(known, _)| *known == key) {
                return repeated(&key, start);
            }
            self.skip_space();
            if !self.take(b':') {
                return self.missing("a colon is expected");
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
        keys.order_unstable_by(Ord::cmp);
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
            _ => self.missing(reason),
        }
    }

    /// Something else stands where this is expected, or nothing.
    fn missing<T>(&self, reason: &str) -> Result<T, Fault> {
        match self.peek() {
            Some(_) => fault("json_syntax", self.at, reason),
            None => fault("json_end", self.at, "the text ends inside a value"),
        }
    }
}

fn repeated<T>(key: &str, offset: usize) -> Result<T, Fault> {
    // The key is the user's: a long one is not repeated in a message.
    let shown: String = key.chars().take(64).collect();
    fault("json_duplicate_key", offset, format!("the key {shown:?} stands twice in one map"))
}
