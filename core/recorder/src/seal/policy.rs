//! What must not or cannot leave the file whole: what rules remove, and cuts of long texts.
//!
//! In a file of the first seal the only rules are keys; of the second, all rules are the [`Redactor`]'s, and what is left here is to cut.

use crate::limits::Limits;
use crate::redaction::Redact;
use tracewire_wire::WireError;
#[cfg(feature = "redact")]
use tracewire_wire::redact::Redactor;
use tracewire_wire::value::{Map, Value, unescape_key};

/// The rules of one file's header, ready to apply.
pub(super) struct Policy {
    rules: Rules,
    text_bytes: usize,
}

enum Rules {
    /// Keys, in lower case.
    Keys(Vec<String>),
    #[cfg(feature = "redact")]
    All(Box<Redactor>),
    /// Nobody knows what must go.
    #[cfg(feature = "redact")]
    Unknown,
}

impl Policy {
    #[cfg(feature = "redact")]
    pub(super) fn new(limits: &Limits, redact: &Redact) -> Result<Self, WireError> {
        if redact.seal_version() == super::PLAIN_SEAL_VERSION {
            return Ok(Self::of_keys(limits, redact));
        }
        let rules = Rules::All(Box::new(redact.redactor()?));
        Ok(Policy { rules, text_bytes: super::size(limits.text_bytes) })
    }

    #[cfg(not(feature = "redact"))]
    pub(super) fn new(limits: &Limits, redact: &Redact) -> Result<Self, WireError> {
        Ok(Self::of_keys(limits, redact))
    }

    /// Rules that are keys alone.
    pub(super) fn of_keys(limits: &Limits, redact: &Redact) -> Self {
        let keys = redact.keys.iter().map(|key| key.to_ascii_lowercase()).collect();
        Policy { rules: Rules::Keys(keys), text_bytes: super::size(limits.text_bytes) }
    }

    /// One for a file whose rules cannot be read.
    #[cfg(feature = "redact")]
    pub(super) fn closed(limits: &Limits) -> Self {
        Policy { rules: Rules::Unknown, text_bytes: super::size(limits.text_bytes) }
    }

    /// Applies the rules to a body: its own members are the wire's names, what they hold is the user's.
    pub(super) fn apply(&self, body: &mut Map) {
        match &self.rules {
            Rules::Keys(_) => {}
            #[cfg(feature = "redact")]
            Rules::All(redactor) => redactor.apply(body),
            #[cfg(feature = "redact")]
            Rules::Unknown => body.iter_mut().for_each(|(_, value)| *value = Value::tagged("$redacted", "rules")),
        }
        for (_, value) in body.iter_mut() {
            self.value(value);
        }
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::Text(text) if text.len() > self.text_bytes => *value = self.cut(text),
            Value::List(items) => items.iter_mut().for_each(|item| self.value(item)),
            tag if tag.tag().is_some() => self.tag(tag),
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

    /// The members of a tag are nobody's keys, and a text among them is no text of the user's: only what is nested inside them is.
    ///
    /// Bytes are cut by what they stand for. Recorders did that before; hosts that write records of their own may not have.
    fn tag(&self, value: &mut Value) {
        match value.as_bytes() {
            Some(bytes) if bytes.len() > self.text_bytes => {
                let kept = Value::bytes(bytes.get(..self.text_bytes).unwrap_or_default());
                *value = cut(kept, bytes.len() - self.text_bytes);
            }
            Some(_) => {}
            None => {
                let Value::Map(map) = value else { return };
                let nested = map.iter_mut().filter(|(_, value)| matches!(value, Value::List(_) | Value::Map(_)));
                nested.for_each(|(_, value)| self.value(value));
            }
        }
    }

    /// Whether a rule lists a key as the user chose it: without the `$` of an escape, and with or without a number of those that
    /// tell it from another key with the same text (TW-VAL-013).
    fn is_redacted(&self, key: &str) -> bool {
        let keys = match &self.rules {
            Rules::Keys(keys) => keys,
            #[cfg(feature = "redact")]
            Rules::All(_) | Rules::Unknown => return false,
        };
        let chosen = unescape_key(key);
        let without_number = chosen
            .rsplit_once('#')
            .filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()))
            .filter(|(_, number)| !matches!(*number, "" | "1") && !number.starts_with('0'))
            .map(|(name, _)| name);
        let fits = |name: &str| keys.iter().any(|rule| rule.eq_ignore_ascii_case(name));
        fits(chosen) || without_number.is_some_and(fits)
    }

    fn cut(&self, text: &str) -> Value {
        let mut end = self.text_bytes;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let kept = text.get(..end).unwrap_or_default();
        cut(kept.into(), text.len() - kept.len())
    }
}

