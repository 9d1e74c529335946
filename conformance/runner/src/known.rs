//! Known failures: they still run, and whoever passes unexpectedly or fails in another way fails the job.

use crate::ConformanceError;
use crate::judge::Outcome;
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
    /// Where a line has not three parts, names no case, or one that stands there already.
    pub fn read(path: &Path, cases: &[&str]) -> Result<Self, ConformanceError> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Known::default()),
            read => read.map_err(|source| ConformanceError::File { path: path.to_owned(), source })?,
        };
        Known::of_text(&text, cases).map_err(|reason| ConformanceError::Content { path: path.to_owned(), reason })
    }

    fn of_text(text: &str, cases: &[&str]) -> Result<Self, String> {
        let mut known = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        {
            let wrong = |reason: String| Err(format!("line {}: {reason}", at + 1));
            // A summary may hold the sign, so the name ends at the first and the reason begins at the last.
            let parts = line.split_once('|').and_then(|(case, rest)| Some((case, rest.rsplit_once('|')?)));
            let Some((case, (summary, reason))) = parts else {
                return wrong("`case | failure | reason` is expected".to_owned());
            };
            let [case, summary, reason] = [case, summary, reason].map(str::trim);
            if summary.is_empty() || reason.is_empty() {
                return wrong("a known failure says how it fails, and why that is so".to_owned());
            }
            if !cases.contains(&case) {
                return wrong(format!("there is no case `{case}`"));
            }
            let entry = Entry { summary: summary.to_owned(), reason: reason.to_owned() };
            if known.insert(case.to_owned(), entry).is_some() {
                return wrong(format!("`{case}` stands here twice"));
            }
        }
        Ok(Known(known))
    }

    /// How an outcome of a case stands to what is known of it.
    pub fn standing(&self, case: &str, outcome: &Outcome) -> Standing {
        match (self.0.get(case), outcome) {
            (None, _) => Standing::Plain,
            (Some(entry), Outcome::Failed(failure)) if entry.summary == failure.summary => {
                Standing::Expected(entry.reason.clone())
            }
            (Some(entry), Outcome::Failed(_)) => {
                Standing::Surprise(format!("is known to fail with \"{}\", and fails in another way", entry.summary))
            }
            (Some(_), Outcome::Passed) => {
                Standing::Surprise("is known to fail, and passes: take it off the list".to_owned())
            }
            (Some(_), _) => {
                Standing::Surprise("is known to fail, and was not even run: take it off the list".to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Failure;

    const CASES: &[&str] = &["a/one", "a/two"];

    #[test]
    fn outcomes_stand_to_what_is_known() {
        let text = "# comment\n\na/one | bytes: a|b | the host has no such number\n";
        let known = Known::of_text(text, CASES).unwrap_or_default();
        let failed = |summary: &str| Outcome::Failed(Failure::new(summary));
        let surprise = |said: &str| Standing::Surprise(said.to_owned());
        assert_eq!(
            known.standing("a/one", &failed("bytes: a|b")),
            Standing::Expected("the host has no such number".to_owned())
        );
        assert_eq!(
            known.standing("a/one", &failed("other")),
            surprise("is known to fail with \"bytes: a|b\", and fails in another way")
        );
        assert_eq!(
            known.standing("a/one", &Outcome::Passed),
            surprise("is known to fail, and passes: take it off the list")
        );
        assert!(matches!(known.standing("a/one", &Outcome::OutOfScope), Standing::Surprise(_)));
        assert_eq!(known.standing("a/two", &failed("other")), Standing::Plain);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let said = |text: &str| Known::of_text(text, CASES).err().unwrap_or_default();
        assert_eq!(said("a/one | x"), "line 1: `case | failure | reason` is expected");
        assert_eq!(said("\na/one | x |"), "line 2: a known failure says how it fails, and why that is so");
        assert_eq!(said("a/gone | x | y"), "line 1: there is no case `a/gone`");
        assert_eq!(said("a/one | x | y\na/one | x | y"), "line 2: `a/one` stands here twice");
    }
}
