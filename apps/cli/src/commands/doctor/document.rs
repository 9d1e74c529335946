//! The examination for programs.

use tracewire_recorder::journal::FORMAT;
use tracewire_recorder::seal::SEAL_VERSION;
use tracewire_wire::value::Value;

use super::Examination;
use crate::json::{count, object, or_null};
use crate::source::Chosen;

/// The examination for programs.
pub(super) fn document(examination: &Examination, problems: usize) -> Value {
    let producers = examination.producers.iter().map(|facts| {
        object([
            ("close", or_null(facts.close.as_deref())),
            ("host", or_null(facts.host.as_deref())),
            ("journal_bytes", or_null(facts.journal_bytes.map(count))),
            ("name", facts.name.as_str().into()),
            ("pending_events", count(facts.pending)),
            ("pid", or_null(facts.pid.map(count))),
            ("seal", count(facts.seal)),
            ("service", or_null(facts.service.as_deref())),
            ("spec", facts.spec.as_str().into()),
            ("state", facts.state.into()),
        ])
    });
    let files = examination.problems.iter().map(|found| {
        object([
            ("code", found.code.as_str().into()),
            ("message", found.message.as_str().into()),
            ("offset", or_null(found.offset.map(count))),
            ("path", found.path.as_str().into()),
        ])
    });
    let losses = examination.losses.iter().map(|(reason, (events, records, bytes))| {
        let sums = object([("bytes", count(*bytes)), ("events", count(*events)), ("records", count(*records))]);
        (reason.clone(), sums)
    });
    let store = match &examination.store {
        Ok(facts) => object([
            ("bytes", count(facts.bytes)),
            ("exists", facts.exists.into()),
            ("free_bytes", count(facts.free_bytes)),
            ("problem", or_null(facts.check.as_ref().err().map(String::as_str))),
            ("recovered_journals", count(facts.recovered)),
            ("version", Value::from_i64(facts.version)),
        ]),
        Err(error) => object([("code", error.code().into()), ("problem", error.to_string().into())]),
    };
    let chosen = match examination.chosen {
        Chosen::Option => "option",
        Chosen::Variable => "variable",
        Chosen::File => "file",
        Chosen::Project => "project",
        Chosen::Fallback => "fallback",
    };
    object([
        (
            "directory",
            object([
                ("chosen", chosen.into()),
                ("exists", examination.exists.into()),
                ("notice", or_null(examination.directory.notice())),
                ("path", examination.directory.path().to_string_lossy().into_owned().into()),
            ]),
        ),
        ("files", Value::List(files.collect())),
        ("forks", count(examination.forks)),
        ("journals", object([("bytes", count(examination.journal_bytes)), ("files", count(examination.journals))])),
        ("losses", Value::Map(losses.collect())),
        ("problems", count(problems as u64)),
        ("producers", Value::List(producers.collect())),
        ("store", store),
        (
            "versions",
            object([
                ("journal", count(FORMAT)),
                ("seal", count(SEAL_VERSION)),
                ("spec", "1.0".into()),
                ("tracewire", env!("CARGO_PKG_VERSION").into()),
            ]),
        ),
    ])
}
