//! What must not or cannot leave the file whole: redaction by key, and cuts of long texts.

use crate::limits::{Limits, Redact};
use tracewire_wire::value::{Map, Value};

/// The rules of one file's header, ready to apply.
pub(super) struct Policy {
    redacted_keys: Vec<String>,
    text_bytes: usize,
}

impl Policy {
    pub(super) fn new(limits: &Limits, redact: &Redact) -> Self {
        Policy {
            redacted_keys: redact.keys.iter().map(|key| key.to_ascii_lowercase()).collect(),
            text_bytes: usize::try_from(limits.text_bytes).unwrap_or(usize::MAX),
        }
    }

    /// Applies the rules to a body: its own members are the wire's names, what they hold is the user's.
    pub(super) fn apply(&self, body: &mut Map) {
        for (_, value) in body.iter_mut() {
            self.value(value);
        }
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::Text(text) if text.len() > self.text_bytes => *value = self.cut(text),
            Value::List(items) => items.iter_mut().for_each(|item| self.value(item)),
            // What a cut kept was within the limit when it was cut.
            Value::Map(map) if map.get("$cut").is_some_and(|kept| matches!(kept, Value::Text(_))) => {}
            Value::Map(map) => {
                for (key, value) in map.iter_mut() {
                    if self.is_redacted(key) {
                        *value = Value::Map(Map::from_iter([("$redacted".to_owned(), Value::Text("key".to_owned()))]));
                    } else {
                        self.value(value);
                    }
                }
            }
            _ => {}
        }
    }

    fn is_redacted(&self, key: &str) -> bool {
        self.redacted_keys.iter().any(|rule| rule.eq_ignore_ascii_case(key))
    }

    fn cut(&self, text: &str) -> Value {
        let mut end = self.text_bytes;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let kept = text.get(..end).unwrap_or_default();
        Value::Map(Map::from_iter([
            ("$cut".to_owned(), Value::Text(kept.to_owned())),
            ("missing_bytes".to_owned(), Value::from_u64((text.len() - kept.len()) as u64)),
        ]))
    }
}
