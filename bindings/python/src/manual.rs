//! Steps and points by hand: every member as it is given, and parents that are named. Reached through `tracewire.manual`.

use crate::body;
use crate::context::SpanContext;
use crate::guard::guard;
use crate::recorder::Recorder;
use crate::span::{Span, parent_of};
use crate::walk::{Host, text_of};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use tracewire_recorder::Place;
use tracewire_wire::event::Status;

const CORRELATION: &str = "correlation_id";

/// The correlation id of a start or a point, which the recorder writes: a text.
fn correlation_id(members: &Bound<'_, PyDict>, host: &Host<'_>) -> Option<String> {
    let given = members.get_item(CORRELATION).ok().flatten()?;
    given.cast::<PyString>().ok().map(|given| text_of(given, host))
}

/// Begins a step.
#[pyfunction]
pub(crate) fn manual_start(
    recorder: &Bound<'_, Recorder>,
    kind: &Bound<'_, PyAny>,
    parent: &Bound<'_, PyAny>,
    members: &Bound<'_, PyDict>,
) -> PyResult<Option<Span>> {
    guard(None, || {
        let (recorder, host) = (recorder.get(), Host::new(kind.py()));
        let correlation = correlation_id(members, &host);
        let left_out = correlation.as_ref().map(|_| CORRELATION);
        let span = recorder.start_below(kind, parent, correlation.as_deref(), Some(members), &host, |writer| {
            body::exactly(writer, members, left_out, &recorder.policy, &host);
        });
        recorder.pass_on_notices(kind.py(), &host);
        host.finish(Some(span))
    })
}

/// Records a `span.update`.
#[pyfunction]
pub(crate) fn manual_update(span: &Bound<'_, Span>, members: &Bound<'_, PyDict>) -> PyResult<()> {
    guard((), || {
        let (span, host) = (span.get(), Host::new(members.py()));
        span.recorder.update_span(&span.span, |writer| body::exactly(writer, members, None, &span.policy, &host));
        host.finish(())
    })
}

/// Records a `span.event`.
#[pyfunction]
pub(crate) fn manual_event(span: &Bound<'_, Span>, members: &Bound<'_, PyDict>) -> PyResult<()> {
    guard((), || {
        let (span, host) = (span.get(), Host::new(members.py()));
        span.recorder.span_event(&span.span, |writer| body::exactly(writer, members, None, &span.policy, &host));
        host.finish(())
    })
}

/// Ends a step; false when it had ended, or belongs to the process that forked this one.
#[pyfunction]
pub(crate) fn manual_end(span: &Bound<'_, Span>, status: &str, members: &Bound<'_, PyDict>) -> PyResult<bool> {
    guard(false, || {
        let (span, host) = (span.get(), Host::new(members.py()));
        if !span.is_own() {
            return Ok(false);
        }
        let ended = span.recorder.end_span(&span.span, &Status::parse(status), |writer| {
            body::exactly(writer, members, None, &span.policy, &host);
        });
        host.finish(ended)
    })
}

/// Records an `event`, a `log`, a `metric` or `feedback`; gives the context of an `event`.
#[pyfunction]
pub(crate) fn manual_point(
    recorder: &Bound<'_, Recorder>,
    event_type: &str,
    kind: &Bound<'_, PyAny>,
    parent: &Bound<'_, PyAny>,
    members: &Bound<'_, PyDict>,
) -> PyResult<Option<SpanContext>> {
    guard(None, || {
        let (recorder, host) = (recorder.get(), Host::new(kind.py()));
        let correlation = correlation_id(members, &host);
        let left_out = correlation.as_ref().map(|_| CORRELATION);
        let place = Place { step: parent_of(parent), correlation_id: correlation.as_deref() };
        let context = recorder.record_point(event_type, kind, place, &host, |writer| {
            body::exactly(writer, members, left_out, &recorder.policy, &host);
        });
        recorder.pass_on_notices(kind.py(), &host);
        host.finish(context.map(SpanContext::from))
    })
}
