//! Chains are verified while nobody waits for it: each envelope once, when it has come, as `tracewire verify` does it.
//!
//! ```text
//! envelopes in the order of their arrival ─▶ each held against the one before it in its chain
//!    came late, or beside another one ─────▶ the whole chain once more
//! ```
//!
//! A thread and a connection of its own read a few envelopes at a time and rest longer than they work, so that nobody waits for
//! them; while much is stored, they rest longer still. Nothing is stored of it: a server that starts verifies anew what it finds.
//!
//! | file | what it is |
//! |---|---|
//! | `chain` | how far one producer is verified, and the first place that contradicts |
//! | `worker` | what is read next |

mod chain;
mod worker;

pub(crate) use chain::{Chain, Contradiction};

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Database;
use crate::error::ServerError;
use worker::Worker;

/// What the thread holds of the database in memory, in KiB.
const CACHE_KIB: u32 = 4 << 10;
/// It rests for so many times as long as it worked.
const RESTS: u32 = 3;

/// Where it is always busy, it goes on this often.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of the producers' chains.
#[derive(Default)]
pub(crate) struct Verified {
    chains: Mutex<BTreeMap<String, Chain>>,
}

impl Verified {
    /// Copies of all that were looked at.
    pub(crate) fn all(&self) -> BTreeMap<String, Chain> {
        self.chains.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many there are, and how many of them contradict themselves.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        let judged = chains.values().filter_map(Chain::is_sound);
        judged.fold((0, 0), |(all, unsound), is_sound| (all + 1, unsound + u64::from(!is_sound)))
    }

    fn get(&self, producer: &str) -> Chain {
        let chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        chains.get(producer).cloned().unwrap_or_default()
    }

    fn set(&self, producer: &str, chain: Chain) {
        if let Some(wrong) = &chain.contradiction {
            let (code, first_seq) = (wrong.code, wrong.first_seq);
            let known = self.get(producer).contradiction;
            if known.as_ref() != Some(wrong) {
                tracing::warn!(producer, code, first_seq, detail = %wrong.message, "a producer's chain contradicts itself");
            }
        }
        self.chains.lock().unwrap_or_else(PoisonError::into_inner).insert(producer.to_owned(), chain);
    }
}

/// Verifies until it is dropped.
pub(super) struct Verifying {
    /// The thread ends when this is gone.
    _stop: Sender<()>,
}

impl Verifying {
    /// Looks for the first time after so long, and so often where nothing comes.
    /// `is_busy` says whether what came is still being counted.
    pub(super) fn start(
        database: &Database,
        verified: &Arc<Verified>,
        every: Duration,
        is_busy: Arc<AtomicBool>,
    ) -> Result<Self, ServerError> {
        let (stop, stopped) = channel();
        let (database, verified) = (database.clone(), Arc::clone(verified));
        let run = move || run(&database, &verified, every, &is_busy, &stopped);
        thread::Builder::new().name("tracewire-verify".to_owned()).spawn(run).map_err(ServerError::System)?;
        Ok(Verifying { _stop: stop })
    }
}

fn run(database: &Database, verified: &Verified, every: Duration, is_busy: &AtomicBool, stopped: &Receiver<()>) {
    let mut rested = Instant::now();
    let mut worker = Worker::default();
    let mut open = None;
    let mut rest = every;
    while stopped.recv_timeout(rest) == Err(RecvTimeoutError::Timeout) {
        let began = Instant::now();
        if is_busy.load(Ordering::Acquire) && rested.elapsed() < PATIENCE {
            rest = every;
            continue;
        }
        rested = began;
        if open.is_none() {
            open = database.open(CACHE_KIB).ok();
        }
        let Some(store) = open.as_deref() else {
            rest = every;
            continue;
        };
        rest = match worker.step(store, verified) {
            Ok(true) => began.elapsed().saturating_mul(RESTS),
            Ok(false) => every,
            Err(error) => {
                tracing::debug!(code = error.code(), %error, "chains are verified later");
                // A connection that was lost is made anew.
                open = None;
                every
            }
        };
    }
}
