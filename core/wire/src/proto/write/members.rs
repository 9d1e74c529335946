//! Bodies and their parts: what fits a field stands there, and all else in `other` (TW-PB-004).

use super::back::{Back, zigzag};
use super::value::{number_of, write_field, write_number, write_pair, write_pairs};
use crate::order::Order as _;
use crate::proto::messages::{Kind, Message};
use crate::proto::unknown;
use crate::proto::wire::{FIELDS, OTHER};
use crate::value::{Map, Value, compare_keys};

/// At least as many as any message has fields.
const MOST_FIELDS: usize = 24;

/// Writes what a message of members holds.
pub(super) fn write(members: &Map, message: &Message, out: &mut Back) {
    let mut typed: [Option<&Value>; MOST_FIELDS] = [None; MOST_FIELDS];
    let mut other: Vec<&(String, Value)> = Vec::new();
    let unknown = unknown::fields_of(members, |number| message.is_known(number));
    for member in members {
        let (name, value) = member;
        match message.fields.iter().zip(&mut typed).find(|((field, _), _)| field == name) {
            Some(((_, kind), place)) if fits(kind, value) => *place = Some(value),
            None if unknown.is_some() && name == FIELDS => {}
            _ => other.push(member),
        }
    }
    if let Some(fields) = &unknown {
        out.put(fields);
    }
    if !other.is_sorted_by(|(a, _), (b, _)| compare_keys(a, b).is_lt()) {
        other.order_unstable_by(|(a, _), (b, _)| compare_keys(a, b));
    }
    for (name, value) in other.into_iter().rev() {
        write_pair(OTHER, name, value, out);
    }
    let mut number = message.fields.len() as u32;
    for ((_, kind), value) in message.fields.iter().zip(&typed).rev() {
        if let Some(value) = value {
            write_member(number, kind, value, out);
        }
        number -= 1;
    }
}

/// Whether a value has the form that a field carries.
fn fits(kind: &Kind, value: &Value) -> bool {
    let all =
        |fits: fn(&Value) -> bool| value.as_list().is_some_and(|items| !items.is_empty() && items.iter().all(fits));
    match kind {
        Kind::Any => true,
        Kind::Text => value.as_text().is_some(),
        Kind::Count => count_of(value).is_some(),
        Kind::Flags => count_of(value).is_some_and(|count| u32::try_from(count).is_ok()),
        Kind::Integer => integer_of(value).is_some(),
        Kind::Number => number_of(value).is_some(),
        Kind::Boolean => value.as_bool().is_some(),
        Kind::Map => value.as_map().is_some_and(|map| !map.is_empty()),
        Kind::Part(_) => value.as_map().is_some(),
        Kind::Texts => all(|item| item.as_text().is_some()),
        Kind::Counts => all(|item| count_of(item).is_some()),
        Kind::Numbers => all(|item| number_of(item).is_some()),
        Kind::Anys => all(|_| true),
        Kind::Parts(_) => all(|item| item.as_map().is_some()),
    }
}

/// The integer of 0 to 2^64 − 1 that a value is, if writing that restores the value.
fn count_of(value: &Value) -> Option<u64> {
    value.as_u64().filter(|count| Value::from_u64(*count) == *value)
}

/// The same for integers with a sign.
fn integer_of(value: &Value) -> Option<i64> {
    value.as_i64().filter(|integer| Value::from_i64(*integer) == *value)
}

/// Writes a member that fits.
fn write_member(number: u32, kind: &Kind, value: &Value, out: &mut Back) {
    let items = value.as_list().unwrap_or_default();
    match (kind, value) {
        (Kind::Any, _) => write_field(number, value, out),
        (Kind::Text, Value::Text(text)) => out.bytes_field(number, text.as_bytes()),
        (Kind::Count | Kind::Flags, _) => out.varint_field(number, count_of(value).unwrap_or_default()),
        (Kind::Integer, _) => out.varint_field(number, zigzag(integer_of(value).unwrap_or_default())),
        (Kind::Number, _) => write_number(number, number_of(value).unwrap_or_default(), out),
        (Kind::Boolean, _) => out.varint_field(number, u64::from(value.as_bool().unwrap_or_default())),
        (Kind::Map, Value::Map(map)) => write_pairs(number, map, out),
        (Kind::Part(message), Value::Map(map)) => write_part(number, message, map, out),
        (Kind::Texts, _) => {
            for text in items.iter().rev().filter_map(Value::as_text) {
                out.bytes_field(number, text.as_bytes());
            }
        }
        (Kind::Counts, _) => {
            let before = out.written();
            for count in items.iter().rev().filter_map(count_of) {
                out.varint(count);
            }
            out.close(number, before);
        }
        (Kind::Numbers, _) => {
            let before = out.written();
            for value in items.iter().rev().filter_map(number_of) {
                out.put(&if value.is_nan() { f64::NAN } else { value }.to_le_bytes());
            }
            out.close(number, before);
        }
        (Kind::Anys, _) => {
            for item in items.iter().rev() {
                write_field(number, item, out);
            }
        }
        (Kind::Parts(message), _) => {
            for map in items.iter().rev().filter_map(Value::as_map) {
                write_part(number, message, map, out);
            }
        }
        // No other form fits.
        (Kind::Text | Kind::Map | Kind::Part(_), _) => {}
    }
}

/// Writes a field that holds a message of members.
pub(super) fn write_part(number: u32, message: &Message, members: &Map, out: &mut Back) {
    let before = out.written();
    write(members, message, out);
    out.close(number, before);
}
