//! Journals of live and dead processes into a store.
//!
//! Each file goes on where the store left off. A dead writer's file is ended first. What is sealed goes in for good;
//! events behind the last boundary go in as pending ones and are seen at once. A closed file that the store has whole
//! is acknowledged, once that survives a loss of power, and goes when every other sink has it too.
//!
//! Any number of sweeps may run at once: what the others put in is found there by its digest.

mod journal;
mod report;

pub use report::{Damage, Problem, Progress, SweepReport};

use crate::error::StoreError;
use crate::model::Batch;
use crate::model::{ProducerState, ProducerUpdate};
use crate::store::Store;
use journal::Journal;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracewire_insight::Pricing;
use tracewire_recorder::RecorderError;
use tracewire_recorder::journal::{Directory, acknowledge, remove_if_acknowledged};

/// The store's name among a journal's sinks.
pub(crate) const SINK: &str = "store";

/// Sweeps one directory into one store, again and again; it remembers where each file was.
pub struct Sweeper {
    directory: Directory,
    open: BTreeMap<PathBuf, Journal>,
    /// Files that the store has whole and that wait for other sinks.
    complete: BTreeSet<PathBuf>,
    pricing: Option<Arc<dyn Pricing>>,
    leaves_tallies: bool,
}

/// Sweeps once; see [`Sweeper`].
///
/// # Errors
/// As [`Sweeper::sweep`].
pub fn sweep(
    store: &mut dyn Store,
    directory: &Directory,
    progress: &mut dyn Progress,
) -> Result<SweepReport, StoreError> {
    Sweeper::new(directory.clone()).sweep(store, progress)
}

impl Sweeper {
    /// A sweeper of a directory; touches nothing yet.
    pub fn new(directory: Directory) -> Self {
        Sweeper { directory, open: BTreeMap::new(), complete: BTreeSet::new(), pricing: None, leaves_tallies: false }
    }

    /// Counts costs by these prices.
    #[must_use]
    pub fn with_prices(mut self, pricing: Arc<dyn Pricing>) -> Self {
        self.pricing = Some(pricing);
        self
    }

    /// Leaves [`Store::tally`] to the caller.
    #[must_use]
    pub fn leaving_tallies(mut self) -> Self {
        self.leaves_tallies = true;
        self
    }

    /// Puts everything that is new into the store. What is wrong with one file is reported and leaves the others alone.
    ///
    /// # Errors
    /// [`StoreError`] when the store refuses or the directory cannot be listed. What was applied before stays, nothing
    /// is acknowledged that is not durable, and the next sweep goes on.
    pub fn sweep(&mut self, store: &mut dyn Store, progress: &mut dyn Progress) -> Result<SweepReport, StoreError> {
        let mut report = SweepReport::default();
        let paths = self.directory.journals()?;
        report.journals = paths.len() as u64;
        let present: BTreeSet<&PathBuf> = paths.iter().collect();
        self.open.retain(|path, _| present.contains(path));
        self.complete.retain(|path| present.contains(path));
        progress.begin(paths.iter().filter_map(|path| path.metadata().ok()).map(|found| found.len()).sum());
        for path in &paths {
            let swept = self.sweep_file(path, store, progress, &mut report);
            if let Err(error) = swept {
                // Sealing is asked to go on from what the store has, not from what it may have missed.
                self.open.remove(path);
                return Err(error);
            }
        }
        self.bury(store, &paths)?;
        self.finish(store, &mut report)?;
        Ok(report)
    }

    fn sweep_file(
        &mut self,
        path: &Path,
        store: &mut dyn Store,
        progress: &mut dyn Progress,
        report: &mut SweepReport,
    ) -> Result<(), StoreError> {
        if self.complete.contains(path) {
            return Ok(());
        }
        if !self.open.contains_key(path) {
            match Journal::open(path, store)? {
                Ok(journal) => _ = self.open.insert(path.to_owned(), journal),
                // Somebody else finished it since the folder was listed.
                Err(RecorderError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => return Ok(()),
                Err(error) => {
                    report.problems.push(Problem::of(path.to_owned(), &error));
                    return Ok(());
                }
            }
        }
        match self.open.get_mut(path) {
            Some(journal) => journal.sweep(store, progress, report),
            None => Ok(()),
        }
    }

    /// Producers that were alive and whose file somebody removed are dead.
    fn bury(&self, store: &mut dyn Store, paths: &[PathBuf]) -> Result<(), StoreError> {
        let present: BTreeSet<PathBuf> = paths.iter().cloned().collect();
        let mut batch = Batch::default();
        for name in store.producers_in(ProducerState::Alive)? {
            if !present.contains(&self.directory.journal_path(&name)) {
                batch.producers.push(ProducerUpdate {
                    name,
                    state: Some(ProducerState::Dead),
                    ..ProducerUpdate::default()
                });
            }
        }
        if !batch.is_empty() {
            store.apply(&batch)?;
        }
        Ok(())
    }

    /// Acknowledges what is complete, removes what nobody waits for, and counts.
    fn finish(&mut self, store: &mut dyn Store, report: &mut SweepReport) -> Result<(), StoreError> {
        let complete: Vec<PathBuf> =
            self.open.iter().filter(|(_, journal)| journal.is_complete()).map(|(path, _)| path.clone()).collect();
        if !complete.is_empty() {
            store.make_durable()?;
        }
        for path in complete {
            let Some(journal) = self.open.remove(&path) else { continue };
            if let Some(offset) = journal.acknowledged()
                && let Err(error) = acknowledge(&self.directory, journal.producer(), SINK, offset)
            {
                report.problems.push(Problem::of(path, &error));
                continue;
            }
            match remove_if_acknowledged(&self.directory, journal.producer()) {
                Ok(true) => report.removed += 1,
                Ok(false) => _ = self.complete.insert(path),
                Err(error) => report.problems.push(Problem::of(path, &error)),
            }
        }
        if !self.leaves_tallies {
            store.tally(self.pricing.as_deref())?;
        }
        store.compact()
    }
}
