//! What is wrong with recordings, what envelopes prove, and what is taken out of them.

use crate::pack::unpack;
use crate::thrown;
use tracewire_boundary::{envelopes, validate as validator};
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

/// What a recording has wrong, as JSON.
///
/// # Errors
/// For options that say nothing known. What cannot be read is a finding.
#[wasm_bindgen]
pub fn validate(bytes: &[u8], options: &str) -> Result<String, JsError> {
    validator::validate(bytes, options).map_err(thrown)
}

/// What a list of envelopes proves to who trusts these keys (a JSON list, or empty), as JSON.
///
/// # Errors
/// For the first that is neither envelope nor statement, and for what is no key.
#[wasm_bindgen]
pub fn verify(given: &[u8], keys: &str) -> Result<String, JsError> {
    unpack(given).and_then(|given| envelopes::verify(given, keys)).map_err(thrown)
}

/// The envelope without what `selection` names.
///
/// # Errors
/// For what is no envelope, and for what names nothing.
#[wasm_bindgen]
pub fn remove(envelope: &[u8], selection: &str) -> Result<Vec<u8>, JsError> {
    envelopes::remove(envelope, selection).map_err(thrown)
}
