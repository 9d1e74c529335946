//! What a reader finds: the records of workers, recognised by the mark that each carries, and what was lost.
//!
//! A mark is the text `WORKER/LANE/NUMBER/PARENT/START/…`: who recorded it, the number of the step that it belongs to (`-` for the
//! beginning of a run, `?` where nobody knows), the number of the start that it ends, and anything.

use anyhow::{Context as _, Result, bail};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use tracewire_recorder::journal::{Directory, Item, JournalReader, Tail};
use tracewire_recorder::seal::Sealer;
use tracewire_store::{SqliteStore, Store as _, StoredEvent, resolve_all, sweep};
use tracewire_wire::content;
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;

/// How many events are read from a store at once.
const PAGE: usize = 20_000;
/// Members of an event's body that may hold a mark.
const PLACES: [&str; 4] = ["input", "output", "data", "attributes"];

/// One record of a worker.
#[derive(Clone, Debug)]
pub struct Record {
    /// Who recorded it.
    pub worker: Arc<str>,
    /// In which thread or task.
    pub lane: u32,
    /// Its number there.
    pub number: u64,
    /// CRC-32 of the mark.
    pub digest: u32,
    /// The number of the step that it belongs to, where the mark says one.
    pub parent: Option<u64>,
    /// The number of the start that it ends.
    pub start: Option<u64>,
    /// Whether it begins a run.
    pub is_root: bool,
    /// As the event has them.
    pub trace_id: Option<TraceId>,
    /// As the event has them.
    pub span_id: Option<SpanId>,
    /// As the event has them.
    pub parent_id: Option<SpanId>,
    /// The process part of its producer.
    pub process: Arc<str>,
    /// The number of its file.
    pub file: u64,
    /// Its place in the file.
    pub seq: u64,
}

impl Record {
    /// Where it was found.
    pub fn place(&self) -> String {
        format!("{}-{} event {}", self.process, self.file, self.seq)
    }
}

impl fmt::Display for Record {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/{} ({})", self.worker, self.lane, self.number, self.place())
    }
}

/// A loss that the stream tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The process part of the producer.
    pub process: Arc<str>,
    /// Why.
    pub reason: String,
    /// How many records; 0 where nobody knows.
    pub count: u64,
}

/// What a reader found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Records with a mark.
    pub records: Vec<Record>,
    /// Events without one.
    pub unmarked: u64,
    /// Losses.
    pub losses: Vec<Loss>,
    /// Files whose end was torn.
    pub torn: u64,
    /// Bytes that were no frame, between frames.
    pub damaged: u64,
    /// Producers and their parents.
    pub producers: Vec<(String, Option<String>)>,
    /// What could not be read, or must not be.
    pub problems: Vec<String>,
}

impl Found {
    /// Reads every journal of a directory.
    pub fn in_journals(directory: &Path) -> Result<Found> {
        let mut found = Found::default();
        for path in Directory::at(directory).journals()? {
            if let Err(error) = found.journal(JournalReader::open(&path)) {
                found.problems.push(format!("{}: {error:#}", path.display()));
            }
        }
        Ok(found)
    }

    /// Reads one journal.
    pub fn journal(&mut self, reader: Result<JournalReader, tracewire_recorder::RecorderError>) -> Result<()> {
        let mut reader = reader?;
        let header = reader.header().clone();
        self.producers.push((header.producer.clone(), header.parent.clone()));
        let mut sealer = Sealer::new(&header);
        let (mut sealed, mut contents) = (Vec::new(), HashMap::new());
        while let Some(item) = reader.next()? {
            if let Item::Damage { bytes, .. } = item {
                self.damaged += bytes;
            }
            if let Some(envelope) = sealer.push(&item) {
                sealed.extend(envelope.events);
                contents.extend(envelope.content);
            }
        }
        self.torn += u64::from(matches!(reader.tail(), Tail::Torn { .. }));
        sealed.extend_from_slice(sealer.pending());
        contents.extend(sealer.pending_content().iter().cloned());
        let look_up = |hash: &Hash| json::read(contents.get(hash)?, &ReadOptions::default()).ok();
        for mut one in sealed {
            if let Body::Present(body) = &mut one.event.body {
                content::resolve(body, &look_up);
            }
            self.event(&header.producer, &one.event);
        }
        Ok(())
    }

