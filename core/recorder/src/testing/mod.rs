//! For tests and for conformance cases: injected clock and ids, which are to be had only here, and what a program recorded with
//! them, as envelopes.
//!
//! ```
//! use tracewire_recorder::{Options, StartSpan, testing};
//! use tracewire_wire::event::Status;
//! let (recorded, ()) = testing::record(Options::for_service("test"), testing::Script::default(), |recorder| {
//!     let span = recorder.start_span(StartSpan { parent: None, kind: "tool", correlation_id: None }, |_| {});
//!     recorder.end_span(&span, &Status::Ok, |_| {});
//! })?;
//! assert!(recorded.envelopes[0].starts_with(br#"{"close":"exited","digest":"sha256:"#));
//! # Ok::<(), tracewire_recorder::RecorderError>(())
//! ```
//!
//! | what | is |
//! |---|---|
//! | [`Script`], [`Scripted`] | a clock and ids that are the same in every run |
//! | [`record`] | a program with such a recorder, and its envelopes |
//! | [`seal`], [`seal_bytes`] | the envelopes of a directory's journals, or of one journal |
//! | [`recover_bytes`] | a journal as it is left by who recovers it |
//! | [`write_value`], [`write_members`] | values of hosts, written down |

mod values;

pub use values::{Absent, write_members, write_value};

use crate::clock::{Moment, Sources};
use crate::control::Recorder;
use crate::error::RecorderError;
use crate::journal::{self, Directory, JournalReader};
use crate::options::Options;
use crate::seal::Sealer;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tracewire_wire::event::Body;
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;
use tracewire_wire::{WireError, content};

/// A clock that a test moves, and ids that count up.
///
/// Lists given by the test are used first; when a list is used up, the clock goes on by `step_nanos` and ids count from 1.
#[derive(Debug)]
pub struct Scripted {
    state: Mutex<State>,
    process: String,
}

#[derive(Debug)]
struct State {
    moments: std::vec::IntoIter<Moment>,
    trace_ids: std::vec::IntoIter<TraceId>,
    span_ids: std::vec::IntoIter<SpanId>,
    now: Moment,
    step_nanos: u64,
    next_trace: u128,
    next_span: u64,
}

/// What a [`Scripted`] source gives.
#[derive(Clone, Debug)]
pub struct Script {
    /// Moments handed out first, in order.
    pub moments: Vec<Moment>,
    /// Trace ids handed out first, in order.
    pub trace_ids: Vec<TraceId>,
    /// Span ids handed out first, in order.
    pub span_ids: Vec<SpanId>,
    /// The moment from which the clock counts when the list is used up.
    pub start: Moment,
    /// How far the clock goes at each reading.
    pub step_nanos: u64,
    /// The process part of producer names: 16 hex digits.
    pub process: String,
}

impl Default for Script {
    fn default() -> Self {
        Script {
            moments: Vec::new(),
            trace_ids: Vec::new(),
            span_ids: Vec::new(),
            // 2026-01-01T00:00:00Z
            start: Moment { wall: Timestamp(1_767_225_600_000_000_000), monotonic_nanos: 0 },
            step_nanos: 1_000_000,
            process: "0000000000000001".to_owned(),
        }
    }
}

impl Script {
    /// One more moment of the list: nanoseconds since 1970 UTC, and nanoseconds of the monotonic clock.
    pub fn add_moment(&mut self, wall_nanos: i64, monotonic_nanos: u64) {
        self.moments.push(moment(wall_nanos, monotonic_nanos));
    }

    /// Has the clock count from this moment when the list is used up.
    pub fn set_start(&mut self, wall_nanos: i64, monotonic_nanos: u64) {
        self.start = moment(wall_nanos, monotonic_nanos);
    }

    /// Takes trace ids and span ids, each given as hex digits.
    ///
    /// # Errors
    /// `trace_id` or `span_id` for what is none.
    pub fn set_ids<'t>(
        &mut self,
        trace_ids: impl IntoIterator<Item = &'t str>,
        span_ids: impl IntoIterator<Item = &'t str>,
    ) -> Result<(), WireError> {
        self.trace_ids = trace_ids.into_iter().map(str::parse).collect::<Result<_, _>>()?;
        self.span_ids = span_ids.into_iter().map(str::parse).collect::<Result<_, _>>()?;
        Ok(())
    }
}

fn moment(wall_nanos: i64, monotonic_nanos: u64) -> Moment {
    Moment { wall: Timestamp(wall_nanos), monotonic_nanos }
}

