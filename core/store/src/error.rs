//! One error for the crate, with stable codes.

use std::path::PathBuf;
use tracewire_insight::prices::PriceError;
use tracewire_recorder::RecorderError;
use tracewire_wire::WireError;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database was made by a newer version; it is left as it is.
    #[error("{path}: the database has version {found}, this program knows versions up to {known}")]
    NewerVersion {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The file is a database of another program.
    #[error("{path}: this is a database of another program")]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// The file is damaged, or not a database at all.
    #[error("the database is damaged: {reason}")]
    Corrupt {
        /// What was found, for people.
        reason: String,
    },
    /// Another process kept the database locked for longer than the busy timeout.
    #[error("the database is locked by another process")]
    Locked,
    /// The disk or the quota is full; what was asked did not happen.
    #[error("the disk is full")]
    DiskFull,
    /// The file or its folder cannot be written.
    #[error("the database cannot be written")]
    ReadOnly,
    /// The file or its folder cannot be opened.
    #[error("{path}: the database cannot be opened: {reason}")]
    CannotOpen {
        /// The database.
        path: PathBuf,
        /// Why, for people.
        reason: String,
    },
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The database cannot be reached, or went away; what was asked did not happen, or nobody knows.
    #[error("the database cannot be reached: {reason}")]
    Unavailable {
        /// Why, for people.
        reason: String,
    },
    /// The answer was not found in the time that a query may take; see [`crate::Store::answer_until`].
    #[error("the query takes longer than it may")]
    QueryTimeout,
    /// A query asks for what there cannot be.
    #[error("the query cannot be used: `{member}`: {reason}")]
    Query {
        /// Which member; empty for the whole query.
        member: String,
        /// What is wrong with it and what is expected, for people.
        reason: String,
    },
    /// Stored JSON does not read back, or given data is not what it says it is.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The user's own prices cannot be used.
    #[error("{path}: {error}")]
    Prices {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: PriceError,
    },
    /// A journal could not be read.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// Any other refusal of the database engine.
    #[error("the database engine refused: {0}")]
    Engine(String),
}

impl StoreError {
    /// Every code of its own, with what it says; sorted.
    pub const CODES: &[(&str, &str)] = &[
        ("query_invalid", "a query asks for what there cannot be"),
        ("query_timeout", "the answer was not found in the time that a query may take"),
        ("store_cannot_open", "the database, or its folder, cannot be opened"),
        ("store_corrupt", "the file is damaged, or not a database at all"),
        ("store_disk_full", "the disk or the quota is full; what was asked did not happen"),
        ("store_engine", "the database engine refused for another reason"),
        ("store_foreign", "the file is a database of another program"),
        ("store_io", "the operating system refused"),
        ("store_locked", "another process kept the database locked for too long"),
        ("store_newer_version", "the database was made by a newer version; it is left as it is"),
        ("store_read_only", "the file or its folder cannot be written"),
        ("store_unavailable", "the database cannot be reached, or went away"),
    ];

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::NewerVersion { .. } => "store_newer_version",
            StoreError::Foreign { .. } => "store_foreign",
            StoreError::Corrupt { .. } => "store_corrupt",
            StoreError::Locked => "store_locked",
            StoreError::DiskFull => "store_disk_full",
            StoreError::ReadOnly => "store_read_only",
            StoreError::CannotOpen { .. } => "store_cannot_open",
            StoreError::Io { .. } => "store_io",
            StoreError::Unavailable { .. } => "store_unavailable",
            StoreError::Query { .. } => "query_invalid",
            StoreError::QueryTimeout => "query_timeout",
            StoreError::Prices { error, .. } => error.code(),
            StoreError::Wire(error) => error.code(),
            StoreError::Recorder(error) => error.code(),
            StoreError::Engine(_) => "store_engine",
        }
    }

    /// Whether the same call can succeed later without anybody mending anything.
    pub fn is_retryable(&self) -> bool {
        matches!(self, StoreError::Locked | StoreError::Unavailable { .. })
    }

    pub(crate) fn corrupt(reason: impl Into<String>) -> Self {
        StoreError::Corrupt { reason: reason.into() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::corrupt(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked,
            Some(ErrorCode::DiskFull) => StoreError::DiskFull,
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly,
            Some(ErrorCode::OperationInterrupted) => StoreError::QueryTimeout,
            _ => match error {
                rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..) => StoreError::corrupt(error.to_string()),
                other => StoreError::Engine(other.to_string()),
            },
        }
    }
}

impl From<rusqlite::types::FromSqlError> for StoreError {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        // A column holds what this program never writes there.
        StoreError::corrupt(error.to_string())
    }
}
