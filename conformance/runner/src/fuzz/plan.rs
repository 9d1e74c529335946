//! A plan: a request whose bytes still have a form that can be made smaller, and the rule by which answers compare.
//!
//! Where a request has bytes, a plan may have `{"json":value}`, `{"json":value,"as":"toon"}` (what the first adapter
//! writes for it), `{"hex":"…"}`, or `{"journal":plan}`.

use super::journal;
use super::peers::{Peers, Reply};
use super::rule::Rule;
use crate::adapter::Answer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

/// A request in the making.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The request.
    pub request: Value,
    /// How answers to it are compared.
    pub rule: Rule,
}

/// What came of a plan.
pub struct Outcome {
    /// The request as it was sent.
    pub request: Value,
    /// One reply an adapter.
    pub replies: Vec<Reply>,
    /// What the answers should have been besides being equal, where there is such a rule.
    pub wanted: Option<Answer>,
    /// Whether there is a difference.
    pub is_different: bool,
}

impl Outcome {
    /// The first result that came.
    pub fn result(&self) -> Option<&Value> {
        self.replies.iter().find_map(|reply| match reply {
            Reply::Answer(Answer::Result(result)) => Some(result),
            _ => None,
        })
    }
}

impl Plan {
    /// A plan by the rule of plain input.
    pub fn exact(request: Value) -> Self {
        Plan { request, rule: Rule::Exact }
    }

    /// Sends it to all adapters and compares.
    pub fn run(&self, peers: &mut Peers) -> Outcome {
        let request = self.written(peers);
        let replies = peers.ask(&request);
        let wanted = match (self.rule, request["operation"].as_str()) {
            (Rule::Detour, Some("convert")) => {
                let json = self.request["bytes"].get("json").unwrap_or(&Value::Null);
                let bytes = encoded(&document(json));
                let straight = json!({ "operation": "convert", "from": "json", "to": request["to"], "bytes": bytes });
                peers.first_answer(&straight)
            }
            _ => None,
        };
        let mut keys: Vec<Value> = replies.iter().filter_map(|reply| reply.key(self.rule)).collect();
        keys.extend(wanted.clone().and_then(|answer| Reply::Answer(answer).key(self.rule)));
        let is_different = keys.windows(2).any(|pair| pair.first() != pair.last())
            || replies.iter().any(|reply| matches!(reply, Reply::Died(_)));
        Outcome { request, replies, wanted, is_different }
    }

    /// The request with all bytes in base64.
    fn written(&self, peers: &mut Peers) -> Value {
        let mut request = self.request.clone();
        for name in ["bytes", "envelope", "journal"] {
            if let Some(place) = request.get_mut(name).filter(|place| place.is_object()) {
                *place = encoded(&bytes(place, peers)).into();
            }
        }
        for place in request.get_mut("envelopes").and_then(Value::as_array_mut).into_iter().flatten() {
            if place.is_object() {
                *place = encoded(&bytes(place, peers)).into();
            }
        }
        request
    }
}

fn bytes(form: &Value, peers: &mut Peers) -> Vec<u8> {
    if let Some(plan) = form.get("journal") {
        return journal::bytes(plan);
    }
    let Some(value) = form.get("json") else { return journal::unhex(form["hex"].as_str().unwrap_or_default()) };
    let written = document(value);
    let Some(encoding) = form.get("as") else { return written };
    let convert = json!({ "operation": "convert", "from": "json", "to": encoding, "bytes": encoded(&written) });
    match peers.first_answer(&convert) {
        Some(Answer::Result(result)) => decoded(&result["bytes"]),
        _ => written,
    }
}

/// A JSON document's text.
pub fn document(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// Bytes in base64.
pub fn encoded(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Base64 as bytes; none where it is not base64.
pub fn decoded(text: &Value) -> Vec<u8> {
    BASE64.decode(text.as_str().unwrap_or_default()).unwrap_or_default()
}