impl Scripted {
    /// A source that follows `script`.
    pub fn new(script: Script) -> Self {
        Scripted {
            process: script.process,
            state: Mutex::new(State {
                moments: script.moments.into_iter(),
                trace_ids: script.trace_ids.into_iter(),
                span_ids: script.span_ids.into_iter(),
                now: script.start,
                step_nanos: script.step_nanos,
                next_trace: 0,
                next_span: 0,
            }),
        }
    }

    fn with<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Sources for Scripted {
    fn now(&self) -> Moment {
        self.with(|state| {
            state.moments.next().unwrap_or_else(|| {
                let moment = state.now;
                state.now.wall.0 = state.now.wall.0.saturating_add_unsigned(state.step_nanos);
                state.now.monotonic_nanos = state.now.monotonic_nanos.saturating_add(state.step_nanos);
                moment
            })
        })
    }

    fn trace_id(&self) -> TraceId {
        self.with(|state| {
            state.trace_ids.next().unwrap_or_else(|| {
                state.next_trace += 1;
                TraceId(state.next_trace.to_be_bytes())
            })
        })
    }

    fn span_id(&self) -> SpanId {
        self.with(|state| {
            state.span_ids.next().unwrap_or_else(|| {
                state.next_span += 1;
                SpanId(state.next_span.to_be_bytes())
            })
        })
    }

    fn name(&self) -> Option<&str> {
        Some("scripted")
    }

    fn process(&self) -> Option<String> {
        Some(self.process.clone())
    }
}

/// What journals become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedJournal {
    /// Each envelope in canonical JSON, in order.
    pub envelopes: Vec<Vec<u8>>,
    /// Where each of them ends in its journal.
    pub ends: Vec<u64>,
    /// How many events stand behind the last boundary.
    pub pending: usize,
}

/// Runs a program with a recorder of its own, whose clock and ids follow `script`, closes it, and seals what it recorded. Its
/// journals live in a temporary folder, whatever `options` say. Also gives what the program gives.
///
/// # Errors
/// [`RecorderError`] where the folder cannot be used.
pub fn record<T>(
    options: Options,
    script: Script,
    program: impl FnOnce(&Recorder) -> T,
) -> Result<(SealedJournal, T), RecorderError> {
    let folder = Temporary::new()?;
    let directory = Some(folder.path.clone());
    let recorder = Recorder::open(Options { directory, sources: Arc::new(Scripted::new(script)), ..options })?;
    let given = program(&recorder);
    recorder.close(None);
    Ok((seal(&folder.path)?, given))
}

/// The envelopes of all journals of a directory, in the order of their names.
///
/// # Errors
/// [`RecorderError`] for the first journal that cannot be read.
pub fn seal(directory: &Path) -> Result<SealedJournal, RecorderError> {
    let mut all = SealedJournal::default();
    for path in Directory::at(directory).journals()? {
        let sealed = seal_file(&path)?;
        all.envelopes.extend(sealed.envelopes);
        all.ends.extend(sealed.ends);
        all.pending += sealed.pending;
    }
    Ok(all)
}

/// The events of all journals of a directory, in order of time, with contents inline: a list.
///
/// # Errors
/// [`RecorderError`] for the first journal that cannot be read.
pub fn events(directory: &Path) -> Result<Value, RecorderError> {
    let mut all = Vec::new();
    for path in Directory::at(directory).journals()? {
        let mut reader = JournalReader::open(&path)?;
        let mut sealer = Sealer::new(reader.header());
        let (mut sealed, mut contents) = (Vec::new(), BTreeMap::new());
        while let Some(item) = reader.next()? {
            if let Some(envelope) = sealer.push(&item) {
                sealed.extend(envelope.events);
                contents.extend(envelope.content);
            }
        }
        sealed.extend_from_slice(sealer.pending());
        contents.extend(sealer.pending_content().iter().cloned());
        let lookup = |hash: &Hash| contents.get(hash).and_then(|bytes| json::read(bytes, &ReadOptions::default()).ok());
        all.extend(sealed.into_iter().map(|sealed| {
            let mut event = sealed.event;
            if let Body::Present(body) = &mut event.body {
                content::resolve(body, &lookup);
            }
            (event.time, path.clone(), event.seq, event.to_value())
        }));
    }
    all.sort_by(|a, b| (a.0, &a.1, a.2).cmp(&(b.0, &b.1, b.2)));
    Ok(Value::List(all.into_iter().map(|(_, _, _, event)| event).collect()))
}

