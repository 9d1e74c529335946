//! Journals in memory, for hosts without a disk: the same frames as a file's. The host takes the bytes to keep them
//! elsewhere, and the envelopes to send them; a journal is forgotten once all of it has been acknowledged.

use super::directory::producer_name;
use super::frame::{self, Kind};
use super::header::{Header, Origin};
use super::item::Item;
use super::losses::{Losses, Owed, reason};
use super::options::{Counters, WhenFull, lock};
use super::reader::JournalReader;
use super::recovery::close_payload;
use super::writer::Dropped;
use crate::clock::Moment;
use crate::medium::Medium;
use crate::options::Options;
use crate::redaction::Redact;
use crate::seal::{Sealer, version_for};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;
use tracewire_wire::envelope::SPEC_VERSION;
use tracewire_wire::value::Map;
use xxhash_rust::xxh3::xxh3_64;

/// A flush's payload: CBOR null.
const MARK_PAYLOAD: &[u8] = &[0xf6];

type LossRecord = fn(Moment, &str, u64, u64) -> Vec<u8>;

/// Journals of this process that nobody has acknowledged whole.
pub struct Memory {
    options: Options,
    sampling: Option<Map>,
    redact: Redact,
    process: String,
    /// Size at which a journal is closed and the next begun.
    file_bytes: u64,
    loss_record: LossRecord,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    journals: VecDeque<Journal>,
    number: u64,
    predecessor: Option<String>,
    losses: Losses,
    written: u64,
    loss_records: u64,
    sealed: u64,
    sent: u64,
    latest: Option<Moment>,
    is_closed: bool,
    notices: Vec<String>,
    frame: Vec<u8>,
    in_flight: Option<MemoryBatch>,
}

/// One journal, from its first byte to its last so far.
struct Journal {
    producer: String,
    seed: u64,
    bytes: Vec<u8>,
    records: u64,
    has_news: bool,
    is_closed: bool,
    /// How much of it the host has taken.
    taken: usize,
    /// How far it is sealed.
    sealed: usize,
    /// Events of it that the receiver has.
    sent: u64,
    /// What it tells of losses.
    told: Vec<Owed>,
    sealer: Sealer,
}

/// Bytes of a journal as they follow those of the chunk before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The journal's producer.
    pub producer: String,
    /// Where they stand in it.
    pub offset: u64,
    /// Themselves.
    pub bytes: Vec<u8>,
}

/// Envelopes of one producer, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryBatch {
    /// The producer.
    pub producer: String,
    /// Canonical JSON of each.
    pub envelopes: Vec<Vec<u8>>,
    /// How many events they hold.
    pub events: u64,
    /// The offset behind them.
    pub end_offset: u64,
    /// Whether they are the producer's last.
    pub is_closed: bool,
}

impl Memory {
    /// Journals whose first begins with the first record.
    pub(crate) fn new(options: Options, redact: Redact, sampling: Option<Map>, loss_record: LossRecord) -> Self {
        let process = options.sources.process().unwrap_or_else(|| format!("{:016x}", crate::clock::random()));
        let file_bytes = options.when_full.file_bytes(options.file_bytes, options.quota_bytes);
        Memory { options, sampling, redact, process, file_bytes, loss_record, state: Mutex::default() }
    }

    /// What was appended since the last call, of one journal at a time.
    pub fn take_chunk(&self) -> Option<Chunk> {
        let mut state = lock(&self.state);
        let journal = state.journals.iter_mut().find(|journal| journal.taken < journal.bytes.len())?;
        let (offset, bytes) = (journal.taken as u64, journal.bytes.get(journal.taken..).unwrap_or_default().to_vec());
        journal.taken = journal.bytes.len();
        Some(Chunk { producer: journal.producer.clone(), offset, bytes })
    }

    /// The next envelopes, about `max_bytes` of them and at least one; the same ones until they are acknowledged.
    pub fn next_batch(&self, max_bytes: usize) -> Option<MemoryBatch> {
        let state = &mut *lock(&self.state);
        if state.in_flight.is_none() {
            state.in_flight = state.journals.iter_mut().find_map(|journal| journal.next_batch(max_bytes));
            state.sealed += state.in_flight.as_ref().map_or(0, |batch| batch.events);
        }
        state.in_flight.clone()
    }

