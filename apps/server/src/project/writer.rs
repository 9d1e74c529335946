//! The one thread that writes a project's store.
//!
//! ```text
//! requests ─▶ queue (bounded) ─▶ all that wait: one transaction ─▶ made durable ─▶ each is answered
//!    other protocols ─▶ sealed here ─▶ likewise
//! journals ─▶ looks ──────────▶ sweep
//! ```
//!
//! What one request brings cannot spoil another one: where a transaction for many fails for a reason that lies in what was brought,
//! each is tried alone.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc as blocking;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};
use tracewire_insight::prices::Prices;
use tracewire_recorder::journal::Directory;
use tracewire_recorder::seal::Sealed;
use tracewire_store::{Applied, Incoming, Received, Store, StoreError, Sweeper};

use super::Database;
use super::emitter::{Brought, Emitted, Emitter, Unclosed};
use crate::error::ServerError;
use crate::problem::Problem;

/// Requests that may wait.
const QUEUE: usize = 64;
/// About as many bytes go into one transaction.
const GROUP_BYTES: usize = 16 << 20;
/// Between two looks for jobs, while numbers wait to be counted.
const PAUSE: Duration = Duration::from_millis(5);
/// What the thread holds of the database in memory, in KiB.
const CACHE_KIB: u32 = 64 << 10;

/// Why nothing was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Stable code of the store.
    pub code: &'static str,
    /// Whether the same can be tried again later.
    pub is_for_now: bool,
    /// What happened, for people.
    pub detail: String,
}

impl From<&StoreError> for Refused {
    fn from(error: &StoreError) -> Self {
        let is_for_now = error.is_retryable() || matches!(error, StoreError::DiskFull | StoreError::ReadOnly);
        Refused { code: error.code(), is_for_now, detail: error.to_string() }
    }
}

/// What a look at the journals found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Looked {
    /// Events that were new.
    pub(super) events: u64,
    /// Files there are.
    pub(super) journals: u64,
}

enum Job {
    Take { envelopes: Vec<Received>, bytes: usize, answer: oneshot::Sender<Result<(), Refused>> },
    Emit(Emission),
    Look { answer: blocking::Sender<Looked> },
    Change { work: Change, answer: oneshot::Sender<Result<(), Refused>> },
    Stop { answer: oneshot::Sender<()> },
}

/// What is to be sealed here.
struct Emission {
    brought: Vec<Brought>,
    bytes: usize,
    answer: oneshot::Sender<Result<Emitted, Refused>>,
}

/// Something else that writes.
pub type Change = Box<dyn FnMut(&mut dyn Store) -> Result<(), StoreError> + Send>;

/// The way to the thread.
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    is_counting: Arc<AtomicBool>,
    tallied: watch::Receiver<u64>,
}

impl Writer {
    /// Opens the store on a thread of its own, and says when it is open.
    pub(super) fn start(
        database: &Database,
        journals: Option<Directory>,
        prices: Arc<Prices>,
        folder: &Path,
    ) -> Result<(Self, watch::Receiver<u64>), ServerError> {
        let (jobs, taken) = mpsc::channel(QUEUE);
        let (opened, is_open) = blocking::channel();
        let (news, heard) = watch::channel(0);
        let (tell_tallied, tallied) = watch::channel(0);
        let database = database.clone();
        let is_counting = Arc::new(AtomicBool::new(true));
        let told = Arc::clone(&is_counting);
        let unclosed = Unclosed::at(folder);
        let run = move || {
            let opening = database.open(CACHE_KIB).and_then(|store| {
                let last = store.last_event()?;
                Ok((store, last))
            });
            match opening {
                Ok((store, last)) => {
                    news.send_replace(last);
                    let _ = opened.send(Ok(()));
                    let sweeper = journals.map(|journals| Sweeper::new(journals).leaving_tallies());
                    let tallies = Tallies::new(prices, told, tell_tallied);
                    let emitter = Emitter::default();
                    let complaints = Vec::new();
                    let mut thread = Thread { store, sweeper, news, complaints, tallies, emitter, unclosed, alone: 0 };
                    thread.recover();
                    thread.run(taken);
                }
                Err(error) => _ = opened.send(Err(error)),
            }
        };
        thread::Builder::new().name("tracewire-writer".to_owned()).spawn(run).map_err(ServerError::System)?;
        let gone = || StoreError::Engine("the thread that opens the store ended".to_owned());
        is_open.recv().unwrap_or_else(|_| Err(gone()))?;
        Ok((Writer { jobs, is_counting, tallied }, heard))
    }

