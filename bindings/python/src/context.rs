//! The ids that travel from one step to those it causes.

use pyo3::prelude::*;
use tracewire_recorder::{Remote, SpanContext as Context};

/// Ids and flags of a step of this process or of another one.
#[pyclass(frozen, module = "tracewire", name = "SpanContext", eq, hash)]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct SpanContext {
    pub(crate) context: Ids,
    /// What other systems say of the trace, beside a step of another process.
    pub(crate) trace_state: Option<String>,
}

impl From<Context> for SpanContext {
    fn from(context: Context) -> Self {
        SpanContext { context: context.into(), trace_state: None }
    }
}

/// The same as the recorder's, comparable as Python expects it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Ids {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    flags: u8,
}

impl From<Context> for Ids {
    fn from(context: Context) -> Self {
        Ids { trace_id: context.trace_id.0, span_id: context.span_id.0, flags: context.flags }
    }
}

impl From<Ids> for Context {
    fn from(ids: Ids) -> Self {
        Context {
            trace_id: tracewire_wire::id::TraceId(ids.trace_id),
            span_id: tracewire_wire::id::SpanId(ids.span_id),
            flags: ids.flags,
        }
    }
}

#[pymethods]
impl SpanContext {
    /// Reads a W3C `traceparent`, and the `tracestate` beside it; `None` when the first is not valid.
    #[staticmethod]
    #[pyo3(signature = (header, tracestate = None))]
    fn from_traceparent(header: &str, tracestate: Option<&str>) -> Option<Self> {
        let remote = Remote::from_headers(header, tracestate)?;
        Some(SpanContext { trace_state: remote.trace_state().map(str::to_owned), ..remote.context().into() })
    }

    /// 32 hex digits.
    #[getter]
    fn trace_id(&self) -> String {
        Context::from(self.context).trace_id.to_string()
    }

    /// 16 hex digits.
    #[getter]
    fn span_id(&self) -> String {
        Context::from(self.context).span_id.to_string()
    }

    /// W3C trace flags.
    #[getter]
    fn flags(&self) -> u8 {
        self.context.flags
    }

    /// The W3C `traceparent` header.
    #[getter]
    fn traceparent(&self) -> String {
        Context::from(self.context).traceparent()
    }

    /// The W3C `tracestate` that came with it, if any did.
    #[getter]
    fn trace_state(&self) -> Option<&str> {
        self.trace_state.as_deref()
    }

    fn __repr__(&self) -> String {
        format!("SpanContext({})", self.traceparent())
    }
}
