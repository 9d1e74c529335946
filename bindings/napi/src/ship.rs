//! Batches of sealed envelopes for exporters: the package asks for one, delivers it, and says what became of it.

use crate::guard::{guard, guard_or_throw, natural};
use napi::Result;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracewire_recorder::{self as core, ship};

/// One exporter's way through the journals of a directory.
#[napi]
pub struct Shipper {
    recorder: core::Recorder,
    shipper: Mutex<ship::Shipper>,
}

/// Envelopes of one producer, in order.
#[napi(object)]
pub struct Batch {
    /// Names it in `batchResult`.
    pub id: f64,
    /// The producer.
    pub producer: String,
    /// Whether this process recorded it.
    pub is_own: bool,
    /// How many events it holds.
    pub events: f64,
    /// Canonical JSON of each envelope.
    pub envelopes: Vec<Uint8Array>,
    /// JSON list of `{"event": …, "producer": …}` with contents put back, if the shipper was made with `events`.
    pub events_json: String,
}

impl Shipper {
    pub(crate) fn new(recorder: core::Recorder, sink: &str, events: bool) -> Self {
        let shipper = recorder.shipper(sink);
        Shipper { recorder, shipper: Mutex::new(if events { shipper.resolving() } else { shipper }) }
    }
}

#[napi]
impl Shipper {
    /// The next batch, the same one until its result is known; nothing when all is delivered.
    #[napi]
    pub fn next_batch(&self, max_bytes: f64) -> Result<Option<Batch>> {
        guard_or_throw(|| {
            let max_bytes = usize::try_from(natural("maxBytes", max_bytes)?).unwrap_or(usize::MAX);
            self.recorder.mark();
            let mut shipper = lock(&self.shipper);
            let batch = shipper.next_batch(max_bytes)?;
            Ok(batch.map(|batch| as_javascript(shipper.is_own(&batch.producer), batch)))
        })
    }

    /// Says what became of a batch: delivered, or to be tried again.
    #[napi]
    pub fn batch_result(&self, id: f64, delivered: bool) -> Result<()> {
        guard_or_throw(|| Ok(lock(&self.shipper).batch_result(natural("id", id)?, delivered)?))
    }

    /// Lets another shipper of this sink go on.
    #[napi]
    pub fn release(&self) {
        guard((), || lock(&self.shipper).release());
    }
}

fn as_javascript(is_own: bool, batch: ship::Batch) -> Batch {
    let events = if batch.resolved.is_empty() { Vec::new() } else { batch.events_json() };
    Batch {
        id: batch.id as f64,
        producer: batch.producer,
        is_own,
        events: batch.events as f64,
        envelopes: batch.envelopes.into_iter().map(Uint8Array::from).collect(),
        events_json: String::from_utf8(events).unwrap_or_default(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
