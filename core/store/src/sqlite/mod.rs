//! The store in one SQLite file: what is particular to it. What all engines share is [`crate::sql`].

mod driver;
mod schema;

use crate::error::StoreError;
use crate::model::StoreStats;
use crate::sql::{self, Engine, Work};
use crate::store::Store as _;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a writer waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two attempts at what SQLite does not wait for.
const RETRY_PAUSE: Duration = Duration::from_millis(2);
/// Pages of the database that a connection keeps in memory, in KiB.
const CACHE_KIB: i64 = 64 << 10;
/// Size of a page: packs of events and content fill one, and there are few calls to the system.
const PAGE_BYTES: i64 = 16 << 10;
/// So many steps of a query pass between two looks at the clock: some tens of microseconds.
const STEPS_UNWATCHED: i32 = 10_000;
/// The write-ahead log is moved into the database when it has this many pages.
const CHECKPOINT_PAGES: i64 = 4 << 10;

/// A store in one SQLite file, in WAL mode: many readers and one writer at a time, across processes.
///
/// ```
/// use tracewire_store::{SqliteStore, Store, TraceFilter};
/// let folder = std::env::temp_dir().join(format!("tracewire-store-doc-{}", std::process::id()));
/// let store = SqliteStore::open(&folder.join("store.db")).unwrap();
/// assert!(store.traces(&TraceFilter::default()).unwrap().traces.is_empty());
/// # drop(store); std::fs::remove_dir_all(folder).unwrap();
/// ```
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    look_until: Option<Instant>,
}

impl SqliteStore {
    /// Opens the database, makes it where there is none (its folder too), and brings an older one to this version.
    ///
    /// # Errors
    /// `store_newer_version`, `store_foreign`, `store_corrupt`, `store_locked`, `store_read_only`, `store_cannot_open`.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            make_folder(folder).map_err(|source| StoreError::Io { path: folder.to_owned(), source })?;
        }
        Self::open_with(path, schema::STEPS)
    }

    fn open_with(path: &Path, steps: &[schema::Step]) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags);
        let mut connection =
            opened.map_err(|error| StoreError::CannotOpen { path: path.to_owned(), reason: error.to_string() })?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        // What is erased is overwritten, not only given up.
        connection.pragma_update_and_check(None, "secure_delete", "fast", |_| Ok(()))?;
        // One transaction: another process may just be making the tables.
        let transaction = connection.transaction()?;
        schema::check(&transaction, path, steps)?;
        transaction.finish()?;
        write_ahead(&connection)?;
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        schema::migrate(&mut connection, path, steps)?;
        Ok(SqliteStore { connection, path: path.to_owned(), look_until: None })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole database and looks for damage; slow.
    ///
    /// # Errors
    /// `store_corrupt` with the first thing found.
    pub fn check(&self) -> Result<(), StoreError> {
        let found: String = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if found == "ok" { Ok(()) } else { Err(StoreError::corrupt(found)) }
    }

    /// The version of a database's tables, 0 where there is none yet. Opens nothing for writing.
    ///
    /// # Errors
    /// `store_cannot_open` where there is a file that cannot be read.
    pub fn version_of(path: &Path) -> Result<i64, StoreError> {
        if !path.exists() {
            return Ok(0);
        }
        let opened =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let found = opened.and_then(|connection| connection.pragma_query_value(None, "user_version", |row| row.get(0)));
        found.map_err(|error| StoreError::CannotOpen { path: path.to_owned(), reason: error.to_string() })
    }

    /// Gives bytes that deletions have freed back to the file system. Rewrites the database, so it needs as much room again.
    ///
    /// # Errors
    /// `store_locked` where somebody else is at work, `store_disk_full`.
    pub fn vacuum(&mut self) -> Result<(), StoreError> {
        self.wipe().map(drop)
    }

    /// Writes a copy of the database as it is at this moment, while others write. The copy is one file, without gaps.
    ///
    /// # Errors
    /// `store_cannot_open` where a file of that name is there already, `store_disk_full`.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::CannotOpen { path: to.to_owned(), reason: "it is there already".to_owned() });
        }
        let name = to.to_str().ok_or_else(|| StoreError::CannotOpen {
            path: to.to_owned(),
            reason: "its name is not Unicode".to_owned(),
        })?;
        self.connection.execute("VACUUM INTO ?1", [name])?;
        Ok(())
    }

    /// Makes this database what a copy was. Whoever reads it meanwhile sees the one or the other.
    ///
    /// # Errors
    /// `store_foreign`, `store_corrupt` or `store_newer_version` where the copy is none, `store_locked`; nothing is changed then.
    pub fn restore(&mut self, from: &Path) -> Result<(), StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let cannot =
            |error: rusqlite::Error| StoreError::CannotOpen { path: from.to_owned(), reason: error.to_string() };
        let copy = Connection::open_with_flags(from, flags).map_err(cannot)?;
        schema::check(&copy, from, schema::STEPS)?;
        if schema::version(&copy)? == 0 {
            return Err(StoreError::Foreign { path: from.to_owned() });
        }
        let found: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if found != "ok" {
            return Err(StoreError::corrupt(found));
        }
        rusqlite::backup::Backup::new(&copy, &mut self.connection)?.run_to_completion(i32::MAX, RETRY_PAUSE, None)?;
        schema::migrate(&mut self.connection, &self.path, schema::STEPS)
    }

    /// Makes everything that follows from the stored events anew: spans, traces, labels.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; nothing is changed then.
    pub fn rebuild(&mut self) -> Result<(), StoreError> {
        self.change(&mut |connection| sql::rebuild(connection))
    }

    /// Keeps at most so many KiB of the database in memory: for who reads all of it once.
    ///
    /// # Errors
    /// Where the database refuses.
    pub fn cache_at_most(&mut self, kib: u32) -> Result<(), StoreError> {
        Ok(self.connection.pragma_update(None, "cache_size", -i64::from(kib))?)
    }

    /// Sets how long a call waits for another writer before it gives `store_locked`; 10 seconds from the beginning.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    pub fn wait_at_most(&mut self, time: Duration) -> Result<(), StoreError> {
        Ok(self.connection.busy_timeout(time)?)
    }

    /// Sets how many bytes the database may have; what needs more gives `store_disk_full`.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    pub fn limit_bytes(&mut self, bytes: u64) -> Result<(), StoreError> {
        let page_bytes: i64 = self.connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = i64::try_from(bytes).unwrap_or(i64::MAX) / page_bytes.max(1);
        Ok(self.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
    }

    fn begin(&mut self) -> Result<Transaction<'_>, StoreError> {
        Ok(Transaction::new(&mut self.connection, TransactionBehavior::Immediate)?)
    }
}

