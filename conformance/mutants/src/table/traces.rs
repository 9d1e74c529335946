//! Parents, ids, sampling.

use super::events::kind;
use super::{Mutant, Spoil};
use crate::request::steps;
use crate::seal::Emission;
use crate::style::hash;
use serde_json::Value as Json;
use tracewire_wire::value::Value;

/// Mutants of traces.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "trace-ids-in-upper-case",
        wrong: "ids of traces are written in upper case",
        cases: &["runs/correlation-id-names-the-trace", "links/remote-parent"],
        spoil: Spoil::Events(|_, emission| each_trace(emission, |id| id.to_uppercase())),
    },
    Mutant {
        name: "trace-ids-of-64-bits",
        wrong: "ids of traces are cut to their last 64 bits",
        cases: &["links/remote-parent"],
        spoil: Spoil::Events(|_, emission| each_trace(emission, |id| id.get(16..).unwrap_or(id).to_owned())),
    },
    Mutant {
        name: "zeros-accepted-as-a-parent",
        wrong: "a traceparent whose trace is all zeros is a parent",
        cases: &["links/trace-of-zeros-is-no-parent"],
        spoil: Spoil::Around(
            |case| {
                traceparents(case, |text| {
                    text.replace(&format!("-{}-", "0".repeat(32)), &format!("-{}-", "fe".repeat(16)))
                })
            },
            |_, emission| each_trace(emission, |id| id.replace(&"fe".repeat(16), &"0".repeat(32))),
        ),
    },
    Mutant {
        name: "version-ff-accepted",
        wrong: "a traceparent of version ff is a parent",
        cases: &["links/version-ff-is-no-parent"],
        spoil: Spoil::Request(|case| {
            traceparents(case, |text| text.strip_prefix("ff-").map_or(text.to_owned(), |rest| format!("00-{rest}")));
        }),
    },
    Mutant {
        name: "upper-case-accepted",
        wrong: "a traceparent in upper case is a parent",
        cases: &["links/upper-case-is-no-parent"],
        spoil: Spoil::Request(|case| traceparents(case, str::to_lowercase)),
    },
    Mutant {
        name: "more-behind-version-00-accepted",
        wrong: "what stands behind a traceparent of version 00 is passed over",
        cases: &["links/version-00-with-more-is-no-parent"],
        spoil: Spoil::Request(|case| traceparents(case, |text| text.get(..55).unwrap_or(text).to_owned())),
    },
    Mutant {
        name: "later-versions-refused",
        wrong: "a traceparent of a later version is no parent",
        cases: &["links/remote-parent-of-a-later-version"],
        spoil: Spoil::Request(|case| {
            traceparents(case, |text| if text.starts_with("00-") { text.to_owned() } else { String::new() })
        }),
    },
    Mutant {
        name: "blanks-around-accepted",
        wrong: "blanks around a traceparent are taken away",
        cases: &["links/blank-around-is-no-parent"],
        spoil: Spoil::Request(|case| traceparents(case, |text| text.trim().to_owned())),
    },
    Mutant {
        name: "tracestate-dropped",
        wrong: "`tracestate` is not carried on",
        cases: &["links/tracestate-as-it-came"],
        spoil: Spoil::Request(|case| {
            for step in steps(case) {
                _ = step.get_mut("parent").and_then(Json::as_object_mut).map(|parent| parent.remove("tracestate"));
            }
        }),
    },
    Mutant {
        name: "empty-tracestate-kept",
        wrong: "a `tracestate` that is empty is carried on",
        cases: &["links/tracestate-empty-is-none"],
        spoil: Spoil::Request(|case| {
            for step in steps(case).filter(|step| step["parent"]["tracestate"] == "") {
                step["body"]["trace_state"] = "".into();
            }
        }),
    },
    Mutant {
        name: "tracestate-on-children",
        wrong: "`tracestate` stands on the steps below the first too",
        cases: &["links/tracestate-on-the-first-span-alone"],
        spoil: Spoil::Events(|_, emission| {
            let mut state = None;
            for event in emission.events().filter(|event| kind(event) == "span.start") {
                let mut body = event.get("body").and_then(Value::as_map).cloned().unwrap_or_default();
                match (body.get("trace_state").cloned(), &state) {
                    (Some(found), _) => state = Some(found),
                    (None, Some(state)) => {
                        body.insert("trace_state".to_owned(), Value::clone(state));
                        event.insert("body".to_owned(), Value::Map(body));
                    }
                    _ => {}
                }
            }
        }),
    },
    Mutant {
        name: "correlation-id-without-prefix",
        wrong: "the trace of a correlation id is the hash of the id alone",
        cases: &["runs/correlation-id-names-the-trace"],
        spoil: Spoil::Events(|case, emission| correlated(case, emission, |id| trace_of(id.as_bytes()))),
    },
    Mutant {
        name: "correlation-id-in-utf-16",
        wrong: "the trace of a correlation id is the hash of its UTF-16 units",
        cases: &["runs/correlation-id-not-ascii"],
        spoil: Spoil::Events(|case, emission| {
            correlated(case, emission, |id| {
                let units: Vec<u8> =
                    format!("tracewire:correlation:{id}").encode_utf16().flat_map(u16::to_le_bytes).collect();
                trace_of(&units)
            });
        }),
    },
    Mutant {
        name: "correlation-id-by-its-last-bytes",
        wrong: "the trace of a correlation id is the last 16 bytes of the hash",
        cases: &["runs/correlation-id-names-the-trace"],
        spoil: Spoil::Events(|case, emission| {
            correlated(case, emission, |id| {
                let hash = hash(format!("tracewire:correlation:{id}").as_bytes());
                hash.get(hash.len() - 32..).unwrap_or_default().to_owned()
            });
        }),
    },
    Mutant {
        name: "sampled-flag-ignored",
        wrong: "whether a parent was sampled is not looked at",
        cases: &["sampling/parent-says-not-sampled", "sampling/parent-sampled-at-rate-0"],
        spoil: Spoil::Request(|case| {
            let is_everything = case["settings"]["sampling"].as_f64().unwrap_or(1.0) > 0.0;
            for step in steps(case) {
                if let Some(Json::String(text)) = step["parent"].get_mut("traceparent") {
                    *text = text
                        .get(..53)
                        .map(|head| format!("{head}{}", if is_everything { "01" } else { "00" }))
                        .unwrap_or_default();
                }
            }
        }),
    },
    Mutant {
        name: "any-flag-is-sampled",
        wrong: "a parent with any flag set was sampled",
        cases: &["sampling/parent-bit-0-alone"],
        spoil: Spoil::Request(|case| {
            traceparents(case, |text| match (text.get(..53), text.get(53..)) {
                (Some(head), Some(flags)) if flags != "00" && flags.len() == 2 => format!("{head}01"),
                _ => text.to_owned(),
            });
        }),
    },
    Mutant {
        name: "sampled-by-the-first-bytes",
        wrong: "the first 56 bits of a trace id decide whether it is kept",
        cases: &["sampling/only-the-last-56-bits"],
        spoil: Spoil::Around(
            |case| {
                for id in case["settings"]["trace_ids"].as_array_mut().into_iter().flatten() {
                    *id = turned(id.as_str().unwrap_or_default()).into();
                }
            },
            |case, emission| {
                let given: Vec<String> = case["settings"]["trace_ids"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|id| id.as_str().map(str::to_owned))
                    .collect();
                for event in emission.events() {
                    if let Some(Value::Text(id)) = event.get_mut("trace_id")
                        && given.contains(&turned(id))
                    {
                        *id = turned(id);
                    }
                }
            },
        ),
    },
    Mutant {
        name: "sampled-up-to-the-rate",
        wrong: "a trace is kept where its bits are below the rate",
        cases: &["sampling/rate-half-at-the-boundary", "sampling/rate-half-below-the-boundary"],
        spoil: Spoil::Around(
            |case| {
                for id in case["settings"]["trace_ids"].as_array_mut().into_iter().flatten() {
                    *id = complement(id.as_str().unwrap_or_default()).into();
                }
            },
            |_, emission| {
                for event in emission.events() {
                    if let Some(Value::Text(id)) = event.get_mut("trace_id") {
                        *id = complement(id);
                    }
                }
            },
        ),
    },
    Mutant {
        name: "sampling-without-kinds",
        wrong: "one rate holds for every kind of root",
        cases: &["sampling/kind-of-the-root-decides", "sampling/kind-above-the-general-rate", "sampling/kinds-alone"],
        spoil: Spoil::Request(|case| {
            if let Some(rates) = case["settings"].get_mut("sampling").filter(|rates| rates.is_object()) {
                *rates = rates.get("rate").cloned().unwrap_or_else(|| 1.into());
            }
        }),
    },
    Mutant {
        name: "sampling-forgotten",
        wrong: "every trace is recorded whatever the rate",
        cases: &["sampling/rate-0", "sampling/whole-traces"],
        spoil: Spoil::Request(|case| _ = case["settings"].as_object_mut().map(|settings| settings.remove("sampling"))),
    },
];

