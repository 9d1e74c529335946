//! Names that the registry and the specification list: attributes, kinds, statuses, levels and other words.

use super::finding::{Found, Path, shown};
use super::rules::{ATTRIBUTE_TYPE, EVENT_TYPE, KIND, LEVEL, MEMBER_UNKNOWN, OLD_ATTRIBUTE, OLD_VALUE, STATUS, WORD};
use crate::event::{EventType, Status};
use crate::registry::{attributes, kinds, losses, statuses};
use crate::value::{Map, Value};

/// Levels of spans (section 5 of the specification).
const SPAN_LEVELS: [&str; 4] = ["debug", "default", "warning", "error"];
/// Levels of log lines.
const LOG_LEVELS: [&str; 6] = ["trace", "debug", "info", "warning", "error", "fatal"];

/// The level that another spelling means; `None` where nobody can say.
pub(super) fn level_of(word: &str, of_log: bool) -> Option<&'static str> {
    let known = if of_log { &LOG_LEVELS[..] } else { &SPAN_LEVELS[..] };
    let lower = word.to_ascii_lowercase();
    let meant = match lower.as_str() {
        "warn" => "warning",
        "err" => "error",
        "critical" | "panic" if of_log => "fatal",
        "notice" | "information" if of_log => "info",
        "verbose" if of_log => "debug",
        other => other,
    };
    known.iter().find(|level| **level == meant).copied()
}

/// The kind that another name means.
pub(super) fn kind_of(word: &str) -> Option<&'static str> {
    kinds::find(&word.to_ascii_lowercase()).map(|kind| kind.name)
}

/// The status that another name means.
pub(super) fn status_of(word: &str) -> Option<&'static str> {
    statuses::find(&word.to_ascii_lowercase()).map(|status| status.name)
}

pub(super) fn event_type(word: &str, path: &Path<'_>, found: &mut Found) {
    let plain: String = word.to_ascii_lowercase().replace(['_', '-', '/', ':'], ".");
    let meant = EventType::ALL
        .iter()
        .find(|known| **known == plain)
        .or_else(|| EventType::ALL.iter().find(|known| known.replace('.', "") == plain.replace('.', "")));
    let mend = match meant {
        Some(known) => format!("write `{known}`"),
        None => format!("write one of {}, or `event` with a name in `body.name`", EventType::ALL.join(", ")),
    };
    found.add(&EVENT_TYPE, path, format!("the type {} is not one of this version", shown(word)), mend);
}

pub(super) fn kind(word: &str, path: &Path<'_>, found: &mut Found) {
    if kinds::KINDS.iter().all(|kind| kind.name != word) {
        let mend = match kind_of(word) {
            Some(known) => format!("write `{known}`"),
            None => "write a kind of the registry; `step` where none fits".to_owned(),
        };
        found.add(&KIND, path, format!("the kind {} is not one of the registry", shown(word)), mend);
    }
}

pub(super) fn status(word: &str, path: &Path<'_>, found: &mut Found) {
    if !Status::ALL.contains(&word) {
        let mend = match status_of(word) {
            Some(known) => format!("write `{known}`"),
            None => format!("write one of {}", Status::ALL.join(", ")),
        };
        found.add(&STATUS, path, format!("the status {} is not one of the registry", shown(word)), mend);
    }
}

pub(super) fn level(word: &str, of_log: bool, path: &Path<'_>, found: &mut Found) {
    let known = if of_log { &LOG_LEVELS[..] } else { &SPAN_LEVELS[..] };
    if !known.contains(&word) {
        let mend = match level_of(word, of_log) {
            Some(known) => format!("write `{known}`"),
            None => format!("write one of {}", known.join(", ")),
        };
        found.add(&LEVEL, path, format!("the level {} is none of {}", shown(word), known.join(", ")), mend);
    }
}

/// A word of which the specification lists all.
pub(super) fn word(word: &str, known: &[&str], path: &Path<'_>, found: &mut Found) {
    if !known.contains(&word) {
        let message = format!("{} is none of {}", shown(word), known.join(", "));
        found.add(&WORD, path, message, format!("write one of {}", known.join(", ")));
    }
}

pub(super) fn loss_reason(reason: &str, path: &Path<'_>, found: &mut Found) {
    word(reason, losses::REASONS, path, found);
}

/// A member that this version does not know; where it is one in another spelling, that is said.
pub(super) fn unknown_member<'k>(name: &str, known: impl Iterator<Item = &'k str>, path: &Path<'_>, found: &mut Found) {
    let plain =
        |name: &str| name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect::<String>();
    let wanted = plain(name);
    let mend = match known.into_iter().find(|known| plain(known) == wanted) {
        Some(known) => format!("write `{known}` if that is meant"),
        None => "put what is your own into `attributes`; a member of a later version stays".to_owned(),
    };
    found.add(&MEMBER_UNKNOWN, path, format!("the member {} is not one of this version", shown(name)), mend);
}

/// Names, types and values of attributes.
pub(super) fn attributes(attributes: &Map, path: &Path<'_>, found: &mut Found) {
    for (name, value) in attributes {
        match attributes::find(name) {
            Some(attribute) => known_attribute(attribute, value, &path.key(name), found),
            None => old_attribute(name, &path.key(name), found),
        }
    }
}

fn old_attribute(name: &str, path: &Path<'_>, found: &mut Found) {
    let converted = || attributes::CONVERTED.iter().find(|(old, _)| *old == name).map(|(_, current)| *current);
    if let Some(current) = attributes::current_name(name) {
        found.add(&OLD_ATTRIBUTE, path, format!("`{name}` was replaced by `{current}`"), format!("write `{current}`"));
    } else if let Some(current) = converted() {
        let message = format!("`{name}` was replaced by `{current}`, whose value has another form");
        found.add(&OLD_ATTRIBUTE, path, message, format!("write `{current}` with the value in its form"));
    }
}

fn known_attribute(attribute: &attributes::Attribute, value: &Value, path: &Path<'_>, found: &mut Found) {
    if let Some(text) = value.as_text()
        && let Some((_, current)) = attribute.value_aliases.iter().find(|(old, _)| *old == text)
    {
        let message = format!("the value {} of `{}` was replaced by `{current}`", shown(text), attribute.name);
        found.add(&OLD_VALUE, path, message, format!("write `{current}`"));
    }
    use attributes::ValueType;
    let (fits, expected) = match (attribute.value_type, value) {
        (_, Value::Map(_)) if value.tag().is_some() => (true, ""),
        (ValueType::Any, _) => (true, ""),
        (ValueType::Text, value) => (value.as_text().is_some(), "a text"),
        (ValueType::Int, value) => (matches!(value, Value::Int(_)), "an integer"),
        (ValueType::Double, value) => (matches!(value, Value::Int(_) | Value::Double(_)), "a number"),
        (ValueType::Bool, value) => (value.as_bool().is_some(), "a boolean"),
        (ValueType::Texts, value) => {
            let is_text = |item: &Value| item.as_text().is_some() || item.tag().is_some();
            (value.as_list().is_some_and(|items| items.iter().all(is_text)), "a list of texts")
        }
    };
    if !fits {
        let message = format!("`{}` is {expected}, this is {}", attribute.name, value.kind_name());
        found.add(&ATTRIBUTE_TYPE, path, message, format!("write {expected}"));
    }
}
