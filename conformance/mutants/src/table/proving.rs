//! Verifying and erasing.

use super::{Mutant, Spoil};
use crate::seal::{Faults, digest, json_of};
use crate::{base64, bytes, honest};
use serde_json::{Value as Json, json};

/// Mutants of verifiers, and of those who erase.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "verify-always-sound",
        wrong: "whatever there is, it is sound and complete",
        cases: &["verify/digest-event-changed", "verify/gap-between"],
        spoil: Spoil::Answer(|case| {
            let mut answer = honest(case);
            if answer["result"]["findings"].is_array() {
                answer["result"] = json!({ "sound": true, "complete": true, "findings": [] });
            }
            answer
        }),
    },
    Mutant {
        name: "verify-misses-digests",
        wrong: "digests are not computed again",
        cases: &["verify/digest-event-changed", "verify/digest-claimed"],
        spoil: Spoil::Answer(|case| blind(case, "digest")),
    },
    Mutant {
        name: "verify-misses-stale-content",
        wrong: "content is not compared with its hash",
        cases: &["verify/content-under-wrong-hash"],
        spoil: Spoil::Answer(|case| blind(case, "content")),
    },
    Mutant {
        name: "verify-misses-sequence",
        wrong: "nobody looks at the numbers of events",
        cases: &["verify/sequence-event-elsewhere", "verify/sequence-overlap"],
        spoil: Spoil::Answer(|case| blind(case, "sequence")),
    },
    Mutant {
        name: "verify-misses-chain",
        wrong: "nobody looks at `prev`",
        cases: &["verify/chain-prev-wrong"],
        spoil: Spoil::Answer(|case| blind(case, "chain")),
    },
    Mutant {
        name: "verify-misses-forks",
        wrong: "of two envelopes that begin with the same event one is taken",
        cases: &["verify/fork"],
        spoil: Spoil::Answer(|case| blind(case, "fork")),
    },
    Mutant {
        name: "verify-misses-closed",
        wrong: "envelopes behind the end are taken",
        cases: &["verify/closed"],
        spoil: Spoil::Answer(|case| blind(case, "closed")),
    },
    Mutant {
        name: "verify-misses-heads",
        wrong: "nobody holds a chain against its signed head",
        cases: &["signing/made-anew", "signing/other-boundaries"],
        spoil: Spoil::Answer(|case| blind(case, "head")),
    },
    Mutant {
        name: "verify-believes-every-head",
        wrong: "signatures are not checked",
        cases: &["signing/signature-of-another", "signing/signed-member-changed"],
        spoil: Spoil::Answer(|case| blind(case, "signature")),
    },
    Mutant {
        name: "verify-misses-gaps",
        wrong: "what is sound is called complete",
        cases: &["verify/gap-between", "verify/open-end", "verify/content-missing"],
        spoil: Spoil::Answer(|case| {
            let mut answer = honest(case);
            if answer["result"]["sound"] == true {
                answer["result"]["complete"] = true.into();
            }
            answer
        }),
    },
    Mutant {
        name: "verify-in-the-order-given",
        wrong: "envelopes are judged in the order in which they come",
        cases: &["verify/any-order"],
        spoil: Spoil::Answer(|case| {
            let firsts: Vec<u64> =
                envelopes(case).iter().filter_map(|envelope| envelope["first_seq"].as_u64()).collect();
            if firsts.is_sorted() { honest(case) } else { found(case, "chain") }
        }),
    },
    Mutant {
        name: "verify-takes-copies-for-forks",
        wrong: "the same envelope twice is a fork",
        cases: &["verify/same-digest-twice"],
        spoil: Spoil::Answer(|case| {
            let digests: Vec<String> = envelopes(case).iter().map(|envelope| envelope["digest"].to_string()).collect();
            let is_copy =
                digests.iter().enumerate().any(|(at, digest)| digests.iter().skip(at + 1).any(|other| other == digest));
            if is_copy { found(case, "fork") } else { honest(case) }
        }),
    },
    Mutant {
        name: "verify-calls-erased-broken",
        wrong: "what was erased or withheld is broken",
        cases: &["verify/erased-is-sound", "verify/withheld-is-sound"],
        spoil: Spoil::Answer(|case| {
            let text = Json::from(envelopes(case)).to_string();
            if text.contains("$erased") || text.contains("$withheld") { found(case, "content") } else { honest(case) }
        }),
    },
    Mutant {
        name: "verify-without-nonces",
        wrong: "nonces are no part of a hash",
        cases: &["verify/event-nonce", "verify/content-nonce"],
        spoil: Spoil::Answer(|case| {
            asked(case, |envelope| {
                for event in envelope["events"].as_array_mut().into_iter().flatten() {
                    _ = event.as_object_mut().map(|event| event.remove("nonce"));
                }
                for (_, entry) in envelope.get_mut("content").and_then(Json::as_object_mut).into_iter().flatten() {
                    _ = entry.as_object_mut().map(|entry| entry.remove("nonce"));
                }
            })
        }),
    },
    Mutant {
        name: "verify-without-unknown-members",
        wrong: "members that a verifier does not know are no part of a digest",
        cases: &["verify/unknown-members-digested", "verify/unknown-event-members"],
        spoil: Spoil::Answer(|case| {
            let mut case = case.clone();
            for envelope in case.get_mut("envelopes").and_then(Json::as_array_mut).into_iter().flatten() {
                if let Some(known) = super::reading::known(&bytes(envelope)) {
                    *envelope = base64(&known);
                }
            }
            honest(&case)
        }),
    },
    Mutant {
        name: "unreadable-envelopes-passed-over",
        wrong: "an envelope that cannot be read is passed over",
        cases: &["verify/unreadable-is-an-error", "verify/unreadable-json"],
        spoil: Spoil::Answer(|case| {
            let mut case = case.clone();
            if let Some(envelopes) = case.get_mut("envelopes").and_then(Json::as_array_mut) {
                envelopes.retain(|envelope| {
                    honest(&json!({ "operation": "verify", "envelopes": [envelope] })).get("error").is_none()
                });
            }
            honest(&case)
        }),
    },
    Mutant {
        name: "erasing-changes-the-digest",
        wrong: "the digest is computed anew over what is left when something was erased",
        cases: &["erasure/body-erased", "erasure/inline-erased"],
        spoil: Spoil::Answer(|case| {
            taken(case, |_, envelope| {
                let faults = Faults { marks_are_values: true, ..Faults::default() };
                let is_changed = envelope.to_string().contains("$erased");
                if let Some(digest) = digest(envelope, &faults).filter(|_| is_changed) {
                    envelope["digest"] = digest.into();
                }
            })
        }),
    },
    Mutant {
        name: "withheld-events-dropped",
        wrong: "an event that is withheld is left out",
        cases: &["erasure/event-withheld"],
        spoil: Spoil::Answer(|case| {
            taken(case, |_, envelope| {
                _ = envelope["events"]
                    .as_array_mut()
                    .map(|events| events.retain(|event| event.get("$withheld").is_none()));
            })
        }),
    },
    Mutant {
        name: "events-take-the-mark",
        wrong: "a whole event is erased where the mark says so",
        cases: &["erasure/event-whatever-the-mark"],
        spoil: Spoil::Answer(|case| {
            taken(case, |case, envelope| {
                let is_erasing = case["mark"] == "erased";
                for event in envelope["events"].as_array_mut().into_iter().flatten().filter(|_| is_erasing) {
                    if let Some(hash) = event.get("$withheld").cloned() {
                        *event = json!({ "$erased": hash });
                    }
                }
            })
        }),
    },
    Mutant {
        name: "inline-content-stays",
        wrong: "content is erased where it is carried, and stays where it stands inline",
        cases: &["erasure/inline-erased"],
        spoil: Spoil::Answer(|case| {
            taken(case, |case, envelope| {
                let is_plain = ["bodies", "events"].iter().all(|name| case[*name].as_array().is_none_or(Vec::is_empty));
                if is_plain {
                    envelope["events"] = json_of(&case["envelope"])["events"].clone();
                }
            })
        }),
    },
    Mutant {
        name: "erased-content-removed",
        wrong: "the entry of an erased content is removed",
        cases: &["erasure/content-erased"],
        spoil: Spoil::Answer(|case| {
            taken(case, |_, envelope| {
                let Some(entries) = envelope.get_mut("content").and_then(Json::as_object_mut) else { return };
                entries.retain(|_, entry| entry.get("$erased").is_none());
                if entries.is_empty() {
                    _ = envelope.as_object_mut().map(|members| members.remove("content"));
                }
            })
        }),
    },
    Mutant {
        name: "nonce-of-an-erased-body-kept",
        wrong: "the nonce of an erased body stays, so that short ones can be guessed",
        cases: &["erasure/body-nonce-erased"],
        spoil: Spoil::Answer(|case| {
            taken(case, |case, envelope| {
                let before = json_of(&case["envelope"]);
                for event in envelope["events"].as_array_mut().into_iter().flatten() {
                    let old = before["events"].as_array().into_iter().flatten().find(|old| old["seq"] == event["seq"]);
                    let nonce = old.and_then(|old| old.get("nonce")).filter(|_| event.get("seq").is_some());
                    if let Some(nonce) = nonce {
                        event["nonce"] = nonce.clone();
                    }
                }
            })
        }),
    },
    Mutant {
        name: "erased-becomes-withheld",
        wrong: "what was erased is withheld when it is withheld",
        cases: &["erasure/erased-never-withheld"],
        spoil: Spoil::Answer(|case| {
            taken(case, |case, envelope| {
                if case["mark"] == "withheld" {
                    let text = envelope.to_string().replace("\"$erased\"", "\"$withheld\"");
                    *envelope = serde_json::from_str(&text).unwrap_or_default();
                }
            })
        }),
    },
];