    /// Puts envelopes into the store; when it returns without an error they survive a loss of power.
    ///
    /// # Errors
    /// `busy`, `stopping`, or why the store refused.
    pub async fn take(&self, envelopes: Vec<Received>, bytes: usize) -> Result<(), Problem> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Take { envelopes, bytes, answer })?;
        outcome(answered).await
    }

    /// Seals what another protocol brought and puts it into the store; durable as above. What is there already is known by that.
    ///
    /// # Errors
    /// As [`Writer::take`].
    pub async fn emit(&self, brought: Vec<Brought>, bytes: usize) -> Result<Emitted, Problem> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Emit(Emission { brought, bytes, answer }))?;
        outcome(answered).await
    }

    /// Has the thread change the store otherwise; durable as above.
    ///
    /// # Errors
    /// As [`Writer::take`].
    pub async fn change(&self, work: Change) -> Result<(), Problem> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Change { work, answer })?;
        outcome(answered).await
    }

    /// Whether something came that numbers over traces do not have yet.
    pub fn is_counting(&self) -> bool {
        self.is_counting.load(Ordering::Acquire)
    }

    /// Says whenever numbers over some traces were brought up to date: how many there were so far.
    pub(crate) fn tallied(&self) -> watch::Receiver<u64> {
        self.tallied.clone()
    }

    /// Ends the thread when everything that waits is done.
    pub async fn stop(&self) {
        let (answer, answered) = oneshot::channel();
        if self.jobs.send(Job::Stop { answer }).await.is_ok() {
            let _ = answered.await;
        }
    }

    /// Has the thread look at the journals and waits for what it found; `None` when the thread is gone.
    pub(super) fn looker(&self) -> impl Fn() -> Option<Looked> + Send + use<> {
        let jobs = self.jobs.clone();
        move || {
            let (answer, answered) = blocking::channel();
            jobs.blocking_send(Job::Look { answer }).ok()?;
            answered.recv().ok()
        }
    }

    fn send(&self, job: Job) -> Result<(), Problem> {
        self.jobs.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Problem::busy("more is waiting to be stored than the server bears"),
            mpsc::error::TrySendError::Closed(_) => Problem::stopping(),
        })
    }
}

async fn outcome<T>(answered: oneshot::Receiver<Result<T, Refused>>) -> Result<T, Problem> {
    let Ok(outcome) = answered.await else { return Err(Problem::stopping()) };
    outcome.map_err(|refused| {
        let status = if refused.is_for_now {
            axum::http::StatusCode::SERVICE_UNAVAILABLE
        } else {
            axum::http::StatusCode::INTERNAL_SERVER_ERROR
        };
        let problem = Problem::new(
            status,
            refused.code,
            "The store took nothing",
            "nothing of this request is stored; what was sent should be kept and sent again",
        );
        problem.retry(crate::problem::SOON)
    })
}

struct Thread {
    store: Box<dyn Store>,
    sweeper: Option<Sweeper>,
    news: watch::Sender<u64>,
    /// What was said already of journals that cannot be read.
    complaints: Vec<String>,
    tallies: Tallies,
    emitter: Emitter,
    /// Producers that were begun here and not closed.
    unclosed: Unclosed,
    /// So many emissions are each put into a transaction of their own, since one of those that came together may have spoilt it.
    alone: usize,
}

/// When numbers over traces are brought up to date: as soon as nothing else is to do, and under load in a third of the time.
struct Tallies {
    prices: Arc<Prices>,
    is_wanted: bool,
    /// The same, for who asks.
    told: Arc<AtomicBool>,
    /// How many traces were counted so far.
    counted: watch::Sender<u64>,
    not_before: Instant,
}

impl Tallies {
    fn new(prices: Arc<Prices>, told: Arc<AtomicBool>, counted: watch::Sender<u64>) -> Self {
        // What others put in while nobody served is counted first.
        Tallies { prices, is_wanted: true, told, counted, not_before: Instant::now() }
    }

    fn want(&mut self, is_wanted: bool) {
        self.is_wanted = is_wanted;
        self.told.store(is_wanted, Ordering::Release);
    }

    fn is_due(&self) -> bool {
        self.is_wanted && Instant::now() >= self.not_before
    }

    fn wait(&self) -> Duration {
        self.not_before.saturating_duration_since(Instant::now())
    }

    fn rest(&mut self, took: Duration) {
        self.not_before = Instant::now() + 2 * took;
    }
}

type Waiting = (Vec<Received>, oneshot::Sender<Result<(), Refused>>);

