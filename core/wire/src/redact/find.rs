//! Rules for who only looks: what they find in what was recorded already, and in which slot it stands, so that it can be erased.
//!
//! A finding counts for the innermost slot around it: a message of a long conversation goes, and not the conversation. What
//! stands in no slot (a name, an attribute) counts for the body.

use super::Redactor;
use crate::WireError;
use crate::content::{self, Mark};
use crate::id::Hash;
use crate::value::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What was found: how often, by the name of the rule: a detector's, a pattern's, or `key:` and the key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found(BTreeMap<String, u64>);

impl Found {
    /// Whether it is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How often, by the name of the rule.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// Adds what was found elsewhere.
    pub fn join(&mut self, other: &Found) {
        other.iter().for_each(|(name, count)| self.add(name, count));
    }

    /// What is found here more often than there.
    #[must_use]
    pub fn beyond(&self, other: &Found) -> Found {
        let mut more = Found::default();
        for (name, count) in self.iter() {
            let known = other.0.get(name).copied().unwrap_or(0);
            if count > known {
                more.add(name, count - known);
            }
        }
        more
    }

    pub(super) fn add(&mut self, name: &str, count: u64) {
        match self.0.get_mut(name) {
            Some(known) => *known += count,
            None => _ = self.0.insert(name.to_owned(), count),
        }
    }
}

/// Where something was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// In what stands in no slot inside of what was looked at: of a body, of a content.
    pub own: Found,
    /// In slots that stand there inline, by the hashes of their contents; only those in which something was found.
    pub inline: Vec<(Hash, Found)>,
    /// Contents that are named there and carried elsewhere.
    pub refs: Vec<Hash>,
}

impl Redactor {
    /// One more finding, where somebody looks.
    pub(super) fn remember(&self, name: &str) {
        if let Some(noted) = &self.noted {
            noted.lock().unwrap_or_else(PoisonError::into_inner).add(name, 1);
        }
    }
}

/// Rules that look, and change nothing.
///
/// ```
/// use tracewire_wire::json;
/// use tracewire_wire::redact::Finder;
/// use tracewire_wire::value::Value;
/// let finder = Finder::new(&["@email".to_owned()])?;
/// let body = json::read(br#"{"input":"to ann@example.com","name":"mail"}"#, &json::ReadOptions::default())?;
/// let Value::Map(body) = body else { panic!("a body is a map") };
/// let places = finder.in_body(&body);
/// assert!(places.own.is_empty());
/// assert_eq!(places.inline[0].1.iter().collect::<Vec<_>>(), [("email", 1)]);
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
pub struct Finder {
    redactor: Redactor,
}

impl Finder {
    /// Rules as a header has them. Their actions say nothing here, but for `keep`, which looks for nothing.
    ///
    /// # Errors
    /// As [`Redactor::new`].
    pub fn new(rules: &[String]) -> Result<Self, WireError> {
        // What would be hashed is only looked for: any key will do.
        let mut redactor = Redactor::new(&[], rules, Some([0; 32]))?;
        redactor.noted = Some(Mutex::new(Found::default()));
        Ok(Finder { redactor })
    }

    /// Looks at a body.
    pub fn in_body(&self, body: &Map) -> Places {
        let mut own = body.clone();
        let mut slots = Vec::new();
        // A slot that is empty when it was visited has no slots inside it: these are the outermost ones.
        content::visit_slots(&mut own, &mut |slot| slots.push(std::mem::take(slot)));
        let mut places = Places { own: self.look(own), ..Places::default() };
        slots.into_iter().for_each(|slot| self.slot(slot, &mut places));
        places
    }

    /// Looks at a content.
    pub fn in_content(&self, value: &Value) -> Places {
        let mut places = Places::default();
        places.own = self.value(value.clone(), &mut places);
        places
    }

    /// Looks at what has no slots: attributes of an emitter, pieces of a stream put together.
    pub fn in_value(&self, value: Value) -> Found {
        self.look(Map::from_iter([("value".to_owned(), value)]))
    }

    fn slot(&self, slot: Value, places: &mut Places) {
        match Mark::of(&slot) {
            Some(Mark::Ref(hash)) => places.refs.push(hash),
            Some(Mark::Erased(_) | Mark::Withheld(_)) => {}
            None => {
                let hash = content::content_hash(&slot, None);
                let found = self.value(slot, places);
                if !found.is_empty() {
                    places.inline.push((hash, found));
                }
            }
        }
    }

