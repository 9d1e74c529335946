//! Events: which there are, and what stands in them.

use super::walk::{each_body, retain};
use super::{Mutant, Spoil};
use crate::request::steps;
use crate::seal::Emission;
use std::collections::BTreeSet;
use tracewire_wire::value::{Map, Value};

/// Members of bodies by today's fields.
const FIELDS: &str = "attributes bounds bytes chunks clock_skew_nanos comment correlation_id cost count data \
    dataset_item_id environment exception experiment_run_id feedback_id histogram input \
    instrument level links logger media message name offset output prompt reason release scope \
    session_id source status_message supersedes tags target temporality \
    time_to_first_chunk_nanos tool_definitions trace_flags trace_state unit usage user_id value";

/// Mutants of events.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "end-missing-below",
        wrong: "the end of a span of which children are still open is left out",
        cases: &["spans/parent-ends-first"],
        spoil: Spoil::Events(|_, emission| {
            let mut open: Vec<(Option<Value>, Option<Value>)> = Vec::new();
            for part in &mut emission.parts {
                part.events.retain(|event| {
                    let span = event.get("span_id").cloned();
                    match kind(event) {
                        "span.start" => open.push((span, event.get("parent_id").cloned())),
                        "span.end" => {
                            open.retain(|(id, _)| *id != span);
                            return !open.iter().any(|(_, parent)| parent.is_some() && *parent == span);
                        }
                        _ => {}
                    }
                    true
                });
            }
        }),
    },
    Mutant {
        name: "end-missing-of-errors",
        wrong: "a span that ends with an error has no end",
        cases: &["spans/status-error"],
        spoil: Spoil::Events(|_, emission| {
            keep(emission, |event| event.get("status") != Some(&Value::Text("error".to_owned())))
        }),
    },
    Mutant {
        name: "second-end-kept",
        wrong: "a span that is ended twice has two ends",
        cases: &["spans/second-end-is-none"],
        spoil: Spoil::Around(
            |case| {
                let mut ended = BTreeSet::new();
                for step in steps(case).filter(|step| step["do"] == "end") {
                    if !ended.insert(step["span"].to_string()) {
                        step["do"] = "update".into();
                        step["body"]["second end"] = step["status"].clone();
                    }
                }
            },
            |_, emission| {
                let ends: Vec<Map> =
                    emission.events().filter(|event| kind(event) == "span.end").map(|event| event.clone()).collect();
                for event in emission.events() {
                    let Some(Value::Map(body)) = event.get_mut("body") else { continue };
                    let Some(status) = body.remove("second end") else { continue };
                    if body.is_empty() {
                        event.remove("body");
                    }
                    let first = ends.iter().find(|end| end.get("span_id") == event.get("span_id"));
                    let duration = first.and_then(|end| end.get("duration_nanos").cloned());
                    event.insert("type".to_owned(), Value::Text("span.end".to_owned()));
                    event.insert("status".to_owned(), status);
                    duration.map(|duration| event.insert("duration_nanos".to_owned(), duration));
                }
            },
        ),
    },
    Mutant {
        name: "null-members-dropped",
        wrong: "members of a body that are null are left out",
        cases: &["events/null-in-body-kept", "events/update-sets-null"],
        spoil: Spoil::Events(|_, emission| each_body(emission, |body| retain(body, |value| *value != Value::Null))),
    },
    Mutant {
        name: "zeros-dropped",
        wrong: "members of a body that are 0 or false are left out, as proto3 and `omitempty` have it",
        cases: &["events/zero-and-false-members-kept"],
        spoil: Spoil::Events(|_, emission| {
            each_body(emission, |body| retain(body, |value| !matches!(value, Value::Int(0) | Value::Bool(false))));
        }),
    },
    Mutant {
        name: "empty-lists-dropped",
        wrong: "empty lists and maps are left out",
        cases: &["events/empty-maps-and-lists-kept"],
        spoil: Spoil::Events(|_, emission| {
            each_body(emission, |body| {
                retain(body, |value| {
                    value.as_list().is_none_or(|list| !list.is_empty())
                        && value.as_map().is_none_or(|map| !map.is_empty())
                });
            });
        }),
    },
    Mutant {
        name: "empty-body-kept",
        wrong: "an event without a body has an empty one",
        cases: &["events/empty-body-left-out"],
        spoil: Spoil::Events(|_, emission| {
            for event in emission.events() {
                if !event.contains_key("body") {
                    event.insert("body".to_owned(), Value::Map(Map::new()));
                }
            }
        }),
    },
    Mutant {
        name: "unknown-members-dropped",
        wrong: "members of a body that no field is named after are left out",
        cases: &["events/unknown-members-kept"],
        spoil: Spoil::Events(|_, emission| {
            each_body(emission, |body| {
                let entries = std::mem::take(body).into_iter();
                *body = entries.filter(|(name, _)| FIELDS.split_whitespace().any(|field| field == name)).collect();
            });
        }),
    },
    Mutant {
        name: "status-unset-left-out",
        wrong: "the status `unset` is left out",
        cases: &["spans/status-unset"],
        spoil: Spoil::Events(|_, emission| {
            for event in emission.events() {
                if event.get("status") == Some(&Value::Text("unset".to_owned())) {
                    event.remove("status");
                }
            }
        }),
    },
    Mutant {
        name: "status-in-upper-case",
        wrong: "statuses are those of OpenTelemetry's enumeration: OK, ERROR",
        cases: &["spans/status-ok", "spans/status-error"],
        spoil: Spoil::Events(|_, emission| {
            for event in emission.events() {
                let status = event.get("status").and_then(Value::as_text).map(str::to_uppercase);
                status.map(|status| event.insert("status".to_owned(), Value::Text(status)));
            }
        }),
    },
    Mutant {
        name: "kind-on-each-event",
        wrong: "the kind of a span stands on its end too",
        cases: &["spans/only-ends-have-status-and-duration"],
        spoil: Spoil::Events(|_, emission| {
            let starts: Vec<Map> =
                emission.events().filter(|event| kind(event) == "span.start").map(|event| event.clone()).collect();
            for event in emission.events().filter(|event| kind(event) == "span.end") {
                let start = starts.iter().find(|start| start.get("span_id") == event.get("span_id"));
                start.and_then(|start| start.get("kind").cloned()).map(|kind| event.insert("kind".to_owned(), kind));
            }
        }),
    },
    Mutant {
        name: "event-without-an-id",
        wrong: "an `event` has the id of the span below which it stands, and no place of its own",
        cases: &["points/event-below-a-span"],
        spoil: Spoil::Events(|_, emission| {
            for event in emission.events().filter(|event| kind(event) == "event") {
                if let Some(parent) = event.remove("parent_id") {
                    event.insert("span_id".to_owned(), parent);
                }
            }
        }),
    },
    Mutant {
        name: "log-without-a-span",
        wrong: "a log line does not say to which span it belongs",
        cases: &["points/log-of-a-span"],
        spoil: Spoil::Events(|_, emission| {
            emission.events().filter(|event| kind(event) == "log").for_each(|event| _ = event.remove("span_id"));
        }),
    },
    Mutant {
        name: "metric-without-a-trace",
        wrong: "a metric does not say to which trace it belongs",
        cases: &["points/metric-of-a-span"],
        spoil: Spoil::Events(|_, emission| {
            emission.events().filter(|event| kind(event) == "metric").for_each(|event| _ = event.remove("trace_id"));
        }),
    },
    Mutant {
        name: "parent-on-a-root",
        wrong: "a root has a parent of zeros",
        cases: &["runs/ids-in-order"],
        spoil: Spoil::Events(|_, emission| {
            for event in emission.events().filter(|event| kind(event) == "span.start") {
                if !event.contains_key("parent_id") {
                    event.insert("parent_id".to_owned(), Value::Text("0".repeat(16)));
                }
            }
        }),
    },
    Mutant {
        name: "chunks-joined",
        wrong: "chunks of one event that are texts are joined",
        cases: &["streams/chunks-of-one-event"],
        spoil: Spoil::Events(|_, emission| {
            each_body(emission, |body| {
                let Some(Value::List(chunks)) = body.get_mut("chunks") else { return };
                if chunks.iter().all(|chunk| chunk.as_text().is_some()) {
                    *chunks = vec![Value::Text(chunks.iter().filter_map(Value::as_text).collect())];
                }
            });
        }),
    },
    Mutant {
        name: "update-behind-the-end-dropped",
        wrong: "an update behind the end of its span is not recorded",
        cases: &["spans/update-behind-the-end"],
        spoil: Spoil::Events(|_, emission| {
            let mut ended = Vec::new();
            for part in &mut emission.parts {
                part.events.retain(|event| {
                    if kind(event) == "span.end" {
                        ended.push(event.get("span_id").cloned());
                    }
                    kind(event) != "span.update" || !ended.contains(&event.get("span_id").cloned())
                });
            }
        }),
    },
    Mutant {
        name: "resource-as-texts",
        wrong: "attributes of the emitter are all texts",
        cases: &["events/resource-values"],
        spoil: Spoil::Events(|_, emission| {
            for part in &mut emission.parts {
                let Some(Value::Map(resource)) = part.header.get_mut("resource") else { continue };
                for (_, value) in resource.iter_mut().filter(|(_, value)| value.as_text().is_none()) {
                    *value = Value::Text(String::from_utf8_lossy(&tracewire_wire::json::write(value)).into_owned());
                }
            }
        }),
    },
];

/// An event's type.
pub fn kind(event: &Map) -> &str {
    event.get("type").and_then(Value::as_text).unwrap_or_default()
}

/// Keeps the events that are right.
pub fn keep(emission: &mut Emission, keep: fn(&Map) -> bool) {
    emission.parts.iter_mut().for_each(|part| part.events.retain(keep));
}
