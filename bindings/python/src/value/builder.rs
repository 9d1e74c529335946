//! The walk's output that is a whole value. Nothing is cut: what has no form is marked, and the first mark is remembered.

use super::Tags;
use crate::failure::Failure;
use crate::walk::Output;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use tracewire_recorder::cbor::repair;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value, escape_key, unescape_key};

/// Deepest nesting that is taken, in levels: what readers read.
const MOST_LEVELS: usize = 128;

/// Most parts that are taken: an iteration without an end must not take all memory.
const MOST_PARTS: usize = 1 << 26;

/// Why a value cannot be written as it is.
pub(super) struct Problem {
    code: &'static str,
    path: String,
    reason: String,
}

impl Problem {
    pub(super) fn into_error(self, py: Python<'_>) -> PyErr {
        Failure { path: Some(self.path), ..Failure::new(self.code, self.reason) }.into_error(py)
    }
}

enum Open {
    List { items: Vec<Value>, is_set: bool },
    Map { entries: Vec<(String, Value)>, key: Option<String>, is_wire: bool },
}

/// Builds a value, in the order in which the host gives its parts.
pub(super) struct Builder<'py> {
    built: Value,
    open: Vec<(usize, Open)>,
    tag: Bound<'py, PyType>,
    tags: Tags,
    parts: usize,
    problem: Option<Problem>,
}

impl<'py> Builder<'py> {
    pub(super) fn new(tag: Bound<'py, PyType>, tags: Tags) -> Self {
        Builder { built: Value::Null, open: Vec::new(), tag, tags, parts: 0, problem: None }
    }

    pub(super) fn finish(self) -> (Value, usize, Option<Problem>) {
        (self.built, self.parts, self.problem)
    }

    fn push(&mut self, value: Value) {
        self.parts += 1;
        match self.open.last_mut() {
            None => self.built = value,
            Some((_, Open::List { items, .. })) => items.push(value),
            Some((_, Open::Map { entries, key, is_wire })) => match key.take() {
                Some(key) => entries.push((key, value)),
                None => *key = Some(key_of(value, *is_wire)),
            },
        }
    }

    /// Remembers the first problem, with the place where the next value would stand.
    fn complain(&mut self, code: &'static str, reason: String) {
        if self.problem.is_none() {
            let path = self.open.iter().map(|(_, open)| match open {
                Open::List { items, .. } => format!("/{}", items.len()),
                Open::Map { key: Some(key), is_wire, .. } => {
                    let key = if *is_wire { key.as_str() } else { unescape_key(key) };
                    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
                }
                Open::Map { key: None, .. } => "/".to_owned(),
            });
            self.problem = Some(Problem { code, path: path.collect(), reason });
        }
    }

    fn begin(&mut self, identity: usize, open: Open) -> bool {
        if identity != 0 && self.open.iter().any(|(other, _)| *other == identity) {
            self.complain("value_cycle", "it contains itself: write a copy without the circle".to_owned());
            self.push(Value::tagged("$unserializable", "cycle"));
            return false;
        }
        if self.open.len() >= MOST_LEVELS {
            let fix = format!("it is nested deeper than {MOST_LEVELS} levels, which no reader takes: write it flatter");
            self.complain("value_too_deep", fix);
            self.push(cut(Value::Null, "missing_depth", 1));
            return false;
        }
        self.open.push((identity, open));
        true
    }

    fn end(&mut self, missing: u64) {
        let Some((_, open)) = self.open.pop() else { return };
        let whole = match open {
            Open::List { mut items, is_set } => {
                if is_set {
                    items.sort_by_cached_key(json::write);
                }
                Value::List(items)
            }
            Open::Map { entries, .. } => Value::Map(Map::from_entries_in_order(entries)),
        };
        if missing > 0 {
            if self.has_budget() {
                self.complain("value_unreadable", format!("{missing} of its members could not be read"));
            } else {
                self.complain("value_too_large", format!("it has more than {MOST_PARTS} parts: write it in pieces"));
            }
            self.push(cut(whole, "missing_items", missing));
        } else {
            self.push(whole);
        }
    }
}

