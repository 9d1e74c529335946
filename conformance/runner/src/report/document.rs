//! The report for programs: `conformance.json`.

use super::{Report, Sdk};
use crate::judge::Outcome;
use crate::known::Standing;
use serde_json::{Map, Value, json};

/// Counts by implementation with every failure and skip, and the requirements that nothing proves.
pub fn document(report: &Report) -> Value {
    let sdks: Map<String, Value> = report.sdks.iter().map(|sdk| (sdk.name.clone(), of_sdk(sdk, report))).collect();
    let requirements = &report.requirements;
    json!({
        "spec": report.spec,
        "sdks": sdks,
        "requirements": {
            "total": requirements.all.len(),
            "by_cases": requirements.by_cases(),
            "by_other_tests": requirements.by_others(),
            "uncovered": requirements.uncovered(),
            "unknown": requirements.unknown,
        },
    })
}

fn of_sdk(sdk: &Sdk, report: &Report) -> Value {
    let totals = sdk.totals();
    let (mut failures, mut skips) = (Vec::new(), Vec::new());
    for row in &sdk.results.rows {
        let known = match &row.standing {
            Standing::Expected(reason) => Value::from(reason.as_str()),
            _ => Value::Null,
        };
        let surprise = match &row.standing {
            Standing::Surprise(why) => Value::from(why.as_str()),
            _ => Value::Null,
        };
        match &row.outcome {
            Outcome::Failed(failure) => failures.push(json!({
                "case": row.case, "about": row.about, "requirements": row.requirements, "summary": failure.summary,
                "details": failure.details, "known": known, "surprise": surprise,
            })),
            Outcome::Skipped(reason) => skips.push(json!({ "case": row.case, "reason": reason })),
            _ if !surprise.is_null() => failures.push(json!({ "case": row.case, "surprise": surprise })),
            _ => {}
        }
    }
    let earned = sdk.earned();
    let level = report.level(sdk).map(|level| level.name());
    json!({
        "name": sdk.results.description.name,
        "version": sdk.results.description.version,
        "language": sdk.results.description.language,
        "capabilities": sdk.results.description.capabilities,
        "cases": totals.cases,
        "passed": totals.passed,
        "failed": totals.failed,
        "skipped": totals.skipped,
        "out_of_scope": totals.out_of_scope,
        "problems": totals.problems,
        "level": level,
        "missing": { "emitter": earned.emitter, "reader": earned.reader },
        "failures": failures,
        "skips": skips,
    })
}
