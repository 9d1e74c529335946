//! Batches of sealed envelopes for exporters: the package asks for one, delivers it, and says what became of it.

use crate::refused::{TracewireError, guarded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracewire_boundary::guard::guard;
use tracewire_recorder::{self as core, ship};

/// One exporter's way through the journals of a directory.
#[derive(uniffi::Object)]
pub struct Shipper {
    recorder: core::Recorder,
    shipper: Mutex<ship::Shipper>,
}

/// Envelopes of one producer, in order.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Batch {
    /// Names it in `batch_result`.
    pub id: u64,
    /// The producer.
    pub producer: String,
    /// Whether this process recorded it.
    pub is_own: bool,
    /// How many events it holds.
    pub events: u64,
    /// Canonical JSON of each envelope.
    pub envelopes: Vec<Vec<u8>>,
    /// JSON list of `{"event": …, "producer": …}` with contents put back, if the shipper was made with `events`.
    pub events_json: Vec<u8>,
}

impl Shipper {
    pub(crate) fn over(recorder: core::Recorder, sink: &str, events: bool) -> Arc<Self> {
        let shipper = recorder.shipper(sink);
        Arc::new(Shipper { recorder, shipper: Mutex::new(if events { shipper.resolving() } else { shipper }) })
    }
}

#[uniffi::export]
impl Shipper {
    /// The next batch, the same one until its result is known; nothing when all is delivered.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn next_batch(&self, max_bytes: u64) -> Result<Option<Batch>, TracewireError> {
        guarded(|| {
            self.recorder.mark();
            let mut shipper = lock(&self.shipper);
            let batch = shipper.next_batch(usize::try_from(max_bytes).unwrap_or(usize::MAX))?;
            Ok(batch.map(|batch| as_record(shipper.is_own(&batch.producer), batch)))
        })
    }

    /// Says what became of a batch: delivered, or to be tried again.
    ///
    /// # Errors
    /// When that could not be noted; the batch then comes again after a restart.
    pub fn batch_result(&self, id: u64, delivered: bool) -> Result<(), TracewireError> {
        guarded(|| Ok(lock(&self.shipper).batch_result(id, delivered)?))
    }

    /// Lets another shipper of this sink go on.
    pub fn release(&self) {
        guard((), || lock(&self.shipper).release());
    }
}

fn as_record(is_own: bool, batch: ship::Batch) -> Batch {
    let events_json = if batch.resolved.is_empty() { Vec::new() } else { batch.events_json() };
    let ship::Batch { id, producer, envelopes, events, .. } = batch;
    Batch { id, producer, is_own, events, envelopes, events_json }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
