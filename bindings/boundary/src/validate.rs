//! What a recording has wrong.

use crate::options::members;
use crate::refusal::{Refusal, text};
use tracewire_wire::csv::read_members_rows;
use tracewire_wire::encoding::{Encoding, ReadOptions};
use tracewire_wire::toon::Delimiter;
use tracewire_wire::validate::{Finding, Level, Options, Report, Validator, is_document};
use tracewire_wire::value::{Map, Value};

/// What is wrong with a recording, as JSON in the form of `tracewire validate --json`: `findings` and `summary`. Options are a JSON
/// object: `level` (`schema`, `semantic`, `canonical`), `format` (JSON and JSON Lines are told apart without), `delimiter`.
///
/// # Errors
/// `level_unknown`, `format_unknown`. What cannot be read is a finding.
pub fn validate(bytes: &[u8], given: &str) -> Result<String, Refusal> {
    let given = members(given)?;
    let said = |name: &str| given.get(name).and_then(Value::as_text);
    let level = match said("level") {
        Some(level) => Level::parse(level).ok_or_else(|| {
            Refusal::new("level_unknown", format!("{level:?} is not one of schema, semantic, canonical"))
        })?,
        None => Level::default(),
    };
    let encoding = Encoding::parse(said("format").unwrap_or("json"))?;
    let delimiter = said("delimiter").map(Delimiter::parse).transpose()?.unwrap_or_default();
    let mut validator = Validator::new(Options { level, ..Options::default() });
    match encoding {
        Encoding::Json if is_document(bytes) => validator.push(bytes, 1),
        Encoding::Json | Encoding::Jsonl => {
            let lines = bytes.split_inclusive(|byte| *byte == b'\n');
            lines.zip(1..).for_each(|(line, number)| validator.push_line(line, number));
        }
        _ => match encoding.read_value(bytes, &ReadOptions { delimiter, ..ReadOptions::default() }) {
            Ok(value) if encoding == Encoding::Csv => validator.push_value(&read_members_rows(value)),
            Ok(value) => validator.push_value(&value),
            Err(error) => validator.push_unreadable(&error),
        },
    }
    Ok(text(&report(validator.finish())))
}

fn report(report: Report) -> Value {
    let count = Value::from_u64;
    let seen = &report.summary;
    let summary = map([
        ("documents", count(seen.documents)),
        ("envelopes", count(seen.envelopes)),
        ("errors", count(seen.errors)),
        ("events", count(seen.events)),
        ("notes", count(seen.notes)),
        ("spans", count(seen.spans)),
        ("warnings", count(seen.warnings)),
    ]);
    let findings = report.findings.iter().map(finding).collect();
    map([("findings", Value::List(findings)), ("summary", summary)])
}

fn finding(finding: &Finding) -> Value {
    let rule = finding.rule;
    let optional = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let number = |number: Option<u64>| number.map_or(Value::Null, Value::from_u64);
    map([
        ("can_fix", Value::Bool(rule.can_fix)),
        ("code", Value::from(rule.code)),
        ("column", number(finding.column)),
        ("fix", optional(finding.fix.as_deref())),
        ("level", Value::from(rule.level.as_str())),
        ("line", number(finding.line)),
        ("message", Value::from(finding.message.as_str())),
        ("name", Value::from(rule.name)),
        ("pointer", Value::from(finding.pointer.as_str())),
        ("requirement", optional(Some(rule.requirement).filter(|text| !text.is_empty()))),
        ("severity", Value::from(rule.severity.as_str())),
    ])
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map>())
}
