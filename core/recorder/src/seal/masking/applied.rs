//! A library that knows all rules.

use crate::cbor::{Scratch, Walker, wire_form};
use crate::limits::Limits;
use crate::redaction::{Redact, RedactAt, Redaction};
use crate::seal::normalise;
use crate::seal::policy::Policy;
use std::borrow::Cow;
use tracewire_wire::WireError;
use tracewire_wire::event::Body;

/// Applies rules to records, where that is asked for.
pub(crate) struct Masker(Option<Policy>);

impl Masker {
    /// What is applied before a record is written, and what a journal's header asks of its seal.
    ///
    /// # Errors
    /// For rules that are none.
    pub(crate) fn of(redaction: &Redaction) -> Result<(Self, Redact), WireError> {
        let redact = redaction.rules()?;
        if redaction.at == RedactAt::Seal {
            return Ok((Masker(None), redact));
        }
        // Texts are cut by the seal, behind the rules: here they stay.
        let limits = Limits { text_bytes: u64::MAX, ..Limits::default() };
        let policy = Policy::new(&limits, &redact)?;
        Ok((Masker(Some(policy)), Redact::default()))
    }

    /// The record without what the rules remove; `None` for one that cannot be read, of which nobody knows what it holds.
    #[inline]
    pub(crate) fn apply<'r>(&self, record: &'r [u8]) -> Option<Cow<'r, [u8]>> {
        match &self.0 {
            None => Some(Cow::Borrowed(record)),
            Some(policy) => masked(policy, record).map(Cow::Owned),
        }
    }
}

fn masked(policy: &Policy, record: &[u8]) -> Option<Vec<u8>> {
    let mut event = normalise::event(record, 0).ok()?;
    if let Body::Present(body) = &mut event.body {
        policy.apply(body);
    }
    let mut scratch = Scratch::default();
    let limits = Limits::unbounded();
    let mut walker = Walker::new(&mut scratch, &limits);
    wire_form::event(&mut walker, &event);
    Some(walker.written().to_vec())
}
