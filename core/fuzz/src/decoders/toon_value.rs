//! TOON, from values: each value that JSON can say comes back from TOON as it was, with every delimiter and indentation.

use super::json;
use crate::budget::Budget;
use tracewire_wire::json::Numbers;
use tracewire_wire::toon::{self, DecodeOptions, Delimiter, EncodeOptions};
use tracewire_wire::value::Value;

/// For each byte of the canonical JSON. Indentation costs more the deeper it is: 128 levels, two bytes each.
pub const ENCODE: Budget = Budget { memory: 1_200, steps: 1_500 };

/// See the module.
pub fn check(bytes: &[u8]) {
    if let Ok(value) = json::decode(bytes, Numbers::Wire) {
        comes_back(&value);
    }
}

/// Writes and reads, strictly.
pub fn comes_back(value: &Value) {
    let size = tracewire_wire::json::write(value).len();
    for (delimiter, indent) in [(Delimiter::Comma, 2), (Delimiter::Tab, 2), (Delimiter::Pipe, 1), (Delimiter::Comma, 4)]
    {
        let text = ENCODE.keep(size, || toon::encode(value, &EncodeOptions { delimiter, indent }));
        let again = toon::decode(text.as_bytes(), &DecodeOptions { indent, ..DecodeOptions::default() });
        assert_eq!(again.as_ref(), Ok(value), "{text}");
    }
}
