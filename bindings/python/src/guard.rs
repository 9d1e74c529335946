//! The one place where a panic stops: it becomes a counted internal error, never an exception of the host.

use pyo3::PyResult;
use pyo3::exceptions::PyRuntimeError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

static INTERNAL_ERRORS: AtomicU64 = AtomicU64::new(0);
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Runs `work`; when it panics, counts that and gives `fallback`.
///
/// The only errors that `work` returns are those that the host must see: wrong configuration, and an exception that a
/// signal handler raised while a value was read.
pub(crate) fn guard<T>(fallback: T, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        INTERNAL_ERRORS.fetch_add(1, Ordering::Relaxed);
        Ok(fallback)
    })
}

/// The same for a call that is no record: its caller must not take a fallback for the result, so a panic is an exception.
pub(crate) fn guard_or_raise<T>(work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let done = guard(None, || work().map(Some))?;
    done.ok_or_else(|| PyRuntimeError::new_err("tracewire: internal error; tracewire.flush() logs what it was"))
}

/// Keeps a panic's message for the log instead of printing it. The hook belongs to this library's own copy of the
/// standard library; no other library of the process is touched.
pub(crate) fn keep_panic_messages() {
    std::panic::set_hook(Box::new(|info| {
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(info.to_string());
    }));
}

/// How many panics were stopped so far, and the message of the last one, given once.
pub(crate) fn internal_errors() -> (u64, Option<String>) {
    let message = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
    (INTERNAL_ERRORS.load(Ordering::Relaxed), message)
}
