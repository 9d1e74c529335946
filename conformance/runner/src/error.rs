//! One error for the crate, with stable codes.

use crate::adapter::{Fault, Launch};
use std::path::PathBuf;

/// Why the kit itself cannot go on; a failing case is no error.
#[derive(Debug, thiserror::Error)]
pub enum ConformanceError {
    /// A file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the kit does not say what it must.
    #[error("{}: {reason}", .path.display())]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A pattern of cases is none.
    #[error("`{pattern}` is no pattern of cases: {reason}")]
    Pattern {
        /// What was given.
        pattern: String,
        /// What is wrong.
        reason: String,
    },
    /// The adapter cannot be started or does not answer as the protocol says.
    #[error("{command}: {reason}")]
    Adapter {
        /// The command that was started.
        command: String,
        /// What is wrong, and what it wrote to standard error.
        reason: String,
    },
}

impl ConformanceError {
    /// Every code, with what it says; sorted.
    pub const CODES: &[(&str, &str)] = &[
        ("conformance_adapter", "an adapter cannot be started, or does not answer as the protocol says"),
        ("conformance_content", "a file of the kit does not say what it must"),
        ("conformance_file", "a file of the kit cannot be read or written"),
        ("conformance_pattern", "a pattern of cases is none"),
    ];

    /// An adapter that cannot be used at all.
    pub fn adapter(launch: &Launch, fault: &Fault) -> Self {
        let said = crate::difference::harmless(&fault.complaints);
        let reason = match said.is_empty() {
            true => fault.summary.clone(),
            false => format!("{}; its standard error:\n{said}", fault.summary),
        };
        ConformanceError::Adapter { command: launch.command.join(" "), reason }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ConformanceError::File { .. } => "conformance_file",
            ConformanceError::Content { .. } => "conformance_content",
            ConformanceError::Pattern { .. } => "conformance_pattern",
            ConformanceError::Adapter { .. } => "conformance_adapter",
        }
    }
}
