//! The bounded writer: a host walks its values and calls one method for each; the writer keeps depth, count and bytes
//! within [`Limits`] and marks what it left out.

mod budget;
mod part;

use super::head::{self, BREAK, DOUBLE, FALSE, NULL, OPEN_LIST, OPEN_MAP, TRUE, UNDEFINED};
use super::{TAG_CUT, TAG_SET, TAG_WIRE, text};
use crate::limits::Limits;
use budget::Open;

/// Longest magnitude of an integer that is written exactly, in bytes (about 2,500 digits).
const BIG_INT_BYTES: usize = 1024;
/// Longest name of a type without a form, in bytes.
const TYPE_NAME_BYTES: usize = 4096;

/// Buffers that a thread uses again for each record.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) bytes: Vec<u8>,
    open: Vec<Open>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    List,
    Set,
    Map,
}

/// Writes one host value after the other as CBOR, within a budget.
///
/// No method fails, and the result is one well-formed item for each call outside of a list or map. What comes when the budget is
/// used up is counted by the list or map that is open, which says at its end how much it misses; where none is, or where a key
/// stands already, a mark takes the value's place (TW-LIM-004).
///
/// ```
/// use tracewire_recorder::{Limits, cbor::{Scratch, Walker}};
/// let limits = Limits::default();
/// let mut scratch = Scratch::default();
/// let mut walker = Walker::new(&mut scratch, &limits);
/// if walker.begin_map(0) {
///     walker.key("answer");
///     walker.int(42);
///     walker.end_map(0);
/// }
/// assert_eq!(walker.written(), b"\xbf\x66answer\x18\x2a\xff");
/// ```
pub struct Walker<'a> {
    out: &'a mut Vec<u8>,
    open: &'a mut Vec<Open>,
    depth_limit: usize,
    text_limit: usize,
    byte_limit: usize,
    nodes_left: u32,
    /// Where the last key ended: a value is owed while nothing follows it.
    key_end: usize,
    /// Whether the value that comes next belongs to an entry that was left out.
    skips_value: bool,
    /// The keys that are no text and stand open, and the bound of texts outside of them.
    key_depth: u32,
    text_limit_outside: usize,
}

impl<'a> Walker<'a> {
    /// A writer with the whole budget of one record.
    pub fn new(scratch: &'a mut Scratch, limits: &Limits) -> Self {
        scratch.bytes.clear();
        scratch.open.clear();
        let text_limit = usize::try_from(limits.text_bytes).unwrap_or(usize::MAX);
        Walker {
            out: &mut scratch.bytes,
            open: &mut scratch.open,
            depth_limit: limits.depth as usize,
            text_limit,
            byte_limit: usize::try_from(limits.record_bytes).unwrap_or(usize::MAX),
            nodes_left: limits.nodes,
            key_end: 0,
            skips_value: false,
            key_depth: 0,
            text_limit_outside: text_limit,
        }
    }

    /// The bytes written so far.
    pub fn written(&self) -> &[u8] {
        self.out
    }

    /// Writes null.
    pub fn null(&mut self) {
        if self.take() {
            self.out.push(NULL);
        }
    }

    /// Writes a boolean.
    pub fn bool(&mut self, value: bool) {
        if self.take() {
            self.out.push(if value { TRUE } else { FALSE });
        }
    }

    /// Writes a signed integer.
    #[inline]
    pub fn int(&mut self, value: i64) {
        if self.take() {
            match u64::try_from(value) {
                Ok(positive) => head::write(self.out, head::UINT, positive),
                Err(_) => head::write(self.out, head::NEGATIVE, !(value as u64)),
            }
        }
    }

    /// Writes an unsigned integer.
    #[inline]
    pub fn uint(&mut self, value: u64) {
        if self.take() {
            head::write(self.out, head::UINT, value);
        }
    }

    /// Writes an integer of any size from its big-endian magnitude; beyond 1,024 bytes only its size is kept.
    pub fn big_int(&mut self, negative: bool, magnitude: &[u8]) {
        let first = magnitude.iter().position(|byte| *byte != 0).unwrap_or(magnitude.len());
        let digits = magnitude.get(first..).unwrap_or_default();
        if digits.len() > BIG_INT_BYTES {
            return self.unserializable("int", Some(&format!("{} bytes", digits.len())));
        }
        if digits.is_empty() {
            return self.uint(0);
        }
        if !self.take() {
            return;
        }
        self.magnitude(negative, digits);
    }

