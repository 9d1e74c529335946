//! Redaction, cuts, limits.

use super::walk::each_body;
use super::{Mutant, Spoil};
use crate::seal::Emission;
use serde_json::{Value as Json, json};
use tracewire_wire::value::{Map, Value};

/// How redaction by keys may go wrong.
#[derive(Clone, Copy, Default)]
struct Redaction {
    is_case_sensitive: bool,
    folds_all_letters: bool,
    at_the_top_alone: bool,
    keeps_numbers: bool,
    keeps_dollars: bool,
    in_tags: bool,
    beginnings: bool,
}

/// Mutants of policy.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "redaction-of-its-own",
        wrong: "nothing: redacts again what was redacted, as the next ones do with a defect each",
        cases: &[],
        spoil: Spoil::Around(unredacted, |case, emission| redact(case, emission, Redaction::default())),
    },
    Mutant {
        name: "redaction-forgotten",
        wrong: "keys that are to be redacted are not",
        cases: &["redaction/a-member"],
        spoil: Spoil::Request(unredacted),
    },
    Mutant {
        name: "capture-forgotten",
        wrong: "what was switched off is recorded",
        cases: &["capture/neither-inputs-nor-outputs", "capture/every-field-off"],
        spoil: Spoil::Request(|case| _ = case["settings"].as_object_mut().map(|settings| settings.remove("capture"))),
    },
    Mutant {
        name: "capture-knows-no-message",
        wrong: "log lines are recorded though they are switched off",
        cases: &["capture/messages-off"],
        spoil: Spoil::Request(|case| {
            if let Some(fields) = case["settings"].get_mut("capture").and_then(Json::as_object_mut) {
                fields.remove("message");
            }
        }),
    },
    Mutant {
        name: "capture-takes-chunks-with-outputs",
        wrong: "where outputs are switched off, chunks and data go with them",
        cases: &["capture/outputs-off-alone"],
        spoil: Spoil::Request(|case| {
            let fields = case["settings"].get_mut("capture").and_then(Json::as_object_mut);
            if let Some(fields) = fields.filter(|fields| fields.get("output") == Some(&json!(false))) {
                fields.extend([("chunks".to_owned(), json!(false)), ("data".to_owned(), json!(false))]);
            }
        }),
    },
    Mutant {
        name: "redaction-by-exact-case",
        wrong: "keys are compared with their case",
        cases: &["redaction/case-of-ascii-letters"],
        spoil: Spoil::Around(unredacted, |case, emission| {
            redact(case, emission, Redaction { is_case_sensitive: true, ..Redaction::default() });
        }),
    },
    Mutant {
        name: "redaction-folds-all-letters",
        wrong: "keys are compared regardless of the case of all letters, not of ASCII alone",
        cases: &["redaction/case-of-other-letters"],
        spoil: Spoil::Around(unredacted, |case, emission| {
            redact(case, emission, Redaction { folds_all_letters: true, ..Redaction::default() });
        }),
    },
    Mutant {
        name: "redaction-at-the-top",
        wrong: "only keys of a member's own map are looked at, not those further inside",
        cases: &["redaction/any-depth"],
        spoil: Spoil::Around(unredacted, |case, emission| {
            redact(case, emission, Redaction { at_the_top_alone: true, ..Redaction::default() });
        }),
    },
    Mutant {
        name: "redaction-misses-numbered-keys",
        wrong: "`password#2` is another key than `password`",
        cases: &["redaction/numbered-by-a-collision", "redaction/numbered-by-the-user"],
        spoil: Spoil::Around(unredacted, |case, emission| {
            redact(case, emission, Redaction { keeps_numbers: true, ..Redaction::default() });
        }),
    },
    Mutant {
        name: "redaction-misses-dollars",
        wrong: "a user's key that begins with `$` is compared with the `$` that was added",
        cases: &["redaction/dollar-key"],
        spoil: Spoil::Around(unredacted, |case, emission| {
            redact(case, emission, Redaction { keeps_dollars: true, ..Redaction::default() });
        }),
    },
    Mutant {
        name: "redaction-inside-tags",
        wrong: "the members of tags are redacted",
        cases: &["redaction/members-of-tags-stay"],
        spoil: Spoil::Around(unredacted, |case, emission| {
            redact(case, emission, Redaction { in_tags: true, ..Redaction::default() });
        }),
    },
    Mutant {
        name: "redaction-of-beginnings",
        wrong: "keys that begin with a listed one are redacted too",
        cases: &["redaction/whole-keys"],
        spoil: Spoil::Around(unredacted, |case, emission| {
            redact(case, emission, Redaction { beginnings: true, ..Redaction::default() });
        }),
    },
    Mutant {
        name: "redaction-of-the-body's-members",
        wrong: "members of a body are redacted themselves",
        cases: &["redaction/members-of-a-body-stay"],
        spoil: Spoil::Events(|case, emission| {
            let keys = listed(case);
            each_body(emission, |body| {
                for (name, value) in body.iter_mut() {
                    if keys.iter().any(|key| key.eq_ignore_ascii_case(name)) {
                        *value = mark();
                    }
                }
            });
        }),
    },
    Mutant {
        name: "redaction-behind-addressing",
        wrong: "what is redacted is what addressing left of a body: long content keeps its secrets",
        cases: &["redaction/content-hash-of-what-is-left"],
        spoil: Spoil::Around(unredacted, |case, emission| {
            let keys = listed(case);
            let limit = emission.inline_bytes;
            each_body(emission, |body| {
                for (name, value) in body.iter_mut() {
                    let is_carried = matches!(name, "input" | "output" | "data" | "tool_definitions")
                        && tracewire_wire::json::write(value).len() > limit;
                    if !is_carried {
                        inside(value, &keys, Redaction::default(), 0);
                    }
                }
            });
        }),
    },
    Mutant {
        name: "redacted-members-removed",
        wrong: "a redacted member is removed without a mark",
        cases: &["redaction/a-member"],
        spoil: Spoil::Events(|_, emission| {
            super::walk::each_map(emission, |map| super::walk::retain(map, |value| *value != mark()));
        }),
    },
    Mutant {
        name: "redacted-as-stars",
        wrong: "a redacted member is `***`",
        cases: &["redaction/a-member"],
        spoil: Spoil::Events(|_, emission| {
            super::walk::each_map(emission, |map| {
                map.iter_mut()
                    .filter(|(_, value)| **value == mark())
                    .for_each(|(_, value)| *value = Value::Text("***".to_owned()));
            });
        }),
    },
    Mutant {
        name: "depth-one-more",
        wrong: "values are cut one level too deep",
        cases: &["cuts/depth-of-lists", "cuts/depth-64-is-the-default"],
        spoil: Spoil::Request(|case| limit(case, "depth", 64, 1)),
    },
    Mutant {
        name: "depth-one-less",
        wrong: "values are cut one level too early",
        cases: &["cuts/depth-of-lists", "values/lists-of-64-levels"],
        spoil: Spoil::Request(|case| limit(case, "depth", 64, -1)),
    },
    Mutant {
        name: "values-one-more",
        wrong: "a record has one value more than its limit",
        cases: &["cuts/list-by-values"],
        spoil: Spoil::Request(|case| limit(case, "nodes", 50_000, 1)),
    },
    Mutant {
        name: "text-limit-one-off",
        wrong: "a text of exactly the limit is cut",
        cases: &["cuts/text-at-the-limit"],
        spoil: Spoil::Request(|case| limit(case, "text_bytes", 1 << 20, -1)),
    },
    Mutant {
        name: "texts-never-cut",
        wrong: "texts are never cut",
        cases: &["cuts/text-over-the-limit"],
        spoil: Spoil::Request(|case| limit(case, "text_bytes", 1 << 20, 1 << 30)),
    },
    Mutant {
        name: "cut-without-a-mark",
        wrong: "what was cut is short, and nothing says so",
        cases: &["cuts/text-over-the-limit", "cuts/list-by-values"],
        spoil: Spoil::Events(|_, emission| {
            each_cut(emission, |kept| {
                *kept = kept.as_map().and_then(|map| map.get("$cut")).cloned().unwrap_or_default()
            })
        }),
    },
    Mutant {
        name: "missing-of-bytes-in-base64",
        wrong: "of cut bytes the digits of base64 that are missing are counted",
        cases: &["cuts/bytes-at-and-over-the-limit"],
        spoil: Spoil::Events(|_, emission| {
            each_cut(emission, |value| {
                let Value::Map(map) = value else { return };
                let is_bytes = map.get("$cut").and_then(Value::as_map).is_some_and(|kept| kept.contains_key("$bytes"));
                let missing = map.get("missing_bytes").and_then(Value::as_int).filter(|_| is_bytes);
                missing.map(|missing| map.insert("missing_bytes".to_owned(), Value::Int((missing + 2) / 3 * 4)));
            });
        }),
    },
];

