//! What came out, for people and for programs.
//!
//! | module | what it is |
//! |---|---|
//! | `text` | for a terminal, in lines with tones |
//! | `document` | `conformance.json` |
//! | `junit` | for systems of continuous integration |
//! | `matrix` | areas by implementations, for the README |
//! | `page` | a page for a pull request, and the page of requirements |
//! | `badge` | a picture, and the answer that badge services ask for |

mod badge;
mod document;
mod junit;
mod matrix;
mod page;
mod text;

pub use badge::{badge, endpoint};
pub use document::document;
pub use junit::junit;
pub use matrix::{matrix, replace_matrix};
pub use page::{page, requirements_page};
pub use text::{Line, Tone, colored, lines, plain, shown};

use crate::level::{Earned, Level};
use crate::requirements::Requirements;
use crate::suite::{Results, Row, Totals};

/// Everything that came out of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The version of the specification.
    pub spec: String,
    /// One for each implementation, in the order in which they were named.
    pub sdks: Vec<Sdk>,
    /// What the specification asks for, and what proves it.
    pub requirements: Requirements,
    /// Whether only some cases ran, so that nothing is said of levels.
    pub is_partial: bool,
    /// Whether the kit itself is judged, too: whether its cases prove every requirement.
    pub is_own: bool,
    /// The level that is asked for; only its cases ran.
    pub asked: Level,
}

/// What came out for one implementation.
#[derive(Clone, Debug)]
pub struct Sdk {
    /// What it is called here: `rust`, `python`.
    pub name: String,
    /// Case by case.
    pub results: Results,
}

impl Sdk {
    /// How many of what there are.
    pub fn totals(&self) -> Totals {
        self.results.totals()
    }

    /// What it has earned.
    pub fn earned(&self) -> Earned {
        Earned::of(&self.results)
    }

    /// What fails the job.
    pub fn problems(&self) -> impl Iterator<Item = &Row> {
        self.results.rows.iter().filter(|row| row.is_problem())
    }
}

impl Report {
    /// What fails the job beside the cases: requirements that nothing proves, citations of nothing.
    pub fn gaps(&self) -> Vec<String> {
        if !self.is_own {
            return Vec::new();
        }
        let uncovered =
            self.requirements.uncovered().into_iter().map(|number| format!("{number} is proved by nothing"));
        let unknown = self.requirements.unknown.iter();
        let unknown =
            unknown.map(|(number, case)| format!("{case} cites {number}, which the specification does not have"));
        uncovered.chain(unknown).collect()
    }

    /// The level that an implementation has earned, up to the one that is asked for; nothing where only some cases ran.
    pub fn level(&self, sdk: &Sdk) -> Option<Level> {
        sdk.earned().level(self.asked).filter(|_| !self.is_partial)
    }

    /// Whether nothing fails the job.
    pub fn is_clean(&self) -> bool {
        self.gaps().is_empty() && self.sdks.iter().all(|sdk| sdk.problems().next().is_none())
    }
}

/// A level in words, for tables and badges.
fn level_title(level: Option<Level>) -> &'static str {
    level.map_or("none yet", Level::title)
}
