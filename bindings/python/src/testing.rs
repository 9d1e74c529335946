//! For tests: injected clock and ids, readers of one's own journals, a panic. Reached through `tracewire.testing` only.

use crate::data::Data;
use crate::failure::Failure;
use crate::guard::{guard, guard_or_raise};
use crate::options::on_warning;
use crate::options::options;
use crate::recorder::Recorder;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::path::PathBuf;
use std::sync::Arc;
use tracewire_recorder::RecorderError;
use tracewire_recorder::guards;
use tracewire_recorder::testing::{self, Script, Scripted, SealedJournal};
use tracewire_wire::json;

/// Panics inside the boundary; the caller sees `fallback`.
#[pyfunction]
#[allow(clippy::panic, reason = "the one purpose of this function")]
pub(crate) fn testing_panic() -> PyResult<&'static str> {
    guard("fallback", || panic!("testing_panic"))
}

/// A recorder whose clock and ids are given: `start` and `moments` as nanoseconds of both clocks, ids as hex digits. When the
/// lists are used up the clock goes `step_nanos` at each reading, and ids count from 1.
///
/// # Errors
/// `ValueError` for what is no id, or no option.
#[pyfunction]
pub(crate) fn testing_recorder(
    given: &Bound<'_, PyDict>,
    process: String,
    clock: ((i64, u64), Vec<(i64, u64)>, u64),
    ids: (Vec<String>, Vec<String>),
) -> PyResult<Recorder> {
    let ((start, moments, step_nanos), (trace_ids, span_ids)) = (clock, ids);
    let mut script = Script { step_nanos, process, ..Script::default() };
    script.set_start(start.0, start.1);
    moments.into_iter().for_each(|(wall, monotonic)| script.add_moment(wall, monotonic));
    let ids = script.set_ids(trace_ids.iter().map(String::as_str), span_ids.iter().map(String::as_str));
    ids.map_err(|error| PyValueError::new_err((error.to_string(), error.code())))?;
    let (mut options, policy) = options(given)?;
    options.sources = Arc::new(Scripted::new(script));
    Recorder::open(options, policy, on_warning(given)?)
}

type Sealed<'py> = (Vec<Bound<'py, PyBytes>>, usize);

/// The envelopes of a directory's journals, and how many events stand behind the last boundary.
///
/// # Errors
/// `OSError` when the directory or a journal cannot be read.
#[pyfunction]
pub(crate) fn testing_seal_directory(py: Python<'_>, directory: PathBuf) -> PyResult<Sealed<'_>> {
    let sealed = py.detach(|| testing::seal(&directory)).map_err(|error| PyOSError::new_err(error.to_string()))?;
    Ok(as_python(py, &sealed))
}

/// The same of one journal, given by its bytes.
///
/// # Errors
/// `FormatError` for what is no journal.
#[pyfunction]
pub(crate) fn testing_seal(py: Python<'_>, journal: Data) -> PyResult<Sealed<'_>> {
    guard_or_raise(|| Ok(as_python(py, &testing::seal_bytes(journal.bytes()).map_err(|error| refused(py, &error))?)))
}

/// A journal as it is left by whoever finds it and knows that its writer is dead.
#[pyfunction]
pub(crate) fn testing_recover(py: Python<'_>, journal: Data) -> PyResult<Bound<'_, PyBytes>> {
    let recovered = guard_or_raise(|| Ok(testing::recover_bytes(journal.bytes())))?;
    Ok(PyBytes::new(py, &recovered))
}

fn as_python<'py>(py: Python<'py>, sealed: &SealedJournal) -> Sealed<'py> {
    (sealed.envelopes.iter().map(|envelope| PyBytes::new(py, envelope)).collect(), sealed.pending)
}

fn refused(py: Python<'_>, error: &RecorderError) -> PyErr {
    Failure::new(error.code(), error.to_string()).into_error(py)
}

/// The events of every journal below `directory`, in order of time, as one canonical JSON list with contents inline.
///
/// # Errors
/// `OSError` when the directory or a journal cannot be read.
#[pyfunction]
pub(crate) fn testing_read(py: Python<'_>, directory: PathBuf) -> PyResult<String> {
    let read = py.detach(|| {
        testing::events(&directory).map(|events| String::from_utf8_lossy(&json::write(&events)).into_owned())
    });
    read.map_err(|error| PyOSError::new_err(error.to_string()))
}

/// Runs checks and settlements of guards that are given as JSON, with their times.
///
/// # Errors
/// `ValueError` for what is no script.
#[pyfunction]
pub(crate) fn testing_guard(script: Data) -> PyResult<String> {
    let results = guard_or_raise(|| guards::run_script(script.bytes()).map_err(crate::error))?;
    Ok(String::from_utf8_lossy(&results).into_owned())
}
