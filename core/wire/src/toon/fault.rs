//! What is wrong with a line. Errors are rare and large; boxed, they leave the way of the values narrow.

use crate::error::WireError;

/// A [`WireError::Line`].
pub(super) type Fault = Box<WireError>;

/// The fault of this line, from 1.
pub(super) fn fault<T>(code: &'static str, line: usize, reason: impl Into<String>) -> Result<T, Fault> {
    Err(Box::new(WireError::Line { code, line, reason: reason.into() }))
}
