//! A difference, as small as it became: as a case's file, and as it is shown.

use super::peers::Reply;
use super::plan::{Outcome, Plan, decoded};
use crate::ConformanceError;
use crate::adapter::Answer;
use crate::difference::Difference;
use crate::layout;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tracewire_wire::id::Hash;

/// A difference between adapters.
pub struct Found {
    /// The script behind which it was found.
    pub script: u64,
    /// What was asked.
    pub plan: Plan,
    /// What makes differences alike: the operation, and what kind of answer each adapter gave.
    pub signature: String,
}

impl Found {
    /// A difference that came of a plan.
    pub fn new(script: u64, plan: &Plan, outcome: &Outcome) -> Self {
        let named = |name: &str| outcome.request[name].as_str().unwrap_or_default();
        let kinds: Vec<String> = outcome.replies.iter().map(Reply::kind).collect();
        let signature = [named("operation"), named("from"), named("to"), &kinds.join(" ")].join(" ");
        Found { script, plan: plan.clone(), signature }
    }
}

/// The file of a case that asks what was asked, without `expect`: that is what its author judges.
pub fn file(request: &Value) -> Option<(String, String)> {
    let mut shown = request.clone();
    for name in ["bytes", "envelope", "journal"] {
        if let Some(bytes) = shown.get_mut(name) {
            *bytes = readable(bytes);
        }
    }
    for bytes in shown.get_mut("envelopes").and_then(Value::as_array_mut).into_iter().flatten() {
        *bytes = readable(bytes);
    }
    let operation = request["operation"].as_str()?;
    let requirement = match (operation, request["from"].as_str(), request["to"].as_str()) {
        ("record", ..) => "TW-SEAL-002",
        ("verify", ..) => "TW-VFY-003",
        ("withhold", ..) => "TW-ERA-001",
        ("seal", ..) => "TW-SEAL-001",
        ("recover", ..) => "TW-JNL-019",
        (_, Some("proto"), _) | (_, _, Some("proto")) => "TW-PB-001",
        (_, Some("toon"), _) | (_, _, Some("toon")) => "TW-TOON-001",
        (_, Some("csv"), _) | (_, _, Some("csv")) => "TW-CSV-001",
        _ => "TW-JSON-001",
    };
    let hash = Hash::of(request.to_string().as_bytes()).to_string();
    let name = format!("found/{operation}-{}", hash.get(7..15)?);
    let about = "Found by chance: implementations answer differently. Say here what is true.";
    // Members in the order of a case's file; the text is put into its form by the layout.
    let text = format!(r#"{{"about":{},"requirements":{},"request":{shown}}}"#, json!(about), json!([requirement]));
    Some((name, layout::indented(&text)))
}

/// Bytes as text where they are one, else in base64.
fn readable(bytes: &Value) -> Value {
    match String::from_utf8(decoded(bytes)) {
        Ok(text) if !text.contains('\0') => json!({ "text": text }),
        _ => json!({ "base64": bytes }),
    }
}

/// Writes a case's file below a folder.
///
/// # Errors
/// Where the file cannot be written.
pub fn keep(folder: &Path, name: &str, text: &str) -> Result<PathBuf, ConformanceError> {
    let path = folder.join(format!("{name}.json"));
    let refused = |source| ConformanceError::File { path: path.clone(), source };
    std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(refused)?;
    std::fs::write(&path, text).map_err(refused)?;
    Ok(path)
}

/// What each adapter said, and where the first that differs parts from the first of all.
pub fn shown(names: &[String], outcome: &Outcome) -> String {
    let mut out = format!("{}\n", outcome.request);
    let mut sides: Vec<(&str, &Reply)> = names.iter().map(String::as_str).zip(&outcome.replies).collect();
    let wanted = outcome.wanted.clone().map(Reply::Answer);
    sides.extend(wanted.as_ref().map(|wanted| ("without a detour", wanted)));
    for (name, reply) in &sides {
        let said = match reply {
            Reply::Answer(Answer::Result(_)) => parts(reply)
                .iter()
                .map(|part| String::from_utf8_lossy(part).into_owned())
                .collect::<Vec<_>>()
                .join("\n"),
            Reply::Answer(Answer::Error(code, message)) => format!("error {code}: {message}"),
            Reply::Answer(Answer::Skipped(reason)) => format!("skipped: {reason}"),
            Reply::Died(reason) => format!("no answer: {reason}"),
            Reply::Absent => "outside of its capabilities".to_owned(),
        };
        let said: String = said.chars().take(2000).collect();
        let _ = writeln!(out, "  {name}: {}", said.replace('\n', "\n    "));
    }
    let results: Vec<(&str, Vec<Vec<u8>>)> = sides
        .iter()
        .filter(|(_, reply)| matches!(reply, Reply::Answer(Answer::Result(_))))
        .map(|(name, reply)| (*name, parts(reply)))
        .collect();
    let Some((first, rest)) = results.split_first() else { return out };
    for (name, side) in rest {
        let part = |(at, (a, b)): (usize, (&Vec<u8>, &Vec<u8>))| {
            Some((at, Difference::of([first.0, name], a, b, encoding(&outcome.request))?))
        };
        if let Some((at, found)) = first.1.iter().zip(side).enumerate().find_map(part) {
            let _ =
                writeln!(out, "  part {} differs from byte {}\n{}", at + 1, found.offset, found.details().trim_end());
            break;
        }
    }
    out
}

/// The encoding of the bytes that come back.
fn encoding(request: &Value) -> &str {
    request.get("to").and_then(Value::as_str).unwrap_or("json")
}

/// The byte strings of a result; its JSON where it has none.
fn parts(reply: &Reply) -> Vec<Vec<u8>> {
    let Reply::Answer(Answer::Result(result)) = reply else { return Vec::new() };
    for name in ["bytes", "envelope", "journal"] {
        if let Some(bytes) = result.get(name) {
            return vec![decoded(bytes)];
        }
    }
    match result.get("envelopes").and_then(Value::as_array) {
        Some(envelopes) => envelopes.iter().map(decoded).collect(),
        None => vec![result.to_string().into_bytes()],
    }
}

/// What a difference is in the report for machines.
pub fn report(names: &[String], script: u64, count: usize, outcome: &Outcome) -> Value {
    let answers: Map<String, Value> =
        names.iter().cloned().zip(outcome.replies.iter().map(|reply| reply.kind().into())).collect();
    json!({ "script": script, "alike": count, "request": outcome.request, "answers": answers })
}