fn mark() -> Value {
    Value::tagged("$redacted", "key")
}

fn unredacted(case: &mut Json) {
    _ = case["settings"].as_object_mut().map(|settings| settings.remove("redact"));
}

fn listed(case: &Json) -> Vec<String> {
    case["settings"]["redact"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|key| key.as_str().map(str::to_owned))
        .collect()
}

fn redact(case: &Json, emission: &mut Emission, faults: Redaction) {
    let keys = listed(case);
    each_body(emission, |body| body.iter_mut().for_each(|(_, value)| inside(value, &keys, faults, 0)));
}

fn inside(value: &mut Value, keys: &[String], faults: Redaction, depth: usize) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| inside(item, keys, faults, depth + 1)),
        Value::Map(map) if !faults.at_the_top_alone || depth == 0 => {
            let is_tag = is_tag(map);
            for (name, value) in map.iter_mut() {
                let is_listed = (!is_tag || faults.in_tags) && keys.iter().any(|key| matches(name, key, faults));
                if is_listed {
                    *value = mark();
                } else {
                    inside(value, keys, faults, depth + 1);
                }
            }
        }
        _ => {}
    }
}

fn is_tag(map: &Map) -> bool {
    map.iter().any(|(name, _)| name.starts_with('$') && !name.starts_with("$$"))
}

