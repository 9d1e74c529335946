//! Text or bytes of the host, lent for as long as they are read.

use crate::failure::Failure;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::PyString;

/// A longer text that is not ASCII is encoded for this call: Python would keep its UTF-8 form as long as the text lives.
const KEPT_FORM_CHARS: usize = 4096;

/// Without a copy where they cannot change.
pub(crate) enum Data {
    Text(PyBackedStr),
    Bytes(PyBackedBytes),
}

impl Data {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Data::Text(text) => text.as_bytes(),
            Data::Bytes(bytes) => bytes,
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Data {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let py = given.py();
        let Ok(text) = given.cast::<PyString>() else { return Ok(Data::Bytes(given.extract::<PyBackedBytes>()?)) };
        let is_short = text.code_point_len().is_ok_and(|length| length <= KEPT_FORM_CHARS);
        let lent = if is_short || text.call_method0(intern!(py, "isascii"))?.is_truthy()? {
            text.extract::<PyBackedStr>().map(Data::Text)
        } else {
            text.call_method1(intern!(py, "encode"), ("utf-8",)).and_then(|bytes| Ok(Data::Bytes(bytes.extract()?)))
        };
        lent.map_err(|_| {
            Failure::new(
                "text_surrogate",
                "half of a surrogate pair, which UTF-8 cannot hold: hand over the bytes as they came",
            )
            .into_error(py)
        })
    }
}
