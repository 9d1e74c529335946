//! Counts steps: the edges of the program's control flow that were taken. The same input takes the same steps on every run, so
//! that a bound on them is a test, which a bound on time is not.
//!
//! The compiler calls `__sanitizer_cov_trace_pc` on every edge where it is told to (`cargo xtask fuzz` does, and sets
//! `--cfg tracewire_steps`). Elsewhere nothing is counted, and every bound holds.

use std::sync::atomic::{AtomicU64, Ordering};

static STEPS: AtomicU64 = AtomicU64::new(0);

/// One step.
#[inline(always)]
pub fn count() {
    STEPS.store(STEPS.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
}

/// Defines what the compiler's instrumentation calls on every edge. It stands in the program itself, whose symbols come before
/// libFuzzer's. It must call nothing that is instrumented: optimised, it is one load and one store.
#[macro_export]
macro_rules! count_steps {
    () => {
        #[cfg(tracewire_steps)]
        #[allow(unsafe_code, reason = "the compiler calls a symbol by its name")]
        mod counted {
            // SAFETY: the name is the one that the instrumentation asks for; libFuzzer's own is left out by the linker.
            #[unsafe(no_mangle)]
            extern "C" fn __sanitizer_cov_trace_pc() {
                $crate::steps::count();
            }
        }
    };
}

/// Whether steps are counted in this build.
pub fn is_counting() -> bool {
    cfg!(tracewire_steps)
}

/// The steps that `work` takes; other threads must rest.
pub fn of<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = STEPS.load(Ordering::Relaxed);
    let result = work();
    (result, STEPS.load(Ordering::Relaxed).wrapping_sub(before))
}
