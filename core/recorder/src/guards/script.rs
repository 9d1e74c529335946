//! Checks and settlements in a row, given as JSON with their times: what the conformance kit asks of every language.

use super::call::{Call, Spent};
use super::config::Config;
use super::engine::Engine;
use super::scopes::Scope;
use crate::error::RecorderError;
use tracewire_wire::event::Status;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

/// Runs a script (the operation `guard` of the conformance protocol) and gives its results as JSON.
///
/// # Errors
/// [`RecorderError::Option`] for what is no script.
pub fn run(script: &[u8]) -> Result<Vec<u8>, RecorderError> {
    let wrong = |reason: String| RecorderError::Option { option: "script", reason };
    let given = json::read(script, &json::ReadOptions::default()).map_err(|error| wrong(error.to_string()))?;
    let member = |name: &str| given.as_map().and_then(|map| map.get(name));
    let no_script = || wrong("a map with `guards` and `script` is expected".to_owned());
    let guards = member("guards").ok_or_else(no_script)?;
    let steps = member("script").and_then(Value::as_list).ok_or_else(no_script)?;
    let mut result = Map::new();
    match Config::read(guards) {
        Err(refused) => _ = result.insert("refused".to_owned(), refused.member.into()),
        Ok(config) => {
            let mut engine = Engine::new(config.unwrap_or_default(), None);
            let mut reservations = Map::new();
            let results = steps.iter().map(|step| one(&mut engine, &mut reservations, step)).collect();
            result.insert("results".to_owned(), Value::List(results));
        }
    }
    Ok(json::write(&Value::Map(result)))
}

fn one(engine: &mut Engine, reservations: &mut Map, step: &Value) -> Value {
    let empty = Map::new();
    let step = step.as_map().unwrap_or(&empty);
    let text = |name: &str| step.get(name).and_then(Value::as_text).unwrap_or_default();
    let body = step.get("body").and_then(Value::as_map).unwrap_or(&empty);
    let now_nanos = text("at_nanos").parse().unwrap_or_default();
    let alias = text("as").to_owned();
    match text("do") {
        "check" => {
            let call = Call::of_members(text("kind"), body, engine.config());
            let verdict = engine.check(&Scope::parse(text("scope")), &call, now_nanos);
            let mut told = verdict.to_value();
            if let Value::Map(told) = &mut told {
                // Numbers of reservations are nobody's business.
                told.remove("reservation");
            }
            if verdict.reservation != 0 {
                reservations.insert(alias, Value::from_u64(verdict.reservation));
            }
            told
        }
        "settle" => {
            let reservation = reservations.get(&alias).and_then(Value::as_u64).unwrap_or_default();
            let spent = Spent::of_members(&Status::parse(text("status")), body, engine.config());
            engine.settle(reservation, &spent).into()
        }
        "status" => engine.status(&Scope::parse(text("scope")), now_nanos).unwrap_or(Value::Null),
        _ => Value::Null,
    }
}