    /// Writes a bignum.
    fn magnitude(&mut self, negative: bool, digits: &[u8]) {
        // RFC 8949 §3.4.3: tag 3 carries -1 - n, so the magnitude of a negative number goes down by one.
        let mut bytes = digits.to_vec();
        if negative {
            for byte in bytes.iter_mut().rev() {
                let (next, borrow) = byte.overflowing_sub(1);
                *byte = next;
                if !borrow {
                    break;
                }
            }
        }
        head::write(self.out, head::TAG, if negative { 3 } else { 2 });
        head::write(self.out, head::BYTES, bytes.len() as u64);
        self.out.extend_from_slice(&bytes);
    }

    /// Writes a double; NaN and the infinities are kept.
    #[inline]
    pub fn double(&mut self, value: f64) {
        if self.take() {
            self.out.push(DOUBLE);
            self.out.extend_from_slice(&value.to_bits().to_be_bytes());
        }
    }

    /// Writes a text, cut between characters when it is too long.
    #[inline]
    pub fn text(&mut self, value: &str) {
        if self.take() {
            self.bounded_text(value);
        }
    }

    #[inline]
    fn bounded_text(&mut self, value: &str) {
        let room = self.room();
        if value.len() <= room {
            head::write(self.out, head::TEXT, value.len() as u64);
            self.out.extend_from_slice(value.as_bytes());
        } else {
            let kept = text::prefix(value, room);
            self.cut(head::TEXT, kept.as_bytes(), value.len());
        }
    }

    /// Writes text that may hold surrogates or ill-formed sequences (see the spec's rule on text).
    pub fn text_lossy(&mut self, value: &[u8]) {
        // Repair before the cut: the cut's count speaks of the text that readers see.
        let repaired = text::repair(value);
        self.text(&repaired);
    }

    /// Writes a byte string, cut when it is too long.
    pub fn bytes(&mut self, value: &[u8]) {
        if !self.take() {
            return;
        }
        let room = self.room();
        match value.get(..room) {
            Some(kept) if value.len() > room => self.cut(head::BYTES, kept, value.len()),
            _ => {
                head::write(self.out, head::BYTES, value.len() as u64);
                self.out.extend_from_slice(value);
            }
        }
    }

    fn room(&self) -> usize {
        self.text_limit.min(self.byte_limit.saturating_sub(self.out.len()))
    }

    fn cut(&mut self, major: u8, kept: &[u8], whole: usize) {
        head::write(self.out, head::TAG, TAG_CUT);
        head::write(self.out, head::LIST, 2);
        head::write(self.out, major, kept.len() as u64);
        self.out.extend_from_slice(kept);
        head::write(self.out, head::UINT, (whole - kept.len()) as u64);
    }

    /// Writes a moment or a date as `$time`, in the spec's text form.
    pub fn time(&mut self, value: &str) {
        self.tagged("$time", value, None);
    }

    /// Writes a decimal number as `$decimal`, digits as given: all of them, for fewer are another number.
    pub fn decimal(&mut self, value: &str) {
        self.tagged("$decimal", value, None);
    }

    /// Writes the mark of a value that has no form, with a bounded description.
    pub fn unserializable(&mut self, type_name: &str, description: Option<&str>) {
        self.tagged("$unserializable", text::prefix(type_name, TYPE_NAME_BYTES), description);
    }

    /// Writes the mark of a value that a rule of this name took away (TW-POL-001).
    pub fn redacted(&mut self, rule: &str) {
        self.tagged("$redacted", rule, None);
    }

    fn tagged(&mut self, tag: &str, value: &str, description: Option<&str>) {
        if !self.take() {
            return;
        }
        if value.len() > self.byte_limit.saturating_sub(self.out.len()) {
            return self.mark_missing();
        }
        head::write(self.out, head::TAG, TAG_WIRE);
        head::write(self.out, head::MAP, if description.is_some() { 2 } else { 1 });
        self.raw_text(tag);
        self.raw_text(value);
        if let Some(description) = description {
            self.raw_text("text");
            self.raw_text(text::prefix(description, 512));
        }
    }

