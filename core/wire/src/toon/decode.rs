//! Lines become values (sections 4, 5 and 8 to 10).

use super::cell::{Cells, cell, primitive, quoted};
use super::fault::{Fault, fault};
use super::header::{Header, header};
use super::lines::{Line, Lines};
use super::scan::{Marks, marks, split, trim};
use crate::error::WireError;
use crate::json::{Numbers, ReadOptions};
use crate::value::{Map, Value};
use crate::work;
use std::collections::HashMap;

/// How TOON is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Refuse what no writer makes; without it wrong counts, repeated keys (the last value wins), odd indentation, blank
    /// lines inside lists and depths that are jumped are mended, and nothing else is.
    pub is_strict: bool,
    /// Spaces for each level.
    pub indent: usize,
    /// How number literals are understood.
    pub numbers: Numbers,
    /// Deepest nesting that is read, in levels, at most [`ReadOptions::DEPTH_LIMIT`].
    pub max_depth: usize,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        DecodeOptions { is_strict: true, indent: 2, numbers: Numbers::Wire, max_depth: 128 }
    }
}

/// Maps of more entries look for repeated keys by hash.
const FEW_KEYS: usize = 16;

/// The rows of all tables together hold at most so many bytes of names, or [`NAMES_MULTIPLE`] times the text: each name stands
/// in every row, but only once in the text. Whatever has up to 16 MiB as JSON comes back (TW-LIM-003).
const NAMES_BYTES: usize = 16 << 20;

/// See [`NAMES_BYTES`].
const NAMES_MULTIPLE: usize = 128;

/// Reads a value from TOON.
///
/// ```
/// use tracewire_wire::{json, toon};
/// let value = toon::decode(b"spans[2]{id,name}:\n  1,plan\n  2,act", &toon::DecodeOptions::default())?;
/// assert_eq!(json::write(&value), br#"{"spans":[{"id":1,"name":"plan"},{"id":2,"name":"act"}]}"#);
/// let error = toon::decode(b"spans[3]: a,b", &toon::DecodeOptions::default()).unwrap_err();
/// assert_eq!((error.code(), error.line()), ("toon_count", Some(1)));
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
///
/// # Errors
/// [`WireError::Line`] with the line, from 1, and a code that begins with `toon_`.
pub fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Value, WireError> {
    decode_boxed(bytes, options).map_err(|fault| *fault)
}

fn decode_boxed(bytes: &[u8], options: &DecodeOptions) -> Result<Value, Fault> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            return fault("toon_utf8", line, "ill-formed UTF-8");
        }
    };
    let mut decoder = Decoder {
        lines: Lines::new(text, options.indent.max(1), options.is_strict),
        spans: 0,
        levels_left: options.max_depth.min(ReadOptions::DEPTH_LIMIT),
        options,
        items: Vec::new(),
        entries: Vec::new(),
        entry_lines: Vec::new(),
        names_left: text.len().saturating_mul(NAMES_MULTIPLE).max(NAMES_BYTES),
    };
    let result = decoder.root();
    match decoder.lines.fault {
        Some(fault) => Err(fault),
        None => result,
    }
}

pub(super) struct Decoder<'a> {
    pub(super) lines: Lines<'a>,
    /// Lists and tables that are open and have had an item.
    pub(super) spans: usize,
    levels_left: usize,
    pub(super) options: &'a DecodeOptions,
    /// Items of the lists that are open, the innermost last: each list is allocated once, at its size.
    items: Vec<Value>,
    /// The same for maps.
    pub(super) entries: Vec<(String, Value)>,
    /// The line of each of those entries.
    entry_lines: Vec<usize>,
    /// Bytes of names that rows may still repeat.
    pub(super) names_left: usize,
}

impl<'a> Decoder<'a> {
    fn root(&mut self) -> Result<Value, Fault> {
        let Some(first) = self.lines.peek() else { return Ok(Value::Map(Map::new())) };
        if first.depth > 0 {
            return fault("toon_indentation", first.number, "the first line is indented");
        }
        let value = match marks(first.text) {
            Marks { colon: Some(_), bracket: Some(0) } => {
                let header = header(first.text, 0, first.number, self.levels_left)?;
                self.lines.skip();
                self.block(header, first)?
            }
            _ if first.text == "[]" => {
                self.lines.skip();
                Value::List(Vec::new())
            }
            Marks { colon: None, .. } if !self.lines.has_more() => {
                self.lines.skip();
                primitive(first.text, self.options.numbers, first.number)?
            }
            _ => Value::Map(self.map(first.depth)?),
        };
        match self.lines.peek() {
            Some(line) => fault("toon_trailing", line.number, "this line belongs to nothing before it"),
            None => Ok(value),
        }
    }

