//! What a walk writes to: a record's bounded bytes, or a whole value.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tracewire_recorder::cbor::Walker;

/// Takes what a walk finds, one call for each value in value position; see [`Walker`] for what each call means.
///
/// The walker of records bounds what it takes and marks what it leaves out. [`crate::value::Builder`] takes everything,
/// and remembers the first thing that has no form.
pub(crate) trait Output {
    fn has_budget(&self) -> bool;
    fn null(&mut self);
    fn bool(&mut self, value: bool);
    fn int(&mut self, value: i64);
    fn big_int(&mut self, is_negative: bool, magnitude: &[u8]);
    /// An integer beyond the walker's own bound. `digits` prints it, where the host can.
    fn long_int(&mut self, bytes: usize, digits: impl FnOnce() -> Option<String>);
    fn double(&mut self, value: f64);
    fn text(&mut self, value: &str);
    fn text_lossy(&mut self, value: &[u8]);
    fn bytes(&mut self, value: &[u8]);
    fn time(&mut self, value: &str);
    fn decimal(&mut self, value: &str);
    fn unserializable(&mut self, type_name: &str, description: Option<&str>);
    fn begin_list(&mut self, identity: usize) -> bool;
    fn begin_set(&mut self, identity: usize) -> bool;
    fn begin_map(&mut self, identity: usize) -> bool;
    /// Opens a dict, whose type may say that its keys are in wire form.
    fn begin_dict(&mut self, dict: &Bound<'_, PyDict>, identity: usize) -> bool;
    fn key(&mut self, key: &str);
    /// Begins a key that is no text; false where its entry has no room, so that only its value follows.
    fn begin_key(&mut self) -> bool;
    fn end_key(&mut self);
    fn key_lossy(&mut self, key: &[u8]);
    fn end_list(&mut self, missing: u64);
    fn end_set(&mut self, missing: u64);
    fn end_map(&mut self, missing: u64);
    /// A member of an object raised when it was read, and is left out.
    fn member_failed(&mut self, name: &str);
}

impl Output for Walker<'_> {
    #[inline]
    fn has_budget(&self) -> bool {
        self.has_budget()
    }

    #[inline]
    fn null(&mut self) {
        self.null();
    }

    #[inline]
    fn bool(&mut self, value: bool) {
        self.bool(value);
    }

    #[inline]
    fn int(&mut self, value: i64) {
        self.int(value);
    }

    fn big_int(&mut self, is_negative: bool, magnitude: &[u8]) {
        self.big_int(is_negative, magnitude);
    }

    fn long_int(&mut self, bytes: usize, _: impl FnOnce() -> Option<String>) {
        self.unserializable("int", Some(&format!("{bytes} bytes")));
    }

    #[inline]
    fn double(&mut self, value: f64) {
        self.double(value);
    }

    #[inline]
    fn text(&mut self, value: &str) {
        self.text(value);
    }

    fn text_lossy(&mut self, value: &[u8]) {
        self.text_lossy(value);
    }

    fn bytes(&mut self, value: &[u8]) {
        self.bytes(value);
    }

    fn time(&mut self, value: &str) {
        self.time(value);
    }

    fn decimal(&mut self, value: &str) {
        self.decimal(value);
    }

    fn unserializable(&mut self, type_name: &str, description: Option<&str>) {
        self.unserializable(type_name, description);
    }

    #[inline]
    fn begin_list(&mut self, identity: usize) -> bool {
        self.begin_list(identity)
    }

    fn begin_set(&mut self, identity: usize) -> bool {
        self.begin_set(identity)
    }

    #[inline]
    fn begin_map(&mut self, identity: usize) -> bool {
        self.begin_map(identity)
    }

    #[inline]
    fn begin_dict(&mut self, _: &Bound<'_, PyDict>, identity: usize) -> bool {
        self.begin_map(identity)
    }

    #[inline]
    fn key(&mut self, key: &str) {
        self.key(key);
    }

    fn begin_key(&mut self) -> bool {
        self.begin_key()
    }

    fn end_key(&mut self) {
        self.end_key();
    }

    fn key_lossy(&mut self, key: &[u8]) {
        self.key_lossy(key);
    }

    #[inline]
    fn end_list(&mut self, missing: u64) {
        self.end_list(missing);
    }

    fn end_set(&mut self, missing: u64) {
        self.end_set(missing);
    }

    #[inline]
    fn end_map(&mut self, missing: u64) {
        self.end_map(missing);
    }

    #[inline]
    fn member_failed(&mut self, _: &str) {}
}
