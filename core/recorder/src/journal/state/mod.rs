//! What a process has of its journal: the file that is open, what it owes to the stream, when the disk is left alone.
//!
//! ```text
//! append ─▶ pause? ─▶ look (once a ms) ─▶ file ─▶ losses owed ─▶ rotate? ─▶ room? ─▶ put
//!             │                                 ▲──────── file gone: begin anew ─────────┘
//!             └─▶ dropped and counted
//! ```

mod files;

use super::active::{ActiveFile, Manner, Outcome};
use super::directory::producer_name;
use super::frame::Kind;
use super::losses::{Losses, reason};
use super::options::{Counters, WriterOptions, lock};
use crate::clock::{self, Moment};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// After a failure the disk is left alone for this long, so that a broken one costs the host nothing.
const PAUSE_NANOS: u64 = 100_000_000;
/// The same where the quota is reached: counting a directory costs more, and files go slowly.
const QUOTA_PAUSE_NANOS: u64 = 1_000_000_000;
/// The file is looked at before a record when the last look is older than this: a mapped write into a file that somebody
/// cut would end the host. An agent's records are each preceded by a look; only a burst shares one.
const LOOK_NANOS: u64 = 1_000_000;
/// Largest payload of a record: a frame of it still fits wherever files do.
const PAYLOAD_BYTES: usize = 1 << 30;
/// Buffers larger than this are not kept.
const SCRATCH_BYTES: usize = 256 << 10;
/// Space for the loss records that stand before a record.
const LOSSES_BYTES: u64 = 1024;
/// Given inside when this process turns out to be a fork child after all.
pub(in crate::journal) const FORKED: &str = "forked";
/// Given inside instead of a drop where the caller waits for room.
pub(in crate::journal) const FULL: &str = "full";
/// How often one call begins anew: a new file each time.
const ROUNDS: usize = 4;
/// A flush's payload: CBOR null.
const MARK_PAYLOAD: &[u8] = &[0xf6];

pub(in crate::journal) type LossRecord = Box<dyn Fn(Moment, &str, u64, u64) -> Vec<u8> + Send + Sync>;

/// What does not change, and is the same in a fork child.
pub(in crate::journal) struct Shared {
    pub(in crate::journal) options: WriterOptions,
    pub(in crate::journal) manner: Manner,
    pub(in crate::journal) loss_record: LossRecord,
}

/// What each process has of its own.
pub(in crate::journal) struct Process {
    pub(in crate::journal) name: String,
    parent: Option<String>,
    /// The last file's number, outside of the lock: a fork child asks for it and must not touch the lock.
    number: AtomicU64,
    /// Records that came from a signal handler while the lock was held.
    pub(in crate::journal) reentrant: AtomicU64,
    pub(in crate::journal) state: Mutex<State>,
}

