//! The server as an emitter: events that another protocol brought are numbered, chained and sealed here, in one place for each
//! project, so that no chain forks however many requests come at once.
//!
//! ```text
//! request ─▶ prepared (its own thread) ─▶ writer's thread: known? ─▶ number, chain, seal ─▶ the same transaction as all else
//! ```
//!
//! There is one producer for each distinct resource. Its name is new each time the server starts, and whenever the store refused
//! something: what was sealed then may have been stored or not, so nothing goes on behind it. A server that stops closes its
//! producers; those of one that was killed are closed by the next one on the same folder.
//!
//! | file | what it is |
//! |---|---|
//! | `brought` | what a request brings |
//! | `producers` | one chain for each resource, so many at once |
//! | `spans` | which spans are there already |
//! | `logs` | which log records are |
//! | `feedback` | which judgements are |
//! | `unclosed` | which producers are open, on disk, for a server that comes after one that was killed |
//! | `recent` | maps that forget what was not asked for long |

mod brought;
mod feedback;
mod logs;
mod producers;
mod recent;
mod spans;
mod unclosed;

pub use brought::{Brought, Place, Record};
pub(crate) use feedback::find as find_feedback;
pub(super) use unclosed::Unclosed;

use tracewire_recorder::seal::{Prepared, Sealed};
use tracewire_store::{Store, StoreError};

use feedback::Judgements;
use logs::Logs;
use producers::Producers;
use spans::{Spans, Verdict};

/// What became of what a request brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emitted {
    /// Spans, records and judgements that are new.
    pub taken: u64,
    /// Those that were there already: nothing is changed by them.
    pub known: u64,
    /// Spans and judgements that contradict one of the same id, each with why; they are not taken.
    pub contradicting: Vec<String>,
}

/// Numbers and seals.
#[derive(Default)]
pub(super) struct Emitter {
    producers: Producers,
    spans: Spans,
    logs: Logs,
    judgements: Judgements,
}

impl Emitter {
    /// Takes what a request brings, and gives the envelopes that are full with it to `sealed`.
    pub(super) fn take(
        &mut self,
        store: &dyn Store,
        brought: Vec<Brought>,
        sealed: &mut Vec<Sealed>,
    ) -> Result<Emitted, StoreError> {
        let mut emitted = Emitted::default();
        self.logs.begin();
        for Brought { resource, key, records } in brought {
            for record in records {
                let Some(events) = self.news_of(store, &key, record, &mut emitted)? else { continue };
                emitted.taken += 1;
                let producer = self.producers.of(&key, &resource, sealed);
                sealed.extend(events.into_iter().filter_map(|event| producer.push_prepared(event)));
            }
        }
        Ok(emitted)
    }

    /// Ends the envelopes that are begun: everything that was taken is in one then.
    pub(super) fn end(&mut self, sealed: &mut Vec<Sealed>) {
        self.producers.end(sealed);
    }

    /// Closes all producers.
    pub(super) fn close(&mut self, sealed: &mut Vec<Sealed>) {
        self.producers.close(sealed);
    }

    /// What a record says that nobody knew; `None` where that is nothing.
    fn news_of(
        &mut self,
        store: &dyn Store,
        source: &tracewire_wire::id::Hash,
        record: Record,
        emitted: &mut Emitted,
    ) -> Result<Option<Vec<Prepared>>, StoreError> {
        let events = match record {
            Record::Span { trace_id, span_id, events } => match self.spans.see(store, trace_id, span_id, &events)? {
                Verdict::New => events,
                Verdict::EndsNow => spans::without_start(events),
                Verdict::Known => {
                    emitted.known += 1;
                    return Ok(None);
                }
                Verdict::Contradicts => {
                    let reason =
                        format!("span {span_id} of trace {trace_id} is there already and began at another time");
                    emitted.contradicting.push(reason);
                    return Ok(None);
                }
            },
            Record::Log { events } => {
                if !self.logs.is_new(store, source, &events)? {
                    emitted.known += 1;
                    return Ok(None);
                }
                events
            }
            Record::Feedback { id: None, event, .. } => vec![*event],
            Record::Feedback { place, id: Some(id), event } => match self.judgements.see(store, &place, &id, &event)? {
                feedback::Verdict::New => vec![*event],
                feedback::Verdict::Known => {
                    emitted.known += 1;
                    return Ok(None);
                }
                feedback::Verdict::Contradicts => {
                    emitted.contradicting.push(format!("feedback {id} is there already and says something else"));
                    return Ok(None);
                }
            },
        };
        Ok(Some(events))
    }
}
