//! Known failures: they still run, and whoever passes unexpectedly or fails in another way fails the job.

use crate::ConformanceError;
use crate::judge::{Failure, Outcome};
use std::collections::BTreeMap;
use std::path::Path;

/// What is known to fail for one implementation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(BTreeMap<String, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    summary: String,
    reason: String,
}

/// How an outcome stands to what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was known, and nothing had to be.
    Plain,
    /// It fails as it is known to, for this reason.
    Expected(String),
    /// It was known to fail and does not, or fails in another way.
    Surprise(String),
}

impl Known {
    /// Reads lines of `case | summary of the failure | reason`; `#` begins a comment. A file that is not there knows nothing.
    ///
    /// # Errors
    /// Where a line has not three parts, or names no case.
    pub fn read(path: &Path, cases: &[&str]) -> Result<Self, ConformanceError> {
        if !path.exists() {
            return Ok(Known::default());
        }
        let text =
            std::fs::read_to_string(path).map_err(|source| ConformanceError::File { path: path.to_owned(), source })?;
        let mut known = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let wrong = |reason: &str| ConformanceError::Content {
                path: path.to_owned(),
                reason: format!("line {}: {reason}", at + 1),
            };
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let [case, summary, reason] = parts[..] else { return Err(wrong("case | failure | reason is expected")) };
            if reason.is_empty() {
                return Err(wrong("a known failure has a reason"));
            }
            if !cases.contains(&case) {
                return Err(wrong(&format!("there is no case `{case}`")));
            }
            known.insert(case.to_owned(), Entry { summary: summary.to_owned(), reason: reason.to_owned() });
        }
        Ok(Known(known))
    }

    /// How an outcome of a case stands to what is known of it.
    pub fn standing(&self, case: &str, outcome: &Outcome) -> Standing {
        match (self.0.get(case), outcome) {
            (None, _) => Standing::Plain,
            (Some(entry), Outcome::Failed(Failure { summary, .. })) if entry.summary == *summary => {
                Standing::Expected(entry.reason.clone())
            }
            (Some(entry), Outcome::Failed(_)) => {
                Standing::Surprise(format!("is known to fail with \"{}\", and fails in another way", entry.summary))
            }
            (Some(_), _) => Standing::Surprise("is known to fail and does not: take it off the list".to_owned()),
        }
    }
}
