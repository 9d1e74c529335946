//! The one error of this boundary.

use tracewire_boundary::Refusal;

/// What was refused, where it is known, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum TracewireError {
    /// The recorder or a format refused something.
    #[error("{code}: {reason}")]
    Refused {
        /// Stable code, the same in every SDK.
        code: String,
        /// One sentence for people. A `message` would hide that of the host's own exceptions.
        reason: String,
        /// Bytes before what was refused.
        offset: Option<u64>,
        /// The line, from 1.
        line: Option<u64>,
        /// A JSON pointer.
        path: Option<String>,
    },
}

impl From<Refusal> for TracewireError {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, message: reason, offset, line, path } = refusal;
        let number = |number: Option<usize>| number.map(|number| number as u64);
        TracewireError::Refused { code, reason, offset: number(offset), line: number(line), path }
    }
}

/// Runs what may be refused; a panic is the error `internal`.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, TracewireError> {
    Ok(tracewire_boundary::guard::guard_or_refuse(work)?)
}
