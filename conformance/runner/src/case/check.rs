//! Slips of the pen in a request: a member that no adapter looks at would make a case prove less than it says.

use super::ENCODINGS;
use serde_json::{Map, Value};

/// What belongs to each operation, beside `operation`.
const OPERATIONS: &[(&str, &[&str])] = &[
    ("record", &["settings", "script"]),
    ("convert", &["from", "to", "bytes", "options"]),
    ("verify", &["envelopes", "keys"]),
    ("seal", &["journal"]),
    ("recover", &["journal"]),
    ("withhold", &["envelope", "mark", "contents", "bodies", "events"]),
    ("guard", &["guards", "script"]),
];

/// What belongs to each step of a guard's script, beside `do`.
const CHECKS: &[(&str, &[&str])] = &[
    ("check", &["as", "scope", "kind", "body", "at_nanos"]),
    ("settle", &["as", "status", "body"]),
    ("status", &["scope", "at_nanos"]),
];

/// What belongs to each step, beside `do`.
const STEPS: &[(&str, &[&str])] = &[
    ("start", &["as", "kind", "parent", "body"]),
    ("update", &["span", "body"]),
    ("happen", &["span", "body"]),
    ("end", &["span", "status", "body"]),
    ("point", &["type", "as", "kind", "parent", "body"]),
    ("flush", &[]),
    ("close", &[]),
];

const SETTINGS: &[&str] = &[
    "resource",
    "process",
    "clock",
    "trace_ids",
    "span_ids",
    "limits",
    "redact",
    "redact_key",
    "capture",
    "media",
    "sampling",
];
const CLOCK: &[&str] = &["wall_nanos", "monotonic_nanos", "step_nanos", "moments"];
const OPTIONS: &[&str] = &["delimiter", "lenient", "formula_safe"];

/// Looks through a request as its file has it.
///
/// # Errors
/// A sentence that names the member.
pub fn request(request: &Value) -> Result<(), String> {
    let members = request.as_object().ok_or("`request` is an object")?;
    let operation = named(members, "operation", OPERATIONS)?;
    for name in ["from", "to"].into_iter().filter(|_| operation == "convert") {
        let encoding = members.get(name).and_then(Value::as_str).unwrap_or_default();
        if !ENCODINGS.contains(&encoding) {
            return Err(format!("`{name}` is one of: {}", ENCODINGS.join(", ")));
        }
    }
    known(members.get("settings"), SETTINGS, "setting")?;
    known(members.get("settings").and_then(|settings| settings.get("clock")), CLOCK, "member of a clock")?;
    known(members.get("options"), OPTIONS, "option")?;
    let needed = match operation {
        "record" | "guard" => Some(("script", members.get("script").is_some_and(Value::is_array))),
        "verify" => Some(("envelopes", members.get("envelopes").is_some_and(Value::is_array))),
        _ => None,
    };
    if let Some((name, false)) = needed {
        return Err(format!("`{name}` is a list"));
    }
    for (at, step) in members.get("script").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let wrong = |reason: String| format!("step {}: {reason}", at + 1);
        let step = step.as_object().ok_or_else(|| wrong("is an object".to_owned()))?;
        named(step, "do", if operation == "guard" { CHECKS } else { STEPS }).map_err(wrong)?;
    }
    Ok(())
}

fn named<'a>(members: &'a Map<String, Value>, by: &str, table: &[(&str, &[&str])]) -> Result<&'a str, String> {
    let name = members.get(by).and_then(Value::as_str).unwrap_or_default();
    let names = || table.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let (_, own) =
        table.iter().find(|(known, _)| *known == name).ok_or_else(|| format!("`{by}` is one of: {}", names()))?;
    match members.keys().find(|member| *member != by && !own.contains(&member.as_str())) {
        Some(odd) => Err(format!("`{odd}` is no member of `{name}`")),
        None => Ok(name),
    }
}

fn known(value: Option<&Value>, names: &[&str], what: &str) -> Result<(), String> {
    let members = value.and_then(Value::as_object);
    match members.and_then(|members| members.keys().find(|name| !names.contains(&name.as_str()))) {
        Some(odd) => Err(format!("`{odd}` is no {what}: {}", names.join(", "))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn slips_are_named() {
        let said = |value: Value| request(&value).err().unwrap_or_default();
        assert_eq!(said(json!({"operation":"seal","journal":"","x":1})), "`x` is no member of `seal`");
        assert!(said(json!({"operation":"send"})).starts_with("`operation` is one of: record, convert"));
        assert_eq!(
            said(json!({"operation":"record","script":[{"do":"flush"},{"do":"end","sapn":"a"}]})),
            "step 2: `sapn` is no member of `end`"
        );
        assert_eq!(said(json!({"operation":"record"})), "`script` is a list");
        assert!(
            said(json!({"operation":"record","script":[],"settings":{"seed":1}})).starts_with("`seed` is no setting")
        );
        assert_eq!(said(json!({"operation":"record","script":[]})), "");
        assert!(said(json!({"operation":"convert","from":"yaml","to":"json"})).starts_with("`from` is one of: json"));
    }
}