    /// The receiver has everything of this producer up to `end_offset`.
    pub fn acknowledge(&self, producer: &str, end_offset: u64) {
        let mut state = lock(&self.state);
        let is_it = |batch: &mut MemoryBatch| batch.producer == producer && batch.end_offset <= end_offset;
        let Some(batch) = state.in_flight.take_if(is_it) else { return };
        state.sent += batch.events;
        if let Some(journal) = state.journals.iter_mut().find(|journal| journal.producer == producer) {
            journal.sent += batch.events;
        }
        if batch.is_closed {
            state.journals.retain(|journal| journal.producer != producer);
        }
    }

    fn header(&self, state: &State, moment: Moment) -> Header {
        let media = self.options.media && cfg!(feature = "media");
        Header {
            spec: SPEC_VERSION.to_owned(),
            seal: version_for(&self.redact, media),
            producer: producer_name(&self.process, state.number),
            created: moment.wall,
            resource: self.options.resource.clone(),
            limits: self.options.limits.clone(),
            redact: self.redact.clone(),
            media,
            sampling: self.sampling.clone(),
            origin: Origin::default(),
            parent: None,
            predecessor: state.predecessor.clone(),
            sinks: Vec::new(),
            sources: self.options.sources.name().map(str::to_owned),
            other: Map::default(),
        }
    }

    fn append_to(&self, state: &mut State, payload: &[u8], moment: Moment) -> Result<(), &'static str> {
        if state.is_closed {
            return Err(reason::CLOSED);
        }
        if payload.is_empty() {
            return Err(reason::SIZE);
        }
        let frame_bytes = frame::frame_bytes(payload.len() as u64);
        if state.held_bytes() + frame_bytes > self.options.quota_bytes {
            self.make_room(state, frame_bytes);
            if state.held_bytes() + frame_bytes > self.options.quota_bytes {
                return Err(reason::QUOTA);
            }
        }
        state.latest = Some(moment);
        let is_full =
            |journal: &Journal| journal.records > 0 && journal.bytes.len() as u64 + frame_bytes > self.file_bytes;
        if state.open().is_some_and(|journal| is_full(journal)) {
            state.end("rotated");
        }
        if state.open().is_none() {
            state.number += 1;
            let header = self.header(state, moment);
            state.predecessor = Some(header.producer.clone());
            state.journals.push_back(Journal::new(&header));
        }
        self.tell_losses(state, moment);
        if state.put(Kind::Record, payload) { Ok(()) } else { Err(reason::SIZE) }
    }

    /// Lets the oldest journals give way that are complete, if they may; what the receiver has not acknowledged of them is counted.
    fn make_room(&self, state: &mut State, wanted: u64) {
        while self.options.when_full == WhenFull::DropOldest
            && state.held_bytes() + wanted > self.options.quota_bytes
            && state.journals.front().is_some_and(|journal| journal.is_closed)
        {
            let Some(journal) = state.journals.pop_front() else { return };
            state.in_flight.take_if(|batch| batch.producer == journal.producer);
            // What tells of losses stands at the front: it is with the receiver as soon as anything is.
            let told = if journal.sent == 0 { journal.told } else { Vec::new() };
            let records = journal.records.saturating_sub(journal.sent).saturating_sub(told.len() as u64);
            state.written = state.written.saturating_sub(records);
            state.loss_records = state.loss_records.saturating_sub(told.len() as u64);
            told.into_iter().for_each(|owed| state.losses.owe_again(owed));
            state.count(reason::EVICTED, records, journal.bytes.len() as u64);
        }
    }

    /// Has the open journal say what was lost before.
    fn tell_losses(&self, state: &mut State, moment: Moment) {
        while let Some(owed) = state.losses.owed() {
            let loss = (self.loss_record)(moment, owed.reason, owed.count, owed.bytes);
            state.put(Kind::Record, &loss);
            state.losses.told(owed);
            if let Some(journal) = state.open() {
                journal.told.push(owed);
            }
            state.loss_records += 1;
        }
    }
}

impl Medium for Memory {
    fn append(&self, record: &[u8], moment: Moment) -> Result<(), Dropped> {
        let mut state = lock(&self.state);
        match self.append_to(&mut state, record, moment) {
            Ok(()) => state.written += 1,
            Err(reason) => {
                state.drop_record(reason, record.len() as u64);
                return Err(Dropped { reason });
            }
        }
        Ok(())
    }

    fn mark(&self) {
        let mut state = lock(&self.state);
        if state.open().is_some_and(|journal| journal.has_news) {
            state.put(Kind::Mark, MARK_PAYLOAD);
        }
    }

    fn count_drop(&self, reason: &'static str) {
        lock(&self.state).drop_record(reason, 0);
    }

