//! Injected clock and ids, for tests and for conformance cases: the only way to have them.

use crate::clock::{Moment, Sources};
use std::sync::{Mutex, PoisonError};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::time::Timestamp;

/// A clock that a test moves, and ids that count up.
///
/// Lists given by the test are used first; when a list is used up, the clock goes on by `step_nanos` and ids count from 1.
#[derive(Debug)]
pub struct Scripted {
    state: Mutex<State>,
    process: String,
}

#[derive(Debug)]
struct State {
    moments: std::vec::IntoIter<Moment>,
    trace_ids: std::vec::IntoIter<TraceId>,
    span_ids: std::vec::IntoIter<SpanId>,
    now: Moment,
    step_nanos: u64,
    next_trace: u128,
    next_span: u64,
}

/// What a [`Scripted`] source gives.
#[derive(Clone, Debug)]
pub struct Script {
    /// Moments handed out first, in order.
    pub moments: Vec<Moment>,
    /// Trace ids handed out first, in order.
    pub trace_ids: Vec<TraceId>,
    /// Span ids handed out first, in order.
    pub span_ids: Vec<SpanId>,
    /// The moment from which the clock counts when the list is used up.
    pub start: Moment,
    /// How far the clock goes at each reading.
    pub step_nanos: u64,
    /// The process part of producer names: 16 hex digits.
    pub process: String,
}

impl Default for Script {
    fn default() -> Self {
        Script {
            moments: Vec::new(),
            trace_ids: Vec::new(),
            span_ids: Vec::new(),
            // 2026-01-01T00:00:00Z
            start: Moment { wall: Timestamp(1_767_225_600_000_000_000), monotonic_nanos: 0 },
            step_nanos: 1_000_000,
            process: "0000000000000001".to_owned(),
        }
    }
}

impl Scripted {
    /// A source that follows `script`.
    pub fn new(script: Script) -> Self {
        Scripted {
            process: script.process,
            state: Mutex::new(State {
                moments: script.moments.into_iter(),
                trace_ids: script.trace_ids.into_iter(),
                span_ids: script.span_ids.into_iter(),
                now: script.start,
                step_nanos: script.step_nanos,
                next_trace: 0,
                next_span: 0,
            }),
        }
    }

    fn with<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Sources for Scripted {
    fn now(&self) -> Moment {
        self.with(|state| {
            state.moments.next().unwrap_or_else(|| {
                let moment = state.now;
                state.now.wall.0 = state.now.wall.0.saturating_add_unsigned(state.step_nanos);
                state.now.monotonic_nanos = state.now.monotonic_nanos.saturating_add(state.step_nanos);
                moment
            })
        })
    }

    fn trace_id(&self) -> TraceId {
        self.with(|state| {
            state.trace_ids.next().unwrap_or_else(|| {
                state.next_trace += 1;
                TraceId(state.next_trace.to_be_bytes())
            })
        })
    }

    fn span_id(&self) -> SpanId {
        self.with(|state| {
            state.span_ids.next().unwrap_or_else(|| {
                state.next_span += 1;
                SpanId(state.next_span.to_be_bytes())
            })
        })
    }

    fn name(&self) -> Option<&str> {
        Some("scripted")
    }

    fn process(&self) -> Option<String> {
        Some(self.process.clone())
    }
}
