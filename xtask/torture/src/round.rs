//! One round of a scenario: a fresh folder, a seed, and what came of it.

use crate::fleet::Hunted;
use crate::found::{Found, store_of, sweep_all};
use crate::oracle::{Allowed, Finding, Rule, compare};
use crate::said::Said;
use anyhow::{Context as _, Result};
use fastrand::Rng;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs of a run.
#[derive(Clone, Debug)]
pub struct Kit {
    /// Python, with the wheel.
    pub python: PathBuf,
    /// Node.
    pub node: PathBuf,
    /// The native library for Node.
    pub native: PathBuf,
    /// Node's workers, bundled with the package.
    pub bundles: PathBuf,
    /// The command line.
    pub tracewire: PathBuf,
    /// Python's workers and the sources of the shims.
    pub sources: PathBuf,
    /// Where folders of rounds are made.
    pub scratch: PathBuf,
    /// Whether rounds are as small as they can be and still do everything.
    pub is_short: bool,
}

/// What was done in a round, or in many.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tally {
    /// Rounds.
    pub rounds: u64,
    /// Acknowledged records, each looked for in the journals and in the store.
    pub records: u64,
    /// Processes that died, by how.
    pub deaths: BTreeMap<String, u64>,
    /// Anything else that is worth a count.
    pub counts: BTreeMap<String, u64>,
    /// What was left out, and why.
    pub skipped: BTreeMap<String, u64>,
    /// Seconds that it took.
    pub seconds: f64,
}

impl Tally {
    /// Adds another.
    pub fn add(&mut self, other: &Tally) {
        self.rounds += other.rounds;
        self.records += other.records;
        self.seconds += other.seconds;
        for (sum, part) in
            [(&mut self.deaths, &other.deaths), (&mut self.counts, &other.counts), (&mut self.skipped, &other.skipped)]
        {
            part.iter().for_each(|(name, count)| *sum.entry(name.clone()).or_default() += count);
        }
    }

    /// Processes that died.
    pub fn dead(&self) -> u64 {
        self.deaths.values().sum()
    }
}