impl Thread {
    fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut next = None;
        loop {
            if self.tallies.is_due() {
                self.tally();
            }
            let Some(job) = next.take().or_else(|| self.next(&mut jobs)) else { return };
            // Before anybody is answered: who was answered finds numbers that are new, or hears that they are not yet.
            self.tallies.want(true);
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
        jobs.blocking_recv()
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

    /// Everything in one transaction; where that fails for what is in it, each alone.
    fn take(&mut self, group: Vec<Waiting>) {
        let together = self.guarded(|thread| thread.apply(&mut group.iter().flat_map(|(envelopes, _)| envelopes)));
        match together {
            Ok(applied) => {
                tracing::debug!(
                    requests = group.len(),
                    envelopes = applied.envelopes,
                    known = applied.known,
                    events = applied.events,
                    "stored"
                );
                for fork in &applied.forks {
                    tracing::warn!(producer = fork.producer, first_seq = fork.first_seq, "a chain has two successors");
                }
                // Whoever is answered and then follows what happens goes on behind what was answered.
                self.tell();
                group.into_iter().for_each(|(_, answer)| _ = answer.send(Ok(())));
            }
            Err(error) if group.len() == 1 || Refused::from(&error).is_for_now => {
                tracing::error!(code = error.code(), %error, requests = group.len(), "the store took nothing");
                let refused = Refused::from(&error);
                group.into_iter().for_each(|(_, answer)| _ = answer.send(Err(refused.clone())));
            }
            Err(_) => group.into_iter().for_each(|one| self.take(vec![one])),
        }
    }

    fn apply(&mut self, envelopes: &mut dyn Iterator<Item = &Received>) -> Result<Applied, StoreError> {
        let envelopes: Vec<&Received> = envelopes.collect();
        let applied =
            self.store.write(&mut |ingest| envelopes.iter().try_for_each(|one| ingest.envelope(&one.incoming())))?;
        self.store.make_durable()?;
        Ok(applied)
    }

    /// Seals everything and puts it into one transaction. Where that fails nothing goes on behind what was sealed, and those who sent
    /// it come again.
    fn emit(&mut self, group: Vec<Emission>) {
        self.alone = self.alone.saturating_sub(1);
        let (brought, answers): (Vec<_>, Vec<_>) = group.into_iter().map(|one| (one.brought, one.answer)).unzip();
        let emitted = self.guarded(|thread| {
            let mut sealed = Vec::new();
            let take = |brought| thread.emitter.take(&*thread.store, brought, &mut sealed);
            let emitted = brought.into_iter().map(take).collect::<Result<Vec<Emitted>, _>>()?;
            thread.emitter.end(&mut sealed);
            thread.put(&sealed)?;
            Ok(emitted)
        });
        match emitted {
            Ok(emitted) => {
                // Who was answered finds it, also as news.
                self.tell();
                answers.into_iter().zip(emitted).for_each(|(answer, emitted)| _ = answer.send(Ok(emitted)));
            }
            Err(error) => {
                tracing::error!(code = error.code(), %error, requests = answers.len(), "the store took nothing");
                self.emitter = Emitter::default();
                let mut refused = Refused::from(&error);
                if answers.len() > 1 {
                    self.alone = answers.len();
                    refused.is_for_now = true;
                }
                answers.into_iter().for_each(|answer| _ = answer.send(Err(refused.clone())));
            }
        }
    }

    fn put(&mut self, sealed: &[Sealed]) -> Result<(), StoreError> {
        self.unclosed.begin(sealed);
        let applied =
            self.store.write(&mut |ingest| sealed.iter().try_for_each(|one| ingest.envelope(&Incoming::from(one))))?;
        tracing::debug!(envelopes = applied.envelopes, events = applied.events, "sealed and stored");
        self.store.make_durable()?;
        self.unclosed.end(sealed);
        Ok(())
    }

    /// Closes what a server that was killed left open.
    fn recover(&mut self) {
        let closed = self.guarded(|thread| {
            let sealed = thread.unclosed.closes(&*thread.store)?;
            if sealed.is_empty() { Ok(()) } else { thread.put(&sealed) }
        });
        match closed {
            Ok(()) => self.unclosed.write(),
            Err(error) => tracing::warn!(code = error.code(), %error, "producers of an earlier server stay open"),
        }
        self.tell();
    }

    /// Closes what was sealed here.
    fn close(&mut self) {
        let mut sealed = Vec::new();
        self.emitter.close(&mut sealed);
        if !sealed.is_empty()
            && let Err(error) = self.guarded(|thread| thread.put(&sealed))
        {
            tracing::warn!(code = error.code(), %error, "producers of this server stay open");
        }
        self.unclosed.write();
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
    fn tell(&self) {
        match self.store.last_event() {
            Ok(last) => _ = self.news.send_if_modified(|known| std::mem::replace(known, last) != last),
            Err(error) => tracing::warn!(code = error.code(), %error, "nobody knows whether there is news"),
        }
    }

    /// A panic in the store is a refusal: the thread goes on, for nobody else writes.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let failed = |_| Err(StoreError::Engine("the store panicked".to_owned()));
        std::panic::catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(failed)
    }
}
