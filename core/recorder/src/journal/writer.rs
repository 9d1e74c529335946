//! The writer: the one place of a process that appends to journals. Recording goes on whatever happens to the disk;
//! what cannot be written is counted, and the stream says so as soon as it can.

use super::active::{ActiveFile, CreateError, Manner, Outcome};
use super::directory::{Directory, producer_name};
use super::frame::Kind;
use super::header::{Header, Origin};
use super::losses::{Losses, reason};
use super::quota::journal_bytes;
use super::segment::Append;
use crate::clock::{self, Moment, Sources};
use crate::fork::{self, PerProcess};
use crate::limits::{Limits, Redact};
use crate::seal::SEAL_VERSION;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracewire_wire::value::Map;

/// After a failure the disk is left alone for this long, so that a broken one costs the host nothing.
const PAUSE_NANOS: u64 = 100_000_000;
/// The same where the quota is reached: counting a directory costs more, and files go slowly.
const QUOTA_PAUSE_NANOS: u64 = 1_000_000_000;
/// How often the file is looked at while records fit into reserved space.
const LOOK_NANOS: u64 = 1_000_000_000;
/// Largest payload of a record: a frame of it still fits wherever files do.
const PAYLOAD_BYTES: usize = 1 << 30;
/// Buffers larger than this are not kept.
const SCRATCH_BYTES: usize = 256 << 10;
/// Given inside when this process turns out to be a fork child after all.
const FORKED: &str = "forked";
/// How often one call begins anew: a new file each time.
const ROUNDS: usize = 4;
/// A flush's payload: CBOR null.
const MARK_PAYLOAD: &[u8] = &[0xf6];

/// How a [`JournalWriter`] writes.
pub struct WriterOptions {
    /// Where files are made.
    pub directory: Directory,
    /// Attributes of the emitter.
    pub resource: Map,
    /// Bounds that stand in the header.
    pub limits: Limits,
    /// Redaction that stands in the header.
    pub redact: Redact,
    /// Who must acknowledge a file before it may go.
    pub sinks: Vec<String>,
    /// Most bytes that all journals of the directory may take.
    pub quota_bytes: u64,
    /// Size at which a file is closed and the next one begun.
    pub file_bytes: u64,
    /// Whether each record is forced to the disk.
    pub fsync: bool,
    /// How frames reach the file.
    pub append: Append,
    /// Clock, and the process part of names where a test fixes it.
    pub sources: Arc<dyn Sources>,
}

/// A record that was not written; it is counted already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Why, one of [`reason`].
    pub reason: &'static str,
}

/// What this process has written and dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Records in files of this process that are still there, `loss` records not counted.
    pub written: u64,
    /// `loss` records of this writer.
    pub loss_records: u64,
    /// Files made.
    pub files: u64,
    /// Records dropped, by reason.
    pub dropped: BTreeMap<String, u64>,
}

type LossRecord = Box<dyn Fn(Moment, &str, u64, u64) -> Vec<u8> + Send + Sync>;

/// Appends records to this process's journal files. One lock, held for one copy; a fork child has its own.
pub struct JournalWriter {
    shared: Shared,
    process: PerProcess<Process>,
}

/// What does not change, and is the same in a fork child.
struct Shared {
    options: WriterOptions,
    manner: Manner,
    loss_record: LossRecord,
}

