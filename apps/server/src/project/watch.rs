//! Journals that grow: what an SDK records on this machine is seen without any network.
//!
//! The system tells of files that come, go and are written. Of what is written through a mapped window it tells nothing, so
//! journals are also looked at by the clock: often while there is news, less often while there is none.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tracewire_recorder::journal::Directory;

use super::Writer;
use super::writer::Looked;
use crate::error::ServerError;

/// How often journals are looked at while somebody writes.
const LIVE: Duration = Duration::from_millis(40);
/// How often they are looked at while those that are there say nothing.
const QUIET: Duration = Duration::from_millis(150);
/// Where there are many, the pause is so many times what a look takes, up to so long.
const PAUSES: u32 = 20;
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// How often it is looked whether there are any.
const IDLE: Duration = Duration::from_secs(2);
/// For how long after news somebody is taken to be writing.
const LIVELY: Duration = Duration::from_secs(30);
/// What comes together is looked at together.
const DEBOUNCE: Duration = Duration::from_millis(15);

/// Watches until it is dropped.
pub(super) struct Watch {
    _system: Option<RecommendedWatcher>,
    /// The thread ends when this is gone.
    _stop: Sender<()>,
}

impl Watch {
    /// Begins with a look.
    pub(super) fn start(directory: &Directory, writer: &Writer) -> Result<Self, ServerError> {
        let (tell, told) = channel();
        let system = watch(&directory.journal_folder(), tell.clone());
        if let Err(error) = &system {
            tracing::warn!(%error, "the system tells nothing of journals; they are looked at by the clock");
        }
        let look = writer.looker();
        let follow = move || follow(&told, &look);
        thread::Builder::new().name("tracewire-watch".to_owned()).spawn(follow).map_err(ServerError::System)?;
        Ok(Watch { _system: system.ok(), _stop: tell })
    }
}

fn watch(folder: &Path, tell: Sender<()>) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading journals is what we do ourselves.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            let _ = tell.send(());
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Has the writer look, and waits for a reason to look again. Ends when the writer or the watch is gone.
fn follow(told: &Receiver<()>, look: &dyn Fn() -> Option<Looked>) {
    let mut lively_until = Instant::now();
    loop {
        let began = Instant::now();
        let Some(looked) = look() else { return };
        let took = began.elapsed();
        if looked.events > 0 {
            lively_until = Instant::now() + LIVELY;
        }
        let wait = match looked.journals {
            0 => IDLE,
            _ if Instant::now() < lively_until => LIVE,
            _ => QUIET,
        };
        match told.recv_timeout(wait.max(took.saturating_mul(PAUSES).min(LONGEST_PAUSE))) {
            Ok(()) => {
                thread::sleep(DEBOUNCE);
                while told.try_recv().is_ok() {}
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
