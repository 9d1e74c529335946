//! Envelopes as they are stored, before a verifier.

use tracewire_wire::envelope::Envelope;
use tracewire_wire::verify::{Finding, Verifier};

use crate::StoredEnvelope;

/// Has the verifier take an envelope; or says why it cannot: with code `envelope`, where it does not read, or is stored under
/// another producer or number than its own.
///
/// What is wrong inside it, and with its chain, [`Verifier::finish`] says.
pub fn take_stored(verifier: &mut Verifier, stored: &StoredEnvelope) -> Option<Finding> {
    let message = match Envelope::read(&stored.bytes) {
        // The row's key and the envelope must be about the same thing.
        Ok(envelope) if envelope.producer != stored.producer || envelope.first_seq != stored.first_seq => {
            "it is stored under another producer or number than its own".to_owned()
        }
        Ok(envelope) => {
            verifier.push(&envelope);
            return None;
        }
        Err(error) => format!("it does not read: {error}"),
    };
    Some(Finding { code: "envelope", producer: stored.producer.clone(), first_seq: stored.first_seq, message })
}
