//! Rules of redaction: detectors, patterns, allowances, and what becomes of what they find.

use super::{Mutant, Spoil};
use serde_json::{Value as Json, json};

/// Mutants that redact by other rules than they were given.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "rules-without-allowances",
        wrong: "what is allowed is removed like everything else",
        cases: &["redaction-rules/allow-text", "redaction-rules/allow-pattern"],
        spoil: Spoil::Request(|case| each_rule(case, |rule| (!rule.starts_with('!')).then(|| rule.to_owned()))),
    },
    Mutant {
        name: "rules-without-actions",
        wrong: "everything is masked, whatever stands behind the arrow",
        cases: &["redaction-rules/action-hash", "redaction-rules/action-drop", "redaction-rules/keep-one"],
        spoil: Spoil::Request(|case| {
            each_rule(case, |rule| Some(rule.rsplit_once(" -> ").map_or(rule, |(before, _)| before).to_owned()));
        }),
    },
    Mutant {
        name: "rules-without-patterns",
        wrong: "patterns find nothing",
        cases: &["redaction-rules/pattern", "redaction-rules/pattern-name"],
        spoil: Spoil::Request(|case| each_rule(case, |rule| (!rule.ends_with('/')).then(|| rule.to_owned()))),
    },
    Mutant {
        name: "rules-backwards",
        wrong: "of two rules the later one comes first",
        cases: &["redaction-rules/overlap-order", "redaction-rules/group-then-one"],
        spoil: Spoil::Request(|case| {
            if let Some(rules) = case["settings"]["redact"].as_array_mut() {
                rules.reverse();
            }
        }),
    },
    Mutant {
        name: "rules-secrets-alone",
        wrong: "the group of all detectors is that of secrets",
        cases: &["redaction-rules/group-all"],
        spoil: Spoil::Request(|case| each_rule(case, |rule| Some(rule.replace("@all", "@secrets")))),
    },
    Mutant {
        name: "rules-hash-unkeyed",
        wrong: "hashes do not depend on the key",
        cases: &["redaction-rules/action-hash", "redaction-rules/action-hash-key"],
        spoil: Spoil::Request(|case| {
            if let Some(key) = case["settings"].get_mut("redact_key") {
                *key = json!("the same everywhere");
            }
        }),
    },
    Mutant {
        name: "rules-any-key-hashes",
        wrong: "a key of a few bytes is taken",
        cases: &["redaction-rules/refused-short-key"],
        spoil: Spoil::Request(|case| {
            if let Some(Json::String(key)) = case["settings"].get_mut("redact_key") {
                key.push_str("0123456789abcdef");
            }
        }),
    },
];

/// Each rule that is a text becomes another one, or none.
fn each_rule(case: &mut Json, change: fn(&str) -> Option<String>) {
    if let Some(rules) = case["settings"]["redact"].as_array_mut() {
        *rules = rules.iter().filter_map(|rule| rule.as_str().and_then(change).map(Json::String)).collect();
    }
}
