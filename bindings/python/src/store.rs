//! The local store of a directory: swept, searched, read.

use crate::guard::guard;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracewire_recorder::journal::{Directory, find_directory};
use tracewire_store::{self as core, Lookup, SearchQuery, SqliteStore, Store as _, StoreError, StoredEvent, Sweeper};
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

/// Traces found by a name that is not a trace's own id are this many at most.
const MOST_FOUND: usize = 100;

/// The store of one directory. Its journals are swept into it when it is asked to.
#[pyclass(frozen, module = "tracewire._native")]
pub(crate) struct Store {
    open: Mutex<Open>,
}

struct Open {
    store: SqliteStore,
    sweeper: Sweeper,
}

#[pymethods]
impl Store {
    /// Opens the store of `directory`, by default the one that a recorder would use.
    ///
    /// # Errors
    /// `ValueError` with a message and a code when the database cannot be opened.
    #[new]
    #[pyo3(signature = (directory = None))]
    fn new(py: Python<'_>, directory: Option<PathBuf>) -> PyResult<Self> {
        let open = py.detach(|| {
            let directory = directory.map_or_else(find_directory, Directory::at);
            let store = SqliteStore::open(&directory.path().join(core::FILE_NAME))?;
            Ok(Open { store, sweeper: Sweeper::new(directory) })
        });
        Ok(Store { open: Mutex::new(open.map_err(refused)?) })
    }

    /// Takes in what live and dead processes recorded since the last time; gives how many events were new.
    ///
    /// # Errors
    /// As the constructor.
    fn sweep(&self, py: Python<'_>) -> PyResult<u64> {
        guard(0, || {
            let swept = py.detach(|| {
                let Open { store, sweeper } = &mut *lock(&self.open);
                sweeper.sweep(store, &mut ())
            });
            swept.map(|report| report.events).map_err(refused)
        })
    }

    /// The page of rows that a query (JSON, see `tracewire_store::SearchQuery`) asks for, as JSON.
    ///
    /// # Errors
    /// As the constructor; `query_invalid` names the member that cannot be used.
    fn search(&self, py: Python<'_>, query: &str) -> PyResult<String> {
        guard(String::new(), || {
            let found = py.detach(|| {
                let query = SearchQuery::from_json(query)?;
                core::search(&lock(&self.open).store, &query).map(|page| page.to_json())
            });
            found.map_err(refused)
        })
    }

    /// The events of traces found by `what` (`trace`, `span`, `session`, `correlation`) and `id`, newest trace first, as a
    /// JSON list of `{"trace_id": …, "events": [{"event": …, "producer": …}]}` with contents put back.
    ///
    /// # Errors
    /// As the constructor.
    fn traces(&self, py: Python<'_>, what: &str, id: String) -> PyResult<String> {
        guard("[]".to_owned(), || {
            let lookup = match what {
                "span" => Lookup::Span(id),
                "session" => Lookup::Session(id),
                "correlation" => Lookup::Correlation(id),
                _ => Lookup::Trace(id),
            };
            let found = py.detach(|| traces(&lock(&self.open).store, &lookup));
            found.map(|value| String::from_utf8_lossy(&json::write(&value)).into_owned()).map_err(refused)
        })
    }
}

fn traces(store: &SqliteStore, lookup: &Lookup) -> Result<Value, StoreError> {
    let mut found = Vec::new();
    for trace in store.find(lookup, MOST_FOUND)? {
        let events = store.events(trace.trace_id)?.into_iter().map(|located| resolved(store, located));
        found.push(Value::Map(Map::from_iter([
            ("events".to_owned(), Value::List(events.collect::<Result<_, StoreError>>()?)),
            ("trace_id".to_owned(), Value::Text(trace.trace_id.to_string())),
        ])));
    }
    Ok(Value::List(found))
}

fn resolved(store: &SqliteStore, mut located: StoredEvent) -> Result<Value, StoreError> {
    store.resolve(&mut located.event)?;
    Ok(Value::Map(Map::from_iter([
        ("event".to_owned(), located.event.to_value()),
        ("producer".to_owned(), Value::from(&*located.producer)),
    ])))
}

fn refused(error: StoreError) -> PyErr {
    PyValueError::new_err((error.to_string(), error.code()))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