/// What each process has of its own.
struct Process {
    name: String,
    parent: Option<String>,
    /// The last file's number, outside of the lock: a fork child asks for it and must not touch the lock.
    number: AtomicU64,
    /// Records that came from a signal handler while the lock was held.
    reentrant: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    active: Option<ActiveFile>,
    predecessor: Option<String>,
    losses: Losses,
    written: u64,
    loss_records: u64,
    files: u64,
    /// Why the disk is left alone, since when, and for how long.
    pause: Option<(&'static str, u64, u64)>,
    looked_at: u64,
    /// Bytes that the quota leaves, by the last count of the directory.
    headroom: u64,
    is_closed: bool,
    notices: Vec<String>,
    scratch: Vec<u8>,
}

/// What to do after a step.
enum Next {
    Done,
    /// The file has changed: begin anew.
    Again,
}

impl JournalWriter {
    /// A writer whose first file is made with the first record. `loss_record` gives the payload of a `loss` record from
    /// a moment, a reason, how many records and how many bytes of them.
    pub fn new(
        options: WriterOptions,
        loss_record: impl Fn(Moment, &str, u64, u64) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let append = match (options.append, std::env::var("TRACEWIRE_APPEND").as_deref()) {
            (Append::Auto, Ok("write")) => Append::Written,
            (Append::Auto, Ok("map")) => Append::Mapped,
            (append, _) => append,
        };
        let manner = Manner { append, is_synced: options.fsync, file_bytes: options.file_bytes };
        let process = Process::new(options.sources.process().unwrap_or_else(random_name), None);
        if let Some(notice) = options.directory.notice() {
            lock(&process.state).notices.push(notice.to_owned());
        }
        let shared = Shared { options, manner, loss_record: Box::new(loss_record) };
        JournalWriter { shared, process: PerProcess::new(process) }
    }

    fn own(&self) -> &Process {
        self.process.get(|inherited| {
            let parent = match inherited.number.load(Ordering::Relaxed) {
                0 => inherited.parent.clone(),
                number => Some(producer_name(&inherited.name, number)),
            };
            // A name that a test fixed belongs to the process that it was given to.
            Process::new(random_name(), parent)
        })
    }

    /// Appends one record. When it returns `Ok`, the record is with the kernel and survives the death of the process.
    ///
    /// # Errors
    /// [`Dropped`] with the reason, which is counted already.
    pub fn append(&self, payload: &[u8], moment: Moment) -> Result<(), Dropped> {
        loop {
            let own = self.own();
            let Some(_entered) = Entered::enter() else {
                own.reentrant.fetch_add(1, Ordering::Relaxed);
                return Err(Dropped { reason: reason::REENTRANT });
            };
            match lock(&own.state).append(&self.shared, own, payload, moment) {
                Err(reason) if reason == FORKED => {}
                result => return result.map_err(|reason| Dropped { reason }),
            }
        }
    }

    /// Appends a mark if anything stands behind the last one: an envelope ends here.
    pub fn mark(&self) {
        self.with(|state, shared, own| state.mark(shared, own));
    }

    /// Ends the journal. Later records are dropped and counted.
    pub fn close(&self, reason: &str) {
        self.with(|state, shared, own| state.close(shared, own, reason));
    }

    /// Counts a record that somebody above had to give up.
    pub fn count_drop(&self, reason: &'static str) {
        self.with(|state, _, _| state.drop_record(reason, 0));
    }

    /// What was written and dropped by this process.
    pub fn counters(&self) -> Counters {
        self.with(|state, _, _| Counters {
            written: state.written,
            loss_records: state.loss_records,
            files: state.files,
            dropped: state.losses.counts(),
        })
        .unwrap_or_default()
    }

    /// Sentences for the host's log, each given once.
    pub fn take_notices(&self) -> Vec<String> {
        self.with(|state, _, _| std::mem::take(&mut state.notices)).unwrap_or_default()
    }

    /// The process part of this process's producer names.
    pub fn process(&self) -> String {
        self.own().name.clone()
    }

    /// The producer of the last file of this process; `None` before the first.
    pub fn producer(&self) -> Option<String> {
        let own = self.own();
        match own.number.load(Ordering::Relaxed) {
            0 => None,
            number => Some(producer_name(&own.name, number)),
        }
    }

    /// Where files are made.
    pub fn directory(&self) -> &Directory {
        &self.shared.options.directory
    }

