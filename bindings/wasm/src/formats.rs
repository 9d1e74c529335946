//! Values, recordings and journals by their bytes. What each function does stands in `contract.ts`.

use crate::pack::pack;
use crate::thrown;
use tracewire_boundary::{envelopes, formats};
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

/// Writes in one format what is read from another.
///
/// # Errors
/// What the reader or the writer refuses, with its place.
#[wasm_bindgen]
pub fn convert(bytes: &[u8], from: &str, from_options: &str, to: &str, to_options: &str) -> Result<Vec<u8>, JsError> {
    formats::convert(bytes, from, from_options, to, to_options).map_err(thrown)
}

/// Writes a value that is given as CBOR.
///
/// # Errors
/// What is no value, and what has no form in this format.
#[wasm_bindgen]
pub fn encode(cbor: &[u8], format: &str, options: &str, keep_tags: bool) -> Result<Vec<u8>, JsError> {
    formats::encode(cbor, format, options, keep_tags).map_err(thrown)
}

/// Reads a value; gives JSON in wire form.
///
/// # Errors
/// What the reader refuses, with its place.
#[wasm_bindgen]
pub fn decode(bytes: &[u8], format: &str, options: &str) -> Result<Vec<u8>, JsError> {
    formats::decode(bytes, format, options).map_err(thrown)
}

/// Envelopes of a journal that end behind `from`, as a list: first numbers of eight bytes, which are doubles (events behind the
/// last boundary, and where each envelope ends), then the envelopes.
///
/// # Errors
/// For what is no journal.
#[wasm_bindgen(js_name = sealJournal)]
pub fn seal_journal(journal: &[u8], from: f64) -> Result<Vec<u8>, JsError> {
    let sealed = envelopes::seal_journal(journal, from).map_err(thrown)?;
    let numbers: Vec<u8> = std::iter::once(sealed.pending).chain(sealed.ends).flat_map(f64::to_le_bytes).collect();
    let envelopes = sealed.envelopes.iter().map(Vec::as_slice);
    Ok(pack(std::iter::once(numbers.as_slice()).chain(envelopes)))
}

/// A journal as it is left by whoever finds it and knows that its writer is dead.
#[wasm_bindgen(js_name = recoverJournal)]
pub fn recover_journal(journal: &[u8]) -> Vec<u8> {
    tracewire_recorder::testing::recover_bytes(journal)
}
