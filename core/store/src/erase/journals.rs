//! Journal files that still hold what was erased: nothing is ever changed in them.

use super::Plan;
use crate::error::StoreError;
use crate::store::Store;
use std::path::PathBuf;
use tracewire_recorder::journal::{self, Directory, JournalReader, Liveness};

/// A journal that holds something of what was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldJournal {
    /// The file.
    pub path: PathBuf,
    /// Whose it is.
    pub producer: String,
    /// Whether its process may write to it yet.
    pub is_open: bool,
    /// Sinks that have not acknowledged all of it; the store is none of them.
    pub waits_for: Vec<String>,
}

/// The journals of a directory that hold something of what a plan erases. A file that goes by itself, because nobody waits for it
/// and its process ended, is none of them.
///
/// # Errors
/// [`StoreError`] when the directory or the store cannot be read.
pub fn journals_that_hold(
    directory: &Directory,
    store: &dyn Store,
    plan: &Plan,
) -> Result<Vec<HeldJournal>, StoreError> {
    let mut held = Vec::new();
    for path in directory.journals()? {
        // What cannot be read is named by every sweep.
        let Ok(reader) = JournalReader::open(&path) else { continue };
        let header = reader.header();
        let carries = || -> Result<bool, StoreError> {
            let carried = store.carried(&header.producer)?;
            Ok(carried.iter().any(|hash| plan.erasure.contents.contains(hash)))
        };
        if !plan.producers.contains(header.producer.as_str()) && !carries()? {
            continue;
        }
        let waits = |sink: &&String| {
            let done = journal::acknowledged(directory, &header.producer, sink);
            !done.is_some_and(|offset| journal::is_delivered(&path, offset))
        };
        held.push(HeldJournal {
            is_open: matches!(journal::liveness(&path, header), Liveness::Alive | Liveness::Unknown),
            waits_for: header.sinks.iter().filter(|sink| *sink != crate::sweep::SINK).filter(waits).cloned().collect(),
            producer: header.producer.clone(),
            path: path.clone(),
        });
    }
    Ok(held)
}
