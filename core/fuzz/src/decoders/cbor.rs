//! CBOR records: an error with its place, or a value that JSON can say.

use crate::budget::Budget;
use tracewire_recorder::cbor::Decoder;
use tracewire_wire::json::{self, ReadOptions};

/// Lists of doubles beyond 2^53 take the most memory: each becomes a tag with all its digits.
pub const BUDGET: Budget = Budget { memory: 320, steps: 4_000 };

/// See the module.
pub fn check(bytes: &[u8]) {
    let mut decoder = Decoder::new(bytes);
    match BUDGET.keep(bytes.len(), || decoder.value()) {
        Ok(value) => {
            let written = json::write(&value);
            let options = ReadOptions { max_depth: ReadOptions::DEPTH_LIMIT, ..ReadOptions::default() };
            assert_eq!(json::read(&written, &options).as_ref(), Ok(&value), "what is read can be written");
        }
        Err(error) => assert!(error.offset <= bytes.len(), "{error}"),
    }
}
