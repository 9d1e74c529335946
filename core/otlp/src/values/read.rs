//! OTLP's values become the wire's.

use std::borrow::Cow;
use std::collections::HashSet;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use tracewire_wire::value::{Map, Value, escape_key};

use super::{DOUBLE, NEGATIVE_ZERO, Path, TEXT_INDEX};
use crate::limits::Limits;
use crate::names;

/// Up to so many attributes are compared with one another; of more a set is made.
const FEW: usize = 24;

/// What a record may still hold.
pub(crate) struct Budget {
    depth: usize,
    text_bytes: usize,
    values: usize,
    bytes: usize,
    left_out: u32,
}

impl Budget {
    /// That of one record.
    pub(crate) fn new(limits: &Limits) -> Self {
        Budget {
            depth: limits.depth,
            text_bytes: limits.text_bytes,
            values: limits.values,
            bytes: limits.record_bytes,
            left_out: 0,
        }
    }

    /// Takes one value; false where none is left.
    pub(crate) fn take(&mut self) -> bool {
        let is_left = self.values > 0;
        self.values = self.values.saturating_sub(1);
        is_left
    }

    /// How many attributes found no room.
    pub(crate) fn left_out(&self) -> u32 {
        self.left_out
    }

    /// How many of so many bytes there is room for; they are taken.
    fn room(&mut self, wanted: usize) -> usize {
        let room = wanted.min(self.text_bytes).min(self.bytes);
        self.bytes -= room;
        room
    }
}

/// The attributes of anything, with notes of what their values do not show.
pub(crate) fn read_attributes(given: Vec<KeyValue>, budget: &mut Budget) -> Map {
    if given.is_empty() {
        return Map::new();
    }
    let repeated = repeats(&given);
    let mut types = Vec::new();
    let mut others = Vec::new();
    let mut entries = Vec::with_capacity(given.len() + 1);
    let total = given.len();
    for (at, KeyValue { key, value, .. }) in given.into_iter().enumerate() {
        if budget.values == 0 || budget.bytes < key.len() {
            budget.left_out = budget.left_out.saturating_add(u32::try_from(total - at).unwrap_or(u32::MAX));
            break;
        }
        budget.bytes -= key.len();
        let value = value.unwrap_or_default();
        if key.starts_with(names::PREFIX) || repeated.as_ref().is_some_and(|repeated| repeated.contains(&at)) {
            let list = Path::attribute(names::OTHERS);
            let item = list.item(others.len());
            let value = read_value(value, &item.key("value"), 3, &mut types, budget);
            others.push(Value::Map(Map::from_iter([("key".to_owned(), key.into()), ("value".to_owned(), value)])));
            continue;
        }
        let value = read_value(value, &Path::attribute(&key), 1, &mut types, budget);
        entries.push((escaped(key), value));
    }
    if !others.is_empty() {
        entries.push((names::OTHERS.to_owned(), Value::List(others)));
    }
    if !types.is_empty() {
        entries.push((names::TYPES.to_owned(), Value::Map(types_map(types))));
    }
    Map::from_entries_in_order(entries)
}

fn types_map(types: Vec<(String, &'static str)>) -> Map {
    // A pointer begins with `/`, so that none is a tag.
    Map::from_entries_in_order(types.into_iter().map(|(pointer, word)| (pointer, word.into())).collect())
}

/// The places of attributes whose name stands before them already.
fn repeats(given: &[KeyValue]) -> Option<HashSet<usize>> {
    if given.len() <= FEW {
        let is_repeated =
            |(at, one): (usize, &KeyValue)| given.iter().take(at).any(|other| other.key == one.key).then_some(at);
        let found: HashSet<usize> = given.iter().enumerate().filter_map(is_repeated).collect();
        return (!found.is_empty()).then_some(found);
    }
    let mut known = HashSet::with_capacity(given.len());
    let found: HashSet<usize> =
        given.iter().enumerate().filter(|(_, one)| !known.insert(one.key.as_str())).map(|(at, _)| at).collect();
    (!found.is_empty()).then_some(found)
}

fn escaped(key: String) -> String {
    match escape_key(&key) {
        Cow::Borrowed(_) => key,
        Cow::Owned(escaped) => escaped,
    }
}

/// One value; `types` gets what it does not show, by place.
pub(crate) fn read_value(
    given: AnyValue,
    at: &Path<'_>,
    depth: usize,
    types: &mut Vec<(String, &'static str)>,
    budget: &mut Budget,
) -> Value {
    use any_value::Value as Any;
    if !budget.take() {
        return cut(Value::Null, None);
    }
    match given.value {
        None => Value::Null,
        Some(Any::StringValue(text)) => bounded_text(text, budget),
        Some(Any::BoolValue(value)) => Value::Bool(value),
        Some(Any::IntValue(value)) => Value::from_i64(value),
        Some(Any::DoubleValue(value)) => {
            let read = Value::from_f64(value);
            if value == 0.0 && value.is_sign_negative() {
                types.push((at.to_string(), NEGATIVE_ZERO));
            } else if value.is_finite() && !matches!(read, Value::Double(_)) {
                types.push((at.to_string(), DOUBLE));
            }
            read
        }
        Some(Any::BytesValue(bytes)) => match bytes.get(..budget.room(bytes.len())) {
            Some(kept) if kept.len() < bytes.len() => {
                cut(Value::bytes(kept), Some(("missing_bytes", bytes.len() - kept.len())))
            }
            _ => Value::bytes(&bytes),
        },
        Some(Any::StringValueStrindex(index)) => {
            types.push((at.to_string(), TEXT_INDEX));
            Value::Int(i64::from(index))
        }
        Some(Any::ArrayValue(list)) => {
            if depth >= budget.depth {
                return cut(Value::Null, Some(("missing_depth", 1)));
            }
            let total = list.values.len();
            let mut kept = Vec::with_capacity(total.min(budget.values));
            for (place, item) in list.values.into_iter().enumerate() {
                if budget.values == 0 {
                    return cut(Value::List(kept), Some(("missing_items", total - place)));
                }
                kept.push(read_value(item, &at.item(place), depth + 1, types, budget));
            }
            Value::List(kept)
        }
        Some(Any::KvlistValue(list)) => {
            if depth >= budget.depth {
                return cut(Value::Null, Some(("missing_depth", 1)));
            }
            let total = list.values.len();
            let mut kept = Vec::with_capacity(total.min(budget.values));
            for (place, KeyValue { key, value, .. }) in list.values.into_iter().enumerate() {
                if budget.values == 0 || budget.bytes < key.len() {
                    return cut(Value::Map(Map::from_entries_in_order(kept)), Some(("missing_items", total - place)));
                }
                budget.bytes -= key.len();
                let value = read_value(value.unwrap_or_default(), &at.key(&key), depth + 1, types, budget);
                kept.push((escaped(key), value));
            }
            Value::Map(Map::from_entries_in_order(kept))
        }
    }
}

fn bounded_text(text: String, budget: &mut Budget) -> Value {
    let most = budget.room(text.len());
    if text.len() <= most {
        return Value::Text(text);
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let kept = text.get(..end).unwrap_or_default();
    cut(kept.into(), Some(("missing_bytes", text.len() - end)))
}

/// The mark of a cut (TW-VAL-014).
fn cut(kept: Value, missing: Option<(&str, usize)>) -> Value {
    let count = |missing: usize| Value::from_u64(u64::try_from(missing).unwrap_or(u64::MAX));
    let missing = missing.map(|(name, missing)| (name.to_owned(), count(missing)));
    Value::Map([("$cut".to_owned(), kept)].into_iter().chain(missing).collect())
}
