//! The thread: which job comes next, looks at journals, and whom it tells.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tracewire_store::{Store, StoreError, Sweeper};

use super::signing::Signing;
use super::tallies::Tallies;
use super::{Job, Looked, Refused};
use crate::project::Fresh;
use crate::project::emitter::{Emitter, Unclosed};

/// About as many bytes go into one transaction.
const GROUP_BYTES: usize = 16 << 20;
/// Between two looks for jobs, while numbers wait to be counted.
const PAUSE: Duration = Duration::from_millis(5);

/// What the thread has.
pub(super) struct Thread {
    pub(super) store: Box<dyn Store>,
    pub(super) sweeper: Option<Sweeper>,
    pub(super) news: watch::Sender<u64>,
    /// What was said already of journals that cannot be read.
    pub(super) complaints: Vec<String>,
    pub(super) tallies: Tallies,
    pub(super) emitter: Emitter,
    /// What was sealed here, for who counts it.
    pub(super) fresh: Arc<Fresh>,
    /// Producers that were begun here and not closed.
    pub(super) unclosed: Unclosed,
    /// Signs what is accepted, where a key is named.
    pub(super) signing: Option<Signing>,
    /// So many emissions are each put into a transaction of their own, since one of those that came together may have spoilt it.
    pub(super) alone: usize,
}

impl Thread {
    /// Works until it is told to stop.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut next = None;
        loop {
            if self.tallies.is_due() {
                self.tally();
            }
            let Some(job) = next.take().or_else(|| self.next(&mut jobs)) else { return };
            // Before anybody is answered: who was answered finds numbers that are new, or hears that they are not yet.
            self.tallies.want(true);
            if let Some(signing) = &mut self.signing {
                signing.is_wanted = true;
            }
            match job {
                Job::Take { envelopes, mut bytes, answer } => {
                    let mut group = vec![(envelopes, answer)];
                    // Whatever has come meanwhile goes into the same transaction.
                    while bytes < GROUP_BYTES {
                        match jobs.try_recv() {
                            Ok(Job::Take { envelopes, bytes: more, answer }) => {
                                bytes = bytes.saturating_add(more);
                                group.push((envelopes, answer));
                            }
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.take(group);
                }
                Job::Emit(emission) => {
                    let mut bytes = emission.bytes;
                    let mut group = vec![emission];
                    while bytes < GROUP_BYTES && self.alone == 0 {
                        match jobs.try_recv() {
                            Ok(Job::Emit(emission)) => {
                                bytes = bytes.saturating_add(emission.bytes);
                                group.push(emission);
                            }
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.emit(group);
                }
                Job::Look { answer } => {
                    let looked = self.look();
                    let _ = answer.send(looked);
                }
                Job::Change { mut work, answer } => {
                    let changed = self.guarded(|thread| {
                        work(&mut *thread.store)?;
                        thread.store.make_durable()
                    });
                    let _ = answer.send(changed.map_err(|error| Refused::from(&error)));
                }
                Job::Stop { answer } => {
                    self.close();
                    self.sign();
                    if let Err(error) = self.store.compact() {
                        tracing::warn!(code = error.code(), %error, "the store was not tidied");
                    }
                    drop(self);
                    let _ = answer.send(());
                    return;
                }
            }
            self.tell();
        }
    }

    /// The next job; while none comes, what came is tallied.
    fn next(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Option<Job> {
        while self.tallies.is_wanted {
            match jobs.try_recv() {
                Ok(job) => return Some(job),
                Err(mpsc::error::TryRecvError::Disconnected) => return None,
                Err(mpsc::error::TryRecvError::Empty) if self.tallies.is_due() => self.tally(),
                Err(mpsc::error::TryRecvError::Empty) => thread::sleep(self.tallies.wait().min(PAUSE)),
            }
        }
        if self.signing.as_ref().is_some_and(|signing| signing.is_wanted) {
            match jobs.try_recv() {
                Ok(job) => return Some(job),
                Err(mpsc::error::TryRecvError::Disconnected) => return None,
                Err(mpsc::error::TryRecvError::Empty) => self.sign(),
            }
        }
        jobs.blocking_recv()
    }

    fn sign(&mut self) {
        let Some(mut signing) = self.signing.take() else { return };
        let signed = self.guarded(|thread| signing.go_on(&mut *thread.store));
        if let Err(error) = signed {
            // Heads are signed late, nothing is lost: the next job wants it again.
            tracing::warn!(code = error.code(), %error, "heads were not signed");
            signing.is_wanted = false;
        }
        self.signing = Some(signing);
    }

    fn tally(&mut self) {
        let began = Instant::now();
        let prices = Arc::clone(&self.tallies.prices);
        let tallied = self.guarded(|thread| thread.store.tally_some(Some(&*prices)));
        let is_wanted = match tallied {
            Ok(0) => false,
            Ok(traces) => {
                self.tallies.counted.send_modify(|counted| *counted = counted.wrapping_add(traces));
                true
            }
            Err(error) => {
                // Numbers are late, nothing is lost: the next job wants them again.
                tracing::warn!(code = error.code(), %error, "numbers were not counted");
                false
            }
        };
        self.tallies.want(is_wanted);
        self.tallies.rest(began.elapsed());
    }

    fn look(&mut self) -> Looked {
        let Some(mut sweeper) = self.sweeper.take() else { return Looked::default() };
        let swept = self.guarded(|thread| sweeper.sweep(&mut *thread.store, &mut ()));
        self.sweeper = Some(sweeper);
        match swept {
            Ok(report) => {
                let said = report.problems.iter().map(|one| format!("{}: {}", one.path.display(), one.message));
                self.complain(said.collect());
                Looked { events: report.events, journals: report.journals }
            }
            Err(error) => {
                // What was recorded stays in the journals, and the next look goes on.
                self.complain(vec![format!("journals were not taken in: {error}")]);
                Looked::default()
            }
        }
    }

    /// Says once what is wrong, and again when something else is.
    fn complain(&mut self, said: Vec<String>) {
        if said != self.complaints {
            said.iter().for_each(|said| tracing::warn!(said, "a journal cannot be used"));
            self.complaints = said;
        }
    }

    /// Tells everybody who waits for news that there are some.
    pub(super) fn tell(&self) {
        match self.store.last_event() {
            Ok(last) => _ = self.news.send_if_modified(|known| std::mem::replace(known, last) != last),
            Err(error) => tracing::warn!(code = error.code(), %error, "nobody knows whether there is news"),
        }
    }

    /// A panic in the store is a refusal: the thread goes on, for nobody else writes.
    pub(super) fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let failed = |_| Err(StoreError::Engine("the store panicked".to_owned()));
        std::panic::catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(failed)
    }
}
