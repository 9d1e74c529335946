//! The values of a body: keys first, then texts, wherever they stand (section 2 of `spec/privacy.md`).

use super::findings::{self, Outcome};
use super::rule::Action;
use super::{Redactor, embedded};
use crate::json;
use crate::value::{Map, Value, escape_key, unescape_key};

/// Digits of the shortest number that is looked at, and the least of these numbers.
const LEAST_DIGITS: usize = 9;
const LEAST_NUMBER: u64 = 100_000_000;
/// Bytes that the end of a cut text always loses: what is found is seldom longer.
const CUT_BYTES: usize = 256;
/// Bytes that it loses at most.
const MOST_CUT_BYTES: usize = 16_384;

/// Applies the rules to what a body's members hold.
pub(super) fn body(redactor: &Redactor, body: &mut Map) {
    for (name, value) in body.iter_mut() {
        if name == "chunks" && !redactor.plan.finders.is_empty() && !redactor.is_looking() {
            without_chunks(value);
        }
        self::value(redactor, value);
    }
}

/// What is found may be spread over chunks.
fn without_chunks(value: &mut Value) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| *item = mark("chunk")),
        Value::Map(map) => {
            if let Some(kept @ Value::List(_)) = map.get_mut("$cut") {
                without_chunks(kept);
            }
        }
        _ => {}
    }
}

