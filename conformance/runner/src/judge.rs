//! Whether an answer is what was expected.

use crate::adapter::Answer;
use crate::case::{Case, Expected};
use crate::difference::Difference;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Something else came.
    Failed(Failure),
    /// The adapter left it out, and says why.
    Skipped(String),
    /// The implementation does not claim to be able to do this.
    OutOfScope,
}

/// What was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In one line; the same failure has the same line.
    pub summary: String,
    /// Bytes of both sides and the decoded difference, where there are any.
    pub details: String,
}

impl Failure {
    /// A failure that one line tells.
    pub fn new(summary: impl Into<String>) -> Self {
        Failure { summary: summary.into(), details: String::new() }
    }
}

/// Compares an answer with what a case expects.
pub fn judge(case: &Case, answer: Answer) -> Outcome {
    let result = match (&case.expected, answer) {
        (_, Answer::Skipped(reason)) if reason.trim().is_empty() => Err(Failure::new("skipped without a reason")),
        (_, Answer::Skipped(reason)) => return Outcome::Skipped(reason),
        (Expected::Error(code), Answer::Error(actual, _)) if *code == actual => Ok(()),
        (Expected::Error(code), Answer::Error(actual, message)) => {
            Err(Failure { summary: format!("error {code} expected, {actual} came"), details: message })
        }
        (Expected::Error(code), Answer::Result(_)) => {
            Err(Failure::new(format!("error {code} expected, a result came")))
        }
        (_, Answer::Error(code, message)) => {
            Err(Failure { summary: format!("a result expected, error {code} came"), details: message })
        }
        (Expected::Envelopes { envelopes, pending }, Answer::Result(result)) => {
            compare_envelopes(envelopes, *pending, &result)
        }
        (Expected::Bytes(expected), Answer::Result(result)) => {
            let member = if result.get("envelope").is_some() { "envelope" } else { "bytes" };
            bytes(result.get(member)).and_then(|actual| compare(expected, &actual, "bytes"))
        }
        (Expected::Report { sound, complete, findings }, Answer::Result(result)) => {
            compare_report(*sound, *complete, findings, &result)
        }
    };
    result.map_or_else(Outcome::Failed, |()| Outcome::Passed)
}

fn compare_envelopes(expected: &[Vec<u8>], pending: Option<u64>, result: &Value) -> Result<(), Failure> {
    let Some(actual) = result.get("envelopes").and_then(Value::as_array) else {
        return Err(Failure::new("a result with `envelopes` expected"));
    };
    for (at, expected) in expected.iter().enumerate() {
        let Some(actual) = actual.get(at) else { break };
        compare(expected, &bytes(Some(actual))?, &format!("envelope {}", at + 1))?;
    }
    if actual.len() != expected.len() {
        return Err(Failure::new(format!("{} envelopes expected, {} came", expected.len(), actual.len())));
    }
    let came = result.get("pending").and_then(Value::as_u64);
    match pending {
        Some(pending) if came != Some(pending) => {
            Err(Failure::new(format!("{pending} pending events expected, {} came", came.unwrap_or_default())))
        }
        _ => Ok(()),
    }
}

fn compare(expected: &[u8], actual: &[u8], what: &str) -> Result<(), Failure> {
    match Difference::between(expected, actual) {
        None => Ok(()),
        Some(found) => {
            let decoded = found.decoded.unwrap_or_default();
            let summary = format!("{what} differ from byte {}", found.offset);
            Err(Failure { summary, details: format!("{}{decoded}", found.bytes) })
        }
    }
}

fn compare_report(sound: bool, complete: bool, findings: &[String], result: &Value) -> Result<(), Failure> {
    let flag = |name: &str| result.get(name).and_then(Value::as_bool);
    let items = result.get("findings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let came: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
    if findings != came {
        return Err(Failure::new(format!("findings {findings:?} expected, {came:?} came")));
    }
    for (name, expected) in [("sound", sound), ("complete", complete)] {
        if flag(name) != Some(expected) {
            return Err(Failure::new(format!("{name} is expected to be {expected}")));
        }
    }
    Ok(())
}

fn bytes(value: Option<&Value>) -> Result<Vec<u8>, Failure> {
    let text = value.and_then(Value::as_str).ok_or_else(|| Failure::new("bytes in base64 expected"))?;
    BASE64.decode(text).map_err(|error| Failure::new(format!("bytes in base64 expected: {error}")))
}