    /// Takes the line that stands next.
    #[inline]
    pub(super) fn take(&mut self, line: Line<'a>) -> Result<(), Fault> {
        let next = self.lines.peek().unwrap_or(line);
        self.check_blank(next)?;
        self.lines.skip();
        Ok(())
    }

    fn check_blank(&self, line: Line<'a>) -> Result<(), Fault> {
        if line.is_after_blank && self.spans > 0 && self.options.is_strict {
            return fault("toon_blank_line", line.number, "a blank line stands inside a list");
        }
        Ok(())
    }

    /// The depth of what a line at `depth` opens, if anything stands below it.
    pub(super) fn below(&mut self, depth: usize) -> Result<Option<usize>, Fault> {
        match self.lines.peek() {
            Some(line) if line.depth > depth => {
                if line.depth > depth + 1 && self.options.is_strict {
                    return fault("toon_indentation", line.number, "a line is more than one level below its parent");
                }
                Ok(Some(line.depth))
            }
            _ => Ok(None),
        }
    }

    fn nested<T>(&mut self, line: usize, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        let Some(left) = self.levels_left.checked_sub(1) else {
            return fault("toon_too_deep", line, "nested deeper than is read");
        };
        self.levels_left = left;
        let result = read(self);
        self.levels_left += 1;
        result
    }

    /// The fields at this depth.
    fn map(&mut self, depth: usize) -> Result<Map, Fault> {
        let line = self.lines.peek().map_or(0, |line| line.number);
        self.nested(line, |it| {
            let first = it.entries.len();
            while let Some(line) = it.lines.peek().filter(|line| line.depth >= depth) {
                if line.depth > depth {
                    return fault("toon_indentation", line.number, "a line is indented below one that opens nothing");
                }
                it.take(line)?;
                let (key, value) = it.field(line)?;
                it.push_entry(key, value, line.number);
            }
            it.settle(first)
        })
    }

    /// A field whose line is taken.
    fn field(&mut self, line: Line<'a>) -> Result<(String, Value), Fault> {
        match marks(line.text) {
            Marks { colon: Some(_), bracket: Some(bracket) } => {
                let mut header = header(line.text, bracket, line.number, self.levels_left)?;
                match header.key.take() {
                    Some(key) => Ok((key, self.block(header, line)?)),
                    None => fault("toon_header", line.number, "a list inside a map needs a key"),
                }
            }
            Marks { colon: Some(colon), bracket: None } => {
                let (key, rest) = line.text.split_at_checked(colon).unwrap_or((line.text, ""));
                let key = self.key(key, line.number)?;
                let value = match trim(rest.get(1..).unwrap_or_default()) {
                    "" => match self.below(line.depth)? {
                        Some(depth) => Value::Map(self.map(depth)?),
                        None => Value::Map(Map::new()),
                    },
                    "[]" => Value::List(Vec::new()),
                    token => primitive(token, self.options.numbers, line.number)?,
                };
                Ok((key, value))
            }
            Marks { colon: None, .. } => fault("toon_syntax", line.number, "a colon is expected behind a key"),
        }
    }

    pub(super) fn key(&self, token: &str, line: usize) -> Result<String, Fault> {
        let token = trim(token);
        if !token.starts_with('"') {
            return Ok(token.to_owned());
        }
        match quoted(token, line)? {
            (key, "") => Ok(key),
            _ => fault("toon_syntax", line, "something follows the closing quote of a key"),
        }
    }

    /// What a header declares.
    fn block(&mut self, header: Header<'a>, line: Line<'a>) -> Result<Value, Fault> {
        self.nested(line.number, |it| match &header.fields {
            Some(fields) if header.is_keyed => it.keyed(&header, fields, line),
            Some(fields) => it.table(&header, fields, line),
            None if !header.rest.is_empty() => it.inline(&header, line),
            None => it.items(&header, line),
        })
    }

