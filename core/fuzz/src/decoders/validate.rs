//! The validator: it says something of everything, the same each time, and what a reader refuses it never calls valid.

use crate::budget::Budget;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::event::Event;
use tracewire_wire::validate::{Expect, Level, Options, validate};

/// For each byte of the text: a finding has a pointer and two sentences, and one byte can be wrong.
pub const BUDGET: Budget = Budget { memory: 4_000, steps: 40_000 };

/// See the module.
pub fn check(bytes: &[u8]) {
    for expect in [Expect::Any, Expect::Event, Expect::Envelope] {
        for level in [Level::Schema, Level::Semantic, Level::Canonical] {
            let options = Options { level, expect, ..Options::default() };
            let report = BUDGET.keep(bytes.len(), || validate(bytes, &options));
            for finding in &report.findings {
                assert!(!finding.message.is_empty(), "{} says what is wrong", finding.rule.code);
            }
            // A schema knows no calendar; the next level does.
            let is_good = report.summary.documents == 1 && level > Level::Schema && report.summary.is_valid();
            match expect {
                Expect::Event if is_good => {
                    assert!(Event::read(bytes.trim_ascii()).is_ok(), "a reader takes an event that is valid");
                }
                Expect::Envelope if is_good => {
                    assert!(Envelope::read(bytes.trim_ascii()).is_ok(), "a reader takes an envelope that is valid");
                }
                _ => {}
            }
        }
    }
}
