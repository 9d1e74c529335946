//! Emitters and readers with exactly one defect each. The kit's cases must catch every one of them: that is how the kit
//! is tested.
//!
//! ```text
//! request ─▶ spoiled request ─▶ honest implementation ─▶ envelopes ─▶ events ─▶ spoiled events ─▶ sealed, spoiled
//!                               (Rust, in the process)                                 digests over what is written
//! ```
//!
//! A defect is spoiled into an honest answer as its implementer would have made it: consistently. Whoever sorts keys in
//! another order computes digests over that order too, so nothing but a comparison of bytes tells.
//!
//! | module | what it is |
//! |---|---|
//! | [`style`] | a writer of JSON with a hand of its own |
//! | [`seal`] | envelopes taken apart into events, and sealed again, rightly or not |
//! | [`request`] | what a script says, found and replaced |
//! | [`table`] | the mutants: name, what is wrong, the cases that must catch it |
//! | [`matrix`] | all mutants against all cases |
//!
//! It asks the Rust adapter in the process and reads case files; nothing of it is ever part of a release.

#![forbid(unsafe_code)]

pub mod matrix;
pub mod request;
pub mod seal;
pub mod style;
pub mod table;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What was asked already, by the hash of the request: most mutants ask the same.
static ANSWERS: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());

/// What the honest implementation says to a request.
pub fn honest(case: &Value) -> Value {
    let key = style::hash(case.to_string().as_bytes());
    let known = ANSWERS.lock().ok().and_then(|answers| answers.get(&key).cloned());
    known.unwrap_or_else(|| {
        let answer = asked(case);
        _ = ANSWERS.lock().map(|mut answers| answers.insert(key, answer.clone()));
        answer
    })
}

fn asked(case: &Value) -> Value {
    let mut answer = tracewire_conformance_rust::answer(&json!({ "id": 0, "do": "run", "case": case }));
    _ = answer.as_object_mut().map(|members| members.remove("id"));
    answer
}

/// Base64 as bytes; none where it is not base64.
pub fn bytes(text: &Value) -> Vec<u8> {
    BASE64.decode(text.as_str().unwrap_or_default()).unwrap_or_default()
}

/// Bytes as base64.
pub fn base64(bytes: &[u8]) -> Value {
    BASE64.encode(bytes).into()
}
