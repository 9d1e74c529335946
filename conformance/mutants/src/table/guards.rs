//! Guards: budgets, loops, and what is said about them.

use super::{Mutant, Spoil};
use crate::{base64, bytes, honest};
use serde_json::{Value as Json, json};

/// Where a call says how much it may answer.
const MOST_TOKENS: &str = "/attributes/gen_ai.request.max_tokens";

/// Mutants that check by other limits, or forget what they saw.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "guards-without-reservation",
        wrong: "what a call may answer is not counted before it has",
        cases: &["guards/never-settled"],
        spoil: Spoil::Answer(|case| {
            asked(case, |case| {
                each_step(case, "check", |step| {
                    if let Some(most) = step.get_mut("body").and_then(|body| body.pointer_mut(MOST_TOKENS)) {
                        *most = json!(1);
                    }
                });
            })
        }),
    },
    Mutant {
        name: "guards-without-usage",
        wrong: "a call used what it was expected to use",
        cases: &["guards/settled-with-less", "guards/settled-with-more"],
        spoil: Spoil::Answer(|case| {
            asked(case, |case| each_step(case, "settle", |step| _ = step.insert("body".into(), json!({}))))
        }),
    },
    Mutant {
        name: "guards-of-one-scope",
        wrong: "all sessions have one budget",
        cases: &["guards/scopes-apart"],
        spoil: Spoil::Answer(|case| {
            asked(case, |case| each_step(case, "check", |step| _ = step.insert("scope".into(), json!("session:one"))))
        }),
    },
    Mutant {
        name: "guards-without-cycles",
        wrong: "only the same call again is a loop",
        cases: &["guards/cycle-of-two", "guards/cycle-of-three"],
        spoil: Spoil::Answer(|case| asked(case, |case| forget(case, "loops", "cycles"))),
    },
    Mutant {
        name: "guards-without-money",
        wrong: "money is not counted",
        cases: &["guards/money-exact", "guards/unpriced-stopped"],
        spoil: Spoil::Answer(|case| asked(case, |case| forget(case, "budget", "money"))),
    },
    Mutant {
        name: "guards-never-warn",
        wrong: "nothing is said before a limit is reached",
        cases: &["guards/steps-warned-once", "guards/warn-at-default"],
        spoil: Spoil::Answer(|case| {
            let mut answer = honest(case);
            let verdicts = serde_json::from_slice::<Json>(&bytes(&answer["result"]["verdicts"]));
            if let (Ok(mut verdicts), true) = (verdicts, answer["result"]["verdicts"].is_string()) {
                for verdict in verdicts["results"].as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut)
                {
                    if verdict.get("decision") == Some(&json!("warn")) {
                        *verdict = [("decision".to_owned(), json!("allow"))].into_iter().collect();
                    }
                }
                answer["result"]["verdicts"] = base64(verdicts.to_string().as_bytes());
            }
            answer
        }),
    },
];

/// What an honest one answers to another case.
fn asked(case: &Json, change: fn(&mut Json)) -> Json {
    let mut other = case.clone();
    if other["operation"] == "guard" {
        change(&mut other);
    }
    honest(&other)
}

fn each_step(case: &mut Json, what: &str, change: fn(&mut serde_json::Map<String, Json>)) {
    let steps = case["script"].as_array_mut().into_iter().flatten();
    steps.filter(|step| step["do"] == what).filter_map(Json::as_object_mut).for_each(change);
}

fn forget(case: &mut Json, of: &str, limit: &str) {
    _ = case["guards"][of].as_object_mut().map(|limits| limits.remove(limit));
}
