//! One error for the crate, with stable codes.

use std::path::PathBuf;

/// Why the kit itself cannot go on; a failing case is no error.
#[derive(Debug, thiserror::Error)]
pub enum ConformanceError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the kit does not say what it must.
    #[error("{path}: {reason}")]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The adapter cannot be started or does not answer as the protocol says.
    #[error("{command}: {reason}")]
    Adapter {
        /// The command that was started.
        command: String,
        /// What is wrong.
        reason: String,
    },
}

impl ConformanceError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ConformanceError::File { .. } => "conformance_file",
            ConformanceError::Content { .. } => "conformance_content",
            ConformanceError::Adapter { .. } => "conformance_adapter",
        }
    }
}
