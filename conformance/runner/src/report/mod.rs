//! What came out, for people and for programs.

mod junit;
mod matrix;
mod text;

pub use junit::junit;
pub use matrix::{matrix, replace_matrix};
pub use text::text;

use crate::requirements::Requirements;
use crate::suite::Results;
use serde_json::{Map, Value, json};

/// The report for programs: counts by SDK, and the requirements that nothing proves.
pub fn document(spec: &str, all: &[(String, Results)], requirements: &Requirements) -> Value {
    let sdks: Map<String, Value> = all
        .iter()
        .map(|(name, results)| {
            let totals = results.totals();
            let counts = json!({
                "version": results.description.version,
                "language": results.description.language,
                "cases": totals.cases,
                "passed": totals.passed,
                "failed": totals.failed,
                "skipped": totals.skipped,
                "out_of_scope": totals.out_of_scope,
            });
            (name.clone(), counts)
        })
        .collect();
    json!({
        "spec": spec,
        "sdks": sdks,
        "requirements": { "total": requirements.cases.len(), "uncovered": requirements.uncovered() },
    })
}
