//! The store in one SQLite file.
//!
//! | module | what it is |
//! |---|---|
//! | [`schema`] | tables and migrations |
//! | [`ingest`] | envelopes and pending events become rows of facts |
//! | [`producer`] | a producer's row, its pending events, the ledger |
//! | [`derive`] | spans, traces and labels follow from events, by exact differences |
//! | [`loose`] | events of no trace |
//! | [`rows`] | rows of spans and traces, read and written |
//! | [`pack`] | events and content, several in a row |
//! | [`content`] | content by hash |
//! | [`query`] | traces, spans, events |
//! | [`recent`] | what was last: where searching starts |
//! | [`export`] | producers, envelopes, ledger |

mod content;
mod derive;
mod export;
mod ingest;
mod loose;
mod names;
mod pack;
mod producer;
mod query;
mod recent;
mod rows;
mod schema;

use crate::error::StoreError;
use crate::model::{
    Activity, ActivityFilter, Applied, Cursor, Fork, LedgerEntry, Lookup, LooseFilter, ProducerRow, ProducerState,
    SessionRow, SpanRow, StoreStats, StoredContent, StoredEnvelope, StoredEvent, TraceFilter, TracePage, TraceRow,
};
use crate::store::{Ingest, Store};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tracewire_wire::id::{Hash, TraceId};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::{Map, Value};

/// How long a writer waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two attempts at what SQLite does not wait for.
const RETRY_PAUSE: Duration = Duration::from_millis(2);
/// Pages of the database that a connection keeps in memory, in KiB.
const CACHE_KIB: i64 = 64 << 10;
/// Size of a page: packs of events and content fill one, and there are few calls to the system.
const PAGE_BYTES: i64 = 16 << 10;
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
        Ok(SqliteStore { connection, path: path.to_owned() })
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

    /// Makes everything that follows from the stored events anew: spans, traces, labels.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; nothing is changed then.
    pub fn rebuild(&mut self) -> Result<(), StoreError> {
        let transaction = self.begin()?;
        derive::rebuild_all(&transaction)?;
        transaction.commit()?;
        Ok(())
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
        let pages = signed(bytes) / page_bytes.max(1);
        Ok(self.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
    }

    fn begin(&mut self) -> Result<Transaction<'_>, StoreError> {
        Ok(Transaction::new(&mut self.connection, TransactionBehavior::Immediate)?)
    }

    /// Several reads that see one state.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

