//! What stands around the values of a record: members of the record itself, outside of the budget.

use super::super::TAG_WIRE;
use super::super::head::{self, BREAK, OPEN_MAP};
use super::Walker;

impl Walker<'_> {
    /// Says that the map which follows is in wire form: its `$` keys are tags.
    pub(crate) fn wire_form(&mut self) {
        head::write(self.out, head::TAG, TAG_WIRE);
    }

    /// Opens a map of the record itself: outside the budget and the depth.
    pub(crate) fn begin_part(&mut self) {
        self.out.push(OPEN_MAP);
    }

    /// Closes a map of the record itself.
    pub(crate) fn end_part(&mut self) {
        self.out.push(BREAK);
    }

    /// Writes an unbudgeted integer of the record itself.
    pub(crate) fn part_int(&mut self, key: &str, value: i64) {
        self.raw_text(key);
        match u64::try_from(value) {
            Ok(positive) => head::write(self.out, head::UINT, positive),
            Err(_) => head::write(self.out, head::NEGATIVE, !(value as u64)),
        }
    }

    /// Writes an unbudgeted integer of any size of the record itself.
    pub(crate) fn part_wide_int(&mut self, key: &str, value: i128) {
        self.raw_text(key);
        match (u64::try_from(value), u64::try_from(-1 - value)) {
            (Ok(positive), _) => head::write(self.out, head::UINT, positive),
            (_, Ok(negative)) => head::write(self.out, head::NEGATIVE, negative),
            _ => self.magnitude(value < 0, &value.unsigned_abs().to_be_bytes()),
        }
    }

    /// Writes a text of the record itself that the host gave: no budget keeps it out, its own length can cut it.
    pub(crate) fn part_host_text(&mut self, key: &str, value: &str) {
        self.raw_text(key);
        self.bounded_text(value);
    }

    /// Writes an unbudgeted byte string of the record itself.
    pub(crate) fn part_bytes(&mut self, key: &str, value: &[u8]) {
        self.raw_text(key);
        head::write(self.out, head::BYTES, value.len() as u64);
        self.out.extend_from_slice(value);
    }

    /// Writes an unbudgeted text of the record itself.
    pub(crate) fn part_text(&mut self, key: &str, value: &str) {
        self.raw_text(key);
        self.raw_text(value);
    }

    /// Appends one item that is CBOR already (a host that walks its own values).
    pub(crate) fn raw_item(&mut self, item: &[u8]) {
        self.out.extend_from_slice(item);
    }
}
