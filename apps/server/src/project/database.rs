//! Where a project's store is, and how it is opened. Whoever holds an open one knows no more than [`Store`].

use std::path::{Path, PathBuf};

use tracewire_postgres::PostgresStore;
use tracewire_store::{FILE_NAME, SqliteStore, Store, StoreError};

/// Where a project's store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of SQLite.
    Sqlite(PathBuf),
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
    pub fn new(url: Option<&str>, project: &str, folder: &Path) -> Self {
        match url {
            Some(url) => Database::Postgres { url: url.to_owned(), project: project.to_owned() },
            None => Database::Sqlite(folder.join(FILE_NAME)),
        }
    }

    /// Opens it; what is held of a file in memory is at most so many KiB.
    ///
    /// # Errors
    /// Those of the engine.
    pub fn open(&self, cache_kib: u32) -> Result<Box<dyn Store>, StoreError> {
        Ok(match self {
            Database::Sqlite(path) => {
                let mut store = SqliteStore::open(path)?;
                store.cache_at_most(cache_kib)?;
                Box::new(store)
            }
            Database::Postgres { url, project } => Box::new(PostgresStore::open(url, project)?),
        })
    }

    /// The engine's name.
    pub fn engine(&self) -> &'static str {
        match self {
            Database::Sqlite(_) => "sqlite",
            Database::Postgres { .. } => "postgres",
        }
    }
}
