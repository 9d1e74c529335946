//! The table of SDKs and areas for the README.

use crate::judge::Outcome;
use crate::suite::Results;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const BEGIN: &str = "<!-- conformance: begin -->";
const END: &str = "<!-- conformance: end -->";

/// Areas down, SDKs across: how many of how many cases pass; a dash where an SDK does not claim the area.
pub fn matrix(all: &[(String, Results)]) -> String {
    let mut areas: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, (_, results)) in all.iter().enumerate() {
        for row in &results.rows {
            let area = row.case.split('/').next().unwrap_or_default();
            let counts = areas.entry(area).or_insert_with(|| vec![(0, 0); all.len()]);
            let Some((passed, cases)) = counts.get_mut(at) else { continue };
            *cases += usize::from(!matches!(row.outcome, Outcome::OutOfScope));
            *passed += usize::from(row.outcome == Outcome::Passed);
        }
    }
    let mut out = String::from("| area |");
    for (_, results) in all {
        let _ = write!(out, " {} |", results.description.language);
    }
    out.push_str("\n|---|");
    out.push_str(&"---|".repeat(all.len()));
    out.push('\n');
    for (area, counts) in areas {
        let _ = write!(out, "| {area} |");
        for (passed, cases) in counts {
            let _ = if cases == 0 { write!(out, " – |") } else { write!(out, " {passed} of {cases} |") };
        }
        out.push('\n');
    }
    out
}

/// The page with the matrix between its markers replaced; `None` where it has no markers.
pub fn replace_matrix(page: &str, matrix: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{matrix}{END}{after}"))
}
