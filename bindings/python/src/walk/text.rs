//! A Python text's UTF-8, read without running the host's code.

use super::Host;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// Texts up to this many characters are read through the UTF-8 form that Python keeps with the text. Of longer ones that
/// are not ASCII no such copy is left behind in the host's memory.
const KEPT_FORM_CHARS: usize = 4096;

/// What a Python text is in UTF-8.
pub(crate) enum Utf8<'a> {
    Text(&'a str),
    /// With lone surrogates, encoded as if they were characters.
    IllFormed(&'a [u8]),
    /// There is no memory for it.
    Unreadable,
}

/// Lends the UTF-8 of a text without running the host's code.
pub(crate) fn with_text<T>(text: &Bound<'_, PyString>, host: &Host<'_>, work: impl FnOnce(Utf8<'_>) -> T) -> T {
    let is_short = text.code_point_len().is_ok_and(|length| length <= KEPT_FORM_CHARS);
    if is_short && let Ok(utf8) = text.to_str() {
        return work(Utf8::Text(utf8));
    }
    let py = text.py();
    let string = py.get_type::<PyString>();
    let is_ascii = string.call_method1(intern!(py, "isascii"), (text,)).and_then(|ascii| ascii.is_truthy());
    if is_ascii.unwrap_or(false)
        && let Ok(utf8) = text.to_str()
    {
        return work(Utf8::Text(utf8));
    }
    let encoded = string.call_method1(intern!(py, "encode"), (text, "utf-8", "surrogatepass"));
    match host.ok(encoded.and_then(|bytes| Ok(bytes.cast_into::<PyBytes>()?))) {
        Some(bytes) => match std::str::from_utf8(bytes.as_bytes()) {
            Ok(utf8) => work(Utf8::Text(utf8)),
            Err(_) => work(Utf8::IllFormed(bytes.as_bytes())),
        },
        None => work(Utf8::Unreadable),
    }
}
