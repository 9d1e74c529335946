//! One journal file on its way into a store.

use super::report::{Damage, Problem, Progress, SweepReport};
use crate::error::StoreError;
use crate::model::{
    Batch, Cursor, Incoming, IncomingContent, IncomingEvent, Pending, ProducerFacts, ProducerState, ProducerUpdate,
};
use crate::store::Store;
use std::path::{Path, PathBuf};
use tracewire_recorder::RecorderError;
use tracewire_recorder::journal::{self, Header, Item, JournalReader, Liveness, Recovery, Tail};
use tracewire_recorder::seal::{Checkpoint, Sealed, Sealer};
use tracewire_wire::value::{Map, Value};

/// Envelopes of about so many bytes go into one transaction: enough that pages which many batches touch are written
/// seldom, and little beside the memory that a database needs anyway.
const BATCH_BYTES: usize = 8 << 20;

/// A file that is being read, and the state of its sealing.
pub(super) struct Journal {
    path: PathBuf,
    reader: JournalReader,
    sealer: Sealer,
    /// Facts that the store has not been told yet.
    facts: Option<ProducerFacts>,
    /// What the store was told last.
    told: Option<(ProducerState, usize)>,
    told_offset: u64,
    names_store: bool,
    is_complete: bool,
    damage_seen: u64,
}

impl Journal {
    /// Opens a file where the store left off.
    ///
    /// # Errors
    /// Inner: the file cannot be read. Outer: the store cannot.
    pub(super) fn open(path: &Path, store: &dyn Store) -> Result<Result<Self, RecorderError>, StoreError> {
        let mut reader = match JournalReader::open(path) {
            Ok(reader) => reader,
            Err(error) => return Ok(Err(error)),
        };
        let header = reader.header().clone();
        let cursor = store.cursor(&header.producer)?;
        let (sealer, offset) = match cursor {
            None => (Sealer::new(&header), 0),
            Some(cursor) => {
                reader.seek(cursor.offset);
                let content = store.carried(&header.producer)?;
                (Sealer::resume(&header, checkpoint(cursor, content)), cursor.offset)
            }
        };
        Ok(Ok(Journal {
            path: path.to_owned(),
            reader,
            sealer,
            facts: Some(facts(&header)),
            told: None,
            told_offset: offset,
            names_store: header.sinks.iter().any(|sink| sink == super::SINK),
            is_complete: false,
            damage_seen: 0,
        }))
    }

    pub(super) fn producer(&self) -> &str {
        self.sealer.producer()
    }

    /// Whether the store has all of a closed file.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The offset that the store has everything up to, if the file waits for its acknowledgement.
    pub(super) fn acknowledged(&self) -> Option<u64> {
        self.names_store.then_some(self.told_offset)
    }

    /// Reads what is new and puts it into the store.
    pub(super) fn sweep(
        &mut self,
        store: &mut dyn Store,
        progress: &mut dyn Progress,
        report: &mut SweepReport,
    ) -> Result<(), StoreError> {
        let liveness = self.judge(report);
        let mut sealed: Vec<Sealed> = Vec::new();
        let mut bytes = 0;
        loop {
            let item = match self.reader.next() {
                Ok(Some(item)) => item,
                Ok(None) => break,
                Err(error) => {
                    report.problems.push(Problem::of(self.path.clone(), &error));
                    break;
                }
            };
            if let Item::Damage { offset, bytes } = item
                && offset >= self.damage_seen
            {
                self.damage_seen = offset + bytes;
                report.damage.push(Damage { path: self.path.clone(), offset, bytes, is_torn_end: false });
            }
            if let Some(envelope) = self.sealer.push(&item)? {
                bytes += envelope.bytes.len();
                sealed.push(envelope);
            }
            if bytes >= std::env::var("BB").ok().and_then(|p| p.parse::<usize>().ok()).unwrap_or(BATCH_BYTES) {
                self.apply(store, &sealed, None, progress, report)?;
                sealed.clear();
                bytes = 0;
            }
        }
        if let (Tail::Torn { offset, bytes }, Liveness::Dead | Liveness::Unknown) = (self.reader.tail(), liveness) {
            report.damage.push(Damage { path: self.path.clone(), offset, bytes, is_torn_end: true });
        }
        let state = match liveness {
            Liveness::Alive => ProducerState::Alive,
            Liveness::Closed => ProducerState::Closed,
            Liveness::Dead => ProducerState::Dead,
            Liveness::Unknown => ProducerState::Unknown,
        };
        report.pending += self.sealer.pending().len() as u64;
        self.apply(store, &sealed, Some(state), progress, report)?;
        self.is_complete = liveness == Liveness::Closed && self.sealer.pending().is_empty() && self.sealer.can_seal();
        if !self.sealer.can_seal() {
            report.problems.push(Problem {
                path: self.path.clone(),
                code: "seal_newer",
                offset: Some(self.sealer.checkpoint().offset),
                message: "the file wants another version of sealing; its events are read and not sealed".to_owned(),
            });
        }
        Ok(())
    }