fn value(redactor: &Redactor, value: &mut Value) {
    match value {
        Value::Text(text) => {
            if let Some(replaced) = self::text(redactor, text, 1) {
                *value = replaced;
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| self::value(redactor, item)),
        Value::Int(_) => _ = number(redactor, value),
        tag if tag.tag().is_some() => self::tag(redactor, tag),
        Value::Map(map) => self::map(redactor, map),
        _ => {}
    }
}

/// Whether a value is an integer that JSON has no exact number for.
pub(super) fn is_big(value: &Value) -> bool {
    let digits = value.as_map().filter(|map| map.len() == 1).and_then(|map| map.get("$int")?.as_text());
    let plain = digits.map(|digits| digits.strip_prefix('-').unwrap_or(digits));
    plain.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Looks at an integer by its digits; true where something was found.
pub(super) fn number(redactor: &Redactor, value: &mut Value) -> bool {
    let text = match &*value {
        Value::Int(number) if number.unsigned_abs() >= LEAST_NUMBER => number.to_string(),
        Value::Map(map) if is_big(value) => map.get("$int").and_then(Value::as_text).unwrap_or_default().to_owned(),
        _ => return false,
    };
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let outcome = if digits.len() >= LEAST_DIGITS { findings::apply(redactor, digits, false) } else { None };
    match outcome {
        Some(Outcome::Replaced(text)) => *value = Value::Text([sign, &text].concat()),
        Some(Outcome::Dropped(name)) => *value = mark(&name),
        None => return false,
    }
    true
}

/// What a text becomes; nothing where nothing is found. `level` counts texts within each other.
pub(super) fn text(redactor: &Redactor, text: &str, level: usize) -> Option<Value> {
    if let Some(changed) = embedded::apply(redactor, text, level) {
        return changed.map(Value::Text);
    }
    if redactor.plan.finders.is_empty() {
        return None;
    }
    findings::apply(redactor, text, false).map(|outcome| match outcome {
        Outcome::Replaced(text) => Value::Text(text),
        Outcome::Dropped(name) => mark(&name),
    })
}

fn map(redactor: &Redactor, map: &mut Map) {
    let plan = &redactor.plan;
    for (key, value) in map.iter_mut() {
        let is_named = if plan.looks_at_keys() { plan.rule_of_key(key) } else { None };
        match (is_named, plan.action_of_credential(unescape_key(key))) {
            (Some(rule), _) => {
                redactor.note_key(rule, value);
                *value = removed(redactor, "key", rule.action, value);
            }
            (None, Some(action)) => {
                credential(redactor, action, value, true, &mut |value| {
                    self::value(redactor, value);
                    false
                });
            }
            (None, None) => self::value(redactor, value),
        }
    }
    if !redactor.plan.finders.is_empty() {
        rename(redactor, map, |key| unescape_key(key), |key| escape_key(key).into_owned());
    }
}

/// Replaces what stands under a name that promises a secret, and does `otherwise` with the rest; true where something was replaced.
pub(super) fn credential(
    redactor: &Redactor,
    action: Action,
    value: &mut Value,
    in_wire_form: bool,
    otherwise: &mut dyn FnMut(&mut Value) -> bool,
) -> bool {
    let mut one = |value: &mut Value| {
        if !is_secret(redactor, value, in_wire_form) {
            return otherwise(value);
        }
        redactor.note("credential");
        *value = removed(redactor, "credential", action, value);
        true
    };
    match value {
        Value::List(items) => items.iter_mut().fold(false, |changed, item| one(item) | changed),
        value => one(value),
    }
}

/// A text, a number, bytes, or a part of a text or bytes; in JSON inside of a text there are no tags but for numbers.
fn is_secret(redactor: &Redactor, value: &Value, in_wire_form: bool) -> bool {
    let is_value = match value {
        Value::Text(text) => !text.is_empty(),
        Value::Int(_) | Value::Double(_) => true,
        Value::Map(_) if is_big(value) => true,
        Value::Map(map) => {
            let kept = map.get("$cut").unwrap_or(value);
            in_wire_form && (kept.as_text().is_some() || kept.as_bytes().is_some())
        }
        _ => false,
    };
    let allows = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(|text| redactor.plan.is_allowed(text));
    is_value && !value.as_text().map_or_else(|| allows(&json::write(value)), |text| allows(text.as_bytes()))
}

/// The mark of a value that a rule removes whole.
pub(super) fn removed(redactor: &Redactor, rule: &str, action: Action, value: &Value) -> Value {
    let mut mark = Map::from_iter([("$redacted".to_owned(), Value::from(rule))]);
    if action == Action::Hash {
        let hash = match value {
            Value::Text(text) => redactor.hash(text.as_bytes()),
            value => redactor.hash(&json::write(value)),
        };
        mark.insert("hash".to_owned(), Value::Text(hash));
    }
    Value::Map(mark)
}

/// Gives keys in which something is found their new names (TW-RED-007).
pub(super) fn rename(redactor: &Redactor, map: &mut Map, plain: fn(&str) -> &str, written: fn(&str) -> String) {
    let found = |key: &str| match findings::apply(redactor, plain(key), true)? {
        Outcome::Replaced(key) => Some(written(&key)),
        Outcome::Dropped(_) => None,
    };
    if redactor.is_looking() {
        map.iter().for_each(|(key, _)| _ = found(key));
        return;
    }
    if map.iter().all(|(key, _)| found(key).is_none()) {
        return;
    }
    let mut entries = std::mem::take(map);
    entries.sort();
    let renamed = entries.into_iter().map(|(key, value)| (found(&key).unwrap_or(key), value)).collect();
    *map = Map::from_entries(renamed);
}

/// The members of a tag are nobody's keys; texts are looked at in a cut, and bytes that are a text.
fn tag(redactor: &Redactor, value: &mut Value) {
    if let Some(bytes) = value.as_bytes() {
        if let Some(replaced) = bytes_text(redactor, &bytes, false) {
            *value = replaced;
        }
        return;
    }
    if cut(redactor, value) || number(redactor, value) {
        return;
    }
    let Value::Map(map) = value else { return };
    if let (true, Some(Value::Text(text))) = (map.contains_key("$unserializable"), map.get_mut("text"))
        && let Some(replaced) = self::text(redactor, text, 1)
    {
        map.insert("text".to_owned(), replaced);
    }
    let nested = map.iter_mut().filter(|(_, value)| matches!(value, Value::List(_) | Value::Map(_)) && !is_big(value));
    nested.for_each(|(_, nested)| self::value(redactor, nested));
}

/// What bytes become that are a text; with `is_cut` their end may be incomplete.
fn bytes_text(redactor: &Redactor, bytes: &[u8], is_cut: bool) -> Option<Value> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if is_cut && error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    match self::text(redactor, text, 1)? {
        Value::Text(text) => Some(Value::bytes(text.as_bytes())),
        mark => Some(mark),
    }
}

/// Looks at a text or bytes that were cut when they were recorded (TW-RED-008); true where `value` is such.
fn cut(redactor: &Redactor, value: &mut Value) -> bool {
    let Value::Map(map) = value else { return false };
    let Some(kept) = map.get("$cut") else { return false };
    let (bytes, is_text) = match (kept, kept.as_bytes()) {
        (Value::Text(text), _) => (text.as_bytes().to_vec(), true),
        (_, Some(bytes)) => (bytes, false),
        _ => return false,
    };
    let is_utf8 = match std::str::from_utf8(&bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    if !is_utf8 {
        return true;
    }
    // Who only looks sees all that is there: what is half there nobody can tell from anything else.
    let keeps_all = redactor.plan.finders.is_empty() || redactor.is_looking();
    let length = if keeps_all { bytes.len() } else { without_end(&bytes) };
    let left = bytes.get(..length).unwrap_or_default();
    let replaced = match (is_text, std::str::from_utf8(left)) {
        // The members of half a map nobody can tell.
        (true, Ok(text)) if redactor.plan.looks_at_keys() && embedded::is_broken(text) => {
            redactor.note("key");
            mark("key")
        }
        (true, Ok(text)) => self::text(redactor, text, 1).unwrap_or_else(|| Value::from(text)),
        _ => bytes_text(redactor, left, true).unwrap_or_else(|| Value::bytes(left)),
    };
    if let Some(kept) = map.get_mut("$cut") {
        *kept = replaced;
    }
    if let Some(missing) = map.get_mut("missing_bytes")
        && let Some(before) = missing.as_u64()
    {
        *missing = Value::from_u64(before.saturating_add((bytes.len() - length) as u64));
    }
    true
}

/// How much is left of what was cut, when its end is gone.
fn without_end(bytes: &[u8]) -> usize {
    let is_space = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' ');
    let mut length = bytes.len().saturating_sub(CUT_BYTES);
    let least = bytes.len().saturating_sub(MOST_CUT_BYTES);
    let before = |length: usize| length.checked_sub(1).and_then(|last| bytes.get(last)).copied();
    while length > least && before(length).is_some_and(|byte| !is_space(byte)) {
        length -= 1;
    }
    // To the beginning of a character: what stands here may be the middle of one.
    while length > 0 && bytes.get(length).is_some_and(|byte| byte & 0xC0 == 0x80) {
        length -= 1;
    }
    length
}

/// What stands where a rule removed something.
pub(super) fn mark(rule: &str) -> Value {
    Value::tagged("$redacted", rule)
}

#[cfg(test)]
mod tests {
    use super::super::hash_key;
    use super::*;
    use crate::json::ReadOptions;

    fn applied(rules: &[&str], body: &str) -> String {
        let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
        let redactor = Redactor::new(&["pin".to_owned()], &rules, Some(hash_key("a key of the test"))).unwrap();
        let Value::Map(mut body) = json::read(body.as_bytes(), &ReadOptions::default()).unwrap() else {
            panic!("a map")
        };
        redactor.apply(&mut body);
        String::from_utf8(json::write(&Value::Map(body))).unwrap()
    }

    #[test]
    fn texts_are_looked_at_wherever_they_stand() {
        assert_eq!(
            applied(&["@email"], r#"{"input":["a@b.co",{"x":"to a@b.co, c@d.eu"}],"name":"mail a@b.co","seq":1}"#),
            r#"{"input":["[email]",{"x":"to [email], [email]"}],"name":"mail [email]","seq":1}"#
        );
        assert_eq!(
            applied(&["@email"], r#"{"input":{"a@b.co":1,"$$c@d.eu":2,"e@f.gh":3}}"#),
            r#"{"input":{"$$[email]":2,"[email]":1,"[email]#2":3}}"#
        );
        assert_eq!(
            applied(&["@email"], r#"{"input":{"$bytes":"YUBiLmNv"}}"#),
            r#"{"input":{"$bytes":"W2VtYWlsXQ=="}}"#
        );
        assert_eq!(
            applied(&["@email"], r#"{"input":{"$unserializable":"a@b.co"}}"#),
            r#"{"input":{"$unserializable":"a@b.co"}}"#
        );
        assert_eq!(
            applied(&["@email"], r#"{"chunks":["a@b","."],"input":{"chunks":["x"]}}"#),
            r#"{"chunks":[{"$redacted":"chunk"},{"$redacted":"chunk"}],"input":{"chunks":["x"]}}"#
        );
        assert_eq!(applied(&["@credential"], r#"{"chunks":["a"]}"#), r#"{"chunks":["a"]}"#);
    }

    #[test]
    fn actions_say_what_becomes_of_it() {
        assert_eq!(applied(&["@email -> drop"], r#"{"input":"to a@b.co"}"#), r#"{"input":{"$redacted":"email"}}"#);
        assert_eq!(
            applied(&["@email -> hash"], r#"{"input":["a@b.co","a@b.co","c@d.eu"]}"#),
            r#"{"input":["[email:68ea0a7f340bf747]","[email:68ea0a7f340bf747]","[email:b294da56d0e08691]"]}"#
        );
    }

    #[test]
    fn keys_and_names_that_promise_secrets() {
        assert_eq!(
            applied(
                &["user -> hash", "@credential"],
                r#"{"input":{"PIN":1,"user":{"a":1},"X-Api-Key":"abc","password":""}}"#
            ),
            r#"{"input":{"PIN":{"$redacted":"key"},"X-Api-Key":{"$redacted":"credential"},"password":"","user":{"$redacted":"key","hash":"bb637f73da045362"}}}"#
        );
    }

    #[test]
    fn numbers_are_looked_at_by_their_digits() {
        for (number, becomes) in [
            ("4111111111111111", r#""[card]""#),
            ("-4111111111111111", r#""-[card]""#),
            (r#"{"$int":"6011000990139424000000"}"#, r#"{"$int":"6011000990139424000000"}"#),
            (r#"{"$int":"6304000000000000000"}"#, r#""[card]""#),
            ("41111111", "41111111"),
            ("4111111111.5", "4111111111.5"),
        ] {
            assert_eq!(applied(&["@card"], &format!(r#"{{"input":{number}}}"#)), format!(r#"{{"input":{becomes}}}"#));
        }
        assert_eq!(
            applied(&["@card -> drop"], r#"{"input":[4111111111111111]}"#),
            r#"{"input":[{"$redacted":"card"}]}"#
        );
    }

    #[test]
    fn what_stands_under_a_name_that_promises_a_secret_goes() {
        assert_eq!(
            applied(
                &["@credential", "!1234"],
                r#"{"input":{"set-cookie":["a=b",7,{"x":1}],"db_password":12,"secret":1234,"a_secret":true}}"#
            ),
            r#"{"input":{"a_secret":true,"db_password":{"$redacted":"credential"},"secret":1234,"set-cookie":[{"$redacted":"credential"},{"$redacted":"credential"},{"x":1}]}}"#
        );
    }

    #[test]
    fn descriptions_and_half_a_map() {
        assert_eq!(
            applied(&["@email"], r#"{"input":{"$unserializable":"User","text":"<a@b.co>"}}"#),
            r#"{"input":{"$unserializable":"User","text":"<[email]>"}}"#
        );
        let half = r#"{"input":{"$cut":" {\"password\":1","missing_bytes":9}}"#;
        let hidden = r#"{"input":{"$cut":{"$redacted":"key"},"missing_bytes":9}}"#;
        assert_eq!(applied(&["@credential"], half), hidden);
        assert_eq!(
            applied(&["a:/zzz/"], r#"{"input":{"$cut":"{}","missing_bytes":9}}"#),
            r#"{"input":{"$cut":"","missing_bytes":11}}"#
        );
    }

    #[test]
    fn overlapping_findings_are_one() {
        let rules = ["a:/bcd/", "b:/cdef/", "c:/bcde/ -> hash"];
        assert_eq!(applied(&rules, r#"{"input":"abcdefg"}"#), r#"{"input":"a[c:fab2b30882244475]g"}"#);
        assert_eq!(applied(&["a:/bc/", "b:/de/"], r#"{"input":"abcdef"}"#), r#"{"input":"a[a][b]f"}"#);
        assert_eq!(applied(&["a:/bc/", "b:/cd/ -> drop"], r#"{"input":"abcdef"}"#), r#"{"input":{"$redacted":"a"}}"#);
    }

    #[test]
    fn json_inside_of_a_text_is_looked_at_as_what_it_is() {
        for (text, becomes) in [
            (r#"{"pin":1,"to":"a@b.co"}"#, r#"{"pin":{"$redacted":"key"},"to":"[email]"}"#),
            (r#" [ "\na@b.co" ] "#, r#"["\n[email]"]"#),
            (r#"{ "x": 1.0 }"#, r#"{ "x": 1.0 }"#),
            (r#"{"x":"{\"y\":\"a@b.co\"}"}"#, r#"{"x":"{\"y\":\"[email]\"}"}"#),
            (r#"{"$ref":"a@b.co"}"#, r#"{"$ref":"[email]"}"#),
            (r#"{"$int":"a@b.co"}"#, r#"{"$int":"[email]"}"#),
            (r#"{"a@b.co":1,"[email]":2}"#, r#"{"[email]":2,"[email]#2":1}"#),
            (r#"{"x":"a@b.co","x":1}"#, r#"{"x":"[email]","x":1}"#),
            (r#"{"x":"a@b.co""#, r#"{"x":"[email]""#),
        ] {
            let body = json::write(&Value::Map(Map::from_iter([("input".to_owned(), Value::from(text))])));
            let expected = json::write(&Value::Map(Map::from_iter([("input".to_owned(), Value::from(becomes))])));
            assert_eq!(applied(&["@email"], std::str::from_utf8(&body).unwrap()), String::from_utf8(expected).unwrap());
        }
    }

    #[test]
    fn the_end_of_what_was_cut_goes() {
        let text = |length: usize, end: &str| format!("{} {}", "x".repeat(99), &end.repeat(300)[..length]);
        let cut = |kept: &str| format!(r#"{{"input":{{"$cut":"{kept}","missing_bytes":5}}}}"#);
        let expected =
            |kept: &str, missing: usize| format!(r#"{{"input":{{"$cut":"{kept}","missing_bytes":{missing}}}}}"#);
        let head = format!("{} ", "x".repeat(99));
        assert_eq!(applied(&["@email"], &cut(&text(256, "y"))), expected(&head, 261));
        assert_eq!(applied(&["@email"], &cut(&text(300, "y"))), expected(&head, 305));
        assert_eq!(applied(&["@email"], &cut("short")), expected("", 10));
        assert_eq!(applied(&[], &cut("short")), expected("short", 5));
        let wide = format!("{head}{}", "é".repeat(200));
        assert_eq!(applied(&["@email"], &cut(&wide)), expected(&head, 405));
    }

    #[test]
    fn allowed_findings_stay() {
        let rules = ["@email", "!Help@Example.com", "!/.+@example\\.org/"];
        assert_eq!(
            applied(&rules, r#"{"input":"help@example.com a@example.org a@example.orgx a@b.co"}"#),
            r#"{"input":"help@example.com a@example.org [email] [email]"}"#
        );
    }
}