/// A round.
pub struct Round<'k> {
    /// The programs.
    pub kit: &'k Kit,
    /// A folder of its own.
    pub folder: PathBuf,
    /// Decides everything that is left to chance.
    pub chance: Rng,
    /// What was done.
    pub tally: Tally,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl<'k> Round<'k> {
    /// A round in a fresh folder.
    pub fn new(kit: &'k Kit, name: &str, seed: u64) -> Result<Self> {
        let folder = kit.scratch.join(format!("{name}-{seed}"));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        std::fs::create_dir_all(&folder)?;
        let tally = Tally { rounds: 1, ..Tally::default() };
        Ok(Round { kit, folder, chance: Rng::with_seed(seed), tally, findings: Vec::new() })
    }

    /// The directory of its recordings.
    pub fn directory(&self) -> PathBuf {
        self.folder.join("tw")
    }

    /// One of two numbers: for the short form, and for a real run.
    pub fn size(&self, short: usize, real: usize) -> usize {
        if self.kit.is_short { short } else { real }
    }

    /// Counts something.
    pub fn count(&mut self, what: &str, count: u64) {
        *self.tally.counts.entry(what.to_owned()).or_default() += count;
    }

    /// Says that a part was left out.
    pub fn skip(&mut self, why: &str) {
        *self.tally.skipped.entry(why.to_owned()).or_default() += 1;
    }

    /// Something that is wrong.
    pub fn find(&mut self, rule: Rule, message: impl Into<String>) {
        self.findings.push(Finding::new(rule, message));
    }

    /// Takes down how victims died, and gives what they said. Other deaths than the expected ones are findings.
    pub fn died(&mut self, hunted: Hunted, expected: &[&str]) -> Said {
        for (death, count) in hunted.deaths {
            if !expected.contains(&death.as_str()) {
                self.find(Rule::Behaviour, format!("{count} processes ended with {death}, none should have"));
            }
            self.deaths(&death, count);
        }
        hunted.said
    }

    /// Deaths of processes. One that ended as it should has not died.
    pub fn deaths(&mut self, name: &str, count: u64) {
        if name != "exit 0" {
            *self.tally.deaths.entry(name.to_owned()).or_default() += count;
        }
    }

    /// The oracle: the journals as they lie there, then the store after a sweep, each beside what was said.
    pub fn judge(&mut self, said: &Said, allowed: Allowed) -> Result<Found> {
        let journals = Found::in_journals(&self.directory())?;
        self.compare("journals", said, &journals, allowed);
        self.count("torn ends", journals.torn);
        let store = self.judge_store(said, allowed)?;
        if store.records.len() != journals.records.len() {
            self.find(
                Rule::Missing,
                format!("{} records in the journals, {} in the store", journals.records.len(), store.records.len()),
            );
        }
        Ok(store)
    }

    /// The second half alone, where others have swept already.
    pub fn judge_store(&mut self, said: &Said, allowed: Allowed) -> Result<Found> {
        let directory = self.directory();
        let problems = sweep_all(&directory)?;
        problems.into_iter().for_each(|problem| self.find(Rule::Behaviour, problem));
        let store = Found::in_store(&store_of(&directory))?;
        self.compare("store", said, &store, allowed);
        said.wrong.iter().for_each(|text| self.findings.push(Finding::new(Rule::Behaviour, text.clone())));
        self.tally.records += said.kept();
        Ok(store)
    }

    /// Compares one reading.
    pub fn compare(&mut self, what: &str, said: &Said, found: &Found, allowed: Allowed) {
        self.findings.extend(
            compare(said, found, allowed)
                .into_iter()
                .map(|finding| Finding::new(finding.rule, format!("{what}: {}", finding.message))),
        );
    }

    /// Python's worker in a role. The environment decides nothing: what is set on the machine is taken away.
    pub fn python(&self, role: &str, options: &Value) -> Command {
        let mut command = self.script("worker.py");
        command.arg(role).arg(self.directory()).arg(options.to_string());
        command
    }

    /// A script of Python's.
    pub fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.kit.python);
        command.arg("-B").arg(self.kit.sources.join("workers").join(name));
        self.clean(&mut command);
        command
    }

    /// A program that stands beside the interpreter.
    pub fn beside_python(&self, name: &str) -> Command {
        let mut command = Command::new(self.kit.python.with_file_name(name));
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        self.clean(&mut command);
        command
    }

    /// Node's worker in a role.
    pub fn node(&self, role: &str, options: &Value) -> Command {
        let mut command = self.module("worker.mjs");
        command.arg(role).arg(self.directory()).arg(options.to_string());
        command
    }

    /// A module of Node's.
    pub fn module(&self, name: &str) -> Command {
        let mut command = Command::new(&self.kit.node);
        command.arg(self.kit.bundles.join(name)).env("TRACEWIRE_NATIVE", &self.kit.native);
        self.clean(&mut command);
        command
    }

    /// Rust's worker.
    pub fn rust(&self, options: &Value) -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("victim").arg(self.directory()).arg(options.to_string());
        self.clean(&mut command);
        Ok(command)
    }

    /// The command line, over this round's directory.
    pub fn tracewire(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.kit.tracewire);
        command.arg("--dir").arg(self.directory()).args(arguments);
        self.clean(&mut command);
        command
    }

    fn clean(&self, command: &mut Command) {
        for name in ["TRACEWIRE_DIR", "TRACEPARENT", "TRACEWIRE_APPEND", "LD_PRELOAD"] {
            command.env_remove(name);
        }
        command.current_dir(&self.folder);
        if let Ok(errors) = std::fs::File::options().create(true).append(true).open(self.errors()) {
            command.stderr(errors);
        }
    }

    /// What the round's processes wrote on their error output.
    pub fn errors(&self) -> PathBuf {
        self.folder.join("errors.log")
    }
}

/// How a round's files are written, by chance: one of the two ways, rotated often or never.
pub fn manner(chance: &mut Rng) -> (&'static str, Value) {
    let append = if chance.bool() { "map" } else { "write" };
    let file_bytes = chance.choice([64 << 10, 256 << 10, 32 << 20]).unwrap_or(1 << 20);
    (append, serde_json::json!({ "file_bytes": file_bytes }))
}

/// Removes the folder of a round that found nothing.
pub fn forget(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}