    /// Whether the writer lives; the file of a dead one gets its close first.
    fn judge(&mut self, report: &mut SweepReport) -> Liveness {
        let header = self.reader.header();
        let found = journal::liveness(&self.path, header);
        if found != Liveness::Dead {
            return found;
        }
        match journal::recover(&self.path) {
            Ok(Recovery::Recovered { .. }) => report.recovered += 1,
            Ok(_) => {}
            Err(error) => {
                report.problems.push(Problem::of(self.path.clone(), &error));
                return found;
            }
        }
        journal::liveness(&self.path, header)
    }

    /// One transaction. The last one of a sweep has the state and the pending events.
    fn apply(
        &mut self,
        store: &mut dyn Store,
        sealed: &[Sealed],
        state: Option<ProducerState>,
        progress: &mut dyn Progress,
        report: &mut SweepReport,
    ) -> Result<(), StoreError> {
        let pending = self.sealer.pending();
        let news = state.map(|state| (state, pending.len()));
        if sealed.is_empty() && (news.is_none() || news == self.told) {
            return Ok(());
        }
        let checkpoint = self.sealer.checkpoint();
        let offset = checkpoint.offset;
        let mut batch = Batch {
            producers: vec![ProducerUpdate {
                name: self.sealer.producer().to_owned(),
                facts: self.facts.clone(),
                state,
                cursor: (!sealed.is_empty()).then_some(Cursor {
                    offset,
                    next_seq: checkpoint.next_seq,
                    prev: checkpoint.prev,
                    last_time: checkpoint.last_time,
                }),
            }],
            envelopes: sealed.iter().map(Incoming::from).collect(),
            pending: Vec::new(),
        };
        if state.is_some() && !pending.is_empty() {
            let content = self.sealer.pending_content().iter();
            batch.pending.push(Pending {
                producer: self.sealer.producer(),
                first_seq: checkpoint.next_seq,
                events: pending.iter().map(IncomingEvent::from).collect(),
                content: content.map(|(hash, json)| IncomingContent::value(*hash, json)).collect(),
            });
        }
        let applied = store.apply(&batch)?;
        progress.advance(offset.saturating_sub(self.told_offset), applied.events);
        report.envelopes += applied.envelopes;
        report.known += applied.known;
        report.events += applied.events;
        report.forks.extend(applied.forks);
        self.told_offset = offset.max(self.told_offset);
        self.told = news;
        self.facts = None;
        Ok(())
    }
}

fn checkpoint(cursor: Cursor, content: std::collections::HashSet<tracewire_wire::id::Hash>) -> Checkpoint {
    Checkpoint { offset: cursor.offset, next_seq: cursor.next_seq, prev: cursor.prev, last_time: cursor.last_time, content }
}

fn facts(header: &Header) -> ProducerFacts {
    let origin = &header.origin;
    let text = |name: &str, value: &str| (name.to_owned(), Value::from(value));
    ProducerFacts {
        created: Some(header.created),
        resource: header.resource.clone(),
        origin: Map::from_iter([
            text("boot", &origin.boot),
            text("host", &origin.host),
            ("pid".to_owned(), Value::from_u64(origin.pid)),
            text("pid_namespace", &origin.pid_namespace),
            ("started".to_owned(), Value::from_u64(origin.started)),
        ]),
        spec: header.spec.clone(),
        seal: header.seal,
        parent: header.parent.clone(),
        predecessor: header.predecessor.clone(),
    }
}
