//! TOON: what is strictly read is leniently read as the same; what is read is written and read again as the same.

use super::toon_value;
use crate::budget::Budget;
use tracewire_wire::WireError;
use tracewire_wire::json::Numbers;
use tracewire_wire::toon::{self, DecodeOptions};
use tracewire_wire::value::Value;

/// Short cells below many keys take the most memory: each row repeats the keys.
pub const BUDGET: Budget = Budget { memory: 320, steps: 1_500 };

/// Reads within the budget.
pub fn decode(bytes: &[u8], is_strict: bool, numbers: Numbers) -> Result<Value, WireError> {
    let options = DecodeOptions { is_strict, numbers, ..DecodeOptions::default() };
    BUDGET.keep(bytes.len(), || toon::decode(bytes, &options))
}

/// See the module.
pub fn check(bytes: &[u8]) {
    for numbers in [Numbers::Wire, Numbers::Ecma] {
        let strict = decode(bytes, true, numbers);
        let lenient = decode(bytes, false, numbers);
        if let Ok(strict) = &strict {
            let lenient = lenient.as_ref().unwrap_or_else(|error| panic!("strictly read, leniently refused: {error}"));
            // With the order of keys, which equality does not regard.
            assert_eq!(format!("{strict:?}"), format!("{lenient:?}"), "what is right needs no mending");
        }
        if let (Ok(value), Numbers::Wire) = (&lenient, numbers) {
            toon_value::comes_back(value);
        }
    }
}
