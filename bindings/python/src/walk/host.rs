//! What the host's own code may do to us while we read its values: raise.

use pyo3::prelude::*;
use std::cell::RefCell;

/// Takes the exceptions that reading a value raised.
///
/// All are swallowed, `BaseException`s too, with one exception to the rule: what a signal handler raised (Ctrl-C, an
/// alarm) was not meant for us. It is kept, the record is finished, and then the host gets it.
pub(crate) struct Host<'py> {
    py: Python<'py>,
    from_signal: RefCell<Option<PyErr>>,
}

impl<'py> Host<'py> {
    pub(crate) fn new(py: Python<'py>) -> Self {
        Host { py, from_signal: RefCell::new(None) }
    }

    /// The result, or `None` with its exception swallowed.
    pub(crate) fn ok<T>(&self, result: PyResult<T>) -> Option<T> {
        result.map_err(|error| self.swallow(error)).ok()
    }

    pub(crate) fn swallow(&self, error: PyErr) {
        if is_from_signal(self.py, &error) {
            self.from_signal.borrow_mut().get_or_insert(error);
        }
    }

    /// Has the package count and log what went wrong; in strict mode the host gets its exception.
    pub(crate) fn problem(&self, code: &str, message: &str, cause: PyErr) {
        if is_from_signal(self.py, &cause) {
            return self.swallow(cause);
        }
        let package = self.py.import("tracewire._recorder");
        let raised = package.and_then(|package| package.call_method1("problem", (code, message, cause.value(self.py))));
        if let Err(error) = raised {
            self.from_signal.borrow_mut().get_or_insert(error);
        }
    }

    /// Gives a signal's exception back to the host once the record stands.
    pub(crate) fn finish<T>(self, value: T) -> PyResult<T> {
        match self.from_signal.into_inner() {
            None => Ok(value),
            Some(error) => Err(error),
        }
    }
}

/// Asks the package, whose rule it is; whatever goes wrong there means no.
fn is_from_signal(py: Python<'_>, error: &PyErr) -> bool {
    // Before Python 3.12 an exception and its traceback travel apart.
    let question = (error.value(py), error.traceback(py));
    let answer = || py.import("tracewire._signals")?.call_method1("is_from_signal", question)?.is_truthy();
    answer().unwrap_or(false)
}
