//! What detectors find in a text: it lies within it, in order, and redaction gives the same each time, in time in proportion to the
//! text.

use crate::budget::Budget;
use std::sync::LazyLock;
use tracewire_wire::json;
use tracewire_wire::redact::Redactor;

/// For each byte of the text, with JSON inside of JSON read again.
pub const BUDGET: Budget = Budget { memory: 1_000, steps: 20_000 };

static EVERYTHING: LazyLock<Option<Redactor>> = LazyLock::new(|| Redactor::new(&[], &["@all".to_owned()], None).ok());

/// See the module.
pub fn check(bytes: &[u8]) {
    let Some(redactor) = EVERYTHING.as_ref() else { panic!("all detectors are a rule") };
    let text = String::from_utf8_lossy(bytes);
    let found = BUDGET.keep(text.len(), || redactor.text(&text));
    assert_eq!(redactor.text(&text), found, "the same text gives the same");
    if let Some(found) = found {
        assert!(
            json::write(&found) != json::write(&tracewire_wire::value::Value::from(&*text)),
            "what is found is replaced"
        );
    }
}

/// For texts that grow.
pub fn detect(bytes: &[u8]) {
    if let (Some(redactor), Ok(text)) = (EVERYTHING.as_ref(), std::str::from_utf8(bytes)) {
        _ = redactor.text(text);
    }
}