    #[inline]
    pub(crate) fn raw_text(&mut self, value: &str) {
        head::write(self.out, head::TEXT, value.len() as u64);
        self.out.extend_from_slice(value.as_bytes());
    }

    /// Opens a list. `identity` is the host's address of it, or 0 where no cycle is possible.
    ///
    /// False: it is left out, or a mark stands in its place (cycle, depth), and [`Walker::end_list`] must not be called.
    pub fn begin_list(&mut self, identity: usize) -> bool {
        self.begin(identity, Shape::List)
    }

    /// Opens a set; readers see its members sorted by their canonical bytes.
    pub fn begin_set(&mut self, identity: usize) -> bool {
        self.begin(identity, Shape::Set)
    }

    /// Opens a map; then [`Walker::key`], or what stands between [`Walker::begin_key`] and [`Walker::end_key`], and a value in turn.
    pub fn begin_map(&mut self, identity: usize) -> bool {
        self.begin(identity, Shape::Map)
    }

    #[inline]
    fn begin(&mut self, identity: usize, shape: Shape) -> bool {
        if !self.take() {
            return false;
        }
        if identity != 0 && self.open.iter().any(|open| open.identity == identity) {
            head::write(self.out, head::TAG, TAG_WIRE);
            head::write(self.out, head::MAP, 1);
            self.raw_text("$unserializable");
            self.raw_text("cycle");
            return false;
        }
        if self.open.len() >= self.depth_limit {
            head::write(self.out, head::TAG, TAG_WIRE);
            head::write(self.out, head::MAP, 2);
            self.raw_text("$cut");
            self.out.push(NULL);
            self.raw_text("missing_depth");
            head::write(self.out, head::UINT, 1);
            return false;
        }
        if shape == Shape::Set {
            head::write(self.out, head::TAG, TAG_SET);
        }
        let is_map = shape == Shape::Map;
        self.open.push(Open { identity, is_map, missing: 0 });
        self.out.push(if is_map { OPEN_MAP } else { OPEN_LIST });
        true
    }

    /// Writes a text key of the open map: whole, for half a key is another one. Where it has no room, its entry is counted as
    /// missing, and the value that follows is passed over.
    #[inline]
    pub fn key(&mut self, key: &str) {
        if self.has_budget() && key.len() <= self.byte_limit - self.out.len() {
            self.nodes_left -= 1;
            self.raw_text(key);
            self.key_end = self.out.len();
        } else {
            self.leave_entry_out();
        }
    }

    /// Begins a key that is no text: one value and [`Walker::end_key`] follow. Nothing in it is cut for its length.
    ///
    /// False: its entry has no room. Neither the key's value nor [`Walker::end_key`] follows, but the entry's value does, and is
    /// passed over.
    pub fn begin_key(&mut self) -> bool {
        if !self.has_budget() {
            self.leave_entry_out();
            return false;
        }
        self.key_depth += 1;
        self.text_limit = usize::MAX;
        true
    }

    /// Ends a key that is no text.
    pub fn end_key(&mut self) {
        self.key_depth = self.key_depth.saturating_sub(1);
        if self.key_depth == 0 {
            self.text_limit = self.text_limit_outside;
        }
        self.key_end = self.out.len();
    }

    /// Writes a text key that may hold surrogates or ill-formed sequences.
    pub fn key_lossy(&mut self, key: &[u8]) {
        self.key(&text::repair(key));
    }

    /// Closes the open list; `missing` is how many items the host did not give.
    pub fn end_list(&mut self, missing: u64) {
        let missing = self.close(missing);
        if missing > 0 {
            head::write(self.out, head::TAG, TAG_CUT);
            head::write(self.out, head::UINT, missing);
        }
        self.out.push(BREAK);
    }

    /// Closes the open set; `missing` is how many members the host did not give.
    pub fn end_set(&mut self, missing: u64) {
        self.end_list(missing);
    }

    /// Closes the open map; `missing` is how many entries the host did not give.
    pub fn end_map(&mut self, missing: u64) {
        let missing = self.close(missing);
        if missing > 0 {
            self.out.push(UNDEFINED);
            head::write(self.out, head::UINT, missing);
        }
        self.out.push(BREAK);
    }
}