impl Store for SqliteStore {
    fn write(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Ingest) -> Result<(), StoreError>,
    ) -> Result<Applied, StoreError> {
        let transaction = self.begin()?;
        let applied = ingest::write(&transaction, work)?;
        transaction.commit()?;
        Ok(applied)
    }

    fn make_durable(&mut self) -> Result<(), StoreError> {
        // A commit under FULL forces the log to the disk, and with it all commits before it.
        self.connection.pragma_update(None, "synchronous", "full")?;
        let result = (|| {
            let transaction = self.begin()?;
            let times = counter(&transaction, "made_durable")?;
            set_counter(&transaction, "made_durable", times + 1)?;
            transaction.commit()?;
            Ok(())
        })();
        self.connection.pragma_update(None, "synchronous", "normal")?;
        result
    }

    fn compact(&mut self) -> Result<(), StoreError> {
        self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn cursor(&self, producer: &str) -> Result<Option<Cursor>, StoreError> {
        export::cursor(&self.connection, producer)
    }

    fn carried(&self, producer: &str) -> Result<HashSet<Hash>, StoreError> {
        self.read(|connection| export::carried(connection, producer))
    }

    fn traces(&self, filter: &TraceFilter) -> Result<TracePage, StoreError> {
        self.read(|connection| query::traces(connection, filter))
    }

    fn trace(&self, trace_id: TraceId) -> Result<Option<TraceRow>, StoreError> {
        self.read(|connection| query::trace(connection, trace_id))
    }

    fn find(&self, lookup: &Lookup, limit: usize) -> Result<Vec<TraceRow>, StoreError> {
        self.read(|connection| query::find(connection, lookup, limit))
    }

    fn activity(&self, filter: &ActivityFilter) -> Result<Vec<Activity>, StoreError> {
        recent::activity(&self.connection, filter)
    }

    fn loose(&self, filter: &LooseFilter) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(|connection| loose::find(connection, filter))
    }

    fn sessions(&self, limit: usize) -> Result<Vec<SessionRow>, StoreError> {
        recent::sessions(&self.connection, limit)
    }

    fn spans(&self, trace_id: TraceId) -> Result<Vec<SpanRow>, StoreError> {
        self.read(|connection| query::spans(connection, trace_id))
    }

    fn events(&self, trace_id: TraceId) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(|connection| query::events(connection, trace_id))
    }

    fn events_after(&self, id: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(|connection| query::events_after(connection, id, limit))
    }

    fn last_event(&self) -> Result<u64, StoreError> {
        Ok(unsigned(pack::next_number(&self.connection, pack::Table::Event)? - 1))
    }

    fn content(&self, hash: &Hash) -> Result<Option<StoredContent>, StoreError> {
        content::read(&self.connection, hash)
    }

    fn producers_in(&self, state: ProducerState) -> Result<Vec<String>, StoreError> {
        export::producers_in(&self.connection, state)
    }

    fn producers(&self) -> Result<Vec<ProducerRow>, StoreError> {
        self.read(export::producers)
    }

    fn service(&self, producer: &str) -> Result<Option<String>, StoreError> {
        recent::service(&self.connection, producer)
    }

    fn losses(&self) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(query::losses)
    }

    fn forks(&self) -> Result<Vec<Fork>, StoreError> {
        export::forks(&self.connection)
    }

    fn envelopes(
        &self,
        producer: &str,
        after: Option<(u64, Hash)>,
        limit: usize,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        self.read(|connection| export::envelopes(connection, producer, after, limit))
    }

    fn envelopes_with(&self, producer: &str, seq: u64) -> Result<Vec<StoredEnvelope>, StoreError> {
        self.read(|connection| export::envelopes_with(connection, producer, seq))
    }

    fn ledger(&self, after: u64, limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        export::ledger(&self.connection, after, limit)
    }

    fn stats(&self) -> Result<StoreStats, StoreError> {
        let pragma = |name: &str| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let page_bytes = pragma("page_size")?;
        Ok(StoreStats {
            version: schema::version(&self.connection)?,
            bytes: unsigned(pragma("page_count")? * page_bytes),
            free_bytes: unsigned(pragma("freelist_count")? * page_bytes),
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

/// A number that the store keeps for itself; 0 where it was never set.
fn counter(connection: &Connection, name: &str) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM counter WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?.unwrap_or(0))
}

fn set_counter(connection: &Connection, name: &str, value: i64) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO counter(name, value) VALUES (?1, ?2)")?;
    statement.execute(params![name, value])?;
    Ok(())
}

/// A map as it is stored: canonical JSON.
fn map_bytes(map: &Map) -> Vec<u8> {
    let mut map = map.clone();
    map.sort();
    json::write(&Value::Map(map))
}

/// A stored map; empty where there is none.
fn read_map(row: &Row<'_>, at: usize) -> Result<Map, StoreError> {
    match row.get_ref(at)?.as_blob_or_null()? {
        None => Ok(Map::new()),
        Some(bytes) => map_of(bytes),
    }
}

fn map_of(bytes: &[u8]) -> Result<Map, StoreError> {
    match json::read(bytes, &ReadOptions::default())? {
        Value::Map(map) => Ok(map),
        other => Err(StoreError::corrupt(format!("a map is stored as {}", other.kind_name()))),
    }
}

/// SQLite's integers are signed; what we count never is negative.
fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
