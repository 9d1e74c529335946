//! The writer: the one place of a process that appends to journals. Recording goes on whatever happens to the disk;
//! what cannot be written is counted, and the stream says so as soon as it can.

use super::active::Manner;
use super::directory::Directory;
use super::losses::reason;
use super::options::{Counters, WhenFull, WriterOptions, lock};
use super::segment::Append;
use super::state::{FORKED, FULL, Process, Shared, State};
use crate::clock::Moment;
use crate::fork::{self, PerProcess};
use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// A record that was not written; it is counted already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Why, one of [`reason`].
    pub reason: &'static str,
}

/// Appends records to this process's journal files. One lock, held for one copy; a fork child has its own.
pub struct JournalWriter {
    shared: Shared,
    process: PerProcess<Process>,
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
        let file_bytes = options.when_full.file_bytes(options.file_bytes, options.quota_bytes);
        let options = WriterOptions { file_bytes, ..options };
        let manner = Manner { append, is_synced: options.fsync, file_bytes: options.file_bytes, headroom: 0 };
        let process = Process::first(&options);
        let shared = Shared { options, manner, loss_record: Box::new(loss_record) };
        JournalWriter { shared, process: PerProcess::new(process) }
    }

    fn own(&self) -> &Process {
        self.process.get(Process::child_of)
    }

    /// Appends one record. When it returns `Ok`, the record is with the kernel and survives the death of the process.
    ///
    /// # Errors
    /// [`Dropped`] with the reason, which is counted already.
    pub fn append(&self, payload: &[u8], moment: Moment) -> Result<(), Dropped> {
        let mut patience = Patience::of(self.shared.options.when_full);
        loop {
            match self.try_append(payload, moment, patience.is_left()) {
                Err(reason) if reason == FORKED => {}
                Err(reason) if reason == FULL => patience.wait(),
                result => return result.map_err(|reason| Dropped { reason }),
            }
        }
    }

    fn try_append(&self, payload: &[u8], moment: Moment, is_patient: bool) -> Result<(), &'static str> {
        let own = self.own();
        let Some(_entered) = Entered::enter() else {
            own.reentrant.fetch_add(1, Ordering::Relaxed);
            return Err(reason::REENTRANT);
        };
        lock(&own.state).append(&self.shared, own, payload, moment, is_patient)
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
        self.with(|state, _, _| state.counters()).unwrap_or_default()
    }

    /// Sentences for the host's log, each given once.
    pub fn take_notices(&self) -> Vec<String> {
        self.with(|state, _, _| state.take_notices()).unwrap_or_default()
    }

    /// The process part of this process's producer names.
    pub fn process(&self) -> String {
        self.own().name.clone()
    }

    /// The producer of the last file of this process; `None` before the first.
    pub fn producer(&self) -> Option<String> {
        self.own().last_producer()
    }

    /// Where files are made.
    pub fn directory(&self) -> &Directory {
        &self.shared.options.directory
    }

    /// Whether the current file is mapped; false without a file.
    pub fn is_mapped(&self) -> bool {
        self.with(|state, _, _| state.is_mapped()).unwrap_or(false)
    }

    /// Runs with the lock; `None` in a signal handler that interrupted a holder of it.
    fn with<T>(&self, work: impl FnOnce(&mut State, &Shared, &Process) -> T) -> Option<T> {
        fork::check_process();
        let own = self.own();
        let _entered = Entered::enter()?;
        Some(work(&mut lock(&own.state), &self.shared, own))
    }
}

/// What a caller still waits for room in a full directory. Nobody's lock is held meanwhile.
struct Patience {
    bound: Option<Duration>,
    began: Option<Instant>,
}

/// How often a caller that waits looks whether there is room.
const WAIT: Duration = Duration::from_millis(5);

impl Patience {
    fn of(when_full: WhenFull) -> Self {
        let bound = if let WhenFull::Block(bound) = when_full { Some(bound) } else { None };
        Patience { bound, began: None }
    }

    /// Whether the next look may still be followed by another.
    #[inline]
    fn is_left(&self) -> bool {
        match (self.bound, self.began) {
            (None, _) => false,
            (Some(bound), None) => !bound.is_zero(),
            (Some(bound), Some(began)) => began.elapsed() < bound,
        }
    }

    #[cold]
    fn wait(&mut self) {
        let began = *self.began.get_or_insert_with(Instant::now);
        let left = self.bound.unwrap_or_default().saturating_sub(began.elapsed());
        std::thread::sleep(WAIT.min(left));
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
        // Lazily: a guard that is made and dropped would clear the flag.
        (!was_inside).then(|| Entered)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let _ = IS_INSIDE.try_with(|inside| inside.set(false));
    }
}
