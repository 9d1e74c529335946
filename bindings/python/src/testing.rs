//! For tests: injected clock and ids, a reader of one's own journals, a panic. Reached through `tracewire.testing` only.

use crate::guard::guard;
use crate::options::options;
use crate::recorder::Recorder;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracewire_recorder::RecorderError;
use tracewire_recorder::journal::{Directory, JournalReader};
use tracewire_recorder::seal::Sealer;
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_wire::content;
use tracewire_wire::event::Body;
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;

/// Panics inside the boundary; the caller sees `fallback`.
#[pyfunction]
#[allow(clippy::panic, reason = "the one purpose of this function")]
pub(crate) fn testing_panic() -> PyResult<&'static str> {
    guard("fallback", || panic!("testing_panic"))
}

/// A recorder whose clock starts at `start_nanos` and goes `step_nanos` at each reading, and whose ids count from 1.
#[pyfunction]
pub(crate) fn testing_recorder(
    given: &Bound<'_, PyDict>,
    start_nanos: i64,
    step_nanos: u64,
    process: String,
) -> PyResult<Recorder> {
    let mut script = Script { step_nanos, process, ..Script::default() };
    script.start.wall.0 = start_nanos;
    let (mut options, policy) = options(given)?;
    options.sources = Arc::new(Scripted::new(script));
    Recorder::open(options, policy)
}

/// The events of every journal below `directory`, in order of time, as one canonical JSON list with contents inline.
///
/// # Errors
/// `OSError` when the directory or a journal cannot be read.
#[pyfunction]
pub(crate) fn testing_read(py: Python<'_>, directory: PathBuf) -> PyResult<String> {
    let read = py.detach(|| events(&directory));
    read.map_err(|error| PyOSError::new_err(error.to_string()))
}

fn events(directory: &Path) -> Result<String, RecorderError> {
    let mut all = Vec::new();
    for path in Directory::at(directory).journals()? {
        let mut reader = JournalReader::open(&path)?;
        let mut sealer = Sealer::new(reader.header());
        let (mut sealed, mut contents) = (Vec::new(), BTreeMap::new());
        while let Some(item) = reader.next()? {
            if let Some(envelope) = sealer.push(&item) {
                sealed.extend(envelope.events);
                contents.extend(envelope.content);
            }
        }
        sealed.extend_from_slice(sealer.pending());
        contents.extend(sealer.pending_content().iter().cloned());
        let lookup = |hash: &Hash| contents.get(hash).and_then(|bytes| json::read(bytes, &ReadOptions::default()).ok());
        all.extend(sealed.into_iter().map(|sealed| {
            let mut event = sealed.event;
            if let Body::Present(body) = &mut event.body {
                content::resolve(body, &lookup);
            }
            (event.time, path.clone(), event.seq, event.to_value())
        }));
    }
    all.sort_by(|a, b| (a.0, &a.1, a.2).cmp(&(b.0, &b.1, b.2)));
    let list = Value::List(all.into_iter().map(|(_, _, _, event)| event).collect());
    Ok(String::from_utf8_lossy(&json::write(&list)).into_owned())
}