    fn counters(&self) -> Counters {
        let state = lock(&self.state);
        Counters {
            written: state.written,
            loss_records: state.loss_records,
            files: state.number,
            dropped: state.losses.counts(),
        }
    }

    fn take_notices(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state).notices)
    }

    fn producer(&self) -> Option<String> {
        let state = lock(&self.state);
        (state.number > 0).then(|| producer_name(&self.process, state.number))
    }

    fn directory(&self) -> &Path {
        Path::new("")
    }

    fn journal_bytes(&self) -> u64 {
        lock(&self.state).held_bytes()
    }

    fn drain(&self, _: Option<Duration>) {}

    fn close(&self, _: Option<Duration>) {
        let mut state = lock(&self.state);
        if let (true, Some(moment)) = (state.open().is_some(), state.latest) {
            self.tell_losses(&mut state, moment);
        }
        state.end("exited");
        state.is_closed = true;
    }

    fn delivered(&self) -> (u64, Option<u64>) {
        let state = lock(&self.state);
        (state.sealed, Some(state.sent))
    }
}

impl State {
    fn open(&mut self) -> Option<&mut Journal> {
        self.journals.back_mut().filter(|journal| !journal.is_closed)
    }

    fn held_bytes(&self) -> u64 {
        self.journals.iter().map(|journal| journal.bytes.len() as u64).sum()
    }

    /// Appends a frame to the open journal; false where there is none, or no frame for this payload.
    fn put(&mut self, kind: Kind, payload: &[u8]) -> bool {
        let frame = &mut self.frame;
        match self.journals.back_mut().filter(|journal| !journal.is_closed) {
            Some(journal) => journal.put(kind, payload, frame),
            None => false,
        }
    }

    fn end(&mut self, reason: &str) {
        self.put(Kind::Close, &close_payload(reason));
        if let Some(journal) = self.open() {
            journal.is_closed = true;
        }
    }

    fn drop_record(&mut self, reason: &'static str, bytes: u64) {
        self.count(reason, 1, bytes);
    }

    fn count(&mut self, reason: &'static str, records: u64, bytes: u64) {
        if self.losses.add(reason, records, bytes) {
            self.notices.push(format!("tracewire has to drop records (reason: {reason}); they are counted"));
        }
    }
}

impl Journal {
    fn new(header: &Header) -> Self {
        // The name is random, so content cannot know the seed.
        let seed = xxh3_64(header.producer.as_bytes());
        let mut journal = Journal {
            producer: header.producer.clone(),
            seed,
            bytes: frame::preamble(seed).to_vec(),
            records: 0,
            has_news: false,
            is_closed: false,
            taken: 0,
            sealed: 0,
            sent: 0,
            told: Vec::new(),
            sealer: Sealer::new(header),
        };
        journal.put(Kind::Header, &header.to_cbor(), &mut Vec::new());
        journal.sealed = journal.bytes.len();
        journal
    }

    fn put(&mut self, kind: Kind, payload: &[u8], frame: &mut Vec<u8>) -> bool {
        let is_frame = frame::encode(frame, self.bytes.len() as u64, kind, payload, self.seed);
        if is_frame {
            self.bytes.extend_from_slice(frame);
            self.records += u64::from(kind == Kind::Record);
            self.has_news = kind == Kind::Record;
        }
        is_frame
    }

    fn next_batch(&mut self, max_bytes: usize) -> Option<MemoryBatch> {
        let mut batch = MemoryBatch {
            producer: self.producer.clone(),
            envelopes: Vec::new(),
            events: 0,
            end_offset: 0,
            is_closed: false,
        };
        // What was written here has a header; where memory lies about that, nothing can be sealed any more.
        let mut reader = JournalReader::of_bytes(std::mem::take(&mut self.bytes)).ok()?;
        reader.seek(self.sealed as u64);
        let mut bytes = 0;
        while bytes < max_bytes && !batch.is_closed {
            let Ok(Some(item)) = reader.next() else { break };
            self.sealed = usize::try_from(item.end_offset()).unwrap_or(usize::MAX);
            if matches!(item, Item::Damage { .. }) {
                break;
            }
            if let Some(sealed) = self.sealer.push(&item) {
                let envelope = sealed.bytes();
                bytes += envelope.len();
                batch.events += sealed.events.len() as u64;
                batch.end_offset = sealed.end_offset;
                batch.is_closed = sealed.closed;
                batch.envelopes.push(envelope);
            }
        }
        self.bytes = reader.into_bytes();
        (!batch.envelopes.is_empty()).then_some(batch)
    }
}
