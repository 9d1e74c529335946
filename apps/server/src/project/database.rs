//! Where a project's store is, and how it is opened. Whoever holds an open one knows no more than [`Store`].

use std::path::{Path, PathBuf};

use crate::options::Options;
use tracewire_postgres::PostgresStore;
use tracewire_store::{FILE_NAME, SqliteStore, Store, StoreError};

/// Where a project's store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of SQLite.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Bytes that it may have.
        most_bytes: Option<u64>,
    },
    /// A schema of PostgreSQL.
    Postgres {
        /// `postgres://…`; it may hold a password.
        url: String,
        /// The project, which names the schema.
        project: String,
    },
}

impl Database {
    /// A schema where there is a database, else a file in the project's folder.
    pub fn new(options: &Options, project: &str, folder: &Path) -> Self {
        match &options.database {
            Some(url) => Database::Postgres { url: url.clone(), project: project.to_owned() },
            None => Database::Sqlite { path: folder.join(FILE_NAME), most_bytes: options.limits.store_bytes },
        }
    }

    /// Opens it; what is held of a file in memory is at most so many KiB.
    ///
    /// # Errors
    /// Those of the engine.
    pub fn open(&self, cache_kib: u32) -> Result<Box<dyn Store>, StoreError> {
        Ok(match self {
            Database::Sqlite { path, most_bytes } => {
                let mut store = SqliteStore::open(path)?;
                if let Some(most) = most_bytes {
                    store.limit_bytes(*most)?;
                }
                store.cache_at_most(cache_kib)?;
                Box::new(store)
            }
            Database::Postgres { url, project } => Box::new(PostgresStore::open(url, project)?),
        })
    }

    /// The engine's name.
    pub fn engine(&self) -> &'static str {
        match self {
            Database::Sqlite { .. } => "sqlite",
            Database::Postgres { .. } => "postgres",
        }
    }
}
