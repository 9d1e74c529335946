//! What follows a script: its envelopes are converted, changed and verified, parts taken out, and journals are sealed.

use super::document;
use super::journal;
use super::plan::{Outcome, Plan, decoded, encoded};
use super::random::Random;
use super::rule::Rule;
use super::script;
use serde_json::{Value, json};
use tracewire_wire::envelope::Envelope;
use tracewire_wire::id::Hash;

const ENCODINGS: &[&str] = &["json", "jsonl", "toon", "csv", "proto"];

/// Encodings that give a recording back in the form in which it stood.
const FAITHFUL: &[&str] = &["json", "toon", "proto"];

/// Runs one script and what follows it, with `run` for each request; stops where answers differ.
pub fn all(random: &mut Random, run: &mut dyn FnMut(Plan) -> Outcome) {
    let recorded = run(Plan::exact(script::record(random)));
    if recorded.is_different {
        return;
    }
    let bytes: Vec<Vec<u8>> = match recorded.result() {
        Some(result) => result["envelopes"].as_array().into_iter().flatten().map(decoded).collect(),
        None => Vec::new(),
    };
    let envelopes: Vec<Value> = bytes.iter().filter_map(|bytes| serde_json::from_slice(bytes).ok()).collect();
    let document = document::any(random, &envelopes);
    if random.chance(0.6) {
        chain(random, document.clone(), run);
    }
    if random.chance(0.4) {
        damaged(random, document, run);
    }
    if random.chance(0.4) && !envelopes.is_empty() {
        verify(random, envelopes.clone(), run);
    }
    if random.chance(0.3) {
        withhold(random, &envelopes, run);
    }
    if random.chance(0.2) {
        let plan = journal::plan(random);
        for operation in ["seal", "recover"] {
            run(Plan {
                request: json!({ "operation": operation, "journal": { "journal": plan } }),
                rule: Rule::Refusal,
            });
        }
    }
}

/// From encoding to encoding; what has come through faithful ones is as if it had not.
fn chain(random: &mut Random, document: Value, run: &mut dyn FnMut(Plan) -> Outcome) {
    let (mut from, mut is_faithful) = ("json", true);
    let mut form = json!({ "json": document });
    for _ in 0..=random.below(4) {
        let to = random.pick(ENCODINGS);
        let mut request =
            json!({ "operation": "convert", "from": from, "to": to, "bytes": form, "options": options(random, to) });
        let is_plain = request["options"].as_object().is_some_and(serde_json::Map::is_empty);
        if !is_faithful || !is_plain || !FAITHFUL.contains(&to) {
            is_faithful = false;
        }
        if is_faithful {
            request["bytes"] =
                if from == "json" { json!({ "json": document }) } else { json!({ "json": document, "as": from }) };
        }
        let rule = if is_faithful { Rule::Detour } else { Rule::Exact };
        let outcome = run(Plan { request, rule });
        let Some(result) = outcome.result().filter(|_| !outcome.is_different) else { return };
        form = json!({ "hex": journal::hex(&decoded(&result["bytes"])) });
        from = to;
    }
}

fn options(random: &mut Random, to: &str) -> Value {
    match to {
        "toon" if random.chance(0.3) => json!({ "delimiter": random.pick(&["comma", "tab", "pipe"]) }),
        "csv" if random.chance(0.3) => json!({ "formula_safe": true }),
        _ => json!({}),
    }
}