fn cut(kept: Value, missing_bytes: usize) -> Value {
    Value::Map(Map::from_iter([
        ("$cut".to_owned(), kept),
        ("missing_bytes".to_owned(), Value::from_u64(missing_bytes as u64)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracewire_wire::json::{self, ReadOptions};

    fn applied(body: &str) -> String {
        let limits = Limits { text_bytes: 8, ..Limits::default() };
        let keys = vec!["password".into(), "$token".into(), "text".into()];
        let policy = Policy::new(&limits, &Redact { keys, ..Redact::default() }).unwrap();
        let Value::Map(mut body) = json::read(body.as_bytes(), &ReadOptions::default()).unwrap() else {
            panic!("a map")
        };
        policy.apply(&mut body);
        String::from_utf8(json::write(&Value::Map(body))).unwrap()
    }

    #[test]
    fn keys_are_compared_as_the_user_chose_them() {
        assert_eq!(
            applied(
                r#"{"input":{"$$token":1,"PassWord":2,"password#2":3,"password#10":6,"password#1":7,"password#02":8,"password#x":4,"passwords":5}}"#
            ),
            r#"{"input":{"$$token":{"$redacted":"key"},"PassWord":{"$redacted":"key"},"password#02":8,"password#1":7,"password#10":{"$redacted":"key"},"password#2":{"$redacted":"key"},"password#x":4,"passwords":5}}"#
        );
        assert_eq!(applied(r#"{"text":1,"input":{"text":2}}"#), r#"{"input":{"text":{"$redacted":"key"}},"text":1}"#);
    }

    #[test]
    fn members_of_a_tag_are_nobody_s_keys_and_their_texts_are_not_cut() {
        for whole in [
            r#"{"input":{"$unserializable":"com.example.Widget","text":"a description"}}"#,
            r#"{"input":{"$int":"12345678901234567890"}}"#,
            r#"{"input":{"$cut":"12345678","missing_bytes":9}}"#,
            r#"{"input":{"$bytes":"AAAAAAAAAAA="}}"#,
        ] {
            assert_eq!(applied(whole), whole);
        }
        assert_eq!(
            applied(r#"{"input":{"$cut":{"password":1,"long":"123456789"},"missing_items":9}}"#),
            r#"{"input":{"$cut":{"long":{"$cut":"12345678","missing_bytes":1},"password":{"$redacted":"key"}},"missing_items":9}}"#
        );
    }

    #[test]
    fn texts_and_bytes_are_cut_by_what_they_stand_for() {
        assert_eq!(applied(r#"{"input":"ninebytes"}"#), r#"{"input":{"$cut":"ninebyte","missing_bytes":1}}"#);
        assert_eq!(applied(r#"{"input":"1234567é9"}"#), r#"{"input":{"$cut":"1234567","missing_bytes":3}}"#);
        assert_eq!(
            applied(r#"{"input":{"$bytes":"AQIDBAUGBwgJ"}}"#),
            r#"{"input":{"$cut":{"$bytes":"AQIDBAUGBwg="},"missing_bytes":1}}"#
        );
    }
}
