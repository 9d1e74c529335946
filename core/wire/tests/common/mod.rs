//! What several of the tests need.

#![allow(dead_code, reason = "each test takes a part of it")]

pub mod strategies;

use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;

/// The value of a JSON text.
pub fn read(bytes: &[u8]) -> Value {
    json::read(bytes, &ReadOptions::default()).unwrap()
}

/// The canonical JSON of a value.
pub fn json(value: &Value) -> String {
    String::from_utf8(json::write(value)).unwrap()
}
