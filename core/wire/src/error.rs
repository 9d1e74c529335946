//! One error for the crate, with stable codes.

/// What was refused, where, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Bytes are not the JSON that the spec allows (TW-JSON-002 to 004).
    #[error("{reason} at byte {offset}")]
    Json {
        /// Stable code.
        code: &'static str,
        /// Byte offset of the first bad byte.
        offset: usize,
        /// What is wrong, for people.
        reason: String,
    },
    /// A value does not have the shape that its place demands.
    #[error("{path}: {reason}")]
    Shape {
        /// Stable code.
        code: &'static str,
        /// Where, as a JSON pointer.
        path: String,
        /// What is wrong, for people.
        reason: String,
    },
}

impl WireError {
    /// The stable code, the same in every SDK.
    pub fn code(&self) -> &'static str {
        match self {
            WireError::Json { code, .. } | WireError::Shape { code, .. } => code,
        }
    }

    /// Byte offset of the first bad byte, for [`WireError::Json`].
    pub fn offset(&self) -> Option<usize> {
        match self {
            WireError::Json { offset, .. } => Some(*offset),
            WireError::Shape { .. } => None,
        }
    }

    pub(crate) fn shape(code: &'static str, path: impl Into<String>, reason: impl Into<String>) -> Self {
        WireError::Shape { code, path: path.into(), reason: reason.into() }
    }

    /// The same error, one level further up.
    pub(crate) fn within(self, parent: &str) -> Self {
        match self {
            WireError::Shape { code, path, reason } => WireError::Shape { code, path: format!("{parent}{path}"), reason },
            other => other,
        }
    }
}
