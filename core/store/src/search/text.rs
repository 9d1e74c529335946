//! Looking for a text in what rows say, their content included.

use crate::error::StoreError;
use crate::model::StoredContent;
use crate::store::Store;
use std::collections::HashMap;
use tracewire_wire::content::Mark;
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::{Map, Value};

/// Members of a body that are looked into.
const MEMBERS: [&str; 6] = ["name", "status_message", "input", "output", "data", "message"];
/// References are followed so deep.
const MOST_LEVELS: usize = 16;
/// Contents of which it is remembered whether the text is in them.
const MOST_KNOWN: usize = 100_000;

/// The text that is looked for.
pub(super) struct Needle {
    lower: String,
}

/// Looks into many rows: prompts repeat, so what is known of a content is remembered.
pub(super) struct Looker<'s> {
    store: &'s dyn Store,
    needle: &'s Needle,
    known: HashMap<Hash, bool>,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        Needle { lower: text.to_lowercase() }
    }

    fn is_in(&self, text: &str) -> bool {
        if self.lower.is_ascii() && text.is_ascii() {
            let (needle, text) = (self.lower.as_bytes(), text.as_bytes());
            return text.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle));
        }
        text.to_lowercase().contains(&self.lower)
    }
}

impl<'s> Looker<'s> {
    pub(super) fn new(store: &'s dyn Store, needle: &'s Needle) -> Self {
        Looker { store, needle, known: HashMap::new() }
    }

    /// Whether one of the members of a body has the text in it, in its texts, keys and numbers; or its exception.
    pub(super) fn is_in_body(&mut self, body: &Map) -> Result<bool, StoreError> {
        for name in MEMBERS {
            if let Some(value) = body.get(name)
                && self.is_in(value, MOST_LEVELS)?
            {
                return Ok(true);
            }
        }
        // Of an exception what it says, and not the source lines of its stack.
        let exception = body.get("exception").and_then(Value::as_map);
        let said = ["type", "message"].into_iter().filter_map(|name| exception?.get(name)?.as_text());
        Ok(said.into_iter().any(|text| self.needle.is_in(text)))
    }

    fn is_in(&mut self, value: &Value, levels: usize) -> Result<bool, StoreError> {
        match value {
            Value::Text(text) => return Ok(self.needle.is_in(text)),
            Value::List(items) => {
                for item in items {
                    if self.is_in(item, levels)? {
                        return Ok(true);
                    }
                }
            }
            Value::Map(map) => {
                match Mark::of(value) {
                    Some(Mark::Ref(hash)) => return self.is_in_content(hash, levels),
                    Some(_) => return Ok(false),
                    None => {}
                }
                for (key, value) in map {
                    if self.needle.is_in(key) || self.is_in(value, levels)? {
                        return Ok(true);
                    }
                }
            }
            Value::Int(_) | Value::Double(_) | Value::Bool(_) => {
                return Ok(std::str::from_utf8(&json::write(value)).is_ok_and(|text| self.needle.is_in(text)));
            }
            Value::Null => {}
        }
        Ok(false)
    }

    fn is_in_content(&mut self, hash: Hash, levels: usize) -> Result<bool, StoreError> {
        if let Some(known) = self.known.get(&hash) {
            return Ok(*known);
        }
        let Some(levels) = levels.checked_sub(1) else { return Ok(false) };
        let found = match self.store.content(&hash)? {
            Some(StoredContent::Value { json, .. }) => {
                self.is_in(&json::read(&json, &ReadOptions::default())?, levels)?
            }
            Some(StoredContent::Erased | StoredContent::Withheld) | None => false,
        };
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        self.known.insert(hash, found);
        Ok(found)
    }
}