    fn inline(&mut self, header: &Header<'a>, line: Line<'a>) -> Result<Value, Fault> {
        let first = self.items.len();
        let numbers = self.options.numbers;
        let mut cells = Cells::new(header.rest, header.delimiter.byte(), numbers);
        while let Some(item) = cells.take() {
            self.items.push(item);
        }
        if !cells.is_done() {
            self.items.truncate(first);
            let mut problem = None;
            split(header.rest, header.delimiter.byte(), |token| match cell(token, numbers, line.number) {
                Ok(value) => self.items.push(value),
                Err(fault) => _ = problem.get_or_insert(fault),
            });
            if let Some(fault) = problem {
                return Err(fault);
            }
        }
        self.check_count("values", header.count, self.items.len() - first, line)?;
        Ok(Value::List(self.items.split_off(first)))
    }

    fn items(&mut self, header: &Header<'a>, line: Line<'a>) -> Result<Value, Fault> {
        let first = self.items.len();
        let Some(depth) = self.below(line.depth)? else {
            self.check_count("items", header.count, 0, line)?;
            return Ok(Value::List(Vec::new()));
        };
        let spans = self.spans;
        while let Some(item) = self.lines.peek().filter(|item| item.depth >= depth) {
            if item.depth > depth || !(item.text == "-" || item.text.starts_with("- ")) {
                return fault("toon_syntax", item.number, "an item that begins with a hyphen is expected");
            }
            self.check_blank(item)?;
            let item = Line { is_after_blank: false, ..item };
            self.lines.replace(item);
            // From here on, to its last line, nothing may be blank.
            self.spans = spans + 1;
            let item = self.item(item)?;
            self.items.push(item);
        }
        self.spans = spans;
        self.check_count("items", header.count, self.items.len() - first, line)?;
        Ok(Value::List(self.items.split_off(first)))
    }

    fn item(&mut self, line: Line<'a>) -> Result<Value, Fault> {
        let text = line.text.get(1..).unwrap_or_default().trim_start_matches(' ');
        let found = marks(text);
        if text.is_empty() || text == "[]" || found.colon.is_none() {
            self.take(line)?;
            return match text {
                "" => Ok(Value::Map(Map::new())),
                "[]" => Ok(Value::List(Vec::new())),
                token => primitive(token, self.options.numbers, line.number),
            };
        }
        if found.bracket == Some(0) {
            self.take(line)?;
            let header = header(text, 0, line.number, self.levels_left)?;
            if header.fields.is_some() {
                return fault("toon_header", line.number, "a list inside a list cannot be a table");
            }
            return self.block(header, line);
        }
        // The first field stands on the hyphen's line and one level deeper.
        self.lines.replace(Line { text, depth: line.depth + 1, ..line });
        Ok(Value::Map(self.map(line.depth + 1)?))
    }

    pub(super) fn check_count(&self, what: &str, declared: usize, found: usize, line: Line<'a>) -> Result<(), Fault> {
        if self.options.is_strict && declared != found {
            return fault("toon_count", line.number, format!("{declared} {what} are declared, {found} are there"));
        }
        Ok(())
    }

    pub(super) fn push_entry(&mut self, key: String, value: Value, line: usize) {
        self.entries.push((key, value));
        self.entry_lines.push(line);
    }

    /// A map of the entries from `first` on; a repeated key is refused, or its last value takes the place of its first.
    pub(super) fn settle(&mut self, first: usize) -> Result<Map, Fault> {
        let entries = self.entries.split_off(first);
        work::count(entries.len());
        // While keys come in order none is repeated. Any total order will do; that of bytes is the cheapest.
        if entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            self.entry_lines.truncate(first);
            return Ok(Map::from_unique(entries));
        }
        let lines = self.entry_lines.split_off(first);
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut kept: Vec<(String, Value)> = Vec::with_capacity(entries.len());
        let is_large = entries.len() > FEW_KEYS;
        for ((key, value), line) in entries.into_iter().zip(lines) {
            work::count(if is_large { 1 } else { kept.len() });
            let known =
                if is_large { places.get(&key).copied() } else { kept.iter().position(|(known, _)| *known == key) };
            match (known, self.options.is_strict) {
                (Some(_), true) => {
                    let shown: String = key.chars().take(64).collect();
                    return fault("toon_duplicate_key", line, format!("the key {shown:?} stands twice in one map"));
                }
                (Some(at), false) => {
                    if let Some((_, place)) = kept.get_mut(at) {
                        *place = value;
                    }
                }
                (None, _) => {
                    if is_large {
                        places.insert(key.clone(), kept.len());
                    }
                    kept.push((key, value));
                }
            }
        }
        Ok(Map::from_unique(kept))
    }
}
