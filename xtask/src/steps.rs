//! Steps: each has a name, prints its time, and stands in the table at the end.

use crate::process;
use crate::test::lane::Lane;
use crate::told;
use anyhow::{Error, Result};
use serde::{Deserialize, Serialize};
use std::process::Command;
use std::time::{Duration, Instant};

/// How much of an error is said again at the end of a run.
const ERROR_LINES: usize = 30;

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// How many passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
}

/// A sequence of steps.
pub struct Steps {
    rows: Vec<Row>,
    started: Instant,
    beside: Vec<Lane>,
}

/// A step that ended.
#[derive(Serialize, Deserialize)]
pub struct Row {
    name: String,
    outcome: Outcome,
    time: Duration,
    /// What its programs computed, on all cores; zero where nobody says.
    computed: Duration,
    counts: Counts,
    note: String,
    /// What was said of a failure.
    told: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Outcome {
    Passed,
    Failed,
    Missing,
    Skipped,
}

impl Steps {
    /// No steps yet.
    pub fn new() -> Steps {
        Steps { rows: Vec::new(), started: Instant::now(), beside: Vec::new() }
    }

    /// Lets other steps run beside the next ones, until [`Steps::join`].
    pub fn beside(&mut self, lane: Result<Lane>) {
        match lane {
            Ok(lane) => self.beside.push(lane),
            Err(error) => _ = self.run("lane", || Err(error)),
        }
    }

    /// Waits for the steps beside ours, whose rows stand among ours from now on.
    pub fn join(&mut self) {
        for lane in std::mem::take(&mut self.beside) {
            match lane.finish() {
                Ok(rows) => self.rows.extend(rows),
                Err(error) => _ = self.run("lane", || Err(error)),
            }
        }
    }

    /// The steps that ended.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Runs a step. A failure is printed and remembered; the next steps still run. Returns whether it passed.
    pub fn run(&mut self, name: &str, step: impl FnOnce() -> Result<Counts>) -> bool {
        self.show_beside();
        println!("\n── {name} ──");
        told::take();
        let (started, before) = (Instant::now(), process::computed());
        let result = step();
        let (time, computed) = (started.elapsed(), process::computed().saturating_sub(before));
        let (outcome, counts, note) = match result {
            Ok(counts) if counts.failed > 0 => (Outcome::Failed, counts, format!("{} failed", counts.failed)),
            Ok(counts) => (Outcome::Passed, counts, String::new()),
            Err(error) => (Outcome::Failed, Counts::default(), describe(&error)),
        };
        let mut told = Vec::new();
        if outcome == Outcome::Failed {
            told = told::take();
            told.extend(note.lines().skip(1).take(ERROR_LINES).map(str::to_owned));
            println!("{name}: failed after {}: {note}", seconds(time));
        } else {
            println!("{name}: passed in {}", seconds(time));
        }
        let note = note.lines().next().unwrap_or_default().to_owned();
        self.rows.push(Row { name: name.to_owned(), outcome, time, computed, counts, note, told });
        outcome == Outcome::Passed
    }

    /// Runs a step that is one command.
    pub fn command(&mut self, name: &str, command: &mut Command) -> bool {
        self.run(name, || process::run(command).map(|()| Counts::default()))
    }

    /// Notes a step that cannot run here because a tool is missing, and how to get it.
    pub fn missing(&mut self, name: &str, what: &str) {
        println!("\n── {name} ──\n{name}: {what}");
        self.note(name, Outcome::Missing, what);
    }

    /// Notes a step that does not run because of an earlier one.
    pub fn skipped(&mut self, name: &str, why: &str) {
        self.note(name, Outcome::Skipped, why);
    }

    /// What the other lanes say is shown between two of our steps.
    fn show_beside(&mut self) {
        for lane in &mut self.beside {
            if let Err(error) = lane.show_ended() {
                println!("a lane cannot be shown: {}", describe(&error));
            }
        }
    }

    fn note(&mut self, name: &str, outcome: Outcome, note: &str) {
        self.rows.push(Row {
            name: name.to_owned(),
            outcome,
            time: Duration::ZERO,
            computed: Duration::ZERO,
            counts: Counts::default(),
            note: note.to_owned(),
            told: Vec::new(),
        });
    }

    /// Whether something was missing.
    pub fn is_anything_missing(&self) -> bool {
        self.rows.iter().any(|row| row.outcome == Outcome::Missing)
    }

    /// Whether a step failed.
    pub fn is_anything_failed(&self) -> bool {
        self.rows.iter().any(|row| row.outcome == Outcome::Failed)
    }

    /// The sum over all runners of tests; a step that failed without a failed test counts as one failure.
    pub fn counts(&self) -> Counts {
        self.rows.iter().fold(Counts::default(), |sum, row| Counts {
            passed: sum.passed + row.counts.passed,
            failed: sum.failed + if row.outcome == Outcome::Failed { row.counts.failed.max(1) } else { 0 },
        })
    }

    /// Prints what failed once more: between it and the end stand the steps that went on.
    pub fn print_failures(&self) {
        for row in self.rows.iter().filter(|row| row.outcome == Outcome::Failed) {
            println!("\n{} failed: {}", row.name, row.note);
            row.told.iter().for_each(|line| println!("  {line}"));
        }
    }

    /// Prints the table.
    pub fn print_table(&self) {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(4);
        println!("\n{:<width$}  {:<8}  {:>8}  {:>8}  {:>6}", "step", "outcome", "time", "computed", "tests");
        for row in &self.rows {
            let outcome = match row.outcome {
                Outcome::Passed => "passed",
                Outcome::Failed => "FAILED",
                Outcome::Missing => "missing",
                Outcome::Skipped => "skipped",
            };
            let shown = |time: Duration| if time.is_zero() { "-".to_owned() } else { seconds(time) };
            let (time, computed) = (shown(row.time), shown(row.computed));
            let tests = match row.counts.passed + row.counts.failed {
                0 => "-".to_owned(),
                tests => tests.to_string(),
            };
            println!(
                "{}",
                format!("{:<width$}  {outcome:<8}  {time:>8}  {computed:>8}  {tests:>6}  {}", row.name, row.note)
                    .trim_end()
            );
        }
        let computed = self.rows.iter().map(|row| row.computed).sum();
        println!("{:<width$}  {:<8}  {:>8}  {:>8}", "all", "", seconds(self.started.elapsed()), seconds(computed));
    }
}

/// A duration as people read it.
pub fn seconds(time: Duration) -> String {
    if time.as_secs() >= 100 {
        format!("{}m {:02}s", time.as_secs() / 60, time.as_secs() % 60)
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

fn describe(error: &Error) -> String {
    format!("{error:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_without_tests_counts_as_one_failure() {
        let mut steps = Steps::new();
        assert!(steps.run("tests", || Ok(Counts { passed: 7, failed: 0 })));
        assert!(!steps.run("more tests", || Ok(Counts { passed: 1, failed: 2 })));
        assert!(!steps.run("format", || anyhow::bail!("not formatted")));
        steps.skipped("later", "format failed");
        assert_eq!(steps.counts(), Counts { passed: 8, failed: 3 });
        assert!(steps.is_anything_failed());
        assert!(!steps.is_anything_missing());
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(1_234)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(605)), "10m 05s");
    }
}
