//! Readers and writers of the other encodings.

use super::reading::{each_map, written};
use super::{Mutant, Spoil};
use crate::{base64, bytes, honest};
use serde_json::{Value as Json, json};
use tracewire_wire::json as wire;
use tracewire_wire::value::Value;

/// Mutants of conversions.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "unknown-fields-lost",
        wrong: "fields of protobuf that a reader does not know are lost",
        cases: &["proto/unknown-fields-of-an-event-back", "proto/unknown-fields-of-a-body-back"],
        spoil: Spoil::Answer(|case| {
            if case["from"] != "proto" {
                return honest(case);
            }
            written(case, "json", |value| each_map(value, &|map| _ = map.remove("$fields")))
        }),
    },
    Mutant {
        name: "export-as-list",
        wrong: "an export comes back from protobuf as a list",
        cases: &["proto/form-export"],
        spoil: Spoil::Answer(|case| {
            given_to(case, "proto", |document| {
                let is_export = document.as_object()?.len() == 2 && document["spec"] == "1.0";
                document.get("envelopes").filter(|_| is_export).cloned()
            })
        }),
    },
    Mutant {
        name: "single-as-list",
        wrong: "a single item comes back from protobuf as a list of one",
        cases: &["proto/event-fixed-part"],
        spoil: Spoil::Answer(|case| {
            given_to(case, "proto", |document| {
                let is_item = document.get("events").is_some() || document.get("seq").is_some();
                is_item.then(|| json!([document]))
            })
        }),
    },
    Mutant {
        name: "numbers-of-toon-as-texts",
        wrong: "numbers of TOON are read as texts",
        cases: &["toon/numbers-back"],
        spoil: Spoil::Answer(|case| {
            if case["from"] != "toon" {
                return honest(case);
            }
            written(case, "json", numbers_to_texts)
        }),
    },
    Mutant {
        name: "delimiter-ignored",
        wrong: "TOON is always written with commas",
        cases: &["toon/delimiter-tab"],
        spoil: Spoil::Answer(|case| without_option(case, "delimiter")),
    },
    Mutant {
        name: "always-strict",
        wrong: "TOON is read strictly though a lenient reader was asked for",
        cases: &["toon/lenient-count"],
        spoil: Spoil::Answer(|case| without_option(case, "lenient")),
    },
    Mutant {
        name: "empty-cells-as-texts",
        wrong: "an empty cell of CSV is an empty text, and not a member that is missing",
        cases: &["csv/missing-and-null-back"],
        spoil: Spoil::Answer(|case| {
            if case["from"] != "csv" {
                return honest(case);
            }
            written(case, "json", |value| {
                let Value::List(rows) = value else { return };
                let columns: Vec<String> = rows
                    .iter()
                    .filter_map(Value::as_map)
                    .flat_map(|row| row.iter().map(|(name, _)| name.clone()))
                    .collect();
                for row in rows.iter_mut() {
                    let Value::Map(row) = row else { continue };
                    for name in columns.iter().filter(|name| !row.contains_key(name)).cloned().collect::<Vec<_>>() {
                        row.insert(name, Value::Text(String::new()));
                    }
                }
            })
        }),
    },
    Mutant {
        name: "csv-with-lf",
        wrong: "lines of CSV end with LF",
        cases: &["csv/table"],
        spoil: Spoil::Answer(|case| {
            to(case, "csv", |bytes| String::from_utf8_lossy(bytes).replace("\r\n", "\n").into_bytes())
        }),
    },
    Mutant {
        name: "formulas-kept",
        wrong: "texts that a spreadsheet takes for formulas stay as they are though it was asked otherwise",
        cases: &["csv/formula-safe"],
        spoil: Spoil::Answer(|case| without_option(case, "formula_safe")),
    },
    Mutant {
        name: "last-line-without-end",
        wrong: "the last line of JSON Lines has no end",
        cases: &["jsonl/canonical"],
        spoil: Spoil::Answer(|case| to(case, "jsonl", |bytes| bytes.strip_suffix(b"\n").unwrap_or(bytes).to_vec())),
    },
    Mutant {
        name: "blank-lines-refused",
        wrong: "a line of JSON Lines with nothing but white space is refused",
        cases: &["jsonl/blank-lines"],
        spoil: Spoil::Answer(|case| {
            let text = String::from_utf8_lossy(&bytes(&case["bytes"])).into_owned();
            let is_blank = text.split_terminator('\n').any(|line| line.trim().is_empty());
            if case["from"] == "jsonl" && is_blank {
                json!({ "error": { "code": "json_end", "message": "" } })
            } else {
                honest(case)
            }
        }),
    },
];

/// Asks with another document on its way from JSON to an encoding.
fn given_to(case: &Json, to: &str, change: fn(&Json) -> Option<Json>) -> Json {
    let mut case = case.clone();
    if case["from"] == "json" && case["to"] == to {
        let document = serde_json::from_slice(&bytes(&case["bytes"])).unwrap_or_default();
        if let Some(document) = change(&document) {
            case["bytes"] = base64(document.to_string().as_bytes());
        }
    }
    honest(&case)
}

/// Changes the bytes of a result in an encoding.
fn to(case: &Json, to: &str, change: fn(&[u8]) -> Vec<u8>) -> Json {
    let mut answer = honest(case);
    if case["to"] == to && answer["result"]["bytes"].is_string() {
        answer["result"]["bytes"] = base64(&change(&bytes(&answer["result"]["bytes"])));
    }
    answer
}

fn without_option(case: &Json, name: &str) -> Json {
    let mut case = case.clone();
    _ = case.get_mut("options").and_then(Json::as_object_mut).map(|options| options.remove(name));
    honest(&case)
}

fn numbers_to_texts(value: &mut Value) {
    match value {
        Value::Int(_) | Value::Double(_) => {
            *value = Value::Text(String::from_utf8_lossy(&wire::write(value)).into_owned())
        }
        Value::List(items) => items.iter_mut().for_each(numbers_to_texts),
        Value::Map(map) => map.iter_mut().for_each(|(_, value)| numbers_to_texts(value)),
        _ => {}
    }
}
