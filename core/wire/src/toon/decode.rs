//! Lines become values (sections 4, 5 and 8 to 10).

use super::header::{Field, Header, header, leaves};
use super::lines::{Line, Marks, find, lines, marks, split};
use crate::error::WireError;
use crate::json::{self, Numbers, ReadOptions};
use crate::value::{Map, Value};
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

/// A longer token is no number.
const LONGEST_NUMBER: usize = 4300;

pub(super) type Fault = Box<WireError>;

pub(super) fn fault<T>(code: &'static str, line: usize, reason: impl Into<String>) -> Result<T, Fault> {
    Err(Box::new(WireError::Line { code, line, reason: reason.into() }))
}

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
    let lines = lines(text, options.indent.max(1), options.is_strict)?;
    let levels_left = options.max_depth.min(ReadOptions::DEPTH_LIMIT);
    Decoder { lines, at: 0, spans: 0, levels_left, options }.root()
}

struct Decoder<'a> {
    lines: Vec<Line<'a>>,
    at: usize,
    /// Lists and tables that are open and have had an item.
    spans: usize,
    levels_left: usize,
    options: &'a DecodeOptions,
}

type Entry = (String, Value, usize);

impl<'a> Decoder<'a> {
    fn root(mut self) -> Result<Value, Fault> {
        let Some(first) = self.lines.first().copied() else { return Ok(Value::Map(Map::new())) };
        if first.depth > 0 {
            return fault("toon_indentation", first.number, "the first line is indented");
        }
        let value = match (marks(first.text), self.lines.len()) {
            (Marks { colon: Some(_), bracket: Some(0) }, _) => {
                let header = header(first.text, 0, first.number, self.levels_left)?;
                self.at = 1;
                self.block(header, first)?
            }
            (_, 1) if first.text == "[]" => {
                self.at = 1;
                Value::List(Vec::new())
            }
            (Marks { colon: None, .. }, 1) => {
                self.at = 1;
                self.primitive(first.text, first.number)?
            }
            _ if first.text == "[]" => {
                self.at = 1;
                Value::List(Vec::new())
            }
            _ => Value::Map(self.map(first.depth)?),
        };
        match self.lines.get(self.at) {
            Some(line) => fault("toon_trailing", line.number, "this line belongs to nothing before it"),
            None => Ok(value),
        }
    }

