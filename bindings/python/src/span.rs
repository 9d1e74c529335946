//! An open step.

use crate::body;
use crate::context::SpanContext;
use crate::guard::guard;
use crate::policy::{Policy, SharedPolicy};
use crate::process;
use crate::walk::{Host, exception, text_of};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tracewire_recorder as core;
use tracewire_wire::event::Status;

/// A step that has begun; it ends once. A step that is forgotten ends as `cancelled` when Python frees it.
#[pyclass(frozen, module = "tracewire._native")]
pub(crate) struct Span {
    pub(crate) recorder: core::Recorder,
    pub(crate) span: core::Span,
    born: u64,
    pub(crate) policy: SharedPolicy,
    /// What the guards keep for this call; 0 for nothing.
    pub(crate) reservation: u64,
}

impl Span {
    pub(crate) fn new(recorder: core::Recorder, span: core::Span, policy: SharedPolicy) -> Self {
        Span { recorder, span, born: process::generation(), policy, reservation: 0 }
    }

    pub(crate) fn context(&self) -> core::SpanContext {
        self.span.context()
    }

    /// A fork child has copies of its parent's steps, and must not end them.
    pub(crate) fn is_own(&self) -> bool {
        self.born == process::generation()
    }
}

#[pymethods]
impl Span {
    /// The ids of the step.
    #[getter(context)]
    fn py_context(&self) -> SpanContext {
        self.span.context().into()
    }

    /// 16 hex digits, or `None` for the root of a run.
    #[getter]
    fn parent_id(&self) -> Option<String> {
        self.span.parent_id().map(|id| id.to_string())
    }

    /// Records what must be visible before the end. Fields as in the specification's `span.update`.
    fn update(&self, fields: &Bound<'_, PyDict>) -> PyResult<()> {
        guard((), || {
            let host = Host::new(fields.py());
            self.recorder.update_span(&self.span, |writer| body::fields(writer, Some(fields), &self.policy, &host));
            host.finish(())
        })
    }

    /// Records something that happened inside the step.
    fn event(
        &self,
        name: Option<&Bound<'_, PyAny>>,
        attributes: &Bound<'_, PyAny>,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        guard((), || {
            let host = Host::new(attributes.py());
            self.recorder.span_event(&self.span, |writer| {
                if let Some(name) = name {
                    writer.text("name", &text_of(name, &host));
                }
                body::attributes(writer, attributes, &self.policy, &host);
                body::fields(writer, fields, &self.policy, &host);
            });
            host.finish(())
        })
    }

    /// Records an exception as an event of the step.
    fn exception(
        &self,
        error: &Bound<'_, PyAny>,
        stacktrace: Option<&Bound<'_, PyAny>>,
        attributes: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        guard((), || {
            let host = Host::new(error.py());
            self.recorder.span_event(&self.span, |writer| {
                writer.text("name", "exception");
                body::attributes(writer, attributes, &self.policy, &host);
                exception(writer, error, stacktrace, false, &host);
            });
            host.finish(())
        })
    }

    /// Ends the step; false when it had ended, or belongs to the process that forked this one.
    #[pyo3(signature = (status, output, attributes, fields, error = None, stacktrace = None))]
    fn end(
        &self,
        status: &str,
        output: &Bound<'_, PyAny>,
        attributes: &Bound<'_, PyAny>,
        fields: Option<&Bound<'_, PyDict>>,
        error: Option<&Bound<'_, PyAny>>,
        stacktrace: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        guard(false, || {
            if !self.is_own() {
                return Ok(false);
            }
            let host = Host::new(output.py());
            let ended = self.recorder.end_span(&self.span, &Status::parse(status), |writer| {
                body::content(writer, "output", output, &self.policy, &host);
                body::attributes(writer, attributes, &self.policy, &host);
                body::fields(writer, fields, &self.policy, &host);
                if let Some(error) = error {
                    exception(writer, error, stacktrace, true, &host);
                }
            });
            if self.reservation != 0 && ended {
                settle(self, status, output, fields, &host);
            }
            host.finish(ended)
        })
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if !self.span.has_ended() && self.is_own() {
            // Nothing of the host is read here, so nothing of it can fail.
            let _ = guard(false, || {
                let forgotten = |body: &mut core::record::BodyWriter<'_, '_>| {
                    body.text("status_message", "the step was dropped without an end");
                };
                self.recorder.settle(self.reservation, &Status::Cancelled, |_| {});
                Ok(self.recorder.end_span(&self.span, &Status::Cancelled, forgotten))
            });
        }
    }
}

/// The context that a parent argument stands for: a step, a context, or nothing.
pub(crate) fn parent_of(parent: &Bound<'_, PyAny>) -> Option<core::SpanContext> {
    match parent.cast::<Span>() {
        Ok(span) => Some(span.get().context()),
        Err(_) => parent.cast::<SpanContext>().ok().map(|context| context.get().context.into()),
    }
}

/// A call has ended: what it used takes the place of what was reserved.
fn settle<'py>(
    span: &Span,
    status: &str,
    output: &Bound<'py, PyAny>,
    fields: Option<&Bound<'py, PyDict>>,
    host: &Host<'py>,
) {
    let policy = Policy::default();
    span.recorder.settle(span.reservation, &Status::parse(status), |writer| {
        body::content(writer, "output", output, &policy, host);
        body::fields(writer, fields, &policy, host);
    });
}
