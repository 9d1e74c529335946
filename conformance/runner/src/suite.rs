//! All cases against one adapter, several of them side by side, each adapter process by itself.

use crate::ConformanceError;
use crate::adapter::{Adapter, Description};
use crate::case::{Case, capabilities};
use crate::judge::{Failure, Outcome, judge};
use crate::known::{Known, Standing};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What became of one case.
#[derive(Clone, Debug)]
pub struct Row {
    /// The case's name.
    pub case: String,
    /// The requirements that it proves.
    pub requirements: Vec<String>,
    /// What came out.
    pub outcome: Outcome,
    /// How that stands to what is known.
    pub standing: Standing,
    /// How long the answer took.
    pub time: Duration,
}

/// What became of all cases.
#[derive(Clone, Debug)]
pub struct Results {
    /// The implementation.
    pub description: Description,
    /// One row a case, in the order of the cases.
    pub rows: Vec<Row>,
}

/// How many of what there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Cases in the implementation's scope.
    pub cases: usize,
    /// As expected.
    pub passed: usize,
    /// Not as expected, known or not.
    pub failed: usize,
    /// Left out by the adapter, with a reason.
    pub skipped: usize,
    /// Beyond what the implementation claims.
    pub out_of_scope: usize,
    /// What fails the job: failures that are not known, and surprises.
    pub problems: usize,
}

impl Results {
    /// How many of what there are.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for row in &self.rows {
            match &row.outcome {
                Outcome::Passed => totals.passed += 1,
                Outcome::Failed(_) => totals.failed += 1,
                Outcome::Skipped(_) => totals.skipped += 1,
                Outcome::OutOfScope => totals.out_of_scope += 1,
            }
            totals.problems += usize::from(row.is_problem());
        }
        totals.cases = self.rows.len() - totals.out_of_scope;
        totals
    }
}

impl Row {
    /// Whether this fails the job.
    pub fn is_problem(&self) -> bool {
        matches!((&self.standing, &self.outcome), (Standing::Surprise(_), _) | (Standing::Plain, Outcome::Failed(_)))
    }
}

/// Runs the cases with so many adapter processes at once.
///
/// An adapter that dies or hangs fails the case at hand; another one is started for the next.
///
/// # Errors
/// Where the adapter cannot be started at all.
pub fn run(command: &[String], cases: &[Case], known: &Known, jobs: usize) -> Result<Results, ConformanceError> {
    let (first, description) = Adapter::start(command)?;
    let spare = Mutex::new(Some(first));
    let next = AtomicUsize::new(0);
    let rows: Mutex<Vec<Option<Row>>> = Mutex::new(vec![None; cases.len()]);
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                let mut adapter = lock(&spare).take();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(at) else { break };
                    let started = Instant::now();
                    let is_in_scope =
                        capabilities(&case.request).iter().all(|needed| description.capabilities.contains(needed));
                    let outcome = match is_in_scope {
                        true => ask(&mut adapter, command, case),
                        false => Outcome::OutOfScope,
                    };
                    let row = Row {
                        case: case.name.clone(),
                        requirements: case.requirements.clone(),
                        standing: known.standing(&case.name, &outcome),
                        outcome,
                        time: started.elapsed(),
                    };
                    if let Some(place) = lock(&rows).get_mut(at) {
                        *place = Some(row);
                    }
                }
            });
        }
    });
    let rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Results { description, rows: rows.into_iter().flatten().collect() })
}

fn ask(adapter: &mut Option<Adapter>, command: &[String], case: &Case) -> Outcome {
    let mut running = match adapter.take() {
        Some(running) => running,
        None => match Adapter::start(command) {
            Ok((running, _)) => running,
            Err(error) => return Outcome::Failed(Failure::new(error.to_string())),
        },
    };
    match running.run(&case.name, &case.request) {
        Ok(answer) => {
            *adapter = Some(running);
            judge(case, answer)
        }
        Err(error) => Outcome::Failed(Failure::new(error.to_string())),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