    /// Whether the current file is mapped; false without a file.
    pub fn is_mapped(&self) -> bool {
        self.with(|state, _, _| state.active.as_ref().is_some_and(ActiveFile::is_mapped)).unwrap_or(false)
    }

    /// Runs with the lock; `None` in a signal handler that interrupted a holder of it.
    fn with<T>(&self, work: impl FnOnce(&mut State, &Shared, &Process) -> T) -> Option<T> {
        fork::check_process();
        let own = self.own();
        let _entered = Entered::enter()?;
        Some(work(&mut lock(&own.state), &self.shared, own))
    }
}

impl Process {
    fn new(name: String, parent: Option<String>) -> Self {
        Process {
            name,
            parent,
            number: AtomicU64::new(0),
            reentrant: AtomicU64::new(0),
            state: Mutex::new(State::default()),
        }
    }
}

impl State {
    fn append(&mut self, shared: &Shared, own: &Process, payload: &[u8], moment: Moment) -> Result<(), &'static str> {
        let result = if self.is_closed {
            Err(reason::CLOSED)
        } else if payload.is_empty() || payload.len() > PAYLOAD_BYTES {
            Err(reason::SIZE)
        } else {
            self.append_in_rounds(shared, own, payload, moment)
        };
        match result {
            Ok(()) => self.written += 1,
            Err(reason) if reason == FORKED => {}
            Err(reason) => self.drop_record(reason, payload.len() as u64),
        }
        result
    }