/// An encoding's bytes, changed in a few places.
fn damaged(random: &mut Random, document: Value, run: &mut dyn FnMut(Plan) -> Outcome) {
    let from = random.pick(ENCODINGS);
    let written =
        Plan::exact(json!({ "operation": "convert", "from": "json", "to": from, "bytes": { "json": document } }));
    let outcome = run(written);
    let Some(result) = outcome.result().filter(|_| !outcome.is_different) else { return };
    let bytes = decoded(&result["bytes"]);
    let most = random.pick(&[20, 60, 200, 5000]);
    let bytes = hurt(random, bytes.get(..most.min(bytes.len())).unwrap_or_default());
    let mut options = json!({});
    if from == "toon" && random.chance(0.2) {
        options["lenient"] = true.into();
    }
    let to = random.pick(&["json", "json", "proto"]);
    let bytes = json!({ "hex": journal::hex(&bytes) });
    // Of documents that TOON neither allows nor refuses, each reader makes what it likes.
    let rule = if from == "toon" { Rule::Alive } else { Rule::Refusal };
    run(Plan {
        request: json!({ "operation": "convert", "from": from, "to": to, "bytes": bytes, "options": options }),
        rule,
    });
}

fn hurt(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(3) {
        let odd = b"\"\\{}[],:0123456789-+eE. \n\r\ttfn|#\xff\xc0\xed\x80";
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(8)).min(bytes.len());
        let piece = bytes.get(at..end).unwrap_or_default().to_vec();
        match (random.below(6), bytes.get_mut(at)) {
            (0, Some(byte)) => *byte ^= 1 << random.below(8),
            (1, Some(byte)) => *byte = random.pick(odd),
            (2, Some(_)) => _ = bytes.drain(at..end),
            (3, Some(_)) => bytes.truncate(at),
            (4, Some(_)) => _ = bytes.splice(at..at, piece),
            _ => bytes.insert(at, random.pick(odd)),
        }
    }
    bytes
}

/// Envelopes that lack something, stand in another order, or were changed, some with a digest that is right again.
fn verify(random: &mut Random, mut envelopes: Vec<Value>, run: &mut dyn FnMut(Plan) -> Outcome) {
    if random.chance(0.5) {
        let other = run(Plan::exact(script::record(random)));
        let others = other.result().map(|result| result["envelopes"].clone()).unwrap_or_default();
        envelopes.extend(
            others.as_array().into_iter().flatten().filter_map(|text| serde_json::from_slice(&decoded(text)).ok()),
        );
    }
    let mut is_damaged = false;
    for _ in 0..random.below(4) {
        let at = random.below(envelopes.len());
        match random.below(8) {
            0 if envelopes.len() > 1 => _ = envelopes.remove(at),
            1 => random.shuffle(&mut envelopes),
            2 => envelopes.extend(envelopes.get(at).cloned()),
            3 | 4 => {
                is_damaged = true;
                let Some(mut envelope) = envelopes.get(at).cloned() else { continue };
                // Which of two is meant that claim one digest and differ, nobody can say.
                envelopes.retain(|other| other["digest"] != envelope["digest"]);
                change(random, &mut envelope);
                envelopes.push(envelope);
            }
            5 | 6 => {
                if let Some(envelope) = envelopes.get_mut(at) {
                    change(random, envelope);
                    seal_anew(envelope);
                }
            }
            _ => {
                let Some(envelope) = envelopes.get(at) else { continue };
                let request = removal(random, envelope);
                let outcome = run(Plan::exact(request));
                let taken =
                    outcome.result().and_then(|result| serde_json::from_slice(&decoded(&result["envelope"])).ok());
                match envelopes.get_mut(at) {
                    Some(place) if random.chance(0.5) => *place = taken.unwrap_or_else(|| place.take()),
                    _ => envelopes.extend(taken),
                }
            }
        }
    }
    let rule = if is_damaged { Rule::Refusal } else { Rule::Exact };
    let forms: Value = envelopes.into_iter().map(|envelope| json!({ "json": envelope })).collect();
    run(Plan { request: json!({ "operation": "verify", "envelopes": forms }), rule });
}

