//! Numbers, digests, chains, ends of envelopes.

use super::{Mutant, Spoil};
use crate::seal::Part;

/// Mutants of envelopes.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "seq-from-zero",
        wrong: "events are counted from 0",
        cases: &["events/each-type-once"],
        spoil: Spoil::Seal(|faults| faults.seq_before = -1),
    },
    Mutant {
        name: "seq-with-gaps",
        wrong: "between envelopes a number is left out",
        cases: &["limits/chain-of-four"],
        spoil: Spoil::Seal(|faults| faults.gap = true),
    },
    Mutant {
        name: "digest-before-close",
        wrong: "the digest is computed before `close` is added",
        cases: &["limits/members-of-an-envelope"],
        spoil: Spoil::Seal(|faults| faults.digest_before_close = true),
    },
    Mutant {
        name: "digest-over-content",
        wrong: "the digest covers `content`",
        cases: &["content/over-the-limit-addressed"],
        spoil: Spoil::Seal(|faults| faults.digest_over_content = true),
    },
    Mutant {
        name: "digest-over-events",
        wrong: "the digest covers the events and not their digests",
        cases: &["events/each-type-once"],
        spoil: Spoil::Seal(|faults| faults.digest_over_events = true),
    },
    Mutant {
        name: "digest-before-prev",
        wrong: "the digest is computed before `prev` is added",
        cases: &["limits/chain-of-four"],
        spoil: Spoil::Seal(|faults| faults.digest_before_prev = true),
    },
    Mutant {
        name: "body-not-hashed",
        wrong: "an event's digest covers its body as it stands",
        cases: &["content/body-hash-covers-slots-by-hash"],
        spoil: Spoil::Seal(|faults| faults.body_unhashed = true),
    },
    Mutant {
        name: "no-body-hashed",
        wrong: "an event without a body has the hash of an empty one in its digest",
        cases: &["content/events-without-a-body"],
        spoil: Spoil::Seal(|faults| faults.no_body_hashed = true),
    },
    Mutant {
        name: "prev-missing",
        wrong: "no envelope names the one before it",
        cases: &["limits/chain-of-four"],
        spoil: Spoil::Seal(|faults| faults.prev_missing = true),
    },
    Mutant {
        name: "prev-of-the-first",
        wrong: "each envelope names the first one",
        cases: &["limits/chain-of-four"],
        spoil: Spoil::Seal(|faults| faults.prev_of_the_first = true),
    },
    Mutant {
        name: "prev-null",
        wrong: "the first envelope has a `prev` that is null",
        cases: &["limits/first-envelope-has-no-prev"],
        spoil: Spoil::Seal(|faults| faults.prev_null = true),
    },
    Mutant {
        name: "predecessor-null",
        wrong: "each envelope has a `predecessor`, null where there is none",
        cases: &["limits/members-of-an-envelope"],
        spoil: Spoil::Events(|_, emission| {
            for part in &mut emission.parts {
                part.header.insert("predecessor".to_owned(), tracewire_wire::value::Value::Null);
            }
        }),
    },
    Mutant {
        name: "resource-once",
        wrong: "only the first envelope says who the emitter is",
        cases: &["limits/resource-in-each-envelope"],
        spoil: Spoil::Events(|_, emission| {
            for part in emission.parts.iter_mut().skip(1) {
                part.header.insert("resource".to_owned(), tracewire_wire::value::Value::Map(Default::default()));
            }
        }),
    },
    Mutant {
        name: "close-missing",
        wrong: "no envelope says that the producer ended",
        cases: &["limits/close-is-not-asked-for"],
        spoil: Spoil::Seal(|faults| faults.close_missing = true),
    },
    Mutant {
        name: "close-everywhere",
        wrong: "each envelope says that the producer ended",
        cases: &["limits/close-ends-the-last-envelope"],
        spoil: Spoil::Seal(|faults| faults.close_everywhere = true),
    },
    Mutant {
        name: "close-in-an-envelope-of-its-own",
        wrong: "the end stands in an envelope without events",
        cases: &["limits/close-ends-the-last-envelope"],
        spoil: Spoil::Events(|_, emission| {
            let Some(last) = emission.parts.last_mut().filter(|last| !last.events.is_empty()) else { return };
            let end = Part {
                header: last.header.clone(),
                events: Vec::new(),
                close: last.close.take(),
                media: Default::default(),
            };
            emission.parts.push(end);
        }),
    },
    Mutant {
        name: "envelope-one-event-late",
        wrong: "an envelope ends with the event behind the one that reaches a limit",
        cases: &["limits/envelope-events", "limits/envelope-events-default"],
        spoil: Spoil::Request(|case| {
            let limit = case["settings"]["limits"]["envelope_events"].as_u64().unwrap_or(256);
            if case["settings"].is_null() {
                case["settings"] = serde_json::json!({});
            }
            if case["settings"]["limits"].is_null() {
                case["settings"]["limits"] = serde_json::json!({});
            }
            case["settings"]["limits"]["envelope_events"] = (limit + 1).into();
        }),
    },
    Mutant {
        name: "envelope-bytes-exceeded",
        wrong: "an envelope ends where its bytes are more than the limit, and not where they reach it",
        cases: &["limits/envelope-bytes-at-the-limit"],
        spoil: Spoil::Request(|case| {
            if let Some(limit) = case["settings"]["limits"]["envelope_bytes"].as_u64() {
                case["settings"]["limits"]["envelope_bytes"] = (limit + 1).into();
            }
        }),
    },
    Mutant {
        name: "envelope-bytes-forgotten",
        wrong: "an envelope ends by the number of its events alone",
        cases: &["limits/envelope-bytes-of-one-event"],
        spoil: Spoil::Request(|case| {
            _ = case["settings"]
                .get_mut("limits")
                .and_then(serde_json::Value::as_object_mut)
                .map(|limits| limits.remove("envelope_bytes"));
        }),
    },
    Mutant {
        name: "flush-forgotten",
        wrong: "a flush does not end an envelope",
        cases: &["limits/flush-with-events"],
        spoil: Spoil::Request(|case| {
            _ = case["script"].as_array_mut().map(|steps| steps.retain(|step| step["do"] != "flush"));
        }),
    },
    Mutant {
        name: "flush-of-nothing",
        wrong: "a flush without events before it makes an empty envelope",
        cases: &["limits/flush-without-events"],
        spoil: Spoil::Events(|case, emission| {
            // Where two flushes stand behind each other, the second one ends nothing.
            let (mut effective, mut pending) = (0_usize, false);
            let mut empty = Vec::new();
            for step in case["script"].as_array().into_iter().flatten() {
                match (step["do"] == "flush", pending) {
                    (true, true) => (effective, pending) = (effective + 1, false),
                    (true, false) => empty.push(effective),
                    (false, _) => pending = true,
                }
            }
            for at in empty.into_iter().rev() {
                if let Some(header) = emission.parts.first().map(|part| part.header.clone()) {
                    let at = at.min(emission.parts.len());
                    emission
                        .parts
                        .insert(at, Part { header, events: Vec::new(), close: None, media: Default::default() });
                }
            }
        }),
    },
    Mutant {
        name: "nothing-recorded-closed",
        wrong: "a script that records nothing gives an envelope that is closed",
        cases: &["limits/nothing-recorded"],
        spoil: Spoil::Recorded(|case| {
            let mut answer = crate::honest(case);
            if answer["result"]["envelopes"].as_array().is_some_and(Vec::is_empty) {
                let text = r#"{"close":"exited","events":[],"first_seq":1,"producer":"p-1","seal":1,"spec":"1.0"}"#;
                answer["result"]["envelopes"] = serde_json::json!([crate::base64(text.as_bytes())]);
            }
            answer
        }),
    },
];