#[derive(Default)]
pub(in crate::journal) struct State {
    active: Option<ActiveFile>,
    predecessor: Option<String>,
    losses: Losses,
    written: u64,
    loss_records: u64,
    files: u64,
    /// Why the disk is left alone, since when, and for how long.
    pause: Option<(&'static str, u64, u64)>,
    looked_at: u64,
    /// When the last record was made: what is written beside records asks no clock.
    latest: Option<Moment>,
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

impl State {
    /// What was written and dropped so far.
    pub(in crate::journal) fn counters(&self) -> Counters {
        Counters {
            written: self.written,
            loss_records: self.loss_records,
            files: self.files,
            dropped: self.losses.counts(),
        }
    }

    /// The sentences that nobody has taken yet.
    pub(in crate::journal) fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    pub(in crate::journal) fn is_mapped(&self) -> bool {
        self.active.as_ref().is_some_and(ActiveFile::is_mapped)
    }

    pub(in crate::journal) fn append(
        &mut self,
        shared: &Shared,
        own: &Process,
        payload: &[u8],
        moment: Moment,
        is_patient: bool,
    ) -> Result<(), &'static str> {
        // One wait for each pause: a directory that stays full must not stop its host at every record.
        let may_wait = is_patient && self.check_pause(moment).is_ok();
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
            Err(reason) if reason == reason::QUOTA && may_wait => {
                self.pause = None;
                return Err(FULL);
            }
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
        self.latest = Some(moment);
        for _ in 0..ROUNDS {
            self.ensure_file(shared, own, moment)?;
            self.take_reentrant(own);
            if self.losses.owed().is_some()
                && matches!(self.tell_losses_before(shared, own, payload, moment)?, Next::Again)
            {
                continue;
            }
            if self.is_full(shared, payload) {
                self.rotate();
                continue;
            }
            if let Next::Done = self.put(shared, own, Kind::Record, payload, moment)? {
                if let Some(active) = &mut self.active {
                    active.holds_record(payload.len() as u64);
                }
                return Ok(());
            }
        }
        Err(self.fail(reason::VANISHED, moment))
    }

    pub(in crate::journal) fn mark(&mut self, shared: &Shared, own: &Process) {
        if self.is_closed {
            return;
        }
        self.settle(shared, own);
        if let (true, Some(moment)) = (self.active.as_ref().is_some_and(ActiveFile::has_news), self.latest) {
            let _ = self.put(shared, own, Kind::Mark, MARK_PAYLOAD, moment);
        }
    }

    pub(in crate::journal) fn close(&mut self, shared: &Shared, own: &Process, reason: &str) {
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

    /// Once in a while: is the file still there?
    fn look(&mut self, moment: Moment) {
        let passed = moment.monotonic_nanos.checked_sub(self.looked_at);
        if passed.is_none_or(|passed| passed >= LOOK_NANOS) {
            self.looked_at = moment.monotonic_nanos;
            self.notice_vanished();
        }
    }

    pub(in crate::journal) fn drop_record(&mut self, reason: &'static str, bytes: u64) {
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

    /// Writes what the stream does not say yet, if the record that follows fits as well: a full disk would otherwise be
    /// filled with the news that it is full.
    #[cold]
    fn tell_losses_before(
        &mut self,
        shared: &Shared,
        own: &Process,
        payload: &[u8],
        moment: Moment,
    ) -> Result<Next, &'static str> {
        if let Some(active) = &self.active {
            let end = active.end_with(payload) + LOSSES_BYTES;
            if !active.has_room(end)
                && let Next::Again = self.grow(shared, own, end, moment)?
            {
                return Ok(Next::Again);
            }
        }
        self.tell_losses(shared, own, moment)
    }

    /// Writes what the stream does not say yet.
    fn tell_losses(&mut self, shared: &Shared, own: &Process, moment: Moment) -> Result<Next, &'static str> {
        while let Some(owed) = self.losses.owed() {
            let payload = (shared.loss_record)(moment, owed.reason, owed.count, owed.bytes);
            if let Next::Again = self.put(shared, own, Kind::Record, &payload, moment)? {
                return Ok(Next::Again);
            }
            self.losses.told(owed);
            self.loss_records += 1;
            if let Some(active) = &mut self.active {
                active.tells(owed);
            }
        }
        Ok(Next::Done)
    }

    /// Whether the record belongs into the next file. A file holds at least one record, however long.
    fn is_full(&self, shared: &Shared, payload: &[u8]) -> bool {
        let limit = shared.options.file_bytes;
        self.active.as_ref().is_some_and(|active| active.has_records() && active.end_with(payload) > limit)
    }

    fn put(
        &mut self,
        shared: &Shared,
        own: &Process,
        kind: Kind,
        payload: &[u8],
        moment: Moment,
    ) -> Result<Next, &'static str> {
        let Some(active) = &self.active else { return Ok(Next::Again) };
        let end = active.end_with(payload);
        if !active.has_room(end)
            && let Next::Again = self.grow(shared, own, end, moment)?
        {
            return Ok(Next::Again);
        }
        let Some(active) = &mut self.active else { return Ok(Next::Again) };
        let outcome = active.put(kind, payload, &mut self.scratch);
        if self.scratch.capacity() > SCRATCH_BYTES {
            self.scratch = Vec::new();
        }
        match outcome {
            Outcome::Done => Ok(Next::Done),
            Outcome::Vanished => {
                self.give_up_file();
                Ok(Next::Again)
            }
            Outcome::Failed(reason) => Err(self.fail(reason, moment)),
            Outcome::Last(reason) => {
                // Readers find it, so it counts as written; whoever wants the disk's word gets a new file, after a while.
                self.predecessor = self.active.take().map(|active| active.producer);
                self.fail(reason, moment);
                Ok(Next::Done)
            }
            Outcome::Torn(reason) => {
                // Nothing may follow a torn end. Readers find all that stands before it.
                self.predecessor = self.active.take().map(|active| active.producer);
                Err(self.fail(reason, moment))
            }
        }
    }
}

impl Process {
    /// Of the process that made the writer.
    pub(in crate::journal) fn first(options: &WriterOptions) -> Self {
        let process = Process::new(options.sources.process().unwrap_or_else(random_name), None);
        if let Some(notice) = options.directory.notice() {
            lock(&process.state).notices.push(notice.to_owned());
        }
        process
    }

    /// Of a fork child. Touches no lock of what it inherited.
    pub(in crate::journal) fn child_of(inherited: &Process) -> Self {
        // A name that a test fixed belongs to the process that it was given to.
        Process::new(random_name(), inherited.last_producer().or_else(|| inherited.parent.clone()))
    }

    /// The producer of the last file; `None` before the first.
    pub(in crate::journal) fn last_producer(&self) -> Option<String> {
        match self.number.load(Ordering::Relaxed) {
            0 => None,
            number => Some(producer_name(&self.name, number)),
        }
    }

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

fn random_name() -> String {
    format!("{:016x}", clock::random())
}
