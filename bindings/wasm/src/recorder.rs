//! A recorder in memory.

use crate::pack::pack;
use crate::thrown;
use std::cell::RefCell;
use std::sync::Arc;
#[cfg(feature = "guards")]
use tracewire_boundary::guards;
use tracewire_boundary::options;
use tracewire_boundary::reports::{report, stats};
use tracewire_recorder::clock::Sources;
use tracewire_recorder::host::{self, Clock};
use tracewire_recorder::{Memory, Options, Recorder as Core};
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

/// One recorder. Its buffer lies in the module's memory, where the host writes into it.
#[wasm_bindgen]
pub struct Recorder {
    core: Core<Memory>,
    clock: Option<Arc<Clock>>,
    buffer: RefCell<Vec<u8>>,
}

impl Recorder {
    fn over(options: Options, sources: Arc<dyn Sources>, clock: Option<Arc<Clock>>) -> Result<Self, JsError> {
        let core = Core::in_memory(Options { sources, ..options }).map_err(|error| thrown(error.into()))?;
        Ok(Recorder { core, clock, buffer: RefCell::default() })
    }
}

/// Opens a recorder.
///
/// # Errors
/// `option`, naming the one at fault.
#[wasm_bindgen(js_name = open)]
pub fn open_recorder(given: &str) -> Result<Recorder, JsError> {
    let (options, seed) = options::recorder(given).map_err(thrown)?;
    let clock = Arc::new(Clock::new(seed));
    Recorder::over(options, Arc::clone(&clock) as Arc<dyn Sources>, Some(clock))
}

/// The same with injected clock and ids.
///
/// # Errors
/// As of [`open_recorder`].
#[wasm_bindgen(js_name = openTesting)]
pub fn open_testing(given: &str, script: &str) -> Result<Recorder, JsError> {
    let (options, _) = options::recorder(given).map_err(thrown)?;
    Recorder::over(options, options::script(script).map_err(thrown)?, None)
}

#[wasm_bindgen]
impl Recorder {
    /// Makes the buffer at least so long and gives where it begins; what was written stays.
    pub fn reserve(&self, bytes: usize) -> usize {
        let mut buffer = self.buffer.borrow_mut();
        if buffer.len() < bytes {
            buffer.resize(bytes.next_power_of_two().max(1 << 16), 0);
        }
        buffer.as_ptr().addr()
    }

    /// How long the buffer is.
    pub fn capacity(&self) -> usize {
        self.buffer.borrow().len()
    }

    /// Records what stands in the first `length` bytes of the buffer.
    pub fn record(&self, operation: u32, length: usize) -> u32 {
        let mut buffer = self.buffer.borrow_mut();
        if let Some(clock) = &self.clock {
            clock.read(&buffer);
        }
        host::record(&self.core, operation, &mut buffer, length)
    }

    /// Ends the current envelope.
    pub fn mark(&self) {
        self.core.mark();
    }

    /// Ends the envelope and reports.
    pub fn flush(&self) -> String {
        report(&self.core.flush(None))
    }

    /// Closes the journal and reports.
    pub fn close(&self) -> String {
        report(&self.core.close(None))
    }

    /// Producer, directory, and what was written and dropped.
    pub fn stats(&self) -> String {
        stats(&self.core.stats())
    }

    /// Sentences for the host's log, each given once.
    #[wasm_bindgen(js_name = takeNotices)]
    pub fn take_notices(&self) -> Vec<String> {
        self.core.take_notices()
    }

    /// What was appended since the last call, as a list: the producer, the offset in eight bytes, the bytes.
    #[wasm_bindgen(js_name = takeChunk)]
    pub fn take_chunk(&self) -> Option<Vec<u8>> {
        let chunk = self.core.medium().take_chunk()?;
        Some(pack([chunk.producer.as_bytes(), &chunk.offset.to_le_bytes(), &chunk.bytes]))
    }

    /// The next envelopes to send, as a list: the producer; events, the offset behind them, whether they are the last, each in eight
    /// bytes; the envelopes.
    #[wasm_bindgen(js_name = nextBatch)]
    pub fn next_batch(&self, max_bytes: usize) -> Option<Vec<u8>> {
        let batch = self.core.medium().next_batch(max_bytes)?;
        let numbers = [batch.events, batch.end_offset, u64::from(batch.is_closed)].map(u64::to_le_bytes).concat();
        let head = [batch.producer.as_bytes(), numbers.as_slice()];
        Some(pack(head.into_iter().chain(batch.envelopes.iter().map(Vec::as_slice))))
    }

    /// The receiver has everything of this producer up to here.
    pub fn acknowledge(&self, producer: &str, end: f64) {
        self.core.medium().acknowledge(producer, end as u64);
    }
}

#[cfg(feature = "guards")]
#[wasm_bindgen]
impl Recorder {
    /// What the guards said of a call, by its number; given once.
    #[wasm_bindgen(js_name = takeVerdict)]
    pub fn take_verdict(&self, number: u32) -> Option<String> {
        guards::verdict(&self.core, number)
    }

    /// Where a session, or a run by its trace id, stands before its guards.
    #[wasm_bindgen(js_name = guardStatus)]
    pub fn guard_status(&self, session_id: Option<String>, trace_id: Option<String>) -> Option<String> {
        guards::status(&self.core, session_id.as_deref(), trace_id.as_deref())
    }
}

/// Refuses limits that cannot be used.
///
/// # Errors
/// `option`, with the member at fault.
#[cfg(feature = "guards")]
#[wasm_bindgen(js_name = checkGuards)]
pub fn check_guards(given: &str) -> Result<(), JsError> {
    guards::check(given).map_err(thrown)
}

/// Checks and settlements of guards with their times.
///
/// # Errors
/// `option` for what is no script.
#[cfg(feature = "guards")]
#[wasm_bindgen(js_name = testingGuard)]
pub fn testing_guard(script: &str) -> Result<String, JsError> {
    guards::script(script).map_err(thrown)
}

/// Reads a W3C `traceparent`: the state of a parent.
#[wasm_bindgen(js_name = parseTraceparent)]
pub fn parse_traceparent(header: &str) -> Option<Vec<u8>> {
    host::parse_traceparent(header).map(Vec::from)
}

/// The trace id that a correlation id stands for.
#[wasm_bindgen(js_name = traceIdOf)]
pub fn trace_id_of(correlation_id: &str) -> Vec<u8> {
    tracewire_wire::id::TraceId::from_correlation(correlation_id).0.to_vec()
}