    fn peek(&self) -> Option<Line<'a>> {
        self.lines.get(self.at).copied()
    }

    /// Takes the line that stands next.
    fn take(&mut self, line: Line<'a>) -> Result<(), Fault> {
        self.check_blank(self.peek().unwrap_or(line))?;
        self.at += 1;
        Ok(())
    }

    fn check_blank(&self, line: Line<'a>) -> Result<(), Fault> {
        if line.is_after_blank && self.spans > 0 && self.options.is_strict {
            return fault("toon_blank_line", line.number, "a blank line stands inside a list");
        }
        Ok(())
    }

    /// The depth of what a line at `depth` opens, if anything stands below it.
    fn below(&self, depth: usize) -> Result<Option<usize>, Fault> {
        match self.peek() {
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
        let line = self.peek().map_or(0, |line| line.number);
        self.nested(line, |it| {
            let mut entries: Vec<Entry> = Vec::new();
            while let Some(line) = it.peek().filter(|line| line.depth >= depth) {
                if line.depth > depth {
                    return fault("toon_indentation", line.number, "a line is indented below one that opens nothing");
                }
                it.take(line)?;
                let (key, value) = it.field(line)?;
                entries.push((key, value, line.number));
            }
            it.settle(entries)
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
                let rest = rest.get(1..).unwrap_or_default().trim_matches(' ');
                let value = match rest {
                    "" => match self.below(line.depth)? {
                        Some(depth) => Value::Map(self.map(depth)?),
                        None => Value::Map(Map::new()),
                    },
                    "[]" => Value::List(Vec::new()),
                    token => self.primitive(token, line.number)?,
                };
                Ok((key, value))
            }
            Marks { colon: None, .. } => fault("toon_syntax", line.number, "a colon is expected behind a key"),
        }
    }

    fn key(&self, token: &str, line: usize) -> Result<String, Fault> {
        let token = token.trim_matches(' ');
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

    fn inline(&self, header: &Header<'a>, line: Line<'a>) -> Result<Value, Fault> {
        let mut items = Vec::new();
        let mut problem = None;
        split(header.rest, header.delimiter.byte(), |token| match self.primitive_or_empty(token, line.number) {
            Ok(value) => items.push(value),
            Err(fault) => _ = problem.get_or_insert(fault),
        });
        if let Some(fault) = problem {
            return Err(fault);
        }
        self.check_count("values", header.count, items.len(), line)?;
        Ok(Value::List(items))
    }

    fn items(&mut self, header: &Header<'a>, line: Line<'a>) -> Result<Value, Fault> {
        let mut items = Vec::new();
        let Some(depth) = self.below(line.depth)? else {
            self.check_count("items", header.count, 0, line)?;
            return Ok(Value::List(items));
        };
        let spans = self.spans;
        while let Some(item) = self.peek().filter(|item| item.depth >= depth) {
            if item.depth > depth || !(item.text == "-" || item.text.starts_with("- ")) {
                return fault("toon_syntax", item.number, "an item that begins with a hyphen is expected");
            }
            self.check_blank(item)?;
            if let Some(place) = self.lines.get_mut(self.at) {
                place.is_after_blank = false;
            }
            // From here on, to its last line, nothing may be blank.
            self.spans = spans + 1;
            items.push(self.item(item)?);
        }
        self.spans = spans;
        self.check_count("items", header.count, items.len(), line)?;
        Ok(Value::List(items))
    }

    fn item(&mut self, line: Line<'a>) -> Result<Value, Fault> {
        let text = line.text.get(1..).unwrap_or_default().trim_start_matches(' ');
        let found = marks(text);
        if text.is_empty() || text == "[]" || found.colon.is_none() {
            self.take(line)?;
            return match text {
                "" => Ok(Value::Map(Map::new())),
                "[]" => Ok(Value::List(Vec::new())),
                token => self.primitive(token, line.number),
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
        if let Some(place) = self.lines.get_mut(self.at) {
            (place.text, place.depth) = (text, line.depth + 1);
        }
        Ok(Value::Map(self.map(line.depth + 1)?))
    }

    fn table(&mut self, header: &Header<'a>, fields: &[Field], line: Line<'a>) -> Result<Value, Fault> {
        self.check_fields(fields, line)?;
        let delimiter = header.delimiter.byte();
        let mut rows = Vec::new();
        let is_row = |text: &str| match marks(text).colon {
            None => true,
            Some(colon) => find(text, delimiter).is_some_and(|at| at < colon),
        };
        self.rows(line, |it, row| {
            if !is_row(row.text) {
                return Ok(false);
            }
            it.take(row)?;
            rows.push(it.row(row.text, delimiter, fields, row)?);
            Ok(true)
        })?;
        self.check_count("rows", header.count, rows.len(), line)?;
        Ok(Value::List(rows))
    }

    fn keyed(&mut self, header: &Header<'a>, fields: &[Field], line: Line<'a>) -> Result<Value, Fault> {
        self.check_fields(fields, line)?;
        let mut entries: Vec<Entry> = Vec::new();
        self.rows(line, |it, row| {
            let Some(colon) = find(row.text, b':') else {
                return fault("toon_syntax", row.number, "a colon is expected behind an entry's key");
            };
            it.take(row)?;
            let (key, cells) = row.text.split_at_checked(colon).unwrap_or((row.text, ""));
            let key = it.key(key, row.number)?;
            let cells = cells.get(1..).unwrap_or_default().trim_matches(' ');
            if cells.is_empty() {
                return fault("toon_width", row.number, "an entry has no cells");
            }
            entries.push((key, it.row(cells, header.delimiter.byte(), fields, row)?, row.number));
            Ok(true)
        })?;
        self.check_count("entries", header.count, entries.len(), line)?;
        Ok(Value::Map(self.settle(entries)?))
    }

    /// Calls `take` for the lines one level below `line`, until it says that a line is none of its own.
    fn rows(
        &mut self,
        line: Line<'a>,
        mut take: impl FnMut(&mut Self, Line<'a>) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        let Some(depth) = self.below(line.depth)? else { return Ok(()) };
        let spans = self.spans;
        while let Some(row) = self.peek().filter(|row| row.depth == depth) {
            if !take(self, row)? {
                break;
            }
            self.spans = spans + 1;
        }
        self.spans = spans;
        match self.peek() {
            Some(row) if row.depth > line.depth => {
                fault("toon_indentation", row.number, "this line is no row of the table above it")
            }
            _ => Ok(()),
        }
    }

    fn row(&self, text: &'a str, delimiter: u8, fields: &[Field], line: Line<'a>) -> Result<Value, Fault> {
        let mut cells = Vec::with_capacity(fields.len());
        split(text, delimiter, |token| cells.push(token));
        let width = leaves(fields);
        if cells.len() != width {
            let reason = format!("a row of {} cells; the header names {width}", cells.len());
            return fault("toon_width", line.number, reason);
        }
        Ok(Value::Map(self.object(&mut cells.into_iter(), fields, line)?))
    }

    fn object(
        &self,
        cells: &mut impl Iterator<Item = &'a str>,
        fields: &[Field],
        line: Line<'a>,
    ) -> Result<Map, Fault> {
        let mut entries = Vec::with_capacity(fields.len());
        for field in fields {
            let value = if field.group.is_empty() {
                self.primitive_or_empty(cells.next().unwrap_or_default(), line.number)?
            } else {
                Value::Map(self.object(cells, &field.group, line)?)
            };
            entries.push((field.name.clone(), value, line.number));
        }
        self.settle(entries)
    }

    /// Field names that stand twice, found once for all rows.
    fn check_fields(&self, fields: &[Field], line: Line<'a>) -> Result<(), Fault> {
        let names = fields.iter().map(|field| (field.name.clone(), Value::Null, line.number)).collect();
        self.settle(names)?;
        fields
            .iter()
            .filter(|field| !field.group.is_empty())
            .try_for_each(|field| self.check_fields(&field.group, line))
    }

    fn check_count(&self, what: &str, declared: usize, found: usize, line: Line<'a>) -> Result<(), Fault> {
        if self.options.is_strict && declared != found {
            return fault("toon_count", line.number, format!("{declared} {what} are declared, {found} are there"));
        }
        Ok(())
    }

    /// A map of entries; a repeated key is refused, or its last value takes the place of its first.
    fn settle(&self, entries: Vec<Entry>) -> Result<Map, Fault> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut kept: Vec<(String, Value)> = Vec::with_capacity(entries.len());
        let is_large = entries.len() > FEW_KEYS;
        for (key, value, line) in entries {
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

    fn primitive_or_empty(&self, token: &str, line: usize) -> Result<Value, Fault> {
        if token.is_empty() { Ok(Value::Text(String::new())) } else { self.primitive(token, line) }
    }

    fn primitive(&self, token: &str, line: usize) -> Result<Value, Fault> {
        Ok(match token.bytes().next() {
            Some(b'"') => match quoted(token, line)? {
                (text, "") => Value::Text(text),
                _ => return fault("toon_syntax", line, "something follows a closing quote"),
            },
            Some(b't') if token == "true" => Value::Bool(true),
            Some(b'f') if token == "false" => Value::Bool(false),
            Some(b'n') if token == "null" => Value::Null,
            // JSON's numbers end with a digit; what else JSON allows around them is part of a text here.
            Some(b'-' | b'0'..=b'9')
                if token.len() <= LONGEST_NUMBER && token.ends_with(|last: char| last.is_ascii_digit()) =>
            {
                let options = ReadOptions { numbers: self.options.numbers, ..ReadOptions::default() };
                // A literal beyond the doubles stays the text that it is.
                json::read(token.as_bytes(), &options).unwrap_or_else(|_| Value::Text(token.to_owned()))
            }
            _ => Value::Text(token.to_owned()),
        })
    }
}

/// Reads a quoted text at the beginning of a token; gives it and what follows (section 7.1).
pub(super) fn quoted(token: &str, line: usize) -> Result<(String, &str), Fault> {
    let mut text = String::with_capacity(token.len());
    let mut rest = token.get(1..).unwrap_or_default();
    loop {
        let Some(stop) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\')) else {
            return fault("toon_syntax", line, "a quoted text is not closed");
        };
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