impl Engine for SqliteStore {
    fn change(&mut self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let transaction = self.begin()?;
        work(&*transaction)?;
        Ok(transaction.commit()?)
    }

    fn look(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        self.look_until.map_or(Ok(Duration::MAX), sql::time_left)?;
        let transaction = self.connection.unchecked_transaction()?;
        work(&*transaction)?;
        Ok(transaction.commit()?)
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        // A commit under FULL forces the log to the disk, and with it all commits before it.
        self.connection.pragma_update(None, "synchronous", "full")?;
        let result = self.change(&mut |connection| sql::count_up(connection, "made_durable"));
        self.connection.pragma_update(None, "synchronous", "normal")?;
        result
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn rewrite(&mut self) -> Result<bool, StoreError> {
        // What is rewritten passes through a temporary database, which may be larger than memory.
        self.connection.pragma_update(None, "temp_store", "file")?;
        let rewritten = self.connection.execute_batch("VACUUM");
        self.connection.pragma_update(None, "temp_store", "memory")?;
        rewritten?;
        let is_busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(is_busy == 0)
    }

    fn look_until(&mut self, until: Option<Instant>) -> Result<(), StoreError> {
        self.look_until = until;
        let is_over = until.map(|until| move || Instant::now() >= until);
        Ok(self.connection.progress_handler(STEPS_UNWATCHED, is_over)?)
    }

    fn sizes(&self) -> Result<StoreStats, StoreError> {
        let pragma = |name: &str| {
            let value: i64 = self.connection.pragma_query_value(None, name, |row| row.get(0))?;
            Ok::<u64, StoreError>(u64::try_from(value).unwrap_or(0))
        };
        let page_bytes = pragma("page_size")?;
        Ok(StoreStats {
            version: schema::version(&self.connection)?,
            bytes: pragma("page_count")? * page_bytes,
            free_bytes: pragma("freelist_count")? * page_bytes,
        })
    }
}

/// Switches to WAL, which some file systems keep from happening; that works too, slower.
///
/// Where several switch at once, SQLite tells all but one at once that the database is busy, whatever the busy timeout says:
/// each of them holds a lock that the first one waits for.
fn write_ahead(connection: &Connection) -> Result<(), StoreError> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        let switched = connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()));
        match switched.map_err(StoreError::from) {
            Err(StoreError::Locked) if Instant::now() < deadline => std::thread::sleep(RETRY_PAUSE),
            outcome => return outcome,
        }
    }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.as_os_str().is_empty() { Ok(()) } else { std::fs::create_dir_all(folder) }
}
