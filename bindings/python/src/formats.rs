//! Encoding, decoding and converting: what `tracewire.formats` is made of.
//!
//! These are calls of their own, not records: what fails raises `FormatError`, and the interpreter's lock is released for
//! whatever takes long.

use crate::data::Data;
use crate::failure::Failure;
use crate::format::{self, Given};
use crate::guard::guard_or_raise;
use crate::rows;
use crate::value::{Tags, from_python, to_python};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use tracewire_wire::encoding::Encoding;

/// From this many bytes on the lock is released: below, getting it back could take longer than the work.
const LONG_BYTES: usize = 64 << 10;

/// Does what may take long, without the interpreter's lock if it will.
pub(crate) fn long<T: Send>(
    py: Python<'_>,
    bytes: usize,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> PyResult<T> {
    let done = if bytes < LONG_BYTES { work() } else { py.detach(work) };
    done.map_err(|failure| failure.into_error(py))
}

fn written<'py>(py: Python<'py>, encoding: Encoding, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    if encoding.is_text() {
        Ok(PyString::from_bytes(py, bytes)?.into_any())
    } else {
        Ok(PyBytes::new(py, bytes).into_any())
    }
}

pub(crate) fn encoding(py: Python<'_>, name: &str) -> PyResult<Encoding> {
    Encoding::parse(name).map_err(|error| Failure::from(error).into_error(py))
}

/// Writes a Python value.
///
/// # Errors
/// `FormatError` for what has no form in this format.
#[pyfunction]
pub(crate) fn encode<'py>(
    value: &Bound<'py, PyAny>,
    name: &str,
    given: Given,
    keep_tags: bool,
) -> PyResult<Bound<'py, PyAny>> {
    guard_or_raise(|| {
        let (py, encoding) = (value.py(), encoding(value.py(), name)?);
        let (value, nodes) = from_python(value, tags(keep_tags), given.2)?;
        let bytes = long(py, nodes * NODE_BYTES, || format::write(encoding, value, given.into()))?;
        written(py, encoding, &bytes)
    })
}

/// What a part of a value is taken to be in bytes, to know whether its writing takes long.
const NODE_BYTES: usize = 16;

/// Reads a Python value.
///
/// # Errors
/// `FormatError` with the place of the first byte or line that is refused.
#[pyfunction]
pub(crate) fn decode<'py>(
    py: Python<'py>,
    data: Data,
    name: &str,
    given: Given,
    keep_tags: bool,
) -> PyResult<Bound<'py, PyAny>> {
    guard_or_raise(|| {
        let encoding = encoding(py, name)?;
        let value = long(py, data.bytes().len(), || format::read(encoding, data.bytes(), given.into()))?;
        to_python(py, &value, tags(keep_tags))
    })
}

/// Writes in one format what is read from another.
///
/// # Errors
/// As [`decode`] and [`encode`].
#[pyfunction]
pub(crate) fn convert<'py>(
    py: Python<'py>,
    data: Data,
    from_: (&str, Given),
    to: (&str, Given),
) -> PyResult<Bound<'py, PyAny>> {
    guard_or_raise(|| {
        let (source, target) = (encoding(py, from_.0)?, encoding(py, to.0)?);
        let (reading, writing) = ((source, from_.1.into()), (target, to.1.into()));
        let bytes = long(py, data.bytes().len(), || format::write_from(reading, data.bytes(), writing))?;
        written(py, target, &bytes)
    })
}

/// Events (dicts in the wire's form) as rows of CSV with the columns of TW-CSV-005, after the line that names them if asked.
///
/// # Errors
/// `FormatError` for what is no event.
#[pyfunction]
pub(crate) fn event_rows(
    producer: &str,
    events: &Bound<'_, PyAny>,
    with_header: bool,
    given: Given,
) -> PyResult<String> {
    guard_or_raise(|| {
        let py = events.py();
        let (events, parts) = from_python(events, Tags::Keep, true)?;
        long(py, parts * NODE_BYTES, || rows::write(producer, events, with_header, given.into()))
    })
}

/// How many tokens a text has for a model's encoding, exactly.
///
/// # Errors
/// `FormatError` `encoding_unknown`, and `tokens_absent` where the library was built without vocabularies.
#[pyfunction]
pub(crate) fn count_tokens(py: Python<'_>, text: Data, encoding: &str) -> PyResult<usize> {
    guard_or_raise(|| long(py, text.bytes().len(), || tokens(text.bytes(), encoding)))
}

#[cfg(feature = "tokens")]
fn tokens(text: &[u8], encoding: &str) -> Result<usize, Failure> {
    use tracewire_insight::tokens::{Encoding, count};
    let Some(known) = Encoding::parse(encoding) else {
        return Err(Failure::new("encoding_unknown", format!("{encoding:?} is not one of o200k, cl100k")));
    };
    match std::str::from_utf8(text) {
        Ok(text) => Ok(count(text, known)),
        Err(error) => {
            let failure = Failure::new("text_utf8", "ill-formed UTF-8: only texts have tokens");
            Err(Failure { offset: Some(error.valid_up_to()), ..failure })
        }
    }
}

#[cfg(not(feature = "tokens"))]
fn tokens(_: &[u8], _: &str) -> Result<usize, Failure> {
    Err(Failure::new("tokens_absent", "this library was built without the vocabularies that tokens are counted with"))
}

fn tags(keep: bool) -> Tags {
    if keep { Tags::Keep } else { Tags::Python }
}
