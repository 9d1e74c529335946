//! Counts of tokens.

use crate::thrown;
use tracewire_boundary::tokens;
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

/// How many tokens a text has for a model's encoding, exactly.
///
/// # Errors
/// `encoding_unknown`.
#[wasm_bindgen(js_name = countTokens)]
pub fn count_tokens(text: &str, encoding: &str) -> Result<usize, JsError> {
    tokens::count_tokens(text, encoding).map_err(thrown)
}
