//! Signed heads, and keys as people keep them: what is read is written and read again as the same, and nobody's bytes are a valid
//! signature by accident.

use crate::budget::Budget;
use tracewire_wire::sign::{Keys, PublicKey, SigningKey};
use tracewire_wire::statement::Head;
use tracewire_wire::verify::Signature;

/// For each byte of the text.
pub const BUDGET: Budget = Budget { memory: 400, steps: 2_000 };
/// A key is a point of a curve, which takes its steps to find out, however short the text is.
const KEYS: Budget = Budget { memory: 400, steps: 20_000 };

/// See the module.
pub fn check(bytes: &[u8]) {
    if let Ok(head) = BUDGET.keep(bytes.len(), || Head::read(bytes)) {
        let written = head.write();
        assert_eq!(Head::read(&written).as_ref(), Ok(&head), "what is written is read as the same");
        assert_eq!(Head::read(&written).map(|head| head.write()), Ok(written), "and written as the same");
        let key = SigningKey::from_seed(&[249; 32]);
        let mut keys = Keys::default();
        keys.add(key.public());
        assert!(!matches!(keys.judge(&head), Signature::Valid), "nobody signed it");
        let mut signed = head;
        key.sign(&mut signed);
        assert!(matches!(keys.judge(&signed), Signature::Valid), "whoever signs it has signed it");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = KEYS.keep(1_000 + text.len(), || text.parse::<PublicKey>()) {
        assert_eq!(
            key.to_pem().parse::<PublicKey>().map(|key| key.to_bytes()),
            Ok(key.to_bytes()),
            "a key keeps its bytes"
        );
    }
    if let Ok(key) = KEYS.keep(1_000 + text.len(), || text.parse::<SigningKey>()) {
        let again = key.to_pem().parse::<SigningKey>();
        assert_eq!(again.map(|key| key.public().to_bytes()), Ok(key.public().to_bytes()), "a key keeps its bytes");
    }
}
