//! Texts, integers and bytes.

use super::{Host, describe};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyMemoryView, PyString};
use tracewire_recorder::cbor::Walker;

/// Texts up to this many characters are read through the UTF-8 form that Python keeps with the text. Of longer ones that
/// are not ASCII no such copy is left behind in the host's memory.
const KEPT_FORM_CHARS: usize = 4096;
/// Integers of more bytes are written as their size (the walker's own bound).
const INT_BYTES: usize = 1024;

/// What a Python text is in UTF-8.
pub(crate) enum Utf8<'a> {
    Text(&'a str),
    /// With lone surrogates, encoded as if they were characters.
    IllFormed(&'a [u8]),
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
        None => work(Utf8::Text("")),
    }
}

pub(super) fn text(out: &mut Walker<'_>, text: &Bound<'_, PyString>, host: &Host<'_>) {
    with_text(text, host, |utf8| match utf8 {
        Utf8::Text(text) => out.text(text),
        Utf8::IllFormed(bytes) => out.text_lossy(bytes),
    });
}

pub(super) fn int(out: &mut Walker<'_>, number: &Bound<'_, PyInt>, host: &Host<'_>) {
    match number.extract::<i64>() {
        Ok(small) => out.int(small),
        Err(_) => match host.ok(big_int(out, number)) {
            Some(()) => {}
            None => describe::unserializable(out, number, host),
        },
    }
}

/// Reads the digits through the methods of `int` itself, whatever a subclass made of them.
fn big_int(out: &mut Walker<'_>, number: &Bound<'_, PyInt>) -> PyResult<()> {
    let py = number.py();
    let int = py.get_type::<PyInt>();
    let bits: usize = int.call_method1(intern!(py, "bit_length"), (number,))?.extract()?;
    let length = bits / 8 + 1;
    if length > INT_BYTES + 1 {
        out.unserializable("int", Some(&format!("{} bytes", bits.div_ceil(8))));
        return Ok(());
    }
    let is_negative = int.call_method1(intern!(py, "__lt__"), (number, 0))?.is_truthy()?;
    let magnitude = int.call_method1(intern!(py, "__abs__"), (number,))?;
    let bytes = int.call_method1(intern!(py, "to_bytes"), (magnitude, length, "big"))?.cast_into::<PyBytes>()?;
    out.big_int(is_negative, bytes.as_bytes());
    Ok(())
}

pub(super) fn memory(out: &mut Walker<'_>, view: &Bound<'_, PyMemoryView>, host: &Host<'_>) {
    let bytes = view.call_method0(intern!(view.py(), "tobytes")).and_then(|bytes| Ok(bytes.cast_into::<PyBytes>()?));
    match host.ok(bytes) {
        Some(bytes) => out.bytes(bytes.as_bytes()),
        // A view that was released.
        None => describe::unserializable(out, view, host),
    }
}
