//! The one place where a panic stops. One that goes on would end the process, or the thread of whoever called.

use crate::{Refusal, reports};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};

static INTERNAL_ERRORS: AtomicU64 = AtomicU64::new(0);
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Runs `work`; when it panics, counts that and gives `fallback`.
pub fn guard<T>(fallback: T, work: impl FnOnce() -> T) -> T {
    keep_panic_messages();
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        INTERNAL_ERRORS.fetch_add(1, Ordering::Relaxed);
        fallback
    })
}

/// The same for a call whose caller must not take a fallback for the result.
///
/// # Errors
/// Those of `work`, and `internal` for a panic.
pub fn guard_or_refuse<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    let done = guard(None, || Some(work()));
    let internal = || Refusal::new("internal", "internal error of tracewire; flush() says what it was");
    done.unwrap_or_else(|| Err(internal()))
}

/// How many panics were stopped, and the message of the last one, given once, as JSON.
pub fn internal_errors() -> String {
    let message = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
    reports::internal_errors(INTERNAL_ERRORS.load(Ordering::Relaxed), message.as_deref())
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
