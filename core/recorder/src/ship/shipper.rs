//! One sink's way through the journals of a directory.

use super::costs::Costs;
use super::hold::{Hold, Settled, withheld};
use super::tail::{Decider, Tail};
use crate::error::RecorderError;
use crate::journal::{self, Directory, Item, JournalReader, Lease, Liveness};
use crate::seal::Sealer;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tracewire_wire::content;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::event::{Body, Event};
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::{Map, Value};

/// Why a file ends whose process goes on in the next.
const ROTATED: &str = "rotated";

/// Envelopes of one producer, handed out until their result is known.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Names the batch in [`Shipper::batch_result`].
    pub id: u64,
    /// The producer.
    pub producer: String,
    /// Canonical JSON of each envelope, in order.
    pub envelopes: Vec<Vec<u8>>,
    /// How many events they hold.
    pub events: u64,
    /// The same events with their contents put back; empty unless [`Shipper::resolving`] was asked for.
    pub resolved: Vec<Event>,
    end_offset: u64,
    is_closed: bool,
}

impl Batch {
    /// [`Batch::resolved`] as every SDK hands it to exporters: a JSON list of `{"event": …, "producer": …}`.
    pub fn events_json(&self) -> Vec<u8> {
        let located = self.resolved.iter().map(|event| {
            Value::Map(Map::from_iter([
                ("event".to_owned(), event.to_value()),
                ("producer".to_owned(), Value::from(self.producer.as_str())),
            ]))
        });
        json::write(&Value::List(located.collect()))
    }
}

/// Reads journals, seals them, and keeps the sink's cursors.
pub struct Shipper {
    directory: Directory,
    sink: String,
    own_process: String,
    is_resolving: bool,
    decider: Option<Decider>,
    open: BTreeMap<PathBuf, OpenJournal>,
    /// Files of which the sink has everything: they wait for other sinks, and are not read again.
    delivered: BTreeSet<PathBuf>,
    in_flight: Option<Batch>,
    next_id: u64,
    sealed_events: u64,
}

struct OpenJournal {
    reader: JournalReader,
    sealer: Sealer,
    acknowledged: u64,
    /// What its envelopes have carried so far, for a shipper that resolves.
    content: HashMap<Hash, Value>,
    /// What waits for decisions of tail sampling.
    hold: Hold,
    /// Nobody else ships it to this sink meanwhile.
    _lease: Lease,
}

impl Shipper {
    /// A shipper of `sink`; `own_process` is the process part of this process's producer names.
    pub fn new(directory: Directory, sink: &str, own_process: &str) -> Self {
        Shipper {
            directory,
            sink: sink.to_owned(),
            own_process: own_process.to_owned(),
            is_resolving: false,
            decider: None,
            open: BTreeMap::new(),
            delivered: BTreeSet::new(),
            in_flight: None,
            next_id: 1,
            sealed_events: 0,
        }
    }

    /// Has batches carry their events with contents put back, for sinks that speak no envelopes.
    ///
    /// A content stands once in a producer's envelopes, so all of an open journal's content is kept in memory for this: at
    /// most as much as the file is long.
    #[must_use]
    pub fn resolving(mut self) -> Self {
        self.is_resolving = true;
        self
    }

    /// Has the sink get the content of those traces alone that these rules keep; the others are counted. Events with their contents
    /// put back come once: what is undecided then comes without. `prices` say what steps cost whose records don't.
    #[must_use]
    pub fn sampling(mut self, tail: Tail, prices: Option<Arc<dyn Costs>>, withheld: Arc<AtomicU64>) -> Self {
        self.decider = Some(Decider::new(tail, prices, withheld));
        self
    }

    /// Whether a producer is this process.
    pub fn is_own(&self, producer: &str) -> bool {
        producer.starts_with(&self.own_process)
    }

    /// Whether it ships to the local store.
    pub(crate) fn is_of_store(&self) -> bool {
        self.sink == "store"
    }

    /// Events of this process that this shipper has sealed.
    pub fn sealed_events(&self) -> u64 {
        self.sealed_events
    }