    fn append_in_rounds(
        &mut self,
        shared: &Shared,
        own: &Process,
        payload: &[u8],
        moment: Moment,
    ) -> Result<(), &'static str> {
        self.check_pause(moment)?;
        self.look(moment);
        for _ in 0..ROUNDS {
            self.ensure_file(shared, own, moment)?;
            if let Next::Again = self.tell_losses(shared, own, moment)? {
                continue;
            }
            if self.is_full(shared, payload) {
                self.rotate();
                continue;
            }
            if let Next::Done = self.put(shared, Kind::Record, payload, moment)? {
                return Ok(());
            }
        }
        Err(self.fail(reason::VANISHED, moment))
    }

    fn mark(&mut self, shared: &Shared, own: &Process) {
        if self.is_closed {
            return;
        }
        self.settle(shared, own);
        if self.active.as_ref().is_some_and(ActiveFile::has_news) {
            let moment = shared.options.sources.now();
            let _ = self.put(shared, Kind::Mark, MARK_PAYLOAD, moment);
        }
    }

    fn close(&mut self, shared: &Shared, own: &Process, reason: &str) {
        if self.is_closed {
            return;
        }
        self.settle(shared, own);
        self.is_closed = true;
        if let Some(active) = self.active.take() {
            active.close(reason, &mut self.scratch);
        }
    }

    /// Has the stream say what it owes, as far as the disk allows, before it is flushed or closed.
    fn settle(&mut self, shared: &Shared, own: &Process) {
        self.notice_vanished();
        for _ in 0..ROUNDS {
            self.take_reentrant(own);
            if self.losses.owed().is_none() {
                return;
            }
            let moment = shared.options.sources.now();
            if self.check_pause(moment).is_err() || self.ensure_file(shared, own, moment).is_err() {
                return;
            }
            match self.tell_losses(shared, own, moment) {
                Ok(Next::Again) => {}
                Ok(Next::Done) | Err(_) => return,
            }
        }
    }

    fn check_pause(&mut self, moment: Moment) -> Result<(), &'static str> {
        let Some((reason, since, length)) = self.pause else { return Ok(()) };
        // A clock that went back ends the pause too.
        if moment.monotonic_nanos.checked_sub(since).is_some_and(|passed| passed < length) {
            return Err(reason);
        }
        self.pause = None;
        Ok(())
    }

    fn fail(&mut self, reason: &'static str, moment: Moment) -> &'static str {
        let length = if reason == reason::QUOTA { QUOTA_PAUSE_NANOS } else { PAUSE_NANOS };
        self.pause = Some((reason, moment.monotonic_nanos, length));
        reason
    }

    /// About once a second: is the file still there?
    fn look(&mut self, moment: Moment) {
        let passed = moment.monotonic_nanos.checked_sub(self.looked_at);
        if passed.is_none_or(|passed| passed >= LOOK_NANOS) {
            self.looked_at = moment.monotonic_nanos;
            self.notice_vanished();
        }
    }

    fn notice_vanished(&mut self) {
        if self.active.as_ref().is_some_and(|active| !active.is_intact()) {
            self.give_up_file();
        }
    }

    /// The file vanished or was cut: what was in it is lost, and another one begins.
    fn give_up_file(&mut self) {
        let Some(active) = self.active.take() else { return };
        self.written = self.written.saturating_sub(active.records);
        self.predecessor = Some(active.producer.clone());
        let (records, bytes) = (active.records, active.record_bytes);
        self.count(reason::VANISHED, records, bytes);
    }

    fn drop_record(&mut self, reason: &'static str, bytes: u64) {
        self.count(reason, 1, bytes);
    }

    fn count(&mut self, reason: &'static str, records: u64, bytes: u64) {
        if self.losses.add(reason, records, bytes) {
            self.notices.push(format!("tracewire has to drop records (reason: {reason}); they are counted"));
        }
    }

    fn take_reentrant(&mut self, own: &Process) {
        if own.reentrant.load(Ordering::Relaxed) > 0 {
            let records = own.reentrant.swap(0, Ordering::Relaxed);
            self.count(reason::REENTRANT, records, 0);
        }
    }

    fn ensure_file(&mut self, shared: &Shared, own: &Process, moment: Moment) -> Result<(), &'static str> {
        if self.active.is_some() {
            return Ok(());
        }
        fork::check_process();
        let used = journal_bytes(&shared.options.directory);
        self.headroom = shared.options.quota_bytes.saturating_sub(used);
        if self.headroom == 0 {
            return Err(self.fail(reason::QUOTA, moment));
        }
        let first = own.number.load(Ordering::Relaxed) + 1;
        for number in first..first.saturating_add(1000) {
            let header = self.header(shared, own, number, moment);
            match ActiveFile::create(&shared.options.directory, &header, clock::random(), shared.manner) {
                Ok(active) => {
                    own.number.store(number, Ordering::Relaxed);
                    self.headroom = self.headroom.saturating_sub(active.allocated());
                    self.looked_at = moment.monotonic_nanos;
                    self.active = Some(active);
                    self.files += 1;
                    return Ok(());
                }
                // Only where a test fixes the process part of names.
                Err(CreateError::Taken) => {}
                Err(CreateError::Failed(reason, error)) => {
                    if !self.losses.has(reason) {
                        let folder = shared.options.directory.journal_folder();
                        self.notices.push(format!("tracewire cannot record to {}: {error}", folder.display()));
                    }
                    return Err(self.fail(reason, moment));
                }
            }
        }
        Err(self.fail(reason::UNWRITABLE, moment))
    }

    fn header(&self, shared: &Shared, own: &Process, number: u64, moment: Moment) -> Header {
        let options = &shared.options;
        Header {
            spec: "1.0".to_owned(),
            seal: SEAL_VERSION,
            producer: producer_name(&own.name, number),
            created: moment.wall,
            resource: options.resource.clone(),
            limits: options.limits.clone(),
            redact: options.redact.clone(),
            sampling: None,
            origin: Origin::current(),
            parent: own.parent.clone(),
            predecessor: self.predecessor.clone(),
            sinks: options.sinks.clone(),
            sources: options.sources.name().map(str::to_owned),
            other: Map::default(),
        }
    }

    /// Writes what the stream does not say yet.
    #[inline]
    fn tell_losses(&mut self, shared: &Shared, own: &Process, moment: Moment) -> Result<Next, &'static str> {
        self.take_reentrant(own);
        while let Some(owed) = self.losses.owed() {
            let payload = (shared.loss_record)(moment, owed.reason, owed.count, owed.bytes);
            if let Next::Again = self.put(shared, Kind::Record, &payload, moment)? {
                return Ok(Next::Again);
            }
            self.losses.told(owed);
            self.loss_records += 1;
        }
        Ok(Next::Done)
    }

    /// Whether the record belongs into the next file. A file holds at least one record, however long.
    fn is_full(&self, shared: &Shared, payload: &[u8]) -> bool {
        let limit = shared.options.file_bytes;
        self.active.as_ref().is_some_and(|active| active.records > 0 && active.end_with(payload) > limit)
    }

    fn rotate(&mut self) {
        if let Some(active) = self.active.take() {
            self.predecessor = Some(active.producer.clone());
            active.close("rotated", &mut self.scratch);
        }
    }

    fn put(&mut self, shared: &Shared, kind: Kind, payload: &[u8], moment: Moment) -> Result<Next, &'static str> {
        let Some(active) = &self.active else { return Ok(Next::Again) };
        let end = active.end_with(payload);
        if !active.has_room(end)
            && let Next::Again = self.grow(shared, end, moment)?
        {
            return Ok(Next::Again);
        }
        let Some(active) = &mut self.active else { return Ok(Next::Again) };
        let outcome = active.put(kind, payload, &mut self.scratch);
        if self.scratch.capacity() > SCRATCH_BYTES {
            self.scratch = Vec::new();
        }
        match outcome {
            Outcome::Done => {
                if kind == Kind::Record {
                    active.records += 1;
                    active.record_bytes += payload.len() as u64;
                }
                Ok(Next::Done)
            }
            Outcome::Vanished => {
                self.give_up_file();
                Ok(Next::Again)
            }
            Outcome::Failed(reason) => Err(self.fail(reason, moment)),
            Outcome::Torn(reason) => {
                // Nothing may follow a torn end. Readers find all that stands before it.
                self.predecessor = self.active.take().map(|active| active.producer);
                Err(self.fail(reason, moment))
            }
        }
    }

    /// Reserves more space, within the quota.
    #[cold]
    fn grow(&mut self, shared: &Shared, end: u64, moment: Moment) -> Result<Next, &'static str> {
        let generation = fork::generation();
        fork::check_process();
        if fork::generation() != generation {
            return Err(FORKED);
        }
        self.notice_vanished();
        let Some(active) = &mut self.active else { return Ok(Next::Again) };
        let mut target = active.target(end, shared.options.file_bytes);
        let growth = |target: u64, active: &ActiveFile| target.saturating_sub(active.allocated());
        if growth(target, active) > self.headroom / 2 {
            // Others write to the directory too: near its quota it is counted again.
            let used = journal_bytes(&shared.options.directory);
            self.headroom = shared.options.quota_bytes.saturating_sub(used);
        }
        if growth(target, active) > self.headroom {
            target = end;
        }
        let wanted = growth(end, active);
        if wanted > self.headroom {
            return Err(self.fail(reason::QUOTA, moment));
        }
        let before = active.allocated();
        let result = active.grow(end, target);
        self.headroom = self.headroom.saturating_sub(active.allocated().saturating_sub(before));
        match result {
            Ok(()) => Ok(Next::Done),
            Err(reason) => Err(self.fail(reason, moment)),
        }
    }
}

/// Says that this thread is inside the writer, so that a signal handler on it does not wait for itself.
struct Entered;

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

impl Entered {
    fn enter() -> Option<Self> {
        // While a thread ends its flag may be gone; then nothing interrupts it either.
        let was_inside = IS_INSIDE.try_with(|inside| inside.replace(true)).unwrap_or(false);
        (!was_inside).then_some(Entered)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let _ = IS_INSIDE.try_with(|inside| inside.set(false));
    }
}

fn random_name() -> String {
    format!("{:016x}", clock::random())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
