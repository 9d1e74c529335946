//! One journal file on its way into a store.

use super::report::{Damage, Problem, Progress, SweepReport};
use crate::error::StoreError;
use crate::model::{
    Cursor, Incoming, IncomingContent, IncomingEvent, Pending, ProducerFacts, ProducerState, ProducerUpdate,
};
use crate::store::{Ingest, Store};
use std::path::{Path, PathBuf};
use tracewire_recorder::RecorderError;
use tracewire_recorder::journal::{self, Header, Item, JournalReader, Liveness, Recovery, Tail};
use tracewire_recorder::seal::{Checkpoint, Sealed, Sealer};
use tracewire_wire::value::{Map, Value};

/// Envelopes of about so many bytes go into one transaction: enough that pages which many transactions touch are
/// written seldom, and little enough that other writers wait a few tenths of a second at most.
const BATCH_BYTES: usize = 16 << 20;

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
        let state = match liveness {
            Liveness::Alive => ProducerState::Alive,
            Liveness::Closed => ProducerState::Closed,
            Liveness::Dead => ProducerState::Dead,
            Liveness::Unknown => ProducerState::Unknown,
        };
        let mut first = self.read_sealed(report)?;
        loop {
            let is_over = first.is_none();
            if is_over && self.told == Some((state, self.sealer.pending().len())) {
                break;
            }
            let mut next = None;
            let applied = store.write(&mut |ingest| {
                next = self.fill(ingest, first.take(), state, report)?;
                Ok(())
            })?;
            let offset = self.sealer.checkpoint().offset;
            progress.advance(offset.saturating_sub(self.told_offset), applied.events);
            report.envelopes += applied.envelopes;
            report.known += applied.known;
            report.events += applied.events;
            report.forks.extend(applied.forks);
            self.told_offset = offset.max(self.told_offset);
            self.facts = None;
            first = next;
            if first.is_none() {
                self.told = Some((state, self.sealer.pending().len()));
                break;
            }
        }
        self.conclude(liveness, report);
        Ok(())
    }

    /// Fills one transaction: seals until it has enough or the file ends for now. At the end it has the pending events too.
    /// Gives the first envelope of the next transaction.
    fn fill(
        &mut self,
        ingest: &mut dyn Ingest,
        first: Option<Sealed>,
        state: ProducerState,
        report: &mut SweepReport,
    ) -> Result<Option<Sealed>, StoreError> {
        let name = self.sealer.producer().to_owned();
        let mut update = ProducerUpdate { name, facts: self.facts.clone(), state: None, cursor: None };
        ingest.producer(&update)?;
        update.facts = None;
        let mut bytes = 0;
        let mut next = first;
        // Each envelope goes in while it is still in the processor's cache.
        while let Some(sealed) = next.take_if(|_| bytes < BATCH_BYTES) {
            bytes += sealed.payload_bytes;
            ingest.envelope(&Incoming::from(&sealed))?;
            let checkpoint = self.sealer.checkpoint();
            update.cursor = Some(Cursor {
                offset: checkpoint.offset,
                next_seq: checkpoint.next_seq,
                prev: checkpoint.prev,
                last_time: checkpoint.last_time,
            });
            next = self.read_sealed(report)?;
        }
        if next.is_none() {
            update.state = Some(state);
            let pending = self.sealer.pending();
            if !pending.is_empty() {
                let content = self.sealer.pending_content().iter();
                ingest.pending(&Pending {
                    producer: self.sealer.producer(),
                    first_seq: self.sealer.checkpoint().next_seq,
                    events: pending.iter().map(IncomingEvent::from).collect(),
                    content: content.map(|(hash, json)| IncomingContent::value(*hash, json)).collect(),
                })?;
            }
        }
        ingest.producer(&update)?;
        Ok(next)
    }

    /// Reads up to the next envelope; `None` at the end so far.
    fn read_sealed(&mut self, report: &mut SweepReport) -> Result<Option<Sealed>, StoreError> {
        loop {
            let item = match self.reader.next() {
                Ok(Some(item)) => item,
                Ok(None) => return Ok(None),
                Err(error) => {
                    report.problems.push(Problem::of(self.path.clone(), &error));
                    return Ok(None);
                }
            };
            if let Item::Damage { offset, bytes } = item {
                report.damage.push(Damage { path: self.path.clone(), offset, bytes, is_torn_end: false });
            }
            if let Some(sealed) = self.sealer.push(&item) {
                return Ok(Some(sealed));
            }
        }
    }

    fn conclude(&mut self, liveness: Liveness, report: &mut SweepReport) {
        report.pending += self.sealer.pending().len() as u64;
        if let (Tail::Torn { offset, bytes }, Liveness::Dead | Liveness::Unknown) = (self.reader.tail(), liveness) {
            report.damage.push(Damage { path: self.path.clone(), offset, bytes, is_torn_end: true });
        }
        self.is_complete = liveness == Liveness::Closed && self.sealer.pending().is_empty() && self.sealer.can_seal();
        if !self.sealer.can_seal() {
            report.problems.push(Problem {
                path: self.path.clone(),
                code: "seal_newer",
                offset: Some(self.sealer.checkpoint().offset),
                message: "the file wants another version of sealing; its events are read and not sealed".to_owned(),
            });
        }
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
}

fn checkpoint(cursor: Cursor, content: std::collections::HashSet<tracewire_wire::id::Hash>) -> Checkpoint {
    Checkpoint {
        offset: cursor.offset,
        next_seq: cursor.next_seq,
        prev: cursor.prev,
        last_time: cursor.last_time,
        content,
    }
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
