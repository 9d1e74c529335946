//! Maps, lists and sets: the built-in ones by their storage, others by the protocols of `collections.abc`.

use super::text::{Utf8, with_text};
use super::{Host, Output, describe, walk};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList, PyString, PyTuple};

fn identity(value: &Bound<'_, PyAny>) -> usize {
    value.as_ptr() as usize
}

/// Writes a key: a text as it is, any other value in key position.
pub(crate) fn key(out: &mut impl Output, key: &Bound<'_, PyAny>, host: &Host<'_>) {
    match key.cast_exact::<PyString>() {
        Ok(text) => with_text(text, host, |utf8| match utf8 {
            Utf8::Text(text) => out.key(text),
            Utf8::IllFormed(bytes) => out.key_lossy(bytes),
            Utf8::Unreadable if out.begin_key() => {
                out.unserializable(describe::UNREADABLE, None);
                out.end_key();
            }
            Utf8::Unreadable => {}
        }),
        Err(_) if out.begin_key() => {
            walk(out, key, host);
            out.end_key();
        }
        Err(_) => {}
    }
}

pub(crate) fn dict(out: &mut impl Output, map: &Bound<'_, PyDict>, host: &Host<'_>) {
    if !out.begin_dict(map, identity(map)) {
        return;
    }
    let missing = entries(out, map, host);
    out.end_map(missing);
}

/// Writes the entries of a dict into the open map and gives how many did not fit.
pub(crate) fn entries(out: &mut impl Output, map: &Bound<'_, PyDict>, host: &Host<'_>) -> u64 {
    let (mut position, mut left) = (0, map.len());
    while left > 0 {
        if !out.has_budget() {
            return left as u64;
        }
        let Some((entry_key, value)) = next_entry(map, &mut position) else {
            break;
        };
        key(out, &entry_key, host);
        walk(out, &value, host);
        left -= 1;
    }
    0
}

/// The entry at `position`, which moves on. A dict that changes between two calls gives some entry or none; the safe
/// iterator of the binding library would panic there.
#[allow(unsafe_code, reason = "PyDict_Next has no safe form that allows a dict to change meanwhile")]
fn next_entry<'py>(map: &Bound<'py, PyDict>, position: &mut isize) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let (mut entry_key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: `map` is a live dict and the thread is attached. `position` starts at 0 and only this function moves it.
    // CPython checks it against the dict's present storage at each call, so a change in between is not undefined. On 1
    // both pointers are borrowed from the dict, and become owned before any other code can run.
    unsafe {
        if pyo3::ffi::PyDict_Next(map.as_ptr(), position, &raw mut entry_key, &raw mut value) == 0 {
            return None;
        }
        Some((Bound::from_borrowed_ptr(map.py(), entry_key), Bound::from_borrowed_ptr(map.py(), value)))
    }
}

pub(super) fn list(out: &mut impl Output, list: &Bound<'_, PyList>, host: &Host<'_>) {
    if out.begin_list(identity(list)) {
        let missing = items(out, || list.len(), |index| list.get_item(index), host);
        out.end_list(missing);
    }
}

pub(super) fn tuple(out: &mut impl Output, tuple: &Bound<'_, PyTuple>, host: &Host<'_>) {
    if out.begin_list(identity(tuple)) {
        let missing = items(out, || tuple.len(), |index| tuple.get_item(index), host);
        out.end_list(missing);
    }
}

/// Writes items by index, asking for the length each time: the walk itself can change it.
fn items<'py>(
    out: &mut impl Output,
    length: impl Fn() -> usize,
    item: impl Fn(usize) -> PyResult<Bound<'py, PyAny>>,
    host: &Host<'py>,
) -> u64 {
    let mut index = 0;
    while index < length() {
        if !out.has_budget() {
            return (length() - index) as u64;
        }
        match host.ok(item(index)) {
            Some(value) => walk(out, &value, host),
            None => break,
        }
        index += 1;
    }
    0
}

pub(super) fn set(out: &mut impl Output, value: &Bound<'_, PyAny>, host: &Host<'_>) {
    if out.begin_set(identity(value)) {
        let missing = iterate(out, value, host, |out, item| walk(out, &item, host));
        out.end_set(missing);
    }
}

pub(super) fn sequence(out: &mut impl Output, value: &Bound<'_, PyAny>, host: &Host<'_>) {
    if out.begin_list(identity(value)) {
        let missing = iterate(out, value, host, |out, item| walk(out, &item, host));
        out.end_list(missing);
    }
}

pub(super) fn mapping(out: &mut impl Output, value: &Bound<'_, PyAny>, host: &Host<'_>) {
    if !out.begin_map(identity(value)) {
        return;
    }
    let missing = iterate(out, value, host, |out, entry_key| {
        key(out, &entry_key, host);
        match host.ok(value.get_item(&entry_key)) {
            Some(item) => walk(out, &item, host),
            None => out.unserializable(describe::UNREADABLE, None),
        }
    });
    out.end_map(missing);
}

/// Iterates within the budget. What the host says about its length is used for one thing only: how much is missing.
fn iterate<'py, O: Output>(
    out: &mut O,
    value: &Bound<'py, PyAny>,
    host: &Host<'py>,
    mut write: impl FnMut(&mut O, Bound<'py, PyAny>),
) -> u64 {
    let Some(iterator) = host.ok(PyIterator::from_object(value)) else {
        return claimed_length(value, host).unwrap_or(0);
    };
    for (written, item) in (0..).zip(iterator) {
        let Some(item) = host.ok(item) else {
            return claimed_length(value, host).map_or(0, |length| length.saturating_sub(written));
        };
        if !out.has_budget() {
            return claimed_length(value, host).map_or(1, |length| length.saturating_sub(written).max(1));
        }
        write(out, item);
    }
    0
}

fn claimed_length(value: &Bound<'_, PyAny>, host: &Host<'_>) -> Option<u64> {
    let length = value.call_method0(intern!(value.py(), "__len__")).and_then(|length| length.extract::<u64>());
    host.ok(length)
}
