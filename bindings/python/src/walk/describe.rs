//! Values without a form: their type's name and a bounded text. Exceptions: their type and message.

use super::text::{Utf8, with_text};
use super::{Host, Output, walk};
use pyo3::exceptions::PyBaseException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use tracewire_recorder::record::BodyWriter;

/// Characters of a text that is asked for; the walker bounds the bytes.
const TEXT_CHARS: usize = 512;

/// What stands for a value that cannot be read at all (TW-VAL-011).
pub(super) const UNREADABLE: &str = "unreadable";

/// Writes the mark of a value that has no form, with what its `repr` says if it has one of its own.
pub(super) fn unserializable(out: &mut impl Output, value: &Bound<'_, PyAny>, host: &Host<'_>) {
    let kind = value.get_type();
    mark(out, value, &type_name(&kind, host), has_own_repr(&kind), host);
}

/// The same where the type's name is known.
pub(super) fn mark(out: &mut impl Output, value: &Bound<'_, PyAny>, name: &str, has_repr: bool, host: &Host<'_>) {
    let text = if has_repr { host.ok(value.repr()) } else { None };
    let text = text.map(|text| without_addresses(&head(&text, host)));
    out.unserializable(name, text.as_deref());
}

/// `module.QualName`; only the name for what is built in.
pub(super) fn type_name(kind: &Bound<'_, PyType>, host: &Host<'_>) -> String {
    host.ok(kind.fully_qualified_name()).map_or_else(|| "?".to_owned(), |name| head(&name, host))
}

pub(super) fn has_own_repr(kind: &Bound<'_, PyType>) -> bool {
    let py = kind.py();
    let own = kind.getattr(intern!(py, "__repr__"));
    let inherited = py.get_type::<PyAny>().getattr(intern!(py, "__repr__"));
    matches!((own, inherited), (Ok(own), Ok(inherited)) if !own.is(&inherited))
}

/// The beginning of a text, however long it is.
fn head(text: &Bound<'_, PyString>, host: &Host<'_>) -> String {
    let py = text.py();
    let beginning = py
        .get_type::<PyString>()
        .call_method1(intern!(py, "__getitem__"), (text, pyo3::types::PySlice::new(py, 0, TEXT_CHARS as isize, 1)));
    let beginning = host.ok(beginning).and_then(|text| text.cast_into::<PyString>().ok());
    beginning.map_or_else(String::new, |text| {
        with_text(&text, host, |utf8| match utf8 {
            Utf8::Text(text) => text.to_owned(),
            Utf8::IllFormed(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Utf8::Unreadable => UNREADABLE.to_owned(),
        })
    })
}

/// Addresses differ from run to run and would make equal values unequal.
fn without_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(" at 0x") {
        out.push_str(before);
        rest = after.trim_start_matches(|digit: char| digit.is_ascii_hexdigit());
    }
    out.push_str(rest);
    out
}

/// The bounded text of any object: itself if it is a text, else what `str` says.
pub(crate) fn text_of(value: &Bound<'_, PyAny>, host: &Host<'_>) -> String {
    if let Ok(text) = value.cast::<PyString>() {
        return with_text(text, host, |utf8| match utf8 {
            Utf8::Text(text) => text.to_owned(),
            Utf8::IllFormed(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Utf8::Unreadable => UNREADABLE.to_owned(),
        });
    }
    host.ok(value.str()).map_or_else(|| type_name(&value.get_type(), host), |text| head(&text, host))
}

/// An exception as a value: its type and message.
pub(super) fn exception_value(out: &mut impl Output, error: &Bound<'_, PyBaseException>, host: &Host<'_>) {
    if out.begin_map(error.as_ptr() as usize) {
        out.key("type");
        out.text(&type_name(&error.get_type(), host));
        out.key("message");
        message(out, error, host);
        out.end_map(0);
    }
}

fn message(out: &mut impl Output, error: &Bound<'_, PyAny>, host: &Host<'_>) {
    match host.ok(error.str()) {
        Some(text) => walk(out, &text, host),
        None => out.text(""),
    }
}

/// The member `exception` of an event.
pub(crate) fn exception(
    body: &mut BodyWriter<'_, '_>,
    error: &Bound<'_, PyAny>,
    stacktrace: Option<&Bound<'_, PyAny>>,
    escaped: bool,
    host: &Host<'_>,
) {
    body.map("exception", |out| {
        out.key("type");
        out.text(&type_name(&error.get_type(), host));
        out.key("message");
        message(out, error, host);
        if let Some(stacktrace) = stacktrace {
            out.key("stacktrace");
            walk(out, stacktrace, host);
        }
        out.key("escaped");
        out.bool(escaped);
    });
}