    fn value(&self, mut value: Value, places: &mut Places) -> Found {
        let mut inner = Vec::new();
        content::visit_slots_inside(&mut value, &mut |slot| inner.push(std::mem::take(slot)));
        inner.into_iter().for_each(|slot| self.slot(slot, places));
        self.in_value(value)
    }

    fn look(&self, mut body: Map) -> Found {
        self.redactor.apply(&mut body);
        let noted = self.redactor.noted.as_ref();
        noted
            .map(|noted| std::mem::take(&mut *noted.lock().unwrap_or_else(PoisonError::into_inner)))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{self, ReadOptions};

    fn looked(rules: &[&str], body: &str) -> (String, Vec<(String, String)>, usize) {
        let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
        let Value::Map(body) = json::read(body.as_bytes(), &ReadOptions::default()).unwrap() else { panic!("a map") };
        let places = Finder::new(&rules).unwrap().in_body(&body);
        let words = |found: &Found| found.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>();
        let inline = places.inline.iter().map(|(hash, found)| (hash.to_string(), words(found).join(" ")));
        (words(&places.own).join(" "), inline.collect(), places.refs.len())
    }

    fn hash(value: &str) -> String {
        content::content_hash(&json::read(value.as_bytes(), &ReadOptions::default()).unwrap(), None).to_string()
    }

    #[test]
    fn a_finding_counts_for_the_innermost_slot() {
        let (ann, bob) = (r#"{"content":"a@b.co and c@d.eu","role":"user"}"#, r#"{"content":"hello","role":"user"}"#);
        let body =
            format!(r#"{{"input":{{"messages":[{bob},{ann}],"system":"be kind"}},"name":"ask","output":"a@b.co"}}"#);
        let expected = vec![(hash(ann), "email 2".to_owned()), (hash("\"a@b.co\""), "email 1".to_owned())];
        assert_eq!(looked(&["@email"], &body), (String::new(), expected, 0));
    }

    #[test]
    fn what_stands_in_no_slot_counts_for_the_body() {
        let body = r#"{"attributes":{"to":"a@b.co"},"input":"hello","name":"mail a@b.co"}"#;
        assert_eq!(looked(&["@email"], body), ("email 2".to_owned(), vec![], 0));
        let body = r#"{"attributes":{"password":"x"},"input":{"password":"y","pin":1}}"#;
        let slot = hash(r#"{"password":"y","pin":1}"#);
        let found = ("key:password 1".to_owned(), vec![(slot, "key:password 1 key:pin 1".to_owned())], 0);
        assert_eq!(looked(&["password", "key:pin"], body), found);
    }

    #[test]
    fn what_was_redacted_or_erased_already_is_not_found_again() {
        let hash = Hash::of(b"x");
        let body = format!(
            r#"{{"attributes":{{"password":{{"$redacted":"key"}},"to":"[email]"}},"input":{{"$ref":"{hash}"}},"output":{{"$erased":"{hash}"}}}}"#
        );
        assert_eq!(looked(&["password", "@all"], &body), (String::new(), vec![], 1));
        assert_eq!(looked(&["@assignment"], r#"{"name":"password=[assignment] x"}"#), (String::new(), vec![], 0));
        assert_eq!(looked(&["@assignment"], r#"{"name":"password=[nothing] x"}"#).0, "assignment 1");
    }

    #[test]
    fn actions_but_keep_and_what_is_cut_or_streamed() {
        assert_eq!(looked(&["@email -> hash", "@email -> drop"], r#"{"name":"a@b.co"}"#).0, "email 1");
        assert_eq!(looked(&["@email", "@email -> keep"], r#"{"name":"a@b.co"}"#).0, "");
        assert_eq!(looked(&["@email", "!a@b.co"], r#"{"name":"a@b.co"}"#).0, "");
        // Nothing goes from the end of a cut text, and pieces are looked at one by one.
        assert_eq!(looked(&["@email"], r#"{"comment":{"$cut":"to a@b.co","missing_bytes":9}}"#).0, "email 1");
        assert_eq!(looked(&["@email"], r#"{"chunks":["a@b.co","hello"]}"#).0, "email 1");
        assert_eq!(looked(&["@email"], r#"{"chunks":["hello"]}"#).0, "");
        assert_eq!(looked(&["@email"], r#"{"attributes":{"a@b.co":1}}"#).0, "email 1");
    }
}
