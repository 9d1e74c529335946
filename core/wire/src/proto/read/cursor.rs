//! One cursor over the bytes: varints, lengths, texts and ids, bounded by the message that holds them.

use crate::error::WireError;
use crate::json::ReadOptions;
use crate::proto::wire::{BYTES, FIXED32, FIXED64, MAX_NUMBER, VARINT};
use crate::value::Value;

/// Errors are rare and large; boxed, they leave the way of the values narrow.
pub(super) type Fault = Box<WireError>;

pub(super) fn fault<T>(code: &'static str, offset: usize, reason: impl Into<String>) -> Result<T, Fault> {
    Err(Box::new(WireError::Bytes { code, offset, reason: reason.into() }))
}

/// Reads one item.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    /// Where the next byte stands.
    pub at: usize,
    levels_left: usize,
    /// Members of the maps that are open, the innermost last: each map is allocated once, at its size.
    pub entries: Vec<(String, Value)>,
    /// The same for lists.
    pub items: Vec<Value>,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Cursor { bytes, at: 0, levels_left: ReadOptions::DEPTH_LIMIT, entries: Vec::new(), items: Vec::new() }
    }

    /// How many bytes there are.
    pub fn end(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes from there to here.
    pub fn since(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    /// Goes one level down; `leave` goes up again. An error ends the reading, so that nobody comes up from there.
    #[inline]
    pub fn enter(&mut self) -> Result<(), Fault> {
        match self.levels_left.checked_sub(1) {
            Some(left) => self.levels_left = left,
            None => {
                return fault("proto_too_deep", self.at, format!("nested deeper than {}", ReadOptions::DEPTH_LIMIT));
            }
        }
        Ok(())
    }

    #[inline]
    pub fn leave(&mut self) {
        self.levels_left += 1;
    }

    #[inline]
    pub fn varint(&mut self, end: usize) -> Result<u64, Fault> {
        match self.bytes.get(self.at) {
            Some(byte) if *byte < 0x80 && self.at < end => {
                self.at += 1;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(end),
        }
    }

    fn long_varint(&mut self, end: usize) -> Result<u64, Fault> {
        let start = self.at;
        let rest = self.bytes.get(start..end).unwrap_or_default();
        let mut value = 0u64;
        for (at, byte) in rest.iter().take(10).enumerate() {
            // The tenth byte has room for one bit.
            if at == 9 && *byte > 1 {
                return fault("proto_varint", start, "a number is longer than 64 bits");
            }
            value |= u64::from(byte & 0x7f) << (7 * at);
            if *byte < 0x80 {
                self.at = start + at + 1;
                return Ok(value);
            }
        }
        fault("proto_end", start, "the bytes end inside a number")
    }

    /// A field's key.
    #[inline]
    pub fn key(&mut self, end: usize) -> Result<u32, Fault> {
        let start = self.at;
        let key = self.varint(end)?;
        let number = key >> 3;
        if number == 0 || number > u64::from(MAX_NUMBER) {
            return fault("proto_key", start, "no field has this number");
        }
        Ok(key as u32)
    }

    /// Takes the next field's key if it is this one.
    #[inline]
    pub fn take_key(&mut self, key: u32, end: usize) -> Result<bool, Fault> {
        if self.at >= end {
            return Ok(false);
        }
        let start = self.at;
        let is_it = self.key(end)? == key;
        if !is_it {
            self.at = start;
        }
        Ok(is_it)
    }

    /// A length: where what follows ends.
    #[inline]
    pub fn length(&mut self, end: usize) -> Result<usize, Fault> {
        let start = self.at;
        let length = usize::try_from(self.varint(end)?).unwrap_or(usize::MAX);
        match self.at.checked_add(length) {
            Some(inner) if inner <= end => Ok(inner),
            _ => fault("proto_end", start, "the bytes end inside a field"),
        }
    }

    /// Bytes behind their length.
    #[inline]
    pub fn blob(&mut self, end: usize) -> Result<&'a [u8], Fault> {
        let inner = self.length(end)?;
        let blob = self.bytes.get(self.at..inner).unwrap_or_default();
        self.at = inner;
        Ok(blob)
    }

    #[inline]
    pub fn text(&mut self, end: usize) -> Result<&'a str, Fault> {
        let blob = self.blob(end)?;
        match std::str::from_utf8(blob) {
            Ok(text) => Ok(text),
            Err(error) => fault("proto_utf8", self.at - blob.len() + error.valid_up_to(), "ill-formed UTF-8"),
        }
    }

    /// An id or a hash behind its length.
    pub fn array<const N: usize>(&mut self, end: usize) -> Result<[u8; N], Fault> {
        let start = self.at;
        let blob = self.blob(end)?;
        match <[u8; N]>::try_from(blob) {
            Ok(array) => Ok(array),
            Err(_) => fault("proto_length", start, format!("{N} bytes are expected, these are {}", blob.len())),
        }
    }

    #[inline]
    pub fn double(&mut self, end: usize) -> Result<f64, Fault> {
        match self.bytes.get(self.at..end).and_then(<[u8]>::first_chunk) {
            Some(bytes) => {
                self.at += 8;
                Ok(f64::from_le_bytes(*bytes))
            }
            None => fault("proto_end", self.at, "the bytes end inside a field"),
        }
    }

    /// The error for a field that has a known number and another type, behind its key.
    pub fn wrong_type<T>(&self, offset: usize, message: &str, key: u32, end: usize) -> Result<T, Fault> {
        if self.at == end {
            return fault("proto_end", offset, "the bytes end behind a field's key");
        }
        fault("proto_wire_type", offset, format!("field {} of {message} has another type", key >> 3))
    }

    /// Takes a field that this version does not know, behind its key.
    pub fn skip(&mut self, key: u32, end: usize) -> Result<(), Fault> {
        let width = match key & 7 {
            VARINT => return self.varint(end).map(|_| ()),
            BYTES => return self.blob(end).map(|_| ()),
            FIXED64 => 8,
            FIXED32 => 4,
            _ => return fault("proto_wire_type", self.at, "groups are not part of proto3"),
        };
        if end - self.at < width {
            return fault("proto_end", self.at, "the bytes end inside a field");
        }
        self.at += width;
        Ok(())
    }
}

/// The error for a field that stands twice.
pub(super) fn repeated<T>(offset: usize, message: &str, number: u32) -> Result<T, Fault> {
    fault("proto_duplicate_field", offset, format!("field {number} of {message} stands twice, or in two places"))
}

/// Which fields of a message stood already; numbers from 1 to 63.
#[derive(Default)]
pub(super) struct Seen(u64);

impl Seen {
    /// Notes a field; false where it stood before.
    #[inline]
    pub fn first(&mut self, number: u32) -> bool {
        let bit = 1u64 << (number & 63);
        let is_first = self.0 & bit == 0;
        self.0 |= bit;
        is_first
    }
}
