//! The table of implementations and areas for the README.

use super::{Report, level_title};
use crate::judge::Outcome;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const BEGIN: &str = "<!-- conformance: begin -->";
const END: &str = "<!-- conformance: end -->";

/// How many of how many cases of an area pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: usize,
    pub(super) skipped: usize,
    pub(super) cases: usize,
}

impl std::fmt::Display for Count {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Count { cases: 0, .. } => out.write_str("–"),
            Count { passed, cases, .. } if passed == cases => write!(out, "{cases}"),
            Count { passed, cases, skipped: 0 } => write!(out, "{passed} of {cases}"),
            Count { passed, cases, skipped } => write!(out, "{passed} of {cases} ({skipped} skipped)"),
        }
    }
}

/// Areas in their order, each with a count for each implementation.
pub(super) fn counts(report: &Report) -> BTreeMap<&str, Vec<Count>> {
    let mut areas: BTreeMap<&str, Vec<Count>> = BTreeMap::new();
    for (at, sdk) in report.sdks.iter().enumerate() {
        for row in &sdk.results.rows {
            let area = row.case.split('/').next().unwrap_or_default();
            let counts = areas.entry(area).or_insert_with(|| vec![Count::default(); report.sdks.len()]);
            let Some(count) = counts.get_mut(at) else { continue };
            count.cases += usize::from(!matches!(row.outcome, Outcome::OutOfScope));
            count.skipped += usize::from(matches!(row.outcome, Outcome::Skipped(_)));
            count.passed += usize::from(row.outcome == Outcome::Passed);
        }
    }
    areas
}

/// Areas down, implementations across: how many cases pass, and of how many where not all do; a dash where one claims nothing of it.
pub fn matrix(report: &Report) -> String {
    let mut out = String::from("| area |");
    for sdk in &report.sdks {
        let _ = write!(out, " {} |", sdk.results.description.language);
    }
    out.push_str("\n|---|");
    out.push_str(&"---:|".repeat(report.sdks.len()));
    out.push('\n');
    for (area, counts) in counts(report) {
        row(&mut out, area, counts.iter().map(ToString::to_string));
    }
    let total = |sdk: &super::Sdk| {
        let totals = sdk.totals();
        Count { passed: totals.passed, skipped: totals.skipped, cases: totals.cases }
    };
    row(&mut out, "**all**", report.sdks.iter().map(|sdk| format!("**{}**", total(sdk))));
    if !report.is_partial {
        row(&mut out, "level", report.sdks.iter().map(|sdk| level_title(report.level(sdk)).to_owned()));
    }
    out
}

fn row(out: &mut String, name: &str, cells: impl Iterator<Item = String>) {
    let _ = write!(out, "| {name} |");
    for cell in cells {
        let _ = write!(out, " {cell} |");
    }
    out.push('\n');
}

/// The page with the matrix between its markers replaced; `None` where it has no markers.
pub fn replace_matrix(page: &str, matrix: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{matrix}{END}{after}"))
}
