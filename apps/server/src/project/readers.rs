//! Threads that read a store, each with a connection of its own.
//!
//! A store blocks and need not be sent between threads, so that it lives on one. Who asks waits for a free thread in the order of
//! coming, and nobody's question waits behind another one's once it has a thread.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, oneshot};
use tracewire_store::{Store, StoreError};

use super::Database;
use crate::error::ServerError;
use crate::problem::Problem;

/// What each thread holds of the database in memory, in KiB.
const CACHE_KIB: u32 = 16 << 10;

/// Says whether the store can still be asked by this connection.
type Work = Box<dyn FnOnce(Result<&dyn Store, StoreError>) -> bool + Send>;

/// Threads that read.
pub(super) struct Readers {
    work: Sender<Work>,
    free: Arc<Semaphore>,
}

impl Readers {
    /// Starts so many threads; each opens the store when it is first asked. No question takes longer than `query_time`, so that few
    /// of them cannot keep all threads for themselves.
    pub(super) fn start(database: &Database, count: usize, query_time: Duration) -> Result<Self, ServerError> {
        let (work, taken) = channel::<Work>();
        let taken = Arc::new(Mutex::new(taken));
        for number in 0..count {
            let (database, taken) = (database.clone(), Arc::clone(&taken));
            let builder = thread::Builder::new().name(format!("tracewire-reader-{number}"));
            // They end when nobody can ask any more.
            builder.spawn(move || read(&database, &taken, query_time)).map_err(ServerError::System)?;
        }
        Ok(Readers { work, free: Arc::new(Semaphore::new(count)) })
    }

    /// Asks a thread that is free.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Store) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let Ok(permit) = Arc::clone(&self.free).acquire_owned().await else { return Err(Problem::stopping()) };
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |store| {
            let result = store.map_err(Problem::from).and_then(question);
            // The thread is free as soon as the answer is there, also where nobody waits for it any more.
            drop(permit);
            let is_lost = result.as_ref().is_err_and(|problem| problem.code() == "store_unavailable");
            let _ = answer.send(result);
            !is_lost
        });
        self.work.send(work).map_err(|_| Problem::stopping())?;
        // Without an answer the question made its thread panic, which the log has.
        answered.await.unwrap_or_else(|_| Err(Problem::internal()))
    }
}

fn read(database: &Database, taken: &Mutex<Receiver<Work>>, query_time: Duration) {
    let mut open: Option<Box<dyn Store>> = None;
    loop {
        let next = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        if open.is_none() {
            match database.open(CACHE_KIB) {
                Ok(store) => open = Some(store),
                Err(error) => {
                    work(Err(error));
                    continue;
                }
            }
        }
        let Some(store) = open.as_deref_mut() else { continue };
        let asked = std::panic::catch_unwind(AssertUnwindSafe(|| {
            let until = store.answer_until(Some(Instant::now() + query_time));
            work(until.map(|()| &*store))
        }));
        match asked {
            Ok(true) => {}
            // The next question makes a new one.
            Ok(false) => open = None,
            Err(_) => {
                tracing::error!("a question made its thread panic; the connection is made anew");
                open = None;
            }
        }
    }
}
