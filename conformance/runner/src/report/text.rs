//! The report for people.

use crate::judge::Outcome;
use crate::known::Standing;
use crate::requirements::Requirements;
use crate::suite::Results;
use std::fmt::Write as _;

/// Every problem with what is needed to mend it, then one line an SDK, then requirements that nothing proves.
pub fn text(all: &[(String, Results)], requirements: &Requirements) -> String {
    let mut out = String::new();
    for (name, results) in all {
        for row in results.rows.iter().filter(|row| row.is_problem()) {
            let _ = writeln!(out, "{name}: {} ({})", row.case, row.requirements.join(", "));
            if let Standing::Surprise(why) = &row.standing {
                let _ = writeln!(out, "  {why}");
            }
            if let Outcome::Failed(failure) = &row.outcome {
                let _ = writeln!(out, "  {}", failure.summary);
                for line in failure.details.lines() {
                    let _ = writeln!(out, "    {line}");
                }
            }
            out.push('\n');
        }
    }
    for (name, results) in all {
        let totals = results.totals();
        let _ = write!(out, "{name} {}: {} of {} cases pass", results.description.version, totals.passed, totals.cases);
        for (count, what) in
            [(totals.failed, "failed"), (totals.skipped, "skipped"), (totals.out_of_scope, "out of scope")]
        {
            if count > 0 {
                let _ = write!(out, ", {count} {what}");
            }
        }
        out.push('\n');
        for row in &results.rows {
            if let Outcome::Skipped(reason) = &row.outcome {
                let _ = writeln!(out, "  skipped {}: {reason}", row.case);
            }
        }
    }
    let uncovered = requirements.uncovered();
    let _ = writeln!(
        out,
        "{} requirements: {} by cases, {} by other tests, {} by nothing{}{}",
        requirements.cases.len(),
        requirements.cases.values().filter(|names| !names.is_empty()).count(),
        requirements.elsewhere.len(),
        uncovered.len(),
        if uncovered.is_empty() { "" } else { ": " },
        uncovered.join(", ")
    );
    for (number, case) in &requirements.unknown {
        let _ = writeln!(out, "{case} cites {number}, which the specification does not have");
    }
    out
}
