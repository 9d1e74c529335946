//! Objects that declare their fields: named tuples, dataclasses, attrs classes, pydantic models of both generations.
//!
//! A field whose author keeps it out of `repr` (or, in pydantic, out of serialisation) is left out here too: that is how
//! secrets are declared. See [`super::form`].

use super::collection::{entries, key};
use super::{Host, Output, walk};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

/// Writes a tuple whose type names its members as a map; false where it does not.
pub(super) fn named_tuple(out: &mut impl Output, tuple: &Bound<'_, PyTuple>, host: &Host<'_>) -> bool {
    let fields = host.ok(tuple.get_type().getattr_opt(intern!(tuple.py(), "_fields"))).flatten();
    let Some(fields) = fields.and_then(|fields| fields.cast_into::<PyTuple>().ok()) else {
        return false;
    };
    if fields.len() != tuple.len() {
        return false;
    }
    if out.begin_map(tuple.as_ptr() as usize) {
        for (name, value) in fields.iter().zip(tuple.iter()) {
            key(out, &name, host);
            walk(out, &value, host);
        }
        out.end_map(0);
    }
    true
}

/// Writes the named attributes as a map; one that is not there, or cannot be read, is left out.
pub(super) fn members(out: &mut impl Output, value: &Bound<'_, PyAny>, names: &[Py<PyString>], host: &Host<'_>) {
    if !out.begin_map(value.as_ptr() as usize) {
        return;
    }
    let mut missing = 0;
    for name in names.iter().map(|name| name.bind(value.py())) {
        if !out.has_budget() {
            missing += 1;
        } else {
            match host.ok(value.getattr_opt(name)) {
                Some(Some(member)) => {
                    key(out, name, host);
                    walk(out, &member, host);
                }
                Some(None) => {}
                None => out.member_failed(&name.to_string_lossy()),
            }
        }
    }
    out.end_map(missing);
}

/// A model keeps the values of its fields in `__dict__`, and those beyond in `__pydantic_extra__`.
pub(super) fn pydantic(out: &mut impl Output, value: &Bound<'_, PyAny>, names: &[Py<PyString>], host: &Host<'_>) {
    let py = value.py();
    let dict = |name| host.ok(value.getattr_opt(name)).flatten().and_then(|found| found.cast_into::<PyDict>().ok());
    let values = dict(intern!(py, "__dict__")).unwrap_or_else(|| PyDict::new(py));
    if !out.begin_map(value.as_ptr() as usize) {
        return;
    }
    let mut missing = 0;
    for name in names.iter().map(|name| name.bind(py)) {
        match host.ok(values.get_item(name)).flatten() {
            Some(member) if out.has_budget() => {
                key(out, name, host);
                walk(out, &member, host);
            }
            Some(_) => missing += 1,
            None => {}
        }
    }
    if let Some(extra) = dict(intern!(py, "__pydantic_extra__")) {
        missing += entries(out, &extra, host);
    }
    out.end_map(missing);
}
