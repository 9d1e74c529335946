//! An open step: its ids, when it began, and whether it ended.

use crate::clock::Moment;
use std::sync::atomic::{AtomicBool, Ordering};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::time::Timestamp;

/// What travels from one step to those it causes, in a process or between processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanContext {
    /// The trace.
    pub trace_id: TraceId,
    /// The step that is the parent of what it causes.
    pub span_id: SpanId,
    /// W3C trace flags; bit 0 says that the trace is sampled.
    pub flags: u8,
}

impl SpanContext {
    /// The `traceparent` header of W3C Trace Context, version 00.
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace_id, self.span_id, self.flags)
    }

    /// Reads a `traceparent` header (W3C Trace Context §3.2); `None` when it is not valid, as the standard demands.
    ///
    /// ```
    /// use tracewire_recorder::SpanContext;
    /// let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    /// assert_eq!(SpanContext::from_traceparent(header).unwrap().traceparent(), header);
    /// assert!(SpanContext::from_traceparent("00-00000000000000000000000000000000-b7ad6b7169203331-01").is_none());
    /// ```
    pub fn from_traceparent(header: &str) -> Option<Self> {
        let mut parts = header.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // Version 00 has exactly four fields; a later one may append more. Version ff is not allowed.
        let known = version == "00";
        if lower_hex(version, 2)? == 0xff || (known && parts.next().is_some()) {
            return None;
        }
        Some(SpanContext {
            trace_id: trace.parse().ok()?,
            span_id: span.parse().ok()?,
            flags: u8::try_from(lower_hex(flags, 2)?).ok()?,
        })
    }
}

/// A step of another process as its headers name it: `traceparent` and `tracestate` of W3C Trace Context, which belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remote<'a> {
    context: SpanContext,
    trace_state: Option<&'a str>,
}

impl<'a> Remote<'a> {
    /// Reads both headers. `None` where the `traceparent` is not valid: then it is no parent, and the `tracestate` beside it says
    /// nothing (TW-EVT-004). An empty `tracestate` is none.
    ///
    /// ```
    /// use tracewire_recorder::Remote;
    /// let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    /// assert_eq!(Remote::from_headers(parent, Some("vendor=1")).unwrap().trace_state(), Some("vendor=1"));
    /// assert_eq!(Remote::from_headers(parent, Some("")).unwrap().trace_state(), None);
    /// assert!(Remote::from_headers("00-0af7", Some("vendor=1")).is_none());
    /// ```
    pub fn from_headers(traceparent: &str, tracestate: Option<&'a str>) -> Option<Self> {
        let context = SpanContext::from_traceparent(traceparent)?;
        Some(Remote { context, trace_state: tracestate.filter(|state| !state.is_empty()) })
    }

    /// The same where the `traceparent` has been read before.
    pub(crate) fn of(context: SpanContext, trace_state: Option<&'a str>) -> Option<Self> {
        let trace_state = trace_state.filter(|state| !state.is_empty())?;
        Some(Remote { context, trace_state: Some(trace_state) })
    }

    /// Its ids and flags.
    pub fn context(&self) -> SpanContext {
        self.context
    }

    /// What other systems say of the trace, as it came.
    pub fn trace_state(&self) -> Option<&'a str> {
        self.trace_state
    }
}

fn lower_hex(text: &str, length: usize) -> Option<u32> {
    let valid = text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if valid { u32::from_str_radix(text, 16).ok() } else { None }
}

/// How a step begins.
#[derive(Clone, Copy, Debug)]
pub struct StartSpan<'a> {
    /// The step that caused it; without one it is the root of a run.
    pub parent: Option<SpanContext>,
    /// Its kind, from the registry of span kinds.
    pub kind: &'a str,
    /// A root's own name for its trace: services that share it land in one trace without headers. An empty one is none.
    pub correlation_id: Option<&'a str>,
}

/// Where a point belongs: to a step, else to the trace that a correlation id decides, else nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    /// The step.
    pub step: Option<SpanContext>,
    /// The application's own id of the trace, where there is no step. An empty one is none.
    pub correlation_id: Option<&'a str>,
}

impl Place<'_> {
    pub(crate) fn trace_id(&self) -> Option<TraceId> {
        let correlation_id = self.correlation_id.filter(|id| !id.is_empty());
        self.step.map(|step| step.trace_id).or_else(|| correlation_id.map(TraceId::from_correlation))
    }
}

impl From<Option<SpanContext>> for Place<'_> {
    fn from(step: Option<SpanContext>) -> Self {
        Place { step, correlation_id: None }
    }
}

/// An open step. It ends once; later ends change nothing.
#[derive(Debug)]
pub struct Span {
    pub(crate) context: SpanContext,
    pub(crate) parent_id: Option<SpanId>,
    pub(crate) began: Moment,
    ended: AtomicBool,
}

impl Span {
    pub(crate) fn new(context: SpanContext, parent_id: Option<SpanId>, began: Moment) -> Self {
        Span { context, parent_id, began, ended: AtomicBool::new(false) }
    }

    /// A step that sampling leaves out: nobody asks when it began, so no clock is read.
    pub(crate) fn unrecorded(context: SpanContext, parent_id: Option<SpanId>) -> Self {
        Span::new(context, parent_id, Moment { wall: Timestamp(0), monotonic_nanos: 0 })
    }

    /// The ids that a step caused by this one needs.
    pub fn context(&self) -> SpanContext {
        self.context
    }

    /// The parent's id, if there is one.
    pub fn parent_id(&self) -> Option<SpanId> {
        self.parent_id
    }

    /// Whether the step has ended.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// True for the one call that ends the step.
    pub(crate) fn claim_end(&self) -> bool {
        !self.ended.swap(true, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_in_its_steps_trace_else_in_its_correlations() {
        let step = SpanContext { trace_id: TraceId([1; 16]), span_id: SpanId([2; 8]), flags: 1 };
        let place = |step, correlation_id| Place { step, correlation_id }.trace_id();
        assert_eq!(place(Some(step), Some("order-17")), Some(step.trace_id));
        assert_eq!(place(None, Some("order-17")), Some(TraceId::from_correlation("order-17")));
        assert_eq!(place(None, None), None);
        assert_eq!(place(None, Some("")), None);
    }
}