/// The envelopes of one journal, given by the bytes of its file.
///
/// # Errors
/// [`RecorderError`] where they are no journal that this version reads.
pub fn seal_bytes(journal: &[u8]) -> Result<SealedJournal, RecorderError> {
    sealed(JournalReader::of_bytes(journal.to_vec())?)
}

/// The bytes of a journal's file as they are left by whoever finds it and knows that its writer is dead: what cannot be read stays
/// as it is.
pub fn recover_bytes(journal: &[u8]) -> Vec<u8> {
    journal::recovered(journal.to_vec())
}

fn seal_file(path: &Path) -> Result<SealedJournal, RecorderError> {
    sealed(JournalReader::open(path)?)
}

fn sealed(mut reader: JournalReader) -> Result<SealedJournal, RecorderError> {
    let mut sealer = Sealer::new(reader.header());
    let mut all = SealedJournal::default();
    while let Some(item) = reader.next()? {
        if let Some(envelope) = sealer.push(&item) {
            all.envelopes.push(envelope.bytes());
            all.ends.push(envelope.end_offset);
        }
    }
    all.pending = sealer.pending().len();
    Ok(all)
}

/// A folder that goes when nobody needs it.
struct Temporary {
    path: PathBuf,
}

impl Temporary {
    fn new() -> Result<Self, RecorderError> {
        let path = std::env::temp_dir().join(format!("tracewire-{:016x}", crate::clock::random()));
        std::fs::create_dir(&path).map_err(|source| RecorderError::io("create", &path, source))?;
        Ok(Temporary { path })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed is the system's to remove.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StartSpan;
    use tracewire_wire::event::Status;

    fn program(recorder: &Recorder) {
        let span = recorder.start_span(StartSpan { parent: None, kind: "tool", correlation_id: None }, |_| {});
        recorder.end_span(&span, &Status::Ok, |_| {});
    }

    #[test]
    fn lists_come_first() {
        let mut script = Script { step_nanos: 5, ..Script::default() };
        script.add_moment(1_000_000_000, 7);
        script.set_start(2_000_000_000, 10);
        script.set_ids(["0af7651916cd43dd8448eb211c80319c"], []).unwrap();
        assert_eq!(script.set_ids(["x"], []).unwrap_err().code(), "trace_id");
        let source = Scripted::new(script);
        let nanos = |moment: Moment| (moment.wall.0, moment.monotonic_nanos);
        let read = [nanos(source.now()), nanos(source.now()), nanos(source.now())];
        assert_eq!(read, [(1_000_000_000, 7), (2_000_000_000, 10), (2_000_000_005, 15)]);
        let ids = [source.trace_id(), source.trace_id()].map(|id| id.to_string());
        assert_eq!(ids, ["0af7651916cd43dd8448eb211c80319c", "00000000000000000000000000000001"]);
        assert_eq!(source.span_id().to_string(), "0000000000000001");
    }

    #[test]
    fn what_a_program_records_is_sealed_and_a_torn_journal_recovered() {
        let folder = Temporary::new().unwrap();
        let options = || Options { directory: Some(folder.path.clone()), ..Options::for_service("test") };
        let (recorded, ()) = record(options(), Script::default(), program).unwrap();
        let text = String::from_utf8(recorded.envelopes.concat()).unwrap();
        assert_eq!((recorded.envelopes.len(), recorded.pending), (1, 0));
        assert!(text.contains(r#""producer":"0000000000000001-1","resource":{"service.name":"test"}"#), "{text}");
        assert_eq!(seal(&folder.path).unwrap(), SealedJournal::default(), "it was recorded elsewhere");

        let sources = Arc::new(Scripted::new(Script::default()));
        let recorder = Recorder::open(Options { sources, ..options() }).unwrap();
        program(&recorder);
        let torn = std::fs::read(Directory::at(&folder.path).journals().unwrap().first().unwrap()).unwrap();
        assert_eq!(seal_bytes(&torn).unwrap(), SealedJournal { pending: 2, ..SealedJournal::default() });
        let recovered = recover_bytes(&torn);
        assert_eq!(recover_bytes(&recovered), recovered);
        let sealed = seal_bytes(&recovered).unwrap();
        let ends = text.replace("exited", "recovered");
        assert_eq!(String::from_utf8(sealed.envelopes.concat()).unwrap()[..25], ends[..25]);
        assert_eq!(seal_bytes(b"hello").unwrap_err().code(), "journal_foreign");
        assert_eq!(recover_bytes(b"hello"), b"hello");
    }
}
