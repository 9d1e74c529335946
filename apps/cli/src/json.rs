//! Output for programs: canonical JSON, one document or one line each.

pub use tracewire_insight::document::{count, finding, money, object, or_null, process, state_word, time, tree};
use tracewire_wire::json;
use tracewire_wire::value::Value;

/// A document and its line end.
pub fn line(value: &Value) -> Vec<u8> {
    let mut bytes = json::write(value);
    bytes.push(b'\n');
    bytes
}
