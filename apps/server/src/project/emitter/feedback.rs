//! Which judgements are there already. Who gives one an id may send it again: it is looked for where it belongs, and what came
//! lately is remembered, for what goes into the same transaction the store does not have yet.

use tracewire_recorder::seal::Prepared;
use tracewire_store::{Label, LooseFilter, Store, StoreError, StoredEvent};
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::Hash;
use tracewire_wire::json;
use tracewire_wire::value::Value;

use super::brought::Place;
use super::recent::Recent;

/// Ids of a generation.
const MOST: usize = 10_000;
/// Events of a session that are looked at together.
const AT_ONCE: usize = 500;

/// What a judgement is to those that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nobody used this id before.
    New,
    /// The same was said before.
    Known,
    /// Something else was said under this id.
    Contradicts,
}

/// Judgements that came lately: what was said under which id.
pub(super) struct Judgements(Recent<Hash, Hash>);

impl Default for Judgements {
    fn default() -> Self {
        Judgements(Recent::new(MOST))
    }
}

impl Judgements {
    /// Compares a judgement with what is there, and remembers it.
    pub(super) fn see(
        &mut self,
        store: &dyn Store,
        place: &Place,
        id: &str,
        event: &Prepared,
    ) -> Result<Verdict, StoreError> {
        let (key, says) = (Hash::of(id.as_bytes()), said(event.event()));
        let known = match self.0.get(key, |_| 1) {
            Some(known) => Some(*known),
            None => {
                let stored = find(store, place, id)?.map(|stored| said(&stored.event));
                self.0.put(key, stored.unwrap_or(says), 1);
                stored
            }
        };
        Ok(match known {
            None => Verdict::New,
            Some(known) if known == says => Verdict::Known,
            Some(_) => Verdict::Contradicts,
        })
    }
}

/// What a judgement says, its time left aside.
fn said(event: &Event) -> Hash {
    match &event.body {
        Body::Present(body) => Hash::of(&json::write(&Value::Map(body.clone()))),
        Body::Erased(hash) | Body::Withheld(hash) => *hash,
    }
}

/// The judgement of an id, at its place; long content as references.
///
/// # Errors
/// Those of the store.
pub(crate) fn find(store: &dyn Store, place: &Place, id: &str) -> Result<Option<StoredEvent>, StoreError> {
    let is_it = |stored: &StoredEvent| {
        stored.event.event_type == EventType::Feedback
            && stored.event.body_field("feedback_id").and_then(Value::as_text) == Some(id)
    };
    let session = match place {
        Place::Trace(trace_id) => return Ok(store.events(*trace_id)?.into_iter().find(is_it)),
        Place::Session(session) => session,
    };
    let label = Some((Label::Session, session.clone()));
    let mut filter = LooseFilter { limit: AT_ONCE, label, ..LooseFilter::default() };
    loop {
        let page = store.loose(&filter)?;
        let is_last = page.len() < AT_ONCE;
        filter.after = page.last().map(|last| (last.event.time, last.id));
        if let Some(found) = page.into_iter().find(is_it) {
            return Ok(Some(found));
        }
        if is_last {
            return Ok(None);
        }
    }
}
