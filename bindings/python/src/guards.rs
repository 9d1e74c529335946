//! Calls that are checked before they begin: the only thing here that raises, and only where somebody configured it.

use crate::body;
use crate::options::map_of;
use crate::policy::Policy;
use crate::recorder::Recorder;
use crate::span::parent_of;
use crate::walk::{Host, text_of};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tracewire_recorder::Place;
use tracewire_recorder::guards::{Config, Decision, Verdict};
use tracewire_recorder::record::BodyWriter;
use tracewire_wire::event::Status;
use tracewire_wire::json;
use tracewire_wire::value::Value;

/// Where the package keeps its classes.
const PACKAGE: &str = "tracewire._guards";

/// # Errors
/// `ValueError` that names the member which cannot be used.
#[pyfunction]
pub(crate) fn check_guards(given: &Bound<'_, PyAny>) -> PyResult<()> {
    let given = Value::Map(map_of("guards", given)?);
    Config::read(&given).map(|_| ()).map_err(|refused| PyValueError::new_err(refused.to_string()))
}

impl Recorder {
    /// Has a call checked that is about to begin; gives what is reserved for it, 0 where nothing is.
    ///
    /// # Errors
    /// `BudgetExceeded` and `LoopDetected`, and what ends the host's own function at once.
    pub(crate) fn check<'py>(
        &self,
        kind: &Bound<'py, PyAny>,
        parent: &Bound<'py, PyAny>,
        fields: Option<&Bound<'py, PyDict>>,
        host: &Host<'py>,
        write: impl FnOnce(&mut BodyWriter<'_, '_>, &Policy),
    ) -> PyResult<u64> {
        if !self.core().has_guards() {
            return Ok(0);
        }
        let py = kind.py();
        let correlation = fields.and_then(|fields| fields.get_item(intern!(py, "correlation_id")).ok().flatten());
        let correlation = correlation.filter(|id| !id.is_none()).map(|id| text_of(&id, host));
        let verdict = body::with_text_of(kind, host, |kind| {
            // What is masked before it is recorded still tells one call from another, and goes no further.
            let policy = Policy::default();
            let place = Place { step: parent_of(parent), correlation_id: correlation.as_deref() };
            self.core().check(place, kind, |writer| {
                write(writer, &policy);
                body::fields(writer, fields, &policy, host);
            })
        });
        match verdict {
            None => Ok(0),
            Some(verdict) if verdict.decision == Decision::Allow => Ok(verdict.reservation),
            Some(verdict) => self.tell(py, &verdict),
        }
    }

    fn tell(&self, py: Python<'_>, verdict: &Verdict) -> PyResult<u64> {
        let text = String::from_utf8_lossy(&json::write(&verdict.to_value())).into_owned();
        if verdict.decision == Decision::Stop {
            let error = py.import(PACKAGE)?.call_method1("error_of", (text,))?;
            return Err(PyErr::from_value(error));
        }
        if let Some(function) = &self.on_warning {
            let told = py.import(PACKAGE).and_then(|package| package.call_method1("warn", (function, text)));
            if let Err(error) = told {
                // The call does not begin.
                self.core().settle(verdict.reservation, &Status::Error, |_| {});
                return Err(error);
            }
        }
        Ok(verdict.reservation)
    }
}
