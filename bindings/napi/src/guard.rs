//! The one place where a panic stops. A panic in a plain function of Node-API ends the process.

use napi::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use tracewire_javascript::{Refusal, reports};

static INTERNAL_ERRORS: AtomicU64 = AtomicU64::new(0);
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Runs `work`; when it panics, counts that and gives `fallback`.
pub(crate) fn guard<T>(fallback: T, work: impl FnOnce() -> T) -> T {
    keep_panic_messages();
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        INTERNAL_ERRORS.fetch_add(1, Ordering::Relaxed);
        fallback
    })
}

/// The same for a call whose caller must not take a fallback for the result: a panic is an error, code `internal`.
pub(crate) fn guard_or_throw<T>(work: impl FnOnce() -> std::result::Result<T, Refusal>) -> Result<T> {
    let done = guard(None, || Some(work()));
    let internal = || Refusal::new("internal", "internal error of tracewire; flush() says what it was");
    done.unwrap_or_else(|| Err(internal())).map_err(|refusal| Error::from_reason(refusal.to_json()))
}

/// A whole number that is not negative, given as a double.
pub(crate) fn natural(name: &str, number: f64) -> std::result::Result<u64, Refusal> {
    let is_natural = number.fract() == 0.0 && (0.0..=9_007_199_254_740_991.0).contains(&number);
    if is_natural {
        Ok(number as u64)
    } else {
        Err(Refusal::new("number", format!("{name}: {number} is no natural number")))
    }
}

/// Keeps a panic's message for the package instead of printing it. The hook belongs to this library's own copy of the
/// standard library; no other library of the process is touched.
fn keep_panic_messages() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(info.to_string());
        }));
    });
}

pub(crate) fn internal_errors() -> String {
    let message = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
    reports::internal_errors(INTERNAL_ERRORS.load(Ordering::Relaxed), message.as_deref())
}