    /// Reads every event of a store.
    pub fn in_store(path: &Path) -> Result<Found> {
        let store = SqliteStore::open(path)?;
        let mut found = Found::default();
        let mut last = 0;
        loop {
            let mut events = store.events_after(last, PAGE)?;
            let Some(newest) = events.last() else { break };
            last = newest.id;
            resolve_all(&store, &mut events, |StoredEvent { producer, event, .. }, outcome| {
                outcome.map(|()| found.event(producer, event))
            })?;
        }
        for row in store.producers()? {
            found.producers.push((row.name, row.facts.parent));
        }
        Ok(found)
    }

    /// Reads envelopes that somebody was sent, each digest once.
    pub fn in_envelopes<'a>(envelopes: impl IntoIterator<Item = &'a [u8]>) -> Result<Found> {
        let mut found = Found::default();
        let (mut seen, mut read) = (BTreeSet::new(), Vec::new());
        let mut contents: HashMap<(String, Hash), Value> = HashMap::new();
        for bytes in envelopes {
            let envelope = Envelope::read(bytes).context("what was sent is no envelope")?;
            if envelope.compute_digest() != envelope.digest {
                found.problems.push(format!("an envelope of {} has another digest", envelope.producer));
            }
            if seen.insert(envelope.digest) {
                for (hash, content) in &envelope.content {
                    if let Content::Value { value, .. } = content {
                        contents.insert((envelope.producer.clone(), *hash), value.clone());
                    }
                }
                read.push(envelope);
            }
        }
        for envelope in read {
            for entry in envelope.events {
                let Entry::Event(mut event) = entry else { continue };
                if let Body::Present(body) = &mut event.body {
                    content::resolve(body, &|hash| contents.get(&(envelope.producer.clone(), *hash)).cloned());
                }
                found.event(&envelope.producer, &event);
            }
        }
        Ok(found)
    }

    fn event(&mut self, producer: &str, event: &Event) {
        let (process, file) = producer.split_once('-').unwrap_or((producer, "0"));
        let process: Arc<str> = process.into();
        if event.event_type == EventType::Loss {
            let reason = event.body_field("reason").and_then(Value::as_text).unwrap_or("?").to_owned();
            let count = event.body_field("count").and_then(Value::as_u64).unwrap_or(0);
            self.losses.push(Loss { process, reason, count });
            return;
        }
        let marked = PLACES.iter().find_map(|place| event.body_field(place)?.as_map()?.get("mark")?.as_text());
        let Some(mark) = marked else {
            self.unmarked += 1;
            return;
        };
        let Some(record) = record(mark, process, file.parse().unwrap_or(0), event) else {
            self.problems.push(format!("{producer} event {}: `{mark:.80}` is not what anybody recorded", event.seq));
            return;
        };
        self.records.push(record);
    }
}

fn record(mark: &str, process: Arc<str>, file: u64, event: &Event) -> Option<Record> {
    let mut words = mark.splitn(6, '/');
    let mut word = || words.next();
    let worker = word()?.into();
    let (lane, number) = (word()?.parse().ok()?, word()?.parse().ok()?);
    let (parent, start) = (word()?, word()?);
    word()?;
    Some(Record {
        worker,
        lane,
        number,
        digest: crc32(mark.as_bytes()),
        parent: parent.parse().ok(),
        start: start.parse().ok(),
        is_root: parent == "-" && start == "-",
        trace_id: event.trace_id,
        span_id: event.span_id,
        parent_id: event.parent_id,
        process,
        file,
        seq: event.seq,
    })
}

/// CRC-32 as zlib has it: every language's library knows it.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Sweeps a directory into its store, with this process's own hands, and says what the sweep complains about.
pub fn sweep_all(directory: &Path) -> Result<Vec<String>> {
    let mut store = SqliteStore::open(&store_of(directory))?;
    let report = sweep(&mut store, &Directory::at(directory), &mut ())?;
    let mut problems: Vec<String> =
        report.problems.iter().map(|problem| format!("sweep: {} {}", problem.code, problem.message)).collect();
    problems.extend(report.forks.iter().map(|fork| format!("sweep: a fork: {fork:?}")));
    if report.pending > 0 {
        bail!("{} events of dead processes stay pending", report.pending);
    }
    Ok(problems)
}

/// The store of a directory.
pub fn store_of(directory: &Path) -> std::path::PathBuf {
    directory.join(tracewire_store::FILE_NAME)
}