fn key_of(key: Value, is_wire: bool) -> String {
    let text = match key {
        Value::Text(text) => text,
        other => String::from_utf8_lossy(&json::write(&other)).into_owned(),
    };
    if is_wire { text } else { escape_key(&text).into_owned() }
}

fn cut(kept: Value, what: &str, missing: u64) -> Value {
    Value::Map(Map::from_iter([("$cut".to_owned(), kept), (what.to_owned(), Value::from_u64(missing))]))
}

impl Output for Builder<'_> {
    fn has_budget(&self) -> bool {
        self.parts < MOST_PARTS
    }

    fn null(&mut self) {
        self.push(Value::Null);
    }

    fn bool(&mut self, value: bool) {
        self.push(Value::Bool(value));
    }

    fn int(&mut self, value: i64) {
        self.push(Value::from_i64(value));
    }

    fn big_int(&mut self, is_negative: bool, magnitude: &[u8]) {
        let mut magnitude = magnitude.to_vec();
        if is_negative {
            // The magnitude n of a negative number stands for -1 - n.
            for byte in magnitude.iter_mut().rev() {
                let (next, borrow) = byte.overflowing_sub(1);
                *byte = next;
                if !borrow {
                    break;
                }
            }
        }
        self.push(Value::big_int_from_bytes(is_negative, &magnitude));
    }

    fn long_int(&mut self, bytes: usize, digits: impl FnOnce() -> Option<String>) {
        match digits().and_then(|digits| Value::big_int(&digits)) {
            Some(value) => self.push(value),
            None => self.unserializable("int", Some(&format!("{bytes} bytes"))),
        }
    }

    fn double(&mut self, value: f64) {
        self.push(Value::from_f64(value));
    }

    fn text(&mut self, value: &str) {
        self.push(Value::from(value));
    }

    fn text_lossy(&mut self, value: &[u8]) {
        self.complain("value_surrogate", "a text with half of a surrogate pair, which UTF-8 cannot hold".to_owned());
        self.push(Value::Text(repair(value)));
    }

    fn bytes(&mut self, value: &[u8]) {
        self.push(Value::bytes(value));
    }

    fn time(&mut self, value: &str) {
        self.push(Value::time(value));
    }

    fn decimal(&mut self, value: &str) {
        self.push(Value::decimal(value));
    }

    fn unserializable(&mut self, type_name: &str, description: Option<&str>) {
        let fix = "convert it first, or pass lenient=True for a mark in its place";
        self.complain("value_unserializable", format!("a value of type {type_name} has no form on the wire: {fix}"));
        let text = description.map(|text| ("text".to_owned(), Value::from(text)));
        let kind = ("$unserializable".to_owned(), Value::from(type_name));
        self.push(Value::Map(Map::from_iter([kind].into_iter().chain(text))));
    }

    fn begin_list(&mut self, identity: usize) -> bool {
        self.begin(identity, Open::List { items: Vec::new(), is_set: false })
    }

    fn begin_set(&mut self, identity: usize) -> bool {
        self.begin(identity, Open::List { items: Vec::new(), is_set: true })
    }

    fn begin_map(&mut self, identity: usize) -> bool {
        let is_wire = self.tags == Tags::Keep;
        self.begin(identity, Open::Map { entries: Vec::new(), key: None, is_wire })
    }

    fn begin_dict(&mut self, dict: &Bound<'_, PyDict>, identity: usize) -> bool {
        let is_wire = self.tags == Tags::Keep || dict.get_type().is(&self.tag);
        self.begin(identity, Open::Map { entries: Vec::with_capacity(dict.len()), key: None, is_wire })
    }

    fn key(&mut self, key: &str) {
        self.push(Value::from(key));
    }

    fn begin_key(&mut self) -> bool {
        true
    }

    fn end_key(&mut self) {}

    fn key_lossy(&mut self, key: &[u8]) {
        self.text_lossy(key);
    }

    fn end_list(&mut self, missing: u64) {
        self.end(missing);
    }

    fn end_set(&mut self, missing: u64) {
        self.end(missing);
    }

    fn end_map(&mut self, missing: u64) {
        self.end(missing);
    }

    fn member_failed(&mut self, name: &str) {
        self.complain("value_unreadable", format!("its member {name} raised when it was read"));
    }
}