fn change(random: &mut Random, envelope: &mut Value) {
    let hash = format!("sha256:{}", "00".repeat(32));
    let member = random.pick(&[
        "prev",
        "close",
        "parent",
        "first_seq",
        "seq",
        "drop",
        "content",
        "resource",
        "predecessor",
        "x",
        "swap",
    ]);
    let events = envelope["events"].as_array().map_or(0, Vec::len);
    match member {
        "first_seq" => {
            envelope[member] = (envelope[member].as_i64().unwrap_or_default() + random.pick(&[-1, 1])).max(1).into()
        }
        "seq" => {
            let at = random.below(events);
            if let Some(seq) = envelope["events"].get_mut(at).and_then(|event| event.get_mut("seq")) {
                *seq = (seq.as_i64().unwrap_or_default() + random.pick(&[-1, 1])).max(1).into();
            }
        }
        "drop" => _ = envelope["events"].as_array_mut().and_then(Vec::pop),
        "swap" => _ = envelope["events"].as_array_mut().map(|events| events.reverse()),
        "content" => {
            let hashes: Vec<String> =
                envelope["content"].as_object().into_iter().flatten().map(|(hash, _)| hash.clone()).collect();
            let hash = random.pick(&hashes);
            if let Some(entries) = envelope.get_mut("content").and_then(Value::as_object_mut) {
                entries.remove(&hash);
                if entries.is_empty() {
                    _ = envelope.as_object_mut().map(|members| members.remove("content"));
                }
            }
        }
        _ if envelope.get(member).is_some() && random.chance(0.6) => {
            _ = envelope.as_object_mut().map(|members| members.remove(member))
        }
        "prev" => envelope[member] = hash.into(),
        "resource" | "x" => envelope[member] = json!({ "a": 1.5 }),
        "close" => envelope[member] = "exited".into(),
        _ => envelope[member] = "0000000000000009-1".into(),
    }
}

/// Gives a changed envelope the digest that is right for it.
fn seal_anew(envelope: &mut Value) {
    if let Ok(read) = Envelope::read(&super::plan::document(envelope)) {
        envelope["digest"] = read.compute_digest().to_string().into();
    }
}

/// A request that takes something out of an envelope.
fn removal(random: &mut Random, envelope: &Value) -> Value {
    let written = envelope.to_string();
    let mut hashes: Vec<String> =
        written.match_indices("sha256:").filter_map(|(at, _)| written.get(at..at + 71)).map(str::to_owned).collect();
    hashes.retain(|hash| hash.parse::<Hash>().is_ok());
    let small = ["null", "0", "\"a\"", "\"\"", "[]", "{}", "true", "\"x\"", "{\"content\":\"a\",\"role\":\"user\"}"];
    hashes.extend(small.map(|content| Hash::of(content.as_bytes()).to_string()));
    let mut numbers: Vec<Value> =
        envelope["events"].as_array().into_iter().flatten().map(|event| event["seq"].clone()).collect();
    // Which of two events of one number is meant nobody can say.
    let all = numbers.clone();
    numbers.retain(|number| number.is_number() && all.iter().filter(|other| *other == number).count() == 1);
    numbers.extend([json!(99), json!(0)]);
    let contents: Vec<String> =
        (0..random.below(6)).map(|_| random.pick(&hashes)).filter(|hash| hash.len() == 71).collect();
    let bodies: Vec<Value> = (0..random.below(2)).map(|_| random.pick(&numbers)).collect();
    let events: Vec<Value> = if random.chance(0.3) { vec![random.pick(&numbers)] } else { Vec::new() };
    json!({
        "operation": "withhold", "envelope": { "json": envelope }, "mark": random.pick(&["erased", "withheld"]),
        "contents": contents, "bodies": bodies, "events": events,
    })
}

fn withhold(random: &mut Random, envelopes: &[Value], run: &mut dyn FnMut(Plan) -> Outcome) {
    let mut envelope = random.pick(envelopes);
    for _ in 0..=random.below(3) {
        if envelope.is_null() {
            return;
        }
        let request = removal(random, &envelope);
        let outcome = run(Plan::exact(request));
        let Some(result) = outcome.result().filter(|_| !outcome.is_different) else { return };
        let taken = decoded(&result["envelope"]);
        run(Plan::exact(json!({ "operation": "verify", "envelopes": [encoded(&taken)] })));
        envelope = serde_json::from_slice(&taken).unwrap_or_default();
    }
}
