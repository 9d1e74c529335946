//! Batches of sealed envelopes for exporters of the host: it asks for one, delivers it, and says what became of it.

use crate::guard::guard;
use crate::recorder::Recorder;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tracewire_recorder::{self as core, ship};

/// How often the journal is asked for news while somebody waits for them.
const PERIOD: Duration = Duration::from_millis(20);

/// One exporter's way through the journals of a directory.
#[pyclass(frozen, module = "tracewire._native")]
pub(crate) struct Shipper {
    recorder: core::Recorder,
    shipper: Mutex<ship::Shipper>,
    seen: AtomicU64,
}

#[pymethods]
impl Shipper {
    /// A shipper for `sink`, one of the recorder's `sinks`; `events` for exporters that want events with their contents.
    #[new]
    #[pyo3(signature = (recorder, sink, events = false))]
    fn new(recorder: &Recorder, sink: &str, events: bool) -> Self {
        let shipper = recorder.core().shipper(sink);
        let shipper = if events { shipper.resolving() } else { shipper };
        Shipper { recorder: recorder.core().clone(), shipper: Mutex::new(shipper), seen: AtomicU64::new(0) }
    }

    /// Waits until something new is recorded, at most `seconds`; says whether it was.
    fn wait(&self, py: Python<'_>, seconds: f64) -> PyResult<bool> {
        guard(false, || Ok(py.detach(|| self.wait_for_news(seconds))))
    }

    /// The next batch, about `max_bytes` of envelopes; the same one again until its result is known, and `None` when all is
    /// delivered that is this process's, or a dead one's that nobody else ships.
    ///
    /// # Errors
    /// `ValueError` when the directory cannot be read.
    fn next_batch(&self, py: Python<'_>, max_bytes: usize) -> PyResult<Option<Batch>> {
        guard(None, || {
            let next = py.detach(|| {
                self.recorder.mark();
                let mut shipper = lock(&self.shipper);
                let batch = shipper.next_batch(max_bytes)?;
                Ok(batch.map(|batch| Batch { is_own: shipper.is_own(&batch.producer), batch }))
            });
            next.map_err(crate::error)
        })
    }

    /// Says what became of a batch: delivered, or to be tried again.
    ///
    /// # Errors
    /// `ValueError` when that could not be noted; the batch then comes again after a restart.
    fn batch_result(&self, py: Python<'_>, id: u64, delivered: bool) -> PyResult<()> {
        guard((), || py.detach(|| lock(&self.shipper).batch_result(id, delivered)).map_err(crate::error))
    }

    /// Lets another shipper of this sink go on.
    fn release(&self, py: Python<'_>) -> PyResult<()> {
        guard((), || {
            py.detach(|| lock(&self.shipper).release());
            Ok(())
        })
    }
}

impl Shipper {
    fn wait_for_news(&self, seconds: f64) -> bool {
        let bound = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
        let began = Instant::now();
        loop {
            let written = self.recorder.written();
            if self.seen.swap(written, Ordering::Relaxed) != written {
                return true;
            }
            let Some(left) = bound.checked_sub(began.elapsed()).filter(|left| !left.is_zero()) else { return false };
            std::thread::sleep(PERIOD.min(left));
        }
    }
}

/// Envelopes of one producer, in order.
#[pyclass(frozen, module = "tracewire._native")]
pub(crate) struct Batch {
    batch: ship::Batch,
    is_own: bool,
}

#[pymethods]
impl Batch {
    /// Names the batch in `batch_result`.
    #[getter]
    fn id(&self) -> u64 {
        self.batch.id
    }

    /// The producer.
    #[getter]
    fn producer(&self) -> &str {
        &self.batch.producer
    }

    /// Whether this process recorded it, and not one that died before it could deliver.
    #[getter]
    fn is_own(&self) -> bool {
        self.is_own
    }

    /// How many events it holds.
    #[getter]
    fn events(&self) -> u64 {
        self.batch.events
    }

    /// Canonical JSON of each envelope.
    #[getter]
    fn envelopes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.batch.envelopes.iter().map(|envelope| PyBytes::new(py, envelope)))
    }

    /// Its events with contents put back, as a JSON list of `{"event": …, "producer": …}`; empty unless the shipper was
    /// made with `events`.
    fn events_json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = guard(b"[]".to_vec(), || Ok(py.detach(|| self.batch.events_json())))?;
        Ok(PyBytes::new(py, &bytes))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
