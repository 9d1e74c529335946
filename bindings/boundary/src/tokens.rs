//! Counts of tokens.

use crate::Refusal;
use tracewire_insight::tokens::{Encoding, count};

/// How many tokens a text has for a model's encoding, exactly.
///
/// # Errors
/// `encoding_unknown`.
pub fn count_tokens(text: &str, encoding: &str) -> Result<usize, Refusal> {
    let known = Encoding::parse(encoding);
    let unknown = || Refusal::new("encoding_unknown", format!("{encoding:?} is not one of o200k, cl100k"));
    Ok(count(text, known.ok_or_else(unknown)?))
}
