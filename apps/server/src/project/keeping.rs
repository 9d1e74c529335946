//! What is too old or too much goes: at the start, and from time to time.
//!
//! Traces go in the writer's thread, some in one transaction, and whatever else waits there comes in between. Content that nothing
//! names is looked for on a thread and a connection of its own, since that reads everything.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tracewire_store::{Removed, Retaining, Retention, StoreError};
use tracewire_wire::time::Timestamp;

use super::{Database, Project};
use crate::clock::now;
use crate::metrics::Removals;
use crate::problem::Problem;

/// What the thread that looks for content holds of the database in memory, in KiB.
const CACHE_KIB: u32 = 16 << 10;
/// Where the writer has too much to do it is asked again after this time, so many times.
const PAUSE: Duration = Duration::from_secs(1);
const ATTEMPTS: usize = 60;

/// What is kept, and what was removed.
pub(crate) struct Kept {
    /// What is kept.
    pub(crate) retention: Retention,
    removals: Removals,
    /// When it was looked for the last time, and why that failed.
    last: Mutex<(Option<Timestamp>, Option<String>)>,
}

impl Kept {
    pub(super) fn new(retention: Retention) -> Self {
        Kept { retention, removals: Removals::default(), last: Mutex::default() }
    }

    /// When it was looked for the last time, and why that failed.
    pub(crate) fn last(&self) -> (Option<Timestamp>, Option<String>) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was removed.
    pub(crate) fn removed(&self) -> Removed {
        self.removals.sum()
    }

    /// The same for Prometheus.
    pub(crate) fn write(&self, out: &mut String) -> fmt::Result {
        self.removals.write(out)
    }
}

/// Removes what is beyond, now and again after so long, until the project's writer ends.
pub(super) async fn keep(project: Arc<Project>, every: Duration) {
    let mut news = project.news();
    let ended = async { while news.changed().await.is_ok() {} };
    let keeping = async {
        loop {
            // A server that stops goes on with it when it is started again.
            let failing = look(&project).await.err().filter(|problem| problem.code() != "stopping").map(|problem| {
                tracing::warn!(code = problem.code(), detail = problem.detail(), "not everything was removed");
                problem.detail().to_owned()
            });
            *project.kept.last.lock().unwrap_or_else(PoisonError::into_inner) = (Some(now()), failing);
            tokio::time::sleep(every).await;
        }
    };
    tokio::select! {
        () = ended => {}
        () = keeping => {}
    }
}

async fn look(project: &Project) -> Result<(), Problem> {
    let mut retaining = Retaining::new(project.kept.retention, now());
    let mut counted = Removed::default();
    while !retaining.is_over() {
        retaining = if retaining.is_long() {
            aside(&project.database, retaining).await?
        } else {
            beside_others(project, retaining).await?
        };
        let all = retaining.removed();
        project.kept.removals.add(&Removed {
            traces: all.traces - counted.traces,
            events: all.events - counted.events,
            contents: all.contents - counted.contents,
            bytes: all.bytes - counted.bytes,
        });
        counted = all;
    }
    if counted != Removed::default() {
        tracing::info!(traces = counted.traces, events = counted.events, bytes = counted.bytes, "kept no longer");
    }
    Ok(())
}

/// A step in the writer's thread.
async fn beside_others(project: &Project, retaining: Retaining) -> Result<Retaining, Problem> {
    let shared = Arc::new(Mutex::new(retaining));
    let mut attempt = 0;
    loop {
        let stepping = Arc::clone(&shared);
        let step = move |store: &mut dyn tracewire_store::Store| {
            stepping.lock().unwrap_or_else(PoisonError::into_inner).step(store)
        };
        match project.writer.change(Box::new(step)).await {
            Ok(()) => break,
            Err(problem) if problem.code() == "busy" && attempt < ATTEMPTS => {
                attempt += 1;
                tokio::time::sleep(PAUSE).await;
            }
            Err(problem) => return Err(problem),
        }
    }
    let stepped = shared.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(stepped)
}

/// A step on a thread and a connection of its own. The process may end meanwhile: what was removed before stays so.
async fn aside(database: &Database, mut retaining: Retaining) -> Result<Retaining, Problem> {
    let (answer, answered) = oneshot::channel();
    let database = database.clone();
    let work = move || {
        let stepped = database.open(CACHE_KIB).and_then(|mut store| {
            retaining.step(&mut *store)?;
            Ok::<_, StoreError>(retaining)
        });
        let _ = answer.send(stepped);
    };
    let started = thread::Builder::new().name("tracewire-keeping".to_owned()).spawn(work);
    started.map_err(|_| Problem::busy("the system gives no further thread"))?;
    Ok(answered.await.map_err(|_| Problem::internal())??)
}
