//! A library without rules of redaction: keys are removed by the seal, and nothing before.

use crate::redaction::{Redact, Redaction};
use std::borrow::Cow;
use tracewire_wire::WireError;

/// Applies nothing.
pub(crate) struct Masker;

impl Masker {
    /// What is applied before a record is written, and what a journal's header asks of its seal.
    ///
    /// # Errors
    /// For rules that are none, or not known here.
    pub(crate) fn of(redaction: &Redaction) -> Result<(Self, Redact), WireError> {
        redaction.rules().map(|redact| (Masker, redact))
    }

    /// The record as it is.
    #[expect(clippy::unnecessary_wraps, reason = "the other one may fail")]
    pub(crate) fn apply<'r>(&self, record: &'r [u8]) -> Option<Cow<'r, [u8]>> {
        Some(Cow::Borrowed(record))
    }
}
