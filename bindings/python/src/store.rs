//! The local store of a directory: swept, searched, read.

use crate::guard::guard;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracewire_store::{LocalStore, StoreError};

/// The store of one directory. Its journals are swept into it when it is asked to.
#[pyclass(frozen, module = "tracewire._native")]
pub(crate) struct Store {
    open: Mutex<LocalStore>,
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
        let open = py.detach(|| LocalStore::open(directory)).map_err(refused)?;
        Ok(Store { open: Mutex::new(open) })
    }

    /// Takes in what live and dead processes recorded since the last time; gives how many events were new.
    ///
    /// # Errors
    /// As the constructor.
    fn sweep(&self, py: Python<'_>) -> PyResult<u64> {
        guard(0, || py.detach(|| lock(&self.open).sweep()).map_err(refused))
    }

    /// The page of rows that a query (JSON, see `tracewire_store::SearchQuery`) asks for, as JSON.
    ///
    /// # Errors
    /// As the constructor; `query_invalid` names the member that cannot be used.
    fn search(&self, py: Python<'_>, query: &str) -> PyResult<String> {
        guard(String::new(), || py.detach(|| lock(&self.open).search(query)).map_err(refused))
    }

    /// What a query (JSON, see `tracewire_store::NumbersQuery`) asks to be counted, as JSON.
    ///
    /// # Errors
    /// As [`Store::search`].
    fn numbers(&self, py: Python<'_>, query: &str) -> PyResult<String> {
        guard(String::new(), || py.detach(|| lock(&self.open).numbers(query)).map_err(refused))
    }

    /// The events of traces found by `what` and `id`, see `tracewire_store::LocalStore::traces`.
    ///
    /// # Errors
    /// As the constructor.
    fn traces(&self, py: Python<'_>, what: &str, id: String) -> PyResult<String> {
        guard("[]".to_owned(), || py.detach(|| lock(&self.open).traces(what, id)).map_err(refused))
    }
}

fn refused(error: StoreError) -> PyErr {
    PyValueError::new_err((error.to_string(), error.code()))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
