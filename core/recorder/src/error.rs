//! What can go wrong where somebody asked for something: opening, reading, recovering. Recording itself never fails;
//! what it had to drop is counted.

use std::io;
use std::path::{Path, PathBuf};
use tracewire_wire::WireError;

/// Errors of this crate, with stable codes.
#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    /// The file system refused an operation.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file does not begin as a journal does (requirement TW-JNL-004).
    #[error("{} is not a journal: other bytes stand at offset {offset}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Where the first wrong byte stands.
        offset: u64,
    },
    /// The header is cut off, damaged or incomplete (requirement TW-JNL-009).
    #[error("the header of {} cannot be read at offset {offset}: {reason}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Where reading stopped.
        offset: u64,
        /// What is wrong there.
        reason: String,
    },
    /// The file is of a later format (requirement TW-JNL-011).
    #[error("{} is a journal of format {format}, which is newer than this program reads", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Where the header stands.
        offset: u64,
        /// The format that it names.
        format: u64,
    },
    /// An option has a value that cannot work.
    #[error("option {option} cannot be used: {reason}")]
    Option {
        /// Its name.
        option: &'static str,
        /// Why not.
        reason: String,
    },
    /// A rule of redaction cannot be applied.
    #[error("option redact cannot be used: {0}")]
    Rule(#[source] WireError),
}

impl RecorderError {
    /// Every code of its own, with what it says; sorted. Those of [`RecorderError::Rule`] are the wire's.
    pub const CODES: &[(&str, &str)] = &[
        ("io", "the file system refused an operation"),
        ("journal_foreign", "a file does not begin as a journal does"),
        ("journal_header", "a journal's header is cut off, damaged or incomplete"),
        ("journal_newer", "a journal is of a later format"),
        ("option", "an option has a value that cannot work"),
    ];

    /// A failed operation on a path; shaped for `map_err`.
    pub fn io(action: &'static str, path: impl AsRef<Path>, source: io::Error) -> Self {
        RecorderError::Io { action, path: path.as_ref().to_owned(), source }
    }

    /// A stable name for programs; the message is for people.
    pub fn code(&self) -> &'static str {
        match self {
            RecorderError::Io { .. } => "io",
            RecorderError::Foreign { .. } => "journal_foreign",
            RecorderError::Header { .. } => "journal_header",
            RecorderError::Newer { .. } => "journal_newer",
            RecorderError::Option { .. } => "option",
            RecorderError::Rule(error) => error.code(),
        }
    }

    /// Whether the same call can succeed later without any change by the caller.
    pub fn is_retryable(&self) -> bool {
        match self {
            RecorderError::Io { source, .. } => !matches!(
                source.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput
            ),
            _ => false,
        }
    }

    /// The byte offset in the file, where the error has one.
    pub fn offset(&self) -> Option<u64> {
        match self {
            RecorderError::Foreign { offset, .. }
            | RecorderError::Header { offset, .. }
            | RecorderError::Newer { offset, .. } => Some(*offset),
            RecorderError::Io { .. } | RecorderError::Option { .. } | RecorderError::Rule(_) => None,
        }
    }
}