fn envelopes(case: &Json) -> Vec<Json> {
    case["envelopes"].as_array().into_iter().flatten().map(json_of).collect()
}

/// A verifier that has not this finding.
fn blind(case: &Json, code: &str) -> Json {
    let mut answer = honest(case);
    if let Some(findings) = answer["result"]["findings"].as_array_mut() {
        findings.retain(|finding| finding != code);
        if findings.is_empty() {
            answer["result"]["sound"] = true.into();
        }
    }
    answer
}

/// A verifier that has this finding too.
fn found(case: &Json, code: &str) -> Json {
    let mut answer = honest(case);
    if case["operation"] == "verify"
        && let Some(findings) = answer["result"]["findings"].as_array_mut()
    {
        let mut codes: Vec<String> = findings.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect();
        codes.push(code.to_owned());
        codes.sort();
        codes.dedup();
        answer["result"]["sound"] = false.into();
        answer["result"]["complete"] = false.into();
        answer["result"]["findings"] = json!(codes);
    }
    answer
}

/// Verifies other envelopes.
fn asked(case: &Json, change: fn(&mut Json)) -> Json {
    let mut case = case.clone();
    for place in case.get_mut("envelopes").and_then(Json::as_array_mut).into_iter().flatten() {
        let mut envelope = json_of(place);
        if envelope["events"].is_array() {
            change(&mut envelope);
            *place = base64(envelope.to_string().as_bytes());
        }
    }
    honest(&case)
}

/// Changes the envelope from which something was taken out.
fn taken(case: &Json, change: fn(&Json, &mut Json)) -> Json {
    let mut answer = honest(case);
    if answer["result"]["envelope"].is_string() {
        let before = json_of(&answer["result"]["envelope"]);
        let mut envelope = before.clone();
        change(case, &mut envelope);
        let value = tracewire_wire::json::read(envelope.to_string().as_bytes(), &Default::default());
        if let Some(value) = value.ok().filter(|_| envelope != before) {
            answer["result"]["envelope"] = base64(&tracewire_wire::json::write(&value));
        }
    }
    answer
}
