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
//!
//! | file | what it is |
//! |---|---|
//! | `thread` | the thread: which job comes next, looks at journals, news |
//! | `storing` | what was brought goes into transactions |
//! | `signing` | heads that were accepted are signed |
//! | `tallies` | when numbers over traces are counted |

mod signing;
mod storing;
mod tallies;
mod thread;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc as blocking;

use tokio::sync::{mpsc, oneshot, watch};
use tracewire_insight::prices::Prices;
use tracewire_recorder::journal::Directory;
use tracewire_store::{Received, Store, StoreError, Sweeper};
use tracewire_wire::sign::SigningKey;

use super::Database;
use super::Fresh;
use super::emitter::{Brought, Emitted, Emitter, Unclosed};
use crate::error::ServerError;
use crate::problem::Problem;
use signing::Signing;
use tallies::Tallies;
use thread::Thread;

/// Requests that may wait.
const QUEUE: usize = 64;
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
        fresh: Arc<Fresh>,
        signing: Option<Arc<SigningKey>>,
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
                    let signing = signing.map(Signing::new);
                    let mut thread = Thread {
                        store,
                        sweeper,
                        news,
                        complaints,
                        tallies,
                        emitter,
                        fresh,
                        unclosed,
                        signing,
                        alone: 0,
                    };
                    thread.recover();
                    thread.run(taken);
                }
                Err(error) => _ = opened.send(Err(error)),
            }
        };
        std::thread::Builder::new().name("tracewire-writer".to_owned()).spawn(run).map_err(ServerError::System)?;
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

    /// The same, for who asks again and again.
    pub(super) fn counting(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_counting)
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
