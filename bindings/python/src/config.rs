//! Settings from the project's file and the environment.

use crate::guard::guard;
use pyo3::prelude::*;
use std::path::PathBuf;
use tracewire_recorder::config;
use tracewire_wire::json;
use tracewire_wire::value::Value;

/// What is set, from where, and what cannot be used, as JSON: `settings`, `sources`, `file`, `problems`.
#[pyfunction]
#[pyo3(signature = (start = None))]
pub(crate) fn load_config(start: Option<PathBuf>) -> PyResult<String> {
    guard("{}".to_owned(), || {
        let settings = Value::from(&config::load(start.as_deref()));
        Ok(String::from_utf8_lossy(&json::write(&settings)).into_owned())
    })
}
