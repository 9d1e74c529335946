//! JSON: what is read is written and read again as the same; serde_json refuses and accepts the same texts, but where the
//! specification says otherwise, and finds the same values.

use crate::budget::Budget;
use serde_json::Value as Peer;
use tracewire_wire::WireError;
use tracewire_wire::json::{self, Numbers, ReadOptions};
use tracewire_wire::recording::Recording;
use tracewire_wire::value::Value;

/// A list of short numbers beyond 2^53 (`1e300,`) takes the most memory: each becomes a tag with all its digits.
pub const BUDGET: Budget = Budget { memory: 160, steps: 400 };

/// Reads within the budget.
pub fn decode(bytes: &[u8], numbers: Numbers) -> Result<Value, WireError> {
    BUDGET.keep(bytes.len(), || json::read(bytes, &ReadOptions { numbers, ..ReadOptions::default() }))
}

/// See the module.
pub fn check(bytes: &[u8]) {
    let wire = decode(bytes, Numbers::Wire);
    let ecma = decode(bytes, Numbers::Ecma);
    if let Ok(value) = &wire {
        let written = json::write(value);
        let again = decode(&written, Numbers::Wire);
        assert_eq!(again.as_ref(), Ok(value), "what is written is read as the same");
        assert_eq!(json::write(value), written, "the same value has the same bytes");
        if let Ok(again) = &again {
            assert_eq!(json::write(again), written, "canonical bytes are those of what they say");
        }
    }
    if let Ok(value) = &wire {
        let recording = Recording::from_value(value.clone());
        assert_eq!(&recording.to_value(), value, "a recording of any document gives it back");
    }
    compare(&ecma, serde_json::from_slice(bytes));
    match (&wire, &ecma) {
        (Ok(_), Err(error)) => {
            assert_eq!(error.code(), "number_range", "only a number can be too large for ECMAScript")
        }
        (Err(error), Ok(_)) => assert_eq!(error.code(), "json_integer_length", "only an integer can be too long"),
        _ => {}
    }
}

/// What each refuses and the other does not.
fn compare(ours: &Result<Value, WireError>, theirs: Result<Peer, serde_json::Error>) {
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => assert!(is_same(ours, &theirs), "{ours:?} is not {theirs:?}"),
        // Both read 128 levels; a text may be too deep for one and wrong at a later place for the other.
        (Ok(_), Err(error)) => assert!(error.to_string().contains("recursion limit"), "they say {error}"),
        (Err(error), Ok(_)) => {
            assert!(["json_duplicate_key", "json_too_deep"].contains(&error.code()), "{error}, and they take it");
        }
        (Err(_), Err(_)) => {}
    }
}

fn is_same(ours: &Value, theirs: &Peer) -> bool {
    match (ours, theirs) {
        (Value::Null, Peer::Null) => true,
        (Value::Bool(ours), Peer::Bool(theirs)) => ours == theirs,
        (Value::Int(_) | Value::Double(_), Peer::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Value::Text(ours), Peer::String(theirs)) => ours == theirs,
        (Value::List(ours), Peer::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Value::Map(ours), Peer::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(key, value)| theirs.get(key).is_some_and(|theirs| is_same(value, theirs)))
        }
        _ => false,
    }
}
