//! Texts, integers and bytes.

use super::text::{Utf8, with_text};
use super::{Host, Output, describe};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyMemoryView, PyString};

/// Integers of more bytes are written as their size (the walker's own bound).
const INT_BYTES: usize = 1024;

pub(super) fn text(out: &mut impl Output, text: &Bound<'_, PyString>, host: &Host<'_>) {
    with_text(text, host, |utf8| match utf8 {
        Utf8::Text(text) => out.text(text),
        Utf8::IllFormed(bytes) => out.text_lossy(bytes),
        Utf8::Unreadable => out.unserializable(describe::UNREADABLE, None),
    });
}

pub(super) fn int(out: &mut impl Output, number: &Bound<'_, PyInt>, host: &Host<'_>) {
    match number.extract::<i64>() {
        Ok(small) => out.int(small),
        Err(_) => match host.ok(big_int(out, number)) {
            Some(()) => {}
            None => describe::unserializable(out, number, host),
        },
    }
}

/// Reads the digits through the methods of `int` itself, whatever a subclass made of them.
fn big_int(out: &mut impl Output, number: &Bound<'_, PyInt>) -> PyResult<()> {
    let py = number.py();
    let int = py.get_type::<PyInt>();
    let bits: usize = int.call_method1(intern!(py, "bit_length"), (number,))?.extract()?;
    let length = bits / 8 + 1;
    if length > INT_BYTES + 1 {
        out.long_int(bits.div_ceil(8), || {
            let digits = int.call_method1(intern!(py, "__repr__"), (number,)).ok()?;
            digits.extract::<String>().ok()
        });
        return Ok(());
    }
    let is_negative = int.call_method1(intern!(py, "__lt__"), (number, 0))?.is_truthy()?;
    let magnitude = int.call_method1(intern!(py, "__abs__"), (number,))?;
    let bytes = int.call_method1(intern!(py, "to_bytes"), (magnitude, length, "big"))?.cast_into::<PyBytes>()?;
    out.big_int(is_negative, bytes.as_bytes());
    Ok(())
}

pub(super) fn memory(out: &mut impl Output, view: &Bound<'_, PyMemoryView>, host: &Host<'_>) {
    let bytes = view.call_method0(intern!(view.py(), "tobytes")).and_then(|bytes| Ok(bytes.cast_into::<PyBytes>()?));
    match host.ok(bytes) {
        Some(bytes) => out.bytes(bytes.as_bytes()),
        // A view that was released.
        None => describe::unserializable(out, view, host),
    }
}
