//! The outcome as JSON.

use std::collections::BTreeMap;

use tracewire_wire::value::Value;

use super::Outcome;
use crate::json::{count, object, or_null};

/// The report, with what does not read, what became of journals, and the ledger.
pub(super) fn document(outcome: &Outcome) -> Value {
    let mut document = match outcome.report.to_value() {
        Value::Map(map) => map,
        _ => tracewire_wire::value::Map::new(),
    };
    let unreadable = outcome.unreadable.iter().map(|finding| {
        object([
            ("code", finding.code.into()),
            ("first_seq", count(finding.first_seq)),
            ("message", finding.message.as_str().into()),
            ("producer", finding.producer.as_str().into()),
        ])
    });
    if let Some(Value::List(findings)) = document.get_mut("findings") {
        findings.extend(unreadable);
    }
    let pending: BTreeMap<&str, u64> = outcome.rows.iter().map(|row| (row.name.as_str(), row.pending)).collect();
    if let Some(Value::Map(producers)) = document.get_mut("producers") {
        for (name, report) in producers.iter_mut() {
            if let (Value::Map(report), Some(pending)) = (report, pending.get(name)) {
                report.insert("pending_events".to_owned(), count(*pending));
            }
        }
    }
    let files = outcome.swept.problems.iter().map(|problem| {
        object([
            ("code", problem.code.into()),
            ("message", problem.message.as_str().into()),
            ("offset", or_null(problem.offset.map(count))),
            ("path", problem.path.to_string_lossy().into_owned().into()),
        ])
    });
    let ledger = outcome.ledger.iter().map(|wrong| wrong.as_str().into());
    document.insert("files".to_owned(), Value::List(files.collect()));
    document.insert("ledger_findings".to_owned(), Value::List(ledger.collect()));
    document.insert("sound".to_owned(), Value::Bool(outcome.is_sound()));
    if outcome.report.trusted.is_some() {
        document.insert("proved".to_owned(), Value::Bool(outcome.is_proved()));
    }
    Value::Map(document)
}
