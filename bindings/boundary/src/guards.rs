//! Budgets and loops: limits as JSON in, verdicts as JSON out.

use crate::Refusal;
use crate::refusal::text;
use tracewire_recorder::guards::{self, Config};
use tracewire_recorder::medium::Medium;
use tracewire_recorder::{Recorder, RecorderError};
use tracewire_wire::json;
use tracewire_wire::value::Value;

/// Limits; `None` where nothing is limited.
///
/// # Errors
/// `option`, with the member that cannot be used.
pub fn config(value: &Value) -> Result<Option<Config>, Refusal> {
    Ok(Config::read(value).map_err(RecorderError::from)?)
}

/// Whether limits can be used.
///
/// # Errors
/// Codes of JSON, and `option`, with the member that cannot be used.
pub fn check(given: &str) -> Result<(), Refusal> {
    let value = json::read(given.as_bytes(), &json::ReadOptions::default())?;
    Config::read(&value).map(|_| ()).map_err(|refused| Refusal::new("option", refused.to_string()))
}

/// What the guards said, by the number of the verdict; given once.
pub fn verdict<M: Medium>(recorder: &Recorder<M>, number: u32) -> Option<String> {
    recorder.take_verdict(number).map(|verdict| text(&verdict.to_value()))
}

/// Where a session stands, or a run by its trace id, or what belongs to neither.
pub fn status<M: Medium>(recorder: &Recorder<M>, session_id: Option<&str>, trace_id: Option<&str>) -> Option<String> {
    recorder.guard_status(session_id, trace_id.and_then(|id| id.parse().ok())).as_ref().map(text)
}

/// Checks and settlements with their times, as the conformance kit gives them.
///
/// # Errors
/// `option` for what is no script.
pub fn script(given: &str) -> Result<String, Refusal> {
    Ok(String::from_utf8_lossy(&guards::run_script(given.as_bytes())?).into_owned())
}
