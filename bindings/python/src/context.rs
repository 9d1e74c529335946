//! The ids that travel from one step to those it causes.

use pyo3::prelude::*;
use tracewire_recorder::SpanContext as Context;

/// Ids and flags of a step of this process or of another one.
#[pyclass(frozen, module = "tracewire", name = "SpanContext", eq, hash)]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct SpanContext {
    pub(crate) context: Ids,
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
    /// Reads a W3C `traceparent`; `None` when it is not valid.
    #[staticmethod]
    fn from_traceparent(header: &str) -> Option<Self> {
        Context::from_traceparent(header).map(|context| SpanContext { context: context.into() })
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

    fn __repr__(&self) -> String {
        format!("SpanContext({})", self.traceparent())
    }
}
