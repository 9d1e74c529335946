//! The store of one directory as every SDK asks it: swept when it is asked to, searched and read as JSON.

use crate::{
    FILE_NAME, Lookup, NumbersQuery, SearchQuery, SqliteStore, Store as _, StoreError, StoredEvent, Sweeper, numbers,
    prices, resolve_all, search,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tracewire_recorder::journal::{Directory, find_directory};
use tracewire_wire::json;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// Traces found by a name that is not a trace's own id are this many at most.
const MOST_FOUND: usize = 100;

/// A directory's store, with what sweeps the directory's journals into it.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("tracewire-local-{}", std::process::id()));
/// let mut store = tracewire_store::LocalStore::open(Some(folder.clone()))?;
/// assert_eq!(store.sweep()?, 0);
/// assert_eq!(store.traces("session", "chat-7".to_owned())?, "[]");
/// # drop(store);
/// # _ = std::fs::remove_dir_all(folder);
/// # Ok::<(), tracewire_store::StoreError>(())
/// ```
pub struct LocalStore {
    store: SqliteStore,
    sweeper: Sweeper,
}

impl LocalStore {
    /// Opens the store of `directory`, by default the one that a recorder would use. Costs are counted by the prices that hold there.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be opened, or the user's file of prices cannot be used.
    pub fn open(directory: Option<PathBuf>) -> Result<Self, StoreError> {
        let directory = directory.map_or_else(find_directory, Directory::at);
        let store = SqliteStore::open(&directory.path().join(FILE_NAME))?;
        let prices = prices::load(&directory)?;
        Ok(LocalStore { store, sweeper: Sweeper::new(directory).with_prices(Arc::new(prices)) })
    }

    /// Takes in what live and dead processes recorded since the last time; gives how many events were new.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be written.
    pub fn sweep(&mut self) -> Result<u64, StoreError> {
        Ok(self.sweeper.sweep(&mut self.store, &mut ())?.events)
    }

    /// The page of rows that a query (JSON, see [`SearchQuery`]) asks for, as JSON.
    ///
    /// # Errors
    /// `query_invalid` names the member that cannot be used.
    pub fn search(&self, query: &str) -> Result<String, StoreError> {
        Ok(search(&self.store, &SearchQuery::from_json(query)?)?.to_json())
    }

    /// What a query (JSON, see [`NumbersQuery`]) asks to be counted, as JSON; see [`Numbers`](crate::Numbers).
    ///
    /// # Errors
    /// `query_invalid` names the member that cannot be used.
    pub fn numbers(&self, query: &str) -> Result<String, StoreError> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX));
        let numbers = numbers(&self.store, &NumbersQuery::from_json(query)?, now)?;
        Ok(String::from_utf8_lossy(&json::write(&numbers.to_value())).into_owned())
    }

    /// The events of traces found by `what` (`trace`, `span`, `session`, `correlation`) and `id`, newest trace first, as a
    /// JSON list of `{"trace_id": …, "events": [{"event": …, "producer": …}]}` with contents put back.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub fn traces(&self, what: &str, id: String) -> Result<String, StoreError> {
        let lookup = match what {
            "span" => Lookup::Span(id),
            "session" => Lookup::Session(id),
            "correlation" => Lookup::Correlation(id),
            _ => Lookup::Trace(id),
        };
        let mut found = Vec::new();
        for trace in self.store.find(&lookup, MOST_FOUND)? {
            let mut events = self.store.events(trace.trace_id)?;
            resolve_all(&self.store, &mut events, |_, outcome| outcome)?;
            found.push(Value::Map(Map::from_iter([
                ("events".to_owned(), Value::List(events.iter().map(located).collect())),
                ("trace_id".to_owned(), Value::Text(trace.trace_id.to_string())),
            ])));
        }
        Ok(String::from_utf8_lossy(&json::write(&Value::List(found))).into_owned())
    }
}

fn located(stored: &StoredEvent) -> Value {
    Value::Map(Map::from_iter([
        ("event".to_owned(), stored.event.to_value()),
        ("producer".to_owned(), Value::from(&*stored.producer)),
    ]))
}
