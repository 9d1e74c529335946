//! What was refused becomes an error of Node-API; panics stop in `bindings/boundary`.

use napi::{Error, Result};
use tracewire_boundary::Refusal;
pub(crate) use tracewire_boundary::guard::{guard, internal_errors};

/// [`guard`] for a call whose caller must not take a fallback for the result: a panic is an error, code `internal`.
pub(crate) fn guard_or_throw<T>(work: impl FnOnce() -> std::result::Result<T, Refusal>) -> Result<T> {
    tracewire_boundary::guard::guard_or_refuse(work).map_err(|refusal| Error::from_reason(refusal.to_json()))
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