fn matches(name: &str, key: &str, faults: Redaction) -> bool {
    let name = if faults.keeps_dollars {
        name
    } else {
        name.strip_prefix('$').filter(|rest| rest.starts_with('$')).unwrap_or(name)
    };
    let stem = match name.rsplit_once('#') {
        Some((stem, number)) if number.bytes().all(|digit| digit.is_ascii_digit()) && !number.starts_with('0') => {
            Some(stem).filter(|_| !faults.keeps_numbers && !number.is_empty() && number != "1")
        }
        _ => None,
    };
    std::iter::once(name).chain(stem).any(|name| is_same(name, key, faults))
}

fn is_same(name: &str, key: &str, faults: Redaction) -> bool {
    match faults {
        Redaction { is_case_sensitive: true, .. } => name == key,
        Redaction { folds_all_letters: true, .. } => name.to_lowercase() == key.to_lowercase(),
        Redaction { beginnings: true, .. } => name.to_ascii_lowercase().starts_with(&key.to_ascii_lowercase()),
        _ => name.eq_ignore_ascii_case(key),
    }
}

fn limit(case: &mut Json, name: &str, otherwise: i64, more: i64) {
    let limit = case["settings"]["limits"][name].as_i64().unwrap_or(otherwise);
    if case["settings"].is_null() {
        case["settings"] = json!({});
    }
    if case["settings"]["limits"].is_null() {
        case["settings"]["limits"] = json!({});
    }
    case["settings"]["limits"][name] = (limit + more).max(0).into();
}

/// Changes each value that was cut.
fn each_cut(emission: &mut Emission, change: fn(&mut Value)) {
    fn inside(value: &mut Value, change: fn(&mut Value)) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| inside(item, change)),
            Value::Map(map) => {
                map.iter_mut().for_each(|(_, value)| inside(value, change));
                if map.contains_key("$cut") {
                    change(value);
                }
            }
            _ => {}
        }
    }
    each_body(emission, |body| body.iter_mut().for_each(|(_, value)| inside(value, change)));
}
