//! A buffer that is filled from its end to its beginning: whoever writes a length knows it already, and nothing is written or
//! counted twice, however deep messages are nested.

use crate::proto::wire::{BYTES, FIXED64, VARINT, key};

/// Bytes that were written from the last to the first.
pub(super) struct Back {
    bytes: Vec<u8>,
    /// Where the first byte that was written stands.
    start: usize,
}

impl Back {
    pub fn with_capacity(capacity: usize) -> Self {
        Back { bytes: vec![0; capacity], start: capacity }
    }

    /// How many bytes were written.
    #[inline]
    pub fn written(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// The bytes, in their order.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Writes bytes before all others.
    #[inline]
    pub fn put(&mut self, part: &[u8]) {
        if self.start < part.len() {
            self.grow(part.len());
        }
        let start = self.start.saturating_sub(part.len());
        if let Some(place) = self.bytes.get_mut(start..self.start) {
            place.copy_from_slice(part);
        }
        self.start = start;
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let written = self.written();
        let size = (self.bytes.len() * 2).max(written + more).max(256);
        let mut bytes = vec![0; size];
        let start = size - written;
        if let Some(place) = bytes.get_mut(start..) {
            place.copy_from_slice(self.as_bytes());
        }
        (self.bytes, self.start) = (bytes, start);
    }

    #[inline]
    pub fn varint(&mut self, value: u64) {
        if value < 0x80 {
            return self.put(&[value as u8]);
        }
        let mut buffer = [0u8; 10];
        let (mut rest, mut length) = (value, 0);
        for place in &mut buffer {
            length += 1;
            *place = (rest & 0x7f) as u8;
            rest >>= 7;
            if rest == 0 {
                break;
            }
            *place |= 0x80;
        }
        self.put(buffer.get(..length).unwrap_or_default());
    }

    #[inline]
    pub fn key(&mut self, number: u32, wire_type: u32) {
        self.varint(u64::from(key(number, wire_type)));
    }

    /// Ends, at its beginning, the field whose bytes were written since `before`.
    #[inline]
    pub fn close(&mut self, number: u32, before: usize) {
        self.varint((self.written() - before) as u64);
        self.key(number, BYTES);
    }

    #[inline]
    pub fn bytes_field(&mut self, number: u32, bytes: &[u8]) {
        self.put(bytes);
        self.varint(bytes.len() as u64);
        self.key(number, BYTES);
    }

    #[inline]
    pub fn varint_field(&mut self, number: u32, value: u64) {
        self.varint(value);
        self.key(number, VARINT);
    }

    pub fn double_field(&mut self, number: u32, value: f64) {
        self.put(&value.to_le_bytes());
        self.key(number, FIXED64);
    }
}

/// A signed integer with its sign in the lowest bit.
pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_stand_as_they_are_read() {
        for (value, bytes) in [
            (0, &[0][..]),
            (127, &[127]),
            (128, &[0x80, 1]),
            (300, &[0xac, 2]),
            (u64::MAX, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
        ] {
            let mut back = Back::with_capacity(0);
            back.put(b"end");
            back.varint(value);
            assert_eq!(back.as_bytes(), [bytes, b"end"].concat());
        }
        assert_eq!([0, -1, 1, i64::MIN, i64::MAX].map(zigzag), [0, 1, 2, u64::MAX, u64::MAX - 1]);
    }
}
