//! Rules of redaction: each is refused with a place within it, or applied to a text, in bounded time either way.
//!
//! The first line is the rule, the rest is the text.

use crate::budget::measure;
use tracewire_wire::WireError;
use tracewire_wire::redact::{Redactor, Rule};

/// A pattern has a bound of its own, and so has what is made of it.
const MOST_MEMORY: usize = 64 << 20;
/// For each byte of a rule, and for each byte of the text and of the rule together: every state of a pattern may be looked at for
/// each byte.
const STEPS_OF_A_RULE: u64 = 200_000;
const STEPS_OF_BOTH: u64 = 20_000;

/// See the module.
pub fn check(bytes: &[u8]) {
    let both = String::from_utf8_lossy(bytes);
    let (rule, text) = both.split_once('\n').unwrap_or((&both, ""));
    let (made, taken) = measure(|| Redactor::new(&[], &[rule.to_owned()], Some([7; 32])));
    assert!(taken.memory <= MOST_MEMORY, "{} bytes of memory for a rule of {} bytes", taken.memory, rule.len());
    let most = 1_000_000 + STEPS_OF_A_RULE * rule.len() as u64;
    assert!(taken.steps <= most, "{} steps for a rule of {} bytes, at most {most}", taken.steps, rule.len());
    match made {
        Ok(redactor) => {
            assert!(Rule::parse(rule).is_ok(), "what is applied can be read alone");
            let (found, taken) = measure(|| redactor.text(text));
            let most = 1_000_000 + STEPS_OF_BOTH * (rule.len() as u64 + 1) * (text.len() as u64 + 1);
            assert!(taken.steps <= most, "{} steps, at most {most}", taken.steps);
            assert_eq!(redactor.text(text), found, "the same text gives the same");
        }
        Err(WireError::Bytes { offset, .. }) => assert!(offset <= rule.len(), "the place is within the rule"),
        Err(_) => {}
    }
}
