//! All cases against one adapter, several of them side by side, each adapter process by itself.

use crate::adapter::{Adapter, Description, Fault, Launch};
use crate::case::Case;
use crate::judge::{Failure, Outcome, judge};
use crate::known::{Known, Standing};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// After so many answers that never came, nobody waits for the rest.
const MOST_TIMEOUTS: usize = 12;

/// What became of one case.
#[derive(Clone, Debug)]
pub struct Row {
    /// The case's name.
    pub case: String,
    /// What it is about.
    pub about: String,
    /// What is asked for first.
    pub operation: String,
    /// The requirements that it proves.
    pub requirements: Vec<String>,
    /// What came out.
    pub outcome: Outcome,
    /// How that stands to what is known.
    pub standing: Standing,
    /// How long the answers took.
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
pub fn run(launch: &Launch, cases: &[Case], known: &Known, jobs: usize) -> Result<Results, Fault> {
    run_watched(launch, cases, known, jobs, &|_| {})
}

/// The same, and shows each row as soon as it is there; from several threads, in no order.
///
/// # Errors
/// Where the adapter cannot be started at all.
pub fn run_watched(
    launch: &Launch,
    cases: &[Case],
    known: &Known,
    jobs: usize,
    see: &(dyn Fn(&Row) + Sync),
) -> Result<Results, Fault> {
    let first = Adapter::start(launch)?;
    let description = first.description().clone();
    let spare = Mutex::new(Some(first));
    let (next, timeouts) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let rows: Mutex<Vec<Option<Row>>> = Mutex::new(vec![None; cases.len()]);
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, cases.len().max(1)) {
            scope.spawn(|| {
                let mut adapter = lock(&spare).take();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(at) else { break };
                    let since = Instant::now();
                    let outcome = if !is_in_scope(&description, case) {
                        Outcome::OutOfScope
                    } else if timeouts.load(Ordering::Relaxed) >= MOST_TIMEOUTS {
                        Outcome::Failed(Failure::new(format!("not asked, for {MOST_TIMEOUTS} answers never came")))
                    } else {
                        ask(&mut adapter, launch, case, &timeouts)
                    };
                    let row = Row {
                        case: case.name.clone(),
                        about: case.about.clone(),
                        operation: case.operation().to_owned(),
                        requirements: case.requirements.clone(),
                        standing: known.standing(&case.name, &outcome),
                        outcome,
                        time: since.elapsed(),
                    };
                    see(&row);
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

/// Whether an implementation claims what a case asks first.
pub fn is_in_scope(description: &Description, case: &Case) -> bool {
    let needed = case.asks.first().map(|ask| ask.capabilities()).unwrap_or_default();
    needed.iter().all(|needed| description.capabilities.contains(needed))
}

/// Asks everything that a case asks, up to the first failure. What follows from the first ask and is beyond the implementation's
/// claims is passed over.
///
/// # Errors
/// Where there is no answer; the adapter cannot be used further.
pub fn examine(adapter: &mut Adapter, case: &Case) -> Result<Outcome, Fault> {
    for ask in &case.asks {
        if !adapter.is_capable_of(&ask.capabilities()) {
            continue;
        }
        let answer = adapter.run(&case.name, &ask.request)?;
        match judge(ask, &answer) {
            Outcome::Passed => {}
            Outcome::Failed(failure) if !ask.what.is_empty() => {
                let summary = format!("{}: {}", ask.what, failure.summary);
                return Ok(Outcome::Failed(Failure { summary, ..failure }));
            }
            other => return Ok(other),
        }
    }
    Ok(Outcome::Passed)
}

fn ask(adapter: &mut Option<Adapter>, launch: &Launch, case: &Case, timeouts: &AtomicUsize) -> Outcome {
    let answered = match adapter.take() {
        Some(running) => Ok(running),
        None => Adapter::start(launch),
    };
    let answered = answered.and_then(|mut running| {
        let outcome = examine(&mut running, case)?;
        *adapter = Some(running);
        Ok(outcome)
    });
    answered.unwrap_or_else(|fault| {
        timeouts.fetch_add(usize::from(fault.is_timeout), Ordering::Relaxed);
        Outcome::Failed(fault.into())
    })
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault.complaints.is_empty() {
            true => Failure::new(fault.summary),
            false => Failure::with(fault.summary, format!("its standard error:\n{}", fault.complaints)),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
