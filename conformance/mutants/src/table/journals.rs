//! Journals: sealing and recovering them.

use super::{Mutant, Spoil};
use crate::seal::{Emission, Faults, json_of, resealed};
use crate::{base64, bytes, honest};
use serde_json::{Value as Json, json};
use tracewire_wire::value::{Map, Value};

/// Mutants of those who read journals.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "torn-journal-refused",
        wrong: "a journal that does not end with a close is refused whole",
        cases: &["journal/pending-no-close", "recovery/torn-in-payload"],
        spoil: Spoil::Answer(|case| {
            let answer = honest(case);
            let last = answer["result"]["envelopes"].as_array().and_then(|envelopes| envelopes.last().map(json_of));
            let is_open = last.is_none_or(|last| last.get("close").is_none());
            match case["operation"] == "seal" && answer.get("result").is_some() && is_open {
                true => json!({ "error": { "code": "journal_torn", "message": "" } }),
                false => answer,
            }
        }),
    },
    Mutant {
        name: "pending-events-unsaid",
        wrong: "events behind the last boundary are not counted",
        cases: &["journal/pending-all"],
        spoil: Spoil::Answer(|case| {
            let mut answer = honest(case);
            if case["operation"] == "seal" && answer["result"]["pending"].is_u64() {
                answer["result"]["pending"] = 0.into();
            }
            answer
        }),
    },
    Mutant {
        name: "damage-unreported",
        wrong: "damage of a journal is passed over",
        cases: &["recovery/damage-payload"],
        spoil: Spoil::Answer(|case| without_losses(case, "damaged")),
    },
    Mutant {
        name: "invalid-records-unreported",
        wrong: "a record that cannot be read is passed over",
        cases: &["journal/invalid-no-map"],
        spoil: Spoil::Answer(|case| without_losses(case, "invalid")),
    },
    Mutant {
        name: "foreign-file-is-empty",
        wrong: "a file that is no journal is one without events",
        cases: &["journal/foreign-text"],
        spoil: Spoil::Answer(|case| {
            let answer = honest(case);
            match answer["error"]["code"] == "journal_foreign" {
                true => json!({ "result": { "envelopes": [], "pending": 0 } }),
                false => answer,
            }
        }),
    },
    Mutant {
        name: "recovery-leaves-it-open",
        wrong: "who finds a file without an end does not end it",
        cases: &["recovery/close-appended"],
        spoil: Spoil::Answer(|case| {
            if case["operation"] == "recover" {
                json!({ "result": { "journal": case["journal"] } })
            } else {
                honest(case)
            }
        }),
    },
    Mutant {
        name: "recovery-cuts-the-end",
        wrong: "who finds a torn file writes its end over the torn bytes",
        cases: &["recovery/close-behind-torn"],
        spoil: Spoil::Answer(|case| {
            let mut answer = honest(case);
            let (before, after) = (bytes(&case["journal"]), bytes(&answer["result"]["journal"]));
            if case["operation"] == "recover"
                && after.len() > before.len()
                && before.iter().rev().take(8).any(|byte| *byte != 0)
            {
                let end = before.len().saturating_sub(16) / 8 * 8;
                let close = after.get(before.len().next_multiple_of(8)..).unwrap_or_default();
                answer["result"]["journal"] = base64(&[before.get(..end).unwrap_or_default(), close].concat());
            }
            answer
        }),
    },
    Mutant {
        name: "recovery-refuses-what-is-closed",
        wrong: "a file that needs no end is an error",
        cases: &["recovery/closed-stays"],
        spoil: Spoil::Answer(|case| {
            let answer = honest(case);
            match case["operation"] == "recover" && answer["result"]["journal"] == case["journal"] {
                true => json!({ "error": { "code": "journal_closed", "message": "" } }),
                false => answer,
            }
        }),
    },
];

/// A sealer that says nothing of losses for a reason.
fn without_losses(case: &Json, reason: &str) -> Json {
    let answer = honest(case);
    let envelopes = answer["result"]["envelopes"].as_array().into_iter().flatten().map(json_of);
    let is_said =
        envelopes.into_iter().any(|envelope| envelope.to_string().contains(&format!("\"reason\":\"{reason}\"")));
    if case["operation"] != "seal" || !is_said {
        return answer;
    }
    let change = |_: &Json, emission: &mut Emission| {
        let is_kept = |event: &Map| {
            let body = event.get("body").and_then(Value::as_map);
            body.and_then(|body| body.get("reason")).and_then(Value::as_text) != Some(reason)
        };
        emission.parts.iter_mut().for_each(|part| part.events.retain(is_kept));
        emission.parts.retain(|part| !part.events.is_empty() || part.close.is_some());
    };
    resealed(case, answer, &change, &Faults::default())
}
