//! Values, recordings, envelopes and journals by their bytes.

use crate::guard::guard_or_throw;
use napi::Result;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use tracewire_boundary::{envelopes, formats, validate as validator};

/// Envelopes of a journal.
#[napi(object)]
pub struct SealedJournal {
    /// Canonical JSON of each, in order.
    pub envelopes: Vec<Uint8Array>,
    /// Events behind the last boundary.
    pub pending: f64,
    /// Where each envelope ends in the journal.
    pub ends: Vec<f64>,
}

impl From<envelopes::Sealed> for SealedJournal {
    fn from(sealed: envelopes::Sealed) -> Self {
        let envelopes = sealed.envelopes.into_iter().map(Uint8Array::from).collect();
        SealedJournal { envelopes, pending: sealed.pending, ends: sealed.ends }
    }
}

/// Writes in one format what is read from another.
#[napi]
pub fn convert(
    bytes: Uint8Array,
    from: String,
    from_options: String,
    to: String,
    to_options: String,
) -> Result<Uint8Array> {
    guard_or_throw(|| Ok(formats::convert(&bytes, &from, &from_options, &to, &to_options)?.into()))
}

/// Writes a value that the walker wrote as CBOR.
#[napi]
pub fn encode(cbor: Uint8Array, format: String, options: String, keep_tags: bool) -> Result<Uint8Array> {
    guard_or_throw(|| Ok(formats::encode(&cbor, &format, &options, keep_tags)?.into()))
}

/// Reads a value; gives canonical JSON in wire form.
#[napi]
pub fn decode(bytes: Uint8Array, format: String, options: String) -> Result<Uint8Array> {
    guard_or_throw(|| Ok(formats::decode(&bytes, &format, &options)?.into()))
}

/// What envelopes prove to who trusts these keys (a JSON list, or empty), as JSON.
#[napi]
pub fn verify(given: Vec<Uint8Array>, keys: String) -> Result<String> {
    guard_or_throw(|| envelopes::verify(given.iter().map(|envelope| &**envelope), &keys))
}

/// The envelope without what the selection names.
#[napi]
pub fn remove(envelope: Uint8Array, selection: String) -> Result<Uint8Array> {
    guard_or_throw(|| Ok(envelopes::remove(&envelope, &selection)?.into()))
}

/// What a recording has wrong, as JSON.
#[napi]
pub fn validate(bytes: Uint8Array, options: String) -> Result<String> {
    guard_or_throw(|| validator::validate(&bytes, &options))
}

/// The envelopes of a journal that end behind the offset `from`.
#[napi]
pub fn seal_journal(journal: Uint8Array, from: f64) -> Result<SealedJournal> {
    guard_or_throw(|| Ok(envelopes::seal_journal(&journal, from)?.into()))
}

/// A journal as it is left by whoever finds it and knows that its writer is dead.
#[napi]
pub fn recover_journal(journal: Uint8Array) -> Result<Uint8Array> {
    guard_or_throw(|| Ok(tracewire_recorder::testing::recover_bytes(&journal).into()))
}
