//! Python values become the recorder's values: the column "Python" of the specification's table (TW-VAL).
//!
//! Exact built-in types come first and run none of the host's code; everything else is asked by its type, so that no
//! `__class__` or `__getattr__` of an instance is consulted to find out what it is. Reading never fails: see [`Host`].

mod array;
mod collection;
mod describe;
mod form;
mod host;
mod known;
mod model;
mod output;
mod scalar;
mod text;

pub(crate) use collection::{entries, key};
pub(crate) use describe::{exception, text_of};
pub(crate) use host::Host;
pub(crate) use output::Output;

use form::{Form, form_of};
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMemoryView, PySet, PyString, PyTuple,
};

/// Writes `value` with exactly one call in value position.
pub(crate) fn walk(out: &mut impl Output, value: &Bound<'_, PyAny>, host: &Host<'_>) {
    if let Ok(text) = value.cast_exact::<PyString>() {
        scalar::text(out, text, host);
    } else if value.is_none() {
        out.null();
    } else if let Ok(number) = value.cast_exact::<PyInt>() {
        scalar::int(out, number, host);
    } else if let Ok(number) = value.cast_exact::<PyFloat>() {
        out.double(number.value());
    } else if let Ok(truth) = value.cast_exact::<PyBool>() {
        out.bool(truth.is_true());
    } else if let Ok(map) = value.cast_exact::<PyDict>() {
        collection::dict(out, map, host);
    } else if let Ok(list) = value.cast_exact::<PyList>() {
        collection::list(out, list, host);
    } else if let Ok(tuple) = value.cast_exact::<PyTuple>() {
        collection::tuple(out, tuple, host);
    } else if !subclass_of_builtin(out, value, host) {
        by_form(out, value, host);
    }
}

/// Everything else is what its type says; where that fails, the mark of a value without a form.
fn by_form(out: &mut impl Output, value: &Bound<'_, PyAny>, host: &Host<'_>) {
    let form = form_of(value, host);
    let written = match &*form {
        Form::Enum => known::enumeration(out, value, host),
        Form::DateTime => known::datetime(out, value),
        Form::Date => known::date(out, value),
        Form::TimeOfDay => known::time_of_day(out, value),
        Form::TimeSpan => known::time_span(out, value),
        Form::Decimal => known::decimal(out, value),
        Form::Uuid => known::uuid(out, value),
        Form::UserString => known::user_string(out, value, host),
        Form::Path => known::path(out, value, host),
        Form::Array => array::write(out, value, host),
        Form::Members(names) => return model::members(out, value, names, host),
        Form::Pydantic(names) => return model::pydantic(out, value, names, host),
        Form::Mapping => return collection::mapping(out, value, host),
        Form::Sequence => return collection::sequence(out, value, host),
        Form::Set => return collection::set(out, value, host),
        Form::None { name, has_repr } => return describe::mark(out, value, name, *has_repr, host),
    };
    if host.ok(written).is_none() {
        describe::unserializable(out, value, host);
    }
}

/// Subclasses of the built-in types are written from the storage of the built-in part.
fn subclass_of_builtin(out: &mut impl Output, value: &Bound<'_, PyAny>, host: &Host<'_>) -> bool {
    if let Ok(text) = value.cast::<PyString>() {
        scalar::text(out, text, host);
    } else if let Ok(number) = value.cast::<PyInt>() {
        scalar::int(out, number, host);
    } else if let Ok(number) = value.cast::<PyFloat>() {
        out.double(number.value());
    } else if let Ok(bytes) = value.cast::<PyBytes>() {
        out.bytes(bytes.as_bytes());
    } else if let Ok(bytes) = value.cast::<PyByteArray>() {
        out.bytes(&bytes.to_vec());
    } else if let Ok(view) = value.cast::<PyMemoryView>() {
        scalar::memory(out, view, host);
    } else if let Ok(map) = value.cast::<PyDict>() {
        collection::dict(out, map, host);
    } else if let Ok(list) = value.cast::<PyList>() {
        collection::list(out, list, host);
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        if !model::named_tuple(out, tuple, host) {
            collection::tuple(out, tuple, host);
        }
    } else if value.cast::<PySet>().is_ok() || value.cast::<PyFrozenSet>().is_ok() {
        collection::set(out, value, host);
    } else if let Ok(error) = value.cast::<PyBaseException>() {
        describe::exception_value(out, error, host);
    } else {
        return false;
    }
    true
}
