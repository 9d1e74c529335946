//! The mutants: name, what is wrong, and the cases that must catch it.
//!
//! | file | defects of |
//! |---|---|
//! | `numbers` | numbers, bytes, moments, sets: what values become |
//! | `texts` | texts and keys: what they become, and how they are written |
//! | `events` | events: which there are, and what stands in them |
//! | `traces` | parents, ids, sampling |
//! | `time` | clocks, times and durations |
//! | `content` | content addressing |
//! | `envelopes` | numbers, digests, chains, ends of envelopes |
//! | `policy` | redaction by keys, cuts, limits |
//! | `rules` | redaction by detectors and patterns |
//! | `guards` | budgets and loops |
//! | `reading` | readers of JSON |
//! | `encodings` | readers and writers of the other encodings |
//! | `proving` | verifying and erasing |
//! | `journals` | sealing and recovering journals |
//!
//! `walk` is how several of them go through what was recorded.

mod content;
mod encodings;
mod envelopes;
mod events;
mod guards;
mod journals;
mod numbers;
mod policy;
mod proving;
mod reading;
mod rules;
mod texts;
mod time;
mod traces;
mod walk;

use crate::honest;
use crate::seal::{Emission, Faults, resealed};
use serde_json::Value;

/// One mutant.
#[derive(Clone, Copy)]
pub struct Mutant {
    /// Its name.
    pub name: &'static str,
    /// What is wrong, in a sentence.
    pub wrong: &'static str,
    /// The cases of which each must catch it.
    pub cases: &'static [&'static str],
    /// How it goes wrong.
    pub spoil: Spoil,
}

/// How an honest implementation is spoiled.
#[derive(Clone, Copy)]
pub enum Spoil {
    /// Not at all, but what is recorded is sealed anew: proves that this by itself changes nothing.
    Nothing,
    /// What is asked of `record` is another thing.
    Request(fn(&mut Value)),
    /// The same, and literals come through to the writer.
    Literal(fn(&mut Value)),
    /// The same, with a writer or sealer that has its faults.
    Both(fn(&mut Value), fn(&mut Faults)),
    /// What is recorded is sealed with faults.
    Seal(fn(&mut Faults)),
    /// Other events are sealed; the request is as it came.
    Events(fn(&Value, &mut Emission)),
    /// What is asked is another thing, and so is what is sealed; the request is as it came.
    Around(fn(&mut Value), fn(&Value, &mut Emission)),
    /// What is answered to `record`.
    Recorded(fn(&Value) -> Value),
    /// What is answered to anything else.
    Answer(fn(&Value) -> Value),
}

impl Mutant {
    /// What it answers to a case.
    pub fn answer(&self, case: &Value) -> Value {
        match (self.spoil, case["operation"] == "record") {
            (Spoil::Answer(answer), false) | (Spoil::Recorded(answer), true) => return answer(case),
            (Spoil::Answer(_), true) | (_, false) => return honest(case),
            _ => {}
        }
        let (mut spoiled, mut faults) = (case.clone(), Faults::default());
        let mut change: fn(&Value, &mut Emission) = |_, _| {};
        match self.spoil {
            Spoil::Nothing | Spoil::Answer(_) | Spoil::Recorded(_) => {}
            Spoil::Request(spoil) => {
                spoil(&mut spoiled);
                return honest(&spoiled);
            }
            Spoil::Literal(spoil) => spoil(&mut spoiled),
            Spoil::Both(spoil, fault) => {
                spoil(&mut spoiled);
                fault(&mut faults);
            }
            Spoil::Seal(fault) => fault(&mut faults),
            Spoil::Events(events) => change = events,
            Spoil::Around(spoil, events) => {
                spoil(&mut spoiled);
                change = events;
            }
        }
        resealed(case, honest(&spoiled), &change, &faults)
    }
}

/// All mutants.
pub fn all() -> Vec<Mutant> {
    [
        numbers::MUTANTS,
        texts::MUTANTS,
        events::MUTANTS,
        traces::MUTANTS,
        content::MUTANTS,
        envelopes::MUTANTS,
        policy::MUTANTS,
        rules::MUTANTS,
        guards::MUTANTS,
        reading::MUTANTS,
        time::MUTANTS,
        encodings::MUTANTS,
        journals::MUTANTS,
        proving::MUTANTS,
    ]
    .concat()
}
