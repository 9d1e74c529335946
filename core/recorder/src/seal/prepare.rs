//! What sealing does to an event before its number is known. That is most of the work, and none of it depends on other events:
//! whoever seals for many prepares where there is time, and numbers in one place.

use super::policy::Policy;
use crate::journal::Header;
use crate::limits::Limits;
use crate::redaction::Redact;
use tracewire_wire::WireError;
use tracewire_wire::content;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::Hash;

/// An event that only lacks its number: redacted, cut, its content addressed.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(super) event: Event,
    pub(super) body_hash: Option<Hash>,
    pub(super) content: Vec<(Hash, Vec<u8>)>,
}

/// Prepares events by the bounds and rules of a journal's header.
pub struct Preparer {
    policy: Policy,
    inline_bytes: usize,
    #[cfg(feature = "media")]
    media: bool,
}

impl Preparer {
    /// One for these bounds and rules.
    ///
    /// # Errors
    /// `redact_rule` and `redact_pattern`, for rules that cannot be applied.
    pub fn new(limits: &Limits, redact: &Redact) -> Result<Self, WireError> {
        Ok(Preparer {
            policy: Policy::new(limits, redact)?,
            inline_bytes: super::size(limits.inline_bytes),
            #[cfg(feature = "media")]
            media: false,
        })
    }

    /// The same, but with media taken out of values.
    #[cfg(feature = "media")]
    #[must_use]
    pub fn with_media(mut self, media: bool) -> Self {
        self.media = media;
        self
    }

    /// One for a journal; false where its rules cannot be applied: nothing goes through then of what they may be there to remove.
    #[cfg(feature = "redact")]
    pub(super) fn of_header(header: &Header) -> (Self, bool) {
        let inline_bytes = super::size(header.limits.inline_bytes);
        let policy = Policy::new(&header.limits, &header.redact);
        let has_rules = policy.is_ok();
        let preparer = Preparer {
            policy: policy.unwrap_or_else(|_| Policy::closed(&header.limits)),
            inline_bytes,
            #[cfg(feature = "media")]
            media: header.media,
        };
        (preparer, has_rules)
    }

    /// One for a journal. Keys can always be applied.
    #[cfg(not(feature = "redact"))]
    pub(super) fn of_header(header: &Header) -> (Self, bool) {
        let policy = Policy::of_keys(&header.limits, &header.redact);
        (Preparer { policy, inline_bytes: super::size(header.limits.inline_bytes) }, true)
    }

    /// Does everything for which no number is needed.
    pub fn prepare(&self, mut event: Event) -> Prepared {
        let mut carried = Vec::new();
        let body_hash = match &mut event.body {
            Body::Present(body) if body.is_empty() => None,
            Body::Present(body) => {
                self.policy.apply(body);
                #[cfg(feature = "media")]
                if self.media {
                    tracewire_wire::media::extract(body, &mut |hash, bytes| carried.push((hash, bytes)));
                }
                let plain =
                    content::externalise(body, self.inline_bytes, &mut |hash, value| carried.push((hash, value)));
                let nonce = event.nonce.as_deref();
                Some(nonce.map_or(plain, |nonce| content::body_hash(body, Some(nonce))))
            }
            Body::Erased(hash) | Body::Withheld(hash) => Some(*hash),
        };
        Prepared { event, body_hash, content: carried }
    }
}

impl Prepared {
    /// The event; its long content as references.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// The digest that it would have under the number that it has now. Two events that say the same have the same one.
    pub fn digest(&self) -> Hash {
        self.event.digest_with(self.body_hash)
    }

    /// The start of a span as an update of it: for a span whose start was told before.
    #[must_use]
    pub fn into_update(mut self) -> Self {
        self.event.event_type = EventType::SpanUpdate;
        self.event.kind = None;
        self.event.parent_id = None;
        self
    }
}
