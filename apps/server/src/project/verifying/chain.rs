//! How far one producer is verified, and the first place that contradicts.

use serde::Serialize;
use tracewire_store::{StoreError, StoredEnvelope, take_stored};
use tracewire_wire::id::Hash;
use tracewire_wire::verify::{Finding, Verifier};
use utoipa::ToSchema;

/// Where an envelope stands in its chain: the number of its first event, and its digest.
pub(super) type Place = (u64, Hash);

/// The first place of a chain that contradicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Contradiction {
    /// What kind: `digest`, `sequence`, `chain`, `fork`, `content`, `closed`, as `tracewire verify` names them; `envelope` for one
    /// that does not read; or the code of the store that cannot give it back.
    #[schema(example = "digest")]
    pub(crate) code: &'static str,
    /// Number of the first event of the envelope.
    pub(crate) first_seq: u64,
    /// What is wrong, in one sentence.
    pub(crate) message: String,
}

/// How far one producer is verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    /// The last envelope that was held against the one before it.
    pub(super) after: Option<Place>,
    /// The last one in the chain that has come.
    pub(super) seen: Option<Place>,
    /// Number of the last event of what was verified.
    pub(crate) verified_seq: u64,
    /// Events up to there that are in no envelope.
    pub(crate) missing_events: u64,
    /// The first place that contradicts. Nothing behind it is looked at.
    pub(crate) contradiction: Option<Contradiction>,
}

impl Chain {
    /// Whether it is sound; `None` while nothing of it is verified.
    pub(crate) fn is_sound(&self) -> Option<bool> {
        let is_verified = self.after.is_some() || self.contradiction.is_some();
        is_verified.then_some(self.contradiction.is_none())
    }

    /// Whether an envelope may change what is known of what is before it.
    pub(super) fn is_late(&self, place: Place) -> bool {
        match &self.contradiction {
            Some(wrong) => place.0 <= wrong.first_seq,
            None => self.after.is_some_and(|after| place <= after),
        }
    }

    /// Goes on with envelopes in the order of the chain, all behind `after`; `before` is the one that stands there.
    pub(super) fn go_on(&mut self, before: Option<&StoredEnvelope>, page: &[StoredEnvelope]) {
        let Some(last) = page.last().filter(|_| self.contradiction.is_none()) else { return };
        let mut verifier = Verifier::new();
        let all = before.into_iter().chain(page);
        let mut findings: Vec<Finding> = all.filter_map(|stored| take_stored(&mut verifier, stored)).collect();
        let report = verifier.finish();
        findings.extend(report.findings);
        let first = findings.into_iter().min_by(|a, b| (a.first_seq, a.code).cmp(&(b.first_seq, b.code)));
        self.contradiction =
            first.map(|Finding { code, first_seq, message, .. }| Contradiction { code, first_seq, message });
        if let Some(report) = report.producers.get(&last.producer) {
            // What is before the first of these was counted with it.
            let since = before.map_or(0, |before| before.first_seq);
            let missing = report.missing_events.iter().filter(|(first, _)| *first > since);
            let missing = missing.map(|(first, last)| last.saturating_sub(*first).saturating_add(1));
            self.missing_events = missing.fold(self.missing_events, u64::saturating_add);
            self.verified_seq = self.verified_seq.max(report.last_seq);
        }
        self.after = Some((last.first_seq, last.digest));
    }

    /// The store cannot give back what is next.
    pub(super) fn cannot_be_read(&mut self, error: &StoreError) {
        self.contradiction = Some(Contradiction {
            code: error.code(),
            first_seq: self.verified_seq.saturating_add(1),
            message: error.to_string(),
        });
    }
}
