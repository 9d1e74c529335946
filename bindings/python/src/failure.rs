//! The one exception of everything that reads and writes formats: `tracewire.FormatError`.

use pyo3::intern;
use pyo3::prelude::*;
use tracewire_wire::WireError;

/// What was refused, where, and why.
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) reason: String,
    /// Bytes before what was refused.
    pub(crate) offset: Option<usize>,
    /// The line, from 1.
    pub(crate) line: Option<usize>,
    /// A JSON pointer.
    pub(crate) path: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Failure { code, reason: reason.into(), offset: None, line: None, path: None }
    }

    /// An error of core in `text`, whose lines are counted for a byte offset.
    pub(crate) fn in_text(error: WireError, text: &[u8]) -> Self {
        let line = error.line_in(text);
        Failure { line, ..Failure::from(error) }
    }

    /// The class belongs to the package, so that it is a class like any other there.
    pub(crate) fn into_error(self, py: Python<'_>) -> PyErr {
        let class = py.import(intern!(py, "tracewire._errors")).and_then(|module| module.getattr("FormatError"));
        let made = class.and_then(|class| class.call1((self.code, self.reason, self.offset, self.line, self.path)));
        made.map_or_else(|error| error, PyErr::from_value)
    }
}

impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        let (code, offset, line) = (error.code(), error.offset(), error.line());
        let (reason, path) = error.into_reason();
        Failure { code, reason, offset, line, path }
    }
}
