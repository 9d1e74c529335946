//! CSV: what is read is written and read again as the same; events as rows come back.

use crate::budget::Budget;
use tracewire_wire::csv::{self, DecodeOptions, Delimiter, EncodeOptions};
use tracewire_wire::value::Value;

/// Short cells below many names take the most memory: each row repeats the names.
pub const BUDGET: Budget = Budget { memory: 400, steps: 1_500 };
/// All rows together may repeat names of so many bytes, however short the text is.
const NAMES: usize = 1 << 20;

/// See the module.
pub fn check(bytes: &[u8]) {
    for delimiter in [Delimiter::Comma, Delimiter::Tab] {
        let decode = || csv::decode(bytes, &DecodeOptions { delimiter });
        let free = NAMES / BUDGET.memory;
        let Ok(value) = BUDGET.keep(bytes.len() + free, decode) else { continue };
        let Value::List(rows) = &value else { panic!("CSV is a list") };
        let written = match csv::encode(&value, &EncodeOptions { delimiter, formula_safe: false }) {
            Ok(written) => written,
            Err(error) => {
                let has_member = rows.iter().any(|row| row.as_map().is_some_and(|row| !row.is_empty()));
                assert!(!has_member && !rows.is_empty(), "what is read can be written: {error}");
                continue;
            }
        };
        let again = csv::decode(written.as_bytes(), &DecodeOptions { delimiter });
        assert_eq!(again.as_ref(), Ok(&value), "what is written is read as the same: {written:?}");
        for row in rows.iter().filter_map(Value::as_map) {
            if let Ok((producer, event)) = csv::read_event_row(row.clone()) {
                let row = csv::event_row(producer.as_deref().unwrap_or_default(), &event);
                assert_eq!(
                    csv::read_event_row(row).map(|(_, event)| event),
                    Ok(event),
                    "an event comes back from its row"
                );
            }
        }
    }
}