fn traceparents(case: &mut Json, change: impl Fn(&str) -> String) {
    for step in steps(case) {
        if let Some(Json::String(text)) = step.get_mut("parent").and_then(|parent| parent.get_mut("traceparent")) {
            *text = change(text);
        }
    }
}

fn each_trace(emission: &mut Emission, change: impl Fn(&str) -> String) {
    for event in emission.events() {
        if let Some(Value::Text(id)) = event.get_mut("trace_id") {
            *id = change(id);
        }
    }
}

fn trace_of(bytes: &[u8]) -> String {
    hash(bytes).get(7..39).unwrap_or_default().to_owned()
}

/// Gives traces of correlation ids another id.
fn correlated(case: &Json, emission: &mut Emission, id: fn(&str) -> String) {
    for step in case["script"].as_array().into_iter().flatten() {
        if let Some(given) = step["body"]["correlation_id"].as_str().filter(|given| !given.is_empty()) {
            let right = trace_of(format!("tracewire:correlation:{given}").as_bytes());
            each_trace(emission, |trace| if trace == right { id(given) } else { trace.to_owned() });
        }
    }
}

/// A trace id whose first seven and last seven bytes have changed places.
fn turned(id: &str) -> String {
    [id.get(18..), id.get(14..18), id.get(..14)].into_iter().flatten().collect()
}

/// A trace id with its last 56 bits inverted.
fn complement(id: &str) -> String {
    let digit = |digit: char| digit.to_digit(16).and_then(|digit| char::from_digit(15 - digit, 16)).unwrap_or(digit);
    id.chars().enumerate().map(|(at, it)| if at < 18 { it } else { digit(it) }).collect()
}
