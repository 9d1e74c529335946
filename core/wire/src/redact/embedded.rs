//! JSON inside of a text, as models write the arguments of a tool: looked at as the value that it is (TW-RED-006).

use super::Redactor;
use super::walk::{self, removed};
use crate::json::{self, ReadOptions};
use crate::value::{Map, Value};

/// Texts within each other that are looked at as JSON.
const MOST_LEVELS: usize = 4;
/// Lists and maps within each other.
const MOST_DEPTH: usize = 64;

/// `None` where the text is no JSON; else what it becomes, if anything in it was replaced.
pub(super) fn apply(redactor: &Redactor, text: &str, level: usize) -> Option<Option<String>> {
    if level > MOST_LEVELS || !begins(text) {
        return None;
    }
    let mut value = json::read(text.as_bytes(), &options()).ok()?;
    let is_changed = self::value(redactor, &mut value, level);
    Some(is_changed.then(|| String::from_utf8_lossy(&json::write(&value)).into_owned()))
}

/// Whether a text begins as JSON does and is none.
pub(super) fn is_broken(text: &str) -> bool {
    begins(text) && json::read(text.as_bytes(), &options()).is_err()
}

fn begins(text: &str) -> bool {
    let first = text.bytes().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    matches!(first, Some(b'{' | b'['))
}

fn options() -> ReadOptions {
    ReadOptions { max_depth: MOST_DEPTH, ..ReadOptions::default() }
}

/// True where something was replaced.
fn value(redactor: &Redactor, value: &mut Value, level: usize) -> bool {
    // An integer that a reader keeps as its digits.
    if walk::is_big(value) {
        return walk::number(redactor, value);
    }
    match value {
        Value::Text(text) => match walk::text(redactor, text, level + 1) {
            Some(replaced) => {
                *value = replaced;
                true
            }
            None => false,
        },
        Value::List(items) => {
            items.iter_mut().fold(false, |changed, item| self::value(redactor, item, level) | changed)
        }
        Value::Int(_) => walk::number(redactor, value),
        Value::Map(map) => self::map(redactor, map, level),
        _ => false,
    }
}

fn map(redactor: &Redactor, map: &mut Map, level: usize) -> bool {
    let plan = &redactor.plan;
    let mut is_changed = false;
    for (key, value) in map.iter_mut() {
        is_changed |= match (plan.rule_of_chosen(key), plan.action_of_credential(key)) {
            (Some(rule), _) => {
                redactor.note_key(rule, value);
                *value = removed(redactor, "key", rule.action, value);
                true
            }
            (None, Some(action)) => {
                walk::credential(redactor, action, value, false, &mut |value| self::value(redactor, value, level))
            }
            (None, None) => self::value(redactor, value, level),
        };
    }
    if !plan.finders.is_empty() {
        let before: Vec<String> = map.iter().map(|(key, _)| key.clone()).collect();
        walk::rename(redactor, map, |key| key, str::to_owned);
        is_changed |= map.iter().map(|(key, _)| key).ne(before.iter());
    }
    is_changed
}
