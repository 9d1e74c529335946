//! Why a server does not start, or ends.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use tracewire_store::StoreError;
use tracewire_wire::WireError;

use crate::outward::OutwardError;

/// Why a server does not start, or ends. What goes wrong with a request is a [`crate::problem::Problem`].
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Another process listens there, or this one may not.
    #[error("{address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// Beyond this machine everybody could read and write.
    #[error("{address} can be reached from other machines, and no key was made yet")]
    NoKeys {
        /// Where it would listen.
        address: SocketAddr,
    },
    /// Another server has this folder.
    #[error("{} is served by another process{}", folder.display(), by.as_ref().map(|by| format!(": {by}")).unwrap_or_default())]
    AlreadyServed {
        /// The folder.
        folder: PathBuf,
        /// What the other one says of itself.
        by: Option<String>,
    },
    /// A name that no project can have.
    #[error("`{0}` is no name of a project: lower-case letters, digits and hyphens are, up to 40 of them")]
    ProjectName(String),
    /// There is no such key.
    #[error("there is no key {0}")]
    NoSuchKey(String),
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file of keys is none.
    #[error("{}: this is no file of keys: {reason}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// PostgreSQL does not say what deletions have freed, so that nobody would know when to stop.
    #[error("a size can be kept in a file of SQLite only; in PostgreSQL keep traces by their age")]
    RetainSize,
    /// Rules of redaction that cannot be applied.
    #[error("redact: {0}")]
    Redact(#[source] WireError),
    /// Nothing can be forwarded.
    #[error(transparent)]
    Outward(#[from] OutwardError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system gives no thread, no timer or no signal.
    #[error("the operating system refuses: {0}")]
    System(io::Error),
}

impl ServerError {
    /// Every code of its own, with what it says; sorted.
    pub const CODES: &[(&str, &str)] = &[
        ("already_served", "another server has this folder"),
        ("file", "a file cannot be read or written"),
        ("key_file", "the file of keys is none"),
        ("key_unknown", "there is no such key"),
        ("keys_required", "the address can be reached from other machines, and no key was made yet"),
        ("listen", "another process listens there, or this one may not"),
        ("project_name", "a name that no project can have"),
        ("retain_size", "only a file of SQLite can be kept below a size"),
        ("system", "the operating system gives no thread, no timer or no signal"),
    ];

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ServerError::Listen { .. } => "listen",
            ServerError::NoKeys { .. } => "keys_required",
            ServerError::AlreadyServed { .. } => "already_served",
            ServerError::ProjectName(_) => "project_name",
            ServerError::NoSuchKey(_) => "key_unknown",
            ServerError::File { .. } => "file",
            ServerError::KeyFile { .. } => "key_file",
            ServerError::RetainSize => "retain_size",
            ServerError::Redact(error) => error.code(),
            ServerError::Outward(error) => error.code(),
            ServerError::Store(error) => error.code(),
            ServerError::System(_) => "system",
        }
    }
}
