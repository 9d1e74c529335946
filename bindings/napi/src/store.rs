//! The local store of a directory: swept, searched, read.

use crate::guard::guard_or_throw;
use napi::Result;
use napi_derive::napi;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracewire_boundary::Refusal;
use tracewire_store::{LocalStore, StoreError};

/// The store of one directory. Its journals are swept into it when it is asked to.
#[napi]
pub struct Store {
    open: Mutex<LocalStore>,
}

/// Opens the store of a directory, by default the one that a recorder would use.
#[napi]
pub fn open_store(directory: Option<String>) -> Result<Store> {
    guard_or_throw(|| {
        let open = LocalStore::open(directory.map(PathBuf::from)).map_err(refused)?;
        Ok(Store { open: Mutex::new(open) })
    })
}

#[napi]
impl Store {
    /// Takes in what was recorded since the last time; gives how many events were new.
    #[napi]
    pub fn sweep(&self) -> Result<f64> {
        guard_or_throw(|| lock(&self.open).sweep().map(|events| events as f64).map_err(refused))
    }

    /// The page of rows that a query (JSON) asks for, as JSON.
    #[napi]
    pub fn search(&self, query: String) -> Result<String> {
        guard_or_throw(|| lock(&self.open).search(&query).map_err(refused))
    }

    /// What a query (JSON) asks to be counted, as JSON.
    #[napi]
    pub fn numbers(&self, query: String) -> Result<String> {
        guard_or_throw(|| lock(&self.open).numbers(&query).map_err(refused))
    }

    /// The events of traces found by `what` and `id`, newest trace first, as JSON.
    #[napi]
    pub fn traces(&self, what: String, id: String) -> Result<String> {
        guard_or_throw(|| lock(&self.open).traces(&what, id).map_err(refused))
    }
}

fn refused(error: StoreError) -> Refusal {
    Refusal::new(error.code(), error.to_string())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
