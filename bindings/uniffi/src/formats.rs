//! Values, recordings, envelopes and journals by their bytes.

use crate::refused::{TracewireError, guarded};
use tracewire_boundary::{envelopes, formats, validate as validator};

/// Envelopes of a journal.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SealedJournal {
    /// Canonical JSON of each, in order.
    pub envelopes: Vec<Vec<u8>>,
    /// Events behind the last boundary.
    pub pending: u64,
}

impl From<envelopes::Sealed> for SealedJournal {
    fn from(sealed: envelopes::Sealed) -> Self {
        SealedJournal { envelopes: sealed.envelopes, pending: sealed.pending as u64 }
    }
}

/// Writes in one format what is read from another. Options are JSON (`bindings/boundary/src/formats.rs`).
///
/// # Errors
/// What the formats refuse, with the place.
#[uniffi::export]
pub fn convert(
    bytes: &[u8],
    from: &str,
    from_options: &str,
    to: &str,
    to_options: &str,
) -> Result<Vec<u8>, TracewireError> {
    guarded(|| formats::convert(bytes, from, from_options, to, to_options))
}

/// Writes a value that the SDK's walker wrote as CBOR.
///
/// # Errors
/// What the format refuses.
#[uniffi::export]
pub fn encode(cbor: &[u8], format: &str, options: &str, keep_tags: bool) -> Result<Vec<u8>, TracewireError> {
    guarded(|| formats::encode(cbor, format, options, keep_tags))
}

/// Reads a value; gives JSON in wire form, members in the order in which they stand.
///
/// # Errors
/// What the format refuses, with the place.
#[uniffi::export]
pub fn decode(bytes: &[u8], format: &str, options: &str) -> Result<Vec<u8>, TracewireError> {
    guarded(|| formats::decode(bytes, format, options))
}

/// What envelopes prove, as JSON in the form of the command `tracewire verify`.
///
/// # Errors
/// For the first that is no envelope.
#[uniffi::export]
pub fn verify(given: Vec<Vec<u8>>) -> Result<String, TracewireError> {
    guarded(|| envelopes::verify(given.iter().map(Vec::as_slice), ""))
}

/// The envelope without what the selection (JSON) names.
///
/// # Errors
/// For what is no envelope, and for what names nothing.
#[uniffi::export]
pub fn remove(envelope: &[u8], selection: &str) -> Result<Vec<u8>, TracewireError> {
    guarded(|| envelopes::remove(envelope, selection))
}

/// What a recording has wrong, as JSON in the form of `tracewire validate --json`.
///
/// # Errors
/// For options that say nothing known. What cannot be read is a finding.
#[uniffi::export]
pub fn validate(bytes: &[u8], options: &str) -> Result<String, TracewireError> {
    guarded(|| validator::validate(bytes, options))
}

/// The envelopes of a journal, given by its bytes.
///
/// # Errors
/// For what is no journal.
#[uniffi::export]
pub fn seal_journal(journal: &[u8]) -> Result<SealedJournal, TracewireError> {
    guarded(|| Ok(envelopes::seal_journal(journal, -1.0)?.into()))
}

/// A journal as it is left by whoever finds it and knows that its writer is dead.
///
/// # Errors
/// None but `internal`.
#[uniffi::export]
pub fn recover_journal(journal: &[u8]) -> Result<Vec<u8>, TracewireError> {
    guarded(|| Ok(tracewire_recorder::testing::recover_bytes(journal)))
}
