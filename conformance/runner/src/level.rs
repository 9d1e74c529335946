//! The levels that an implementation earns: *emitter*, *reader*, both.

use crate::judge::Outcome;
use crate::suite::{Results, Row};
use std::collections::BTreeSet;

/// What a level asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// It records: what it writes is right.
    Emitter,
    /// It reads and verifies what others wrote.
    Reader,
    /// Both.
    #[default]
    Both,
}

/// What an implementation has earned, and what is missing for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earned {
    /// Why it is no emitter; nothing where it is one.
    pub emitter: Vec<String>,
    /// Why it is no reader; nothing where it is one.
    pub reader: Vec<String>,
}

/// So many cases are named.
const MOST_NAMES: usize = 5;

impl Level {
    /// All, by their names.
    pub const NAMES: [(&'static str, Level); 3] =
        [("emitter", Level::Emitter), ("reader", Level::Reader), ("both", Level::Both)];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Level::Emitter => "emitter",
            Level::Reader => "reader",
            Level::Both => "both",
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Level::Emitter => "emitter",
            Level::Reader => "reader",
            Level::Both => "emitter and reader",
        }
    }

    /// Whether a case with this operation counts for it.
    pub fn includes(self, operation: &str) -> bool {
        match self {
            Level::Emitter => operation == "record",
            // Guards are for whoever wants them.
            Level::Reader => !["record", "guard"].contains(&operation),
            Level::Both => true,
        }
    }
}

impl Earned {
    /// Judges what came out of all cases.
    pub fn of(results: &Results) -> Self {
        Earned {
            emitter: missing(results, Level::Emitter, &["record"]),
            reader: missing(results, Level::Reader, &["convert:json", "verify"]),
        }
    }

    /// The highest level up to the one that was asked for, if any.
    pub fn level(&self, asked: Level) -> Option<Level> {
        let (emits, reads) = (self.emitter.is_empty(), self.reader.is_empty());
        match asked {
            Level::Both if emits && reads => Some(Level::Both),
            Level::Both | Level::Emitter if emits => Some(Level::Emitter),
            Level::Both | Level::Reader if reads => Some(Level::Reader),
            _ => None,
        }
    }

    /// What is missing for this level.
    pub fn missing(&self, level: Level) -> Vec<&str> {
        let (emitter, reader): (&[String], &[String]) = match level {
            Level::Emitter => (&self.emitter, &[]),
            Level::Reader => (&[], &self.reader),
            Level::Both => (&self.emitter, &self.reader),
        };
        emitter.iter().chain(reader).map(String::as_str).collect()
    }
}

fn missing(results: &Results, level: Level, needed: &[&str]) -> Vec<String> {
    let mut missing = Vec::new();
    let claims: &BTreeSet<String> = &results.description.capabilities;
    let absent: Vec<&str> = needed.iter().copied().filter(|name| !claims.contains(*name)).collect();
    if !absent.is_empty() {
        missing.push(format!("it does not claim {}", absent.join(" and ")));
    }
    let of_level = || results.rows.iter().filter(|row| level.includes(&row.operation));
    let failed: Vec<&Row> = of_level().filter(|row| matches!(row.outcome, Outcome::Failed(_))).collect();
    if !failed.is_empty() {
        let mut names: Vec<&str> = failed.iter().take(MOST_NAMES).map(|row| row.case.as_str()).collect();
        if failed.len() > MOST_NAMES {
            names.push("…");
        }
        let fails = if failed.len() == 1 { "case fails" } else { "cases fail" };
        missing.push(format!("{} {fails}: {}", failed.len(), names.join(", ")));
    }
    if missing.is_empty() && !of_level().any(|row| row.outcome == Outcome::Passed) {
        missing.push("no case passes".to_owned());
    }
    missing
}
