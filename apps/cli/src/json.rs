//! Output for programs: canonical JSON, one document or one line each.

use std::collections::BTreeMap;

pub use tracewire_insight::document::{count, finding, money, object, or_null, process, state_word, time, tree};
use tracewire_wire::json;
use tracewire_wire::value::Value;

/// A document and its line end.
pub fn line(value: &Value) -> Vec<u8> {
    let mut bytes = json::write(value);
    bytes.push(b'\n');
    bytes
}

/// Amounts by currency as the store has them: exact decimal texts.
pub fn amounts(amounts: &BTreeMap<String, String>) -> Value {
    Value::Map(amounts.iter().map(|(currency, amount)| (currency.clone(), amount.as_str().into())).collect())
}
