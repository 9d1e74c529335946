//! What a run did and found: for people, and as JSON.

use crate::oracle::Finding;
use crate::round::Tally;
use crate::scenarios::Scenario;
use serde::Serialize;
use std::collections::BTreeMap;

/// So many findings of one round are kept; the rest is counted.
const MOST_OF_A_ROUND: usize = 10;

/// A run.
#[derive(Serialize)]
pub struct Report {
    /// Repeats it, as far as chance and not time decided.
    pub seed: u64,
    /// How long it took.
    pub seconds: f64,
    /// By scenario, in order.
    pub scenarios: Vec<Row>,
    /// What is wrong.
    pub findings: Vec<Found>,
}

/// What a scenario did.
#[derive(Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    #[serde(flatten)]
    tally: Tally,
    /// Rounds that found something.
    pub failed: u64,
}

/// A round that found something.
#[derive(Serialize)]
pub struct Found {
    /// What was done.
    pub scenario: String,
    /// Of the round.
    pub seed: u64,
    /// What repeats it.
    pub command: String,
    /// How much is wrong.
    pub count: usize,
    /// The first of it.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Of a run that begins.
    pub fn new(seed: u64, scenarios: &[&Scenario]) -> Report {
        let row = |scenario: &&Scenario| Row { name: scenario.name.to_owned(), tally: Tally::default(), failed: 0 };
        Report { seed, seconds: 0.0, scenarios: scenarios.iter().map(row).collect(), findings: Vec::new() }
    }

    /// Takes a round.
    pub fn take(&mut self, scenario: &Scenario, seed: u64, tally: &Tally, findings: &[Finding]) {
        if let Some(row) = self.scenarios.iter_mut().find(|row| row.name == scenario.name) {
            row.tally.add(tally);
            row.failed += u64::from(!findings.is_empty());
        }
        if findings.is_empty() {
            return;
        }
        let found = Found {
            scenario: scenario.name.to_owned(),
            seed,
            command: format!("cargo xtask torture --only {} --seed {seed} --rounds 1", scenario.name),
            count: findings.len(),
            findings: findings.iter().take(MOST_OF_A_ROUND).cloned().collect(),
        };
        println!("\n{}: {} findings\n  {}", found.scenario, found.count, found.command);
        found.findings.iter().for_each(|finding| println!("  {finding}"));
        self.findings.push(found);
    }

    /// All scenarios together.
    pub fn sum(&self) -> Tally {
        let mut sum = Tally::default();
        self.scenarios.iter().for_each(|row| sum.add(&row.tally));
        sum
    }

    /// Rounds that found something, and rounds that did not.
    pub fn rounds(&self) -> (u64, u64) {
        let failed = self.scenarios.iter().map(|row| row.failed).sum();
        (failed, self.sum().rounds.saturating_sub(failed))
    }

    /// The table.
    pub fn show(&self) {
        let width = self.scenarios.iter().map(|row| row.name.len()).max().unwrap_or(8).max(8);
        println!(
            "\n{:<width$}  {:>6}  {:>7}  {:>9}  {:>7}  {:>8}",
            "scenario", "rounds", "deaths", "records", "time", "findings"
        );
        for row in &self.scenarios {
            println!(
                "{:<width$}  {:>6}  {:>7}  {:>9}  {:>5.0} s  {:>8}",
                row.name,
                row.tally.rounds,
                row.tally.dead(),
                row.tally.records,
                row.tally.seconds,
                row.failed
            );
        }
        let sum = self.sum();
        println!(
            "{:<width$}  {:>6}  {:>7}  {:>9}  {:>5.0} s  {:>8}",
            "all",
            sum.rounds,
            sum.dead(),
            sum.records,
            self.seconds,
            self.findings.len()
        );
        let list = |map: &BTreeMap<String, u64>| {
            map.iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
        };
        println!("\ndeaths: {}", list(&sum.deaths));
        println!("and: {}", list(&sum.counts));
        for (why, times) in &sum.skipped {
            println!("skipped {times} times: {why}");
        }
        println!("seed: {}", self.seed);
    }
}