    /// The next envelopes to deliver, about `max_bytes` of them, or `None` when all is delivered that is this process's, or
    /// a dead one's that nobody else ships. A batch whose result is still open is handed out again.
    ///
    /// # Errors
    /// [`RecorderError`] when the directory cannot be read. A journal that cannot be read is left out.
    pub fn next_batch(&mut self, max_bytes: usize) -> Result<Option<Batch>, RecorderError> {
        if let Some(batch) = &self.in_flight {
            return Ok(Some(batch.clone()));
        }
        let journals = self.directory.journals()?;
        let (delivered, journals): (Vec<_>, Vec<_>) =
            journals.into_iter().partition(|path| self.delivered.contains(path));
        self.delivered = delivered.into_iter().collect(); // Without those that are gone.
        // What had to make room for others is nobody's any more.
        self.open.retain(|path, _| journals.contains(path));
        for path in journals {
            if let Some(batch) = self.batch_of(&path, max_bytes) {
                self.in_flight = Some(batch.clone());
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    /// Says what became of a batch: delivered, or to be tried again.
    ///
    /// # Errors
    /// [`RecorderError`] when the cursor could not be written; the batch then comes again after a restart.
    pub fn batch_result(&mut self, id: u64, delivered: bool) -> Result<(), RecorderError> {
        let Some(batch) = self.in_flight.take_if(|batch| batch.id == id) else { return Ok(()) };
        if !delivered {
            self.in_flight = Some(batch);
            return Ok(());
        }
        let path = self.directory.journal_path(&batch.producer);
        if let Some(open) = self.open.get_mut(&path).filter(|_| self.decider.is_some()) {
            open.hold.delivered();
            return self.settle(&path);
        }
        if let Some(open) = self.open.get_mut(&path) {
            open.acknowledged = batch.end_offset;
        }
        self.acknowledge(path, &batch.producer, batch.end_offset, batch.is_closed)
    }

    fn acknowledge(
        &mut self,
        path: PathBuf,
        producer: &str,
        end_offset: u64,
        is_closed: bool,
    ) -> Result<(), RecorderError> {
        journal::acknowledge(&self.directory, producer, &self.sink, end_offset)?;
        if is_closed {
            self.open.remove(&path);
            self.delivered.insert(path);
            journal::remove_if_acknowledged(&self.directory, producer)?;
        }
        Ok(())
    }

    /// Acknowledges what is decided and delivered.
    fn settle(&mut self, path: &Path) -> Result<(), RecorderError> {
        let (Some(open), Some(decider)) = (self.open.get_mut(path), &self.decider) else { return Ok(()) };
        let Some(Settled { end_offset, is_closed }) = open.hold.settled(decider) else { return Ok(()) };
        open.acknowledged = end_offset;
        let producer = open.sealer.producer().to_owned();
        self.acknowledge(path.to_owned(), &producer, end_offset, is_closed)
    }

    /// Lets other shippers of this sink go on.
    pub fn release(&mut self) {
        self.open.clear();
    }

    fn batch_of(&mut self, path: &Path, max_bytes: usize) -> Option<Batch> {
        if !self.open.contains_key(path) {
            let opened = self.open_journal(path)?;
            self.open.insert(path.to_owned(), opened);
        }
        if self.decider.is_some() {
            return self.sampled_batch_of(path, max_bytes);
        }
        let open = self.open.get_mut(path)?;
        let mut batch = Batch {
            id: self.next_id,
            producer: open.sealer.producer().to_owned(),
            envelopes: Vec::new(),
            events: 0,
            resolved: Vec::new(),
            end_offset: 0,
            is_closed: false,
        };
        let mut bytes = 0;
        while bytes < max_bytes && !batch.is_closed {
            let Ok(Some(item)) = open.reader.next() else { break };
            let Some(sealed) = open.sealer.push(&item) else { continue };
            if self.is_resolving {
                open.keep_content(&sealed.content);
            }
            // What an earlier shipper delivered is sealed again only to know what the envelopes behind it carry.
            if sealed.end_offset <= open.acknowledged {
                continue;
            }
            let envelope = sealed.bytes();
            bytes += envelope.len();
            batch.events += sealed.events.len() as u64;
            if self.is_resolving {
                batch.resolved.extend(sealed.events.iter().map(|sealed| open.resolve(&sealed.event)));
            }
            batch.end_offset = sealed.end_offset;
            batch.is_closed = sealed.closed;
            batch.envelopes.push(envelope);
        }
        if batch.envelopes.is_empty() {
            return None;
        }
        self.next_id += 1;
        if self.is_own(&batch.producer) {
            self.sealed_events += batch.events;
        }
        Some(batch)
    }

    /// The same by rules of tail sampling: what is undecided goes without content, and again when it has been decided to be kept.
    fn sampled_batch_of(&mut self, path: &Path, max_bytes: usize) -> Option<Batch> {
        let (open, decider) = (self.open.get_mut(path)?, self.decider.as_mut()?);
        let producer = open.sealer.producer().to_owned();
        let process = process_of(&producer);
        let (mut bytes, mut events) = (0, Vec::new());
        while bytes < max_bytes {
            let Ok(Some(item)) = open.reader.next() else { break };
            let is_end = matches!(&item, Item::Close { reason, .. } if reason != ROTATED);
            let Some(sealed) = open.sealer.push(&item) else { continue };
            if self.is_resolving {
                open.keep_content(&sealed.content);
            }
            sealed.events.iter().for_each(|sealed| decider.see(&sealed.event, process));
            if is_end {
                decider.ended(process);
            }
            let whole = sealed.bytes();
            let Ok(envelope) = Envelope::read(&whole) else { continue };
            if sealed.end_offset <= open.acknowledged {
                open.hold.lacks(envelope);
                continue;
            }
            bytes += whole.len();
            open.hold.push(envelope, whole.len(), sealed.end_offset, sealed.closed);
            events.extend(sealed.events.into_iter().map(|sealed| sealed.event));
        }
        decider.settle();
        open.hold.bound(decider);
        let copies = open.hold.due(decider, max_bytes);
        let resolved = if self.is_resolving {
            let shown = |event: &Event| match decider.verdict(event.trace_id) {
                Some(true) => open.resolve(event),
                _ => withheld(event),
            };
            events.iter().map(shown).collect()
        } else {
            Vec::new()
        };
        if copies.is_empty() {
            let _ = self.settle(path); // What cannot be noted comes again after a restart.
            return None;
        }
        let events: u64 = copies.iter().map(|(_, events)| events).sum();
        self.next_id += 1;
        if self.is_own(&producer) {
            self.sealed_events += events;
        }
        Some(Batch {
            id: self.next_id - 1,
            producer,
            envelopes: copies.iter().map(|(copy, _)| copy.write()).collect(),
            events,
            resolved,
            end_offset: 0,
            is_closed: false,
        })
    }

    /// Opens a journal that names this sink, if it is ours or its writer is gone.
    fn open_journal(&mut self, path: &Path) -> Option<OpenJournal> {
        let reader = JournalReader::open(path).ok()?;
        let header = reader.header();
        if !header.sinks.contains(&self.sink) {
            return None;
        }
        let is_own = header.producer.starts_with(&self.own_process);
        if !is_own && journal::liveness(path, header) == Liveness::Dead {
            journal::recover(path).ok()?;
        }
        if !is_own && journal::liveness(path, header) != Liveness::Closed {
            return None;
        }
        let lease = journal::lease(&self.directory, &self.sink, &header.producer).ok()??;
        // Read under the lease: another shipper may have gone on until it gave it up.
        let acknowledged = journal::acknowledged(&self.directory, &header.producer, &self.sink).unwrap_or(0);
        if acknowledged > 0 && journal::is_delivered(path, acknowledged) {
            self.delivered.insert(path.to_owned());
            return None;
        }
        let sealer = Sealer::new(header);
        sealer.can_seal().then(|| OpenJournal {
            reader,
            sealer,
            acknowledged,
            content: HashMap::new(),
            hold: Hold::new(self.is_resolving),
            _lease: lease,
        })
    }
}

/// The process part of a producer's name, as a number.
fn process_of(producer: &str) -> u64 {
    producer.get(..16).and_then(|name| u64::from_str_radix(name, 16).ok()).unwrap_or_default()
}

impl OpenJournal {
    fn keep_content(&mut self, carried: &[(Hash, Vec<u8>)]) {
        for (hash, bytes) in carried {
            if let Ok(value) = json::read(bytes, &ReadOptions::default()) {
                self.content.insert(*hash, value);
            }
        }
    }

    fn resolve(&self, event: &Event) -> Event {
        let mut event = event.clone();
        if let Body::Present(body) = &mut event.body {
            content::resolve(body, &|hash| self.content.get(hash).cloned());
        }
        event
    }
}
