//! Envelopes: what is read is written and read again as the same, has one digest, and is verified or found wanting.

use crate::budget::Budget;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::verify::Verifier;

/// As of JSON, which it is read from.
pub const BUDGET: Budget = Budget { memory: 200, steps: 800 };

/// See the module.
pub fn check(bytes: &[u8]) {
    let Ok(envelope) = BUDGET.keep(bytes.len(), || Envelope::read(bytes)) else { return };
    let written = envelope.write();
    let again = Envelope::read(&written);
    assert_eq!(again.as_ref(), Ok(&envelope), "what is written is read as the same");
    assert_eq!(again.map(|again| again.write()), Ok(written), "the same envelope has the same bytes");
    let mut verifier = Verifier::new();
    verifier.push(&envelope);
    verifier.push(&envelope);
    verifier.finish();
}
