//! The recorder: one journal of this process.

use crate::body;
use crate::call::Call;
use crate::context::SpanContext;
use crate::guard::guard;
use crate::options::{on_warning, options};
use crate::policy::{Policy, SharedPolicy};
use crate::span::{Span, parent_of};
use crate::walk::{Host, text_of};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::sync::Arc;
use std::time::Duration;
use tracewire_recorder::clock::Sources;
use tracewire_recorder::record::BodyWriter;
use tracewire_recorder::{self as core, FlushReport, Place, Remote, StartSpan};
use tracewire_wire::json;

/// Records what this process does into its journal.
#[pyclass(frozen, module = "tracewire._native")]
pub(crate) struct Recorder {
    core: core::Recorder,
    pub(crate) policy: SharedPolicy,
    sources: Arc<dyn Sources>,
    /// The host's own function that hears of limits which are near.
    pub(crate) on_warning: Option<Py<PyAny>>,
}

impl Recorder {
    pub(crate) fn open(options: core::Options, policy: Policy, on_warning: Option<Py<PyAny>>) -> PyResult<Self> {
        let sources = options.sources.clone();
        let core = core::Recorder::open(options).map_err(crate::error)?;
        Ok(Recorder { core, policy: Arc::new(policy), sources, on_warning })
    }

    pub(crate) fn core(&self) -> &core::Recorder {
        &self.core
    }

    fn begin<'py>(
        &self,
        kind: &Bound<'py, PyAny>,
        parent: &Bound<'py, PyAny>,
        fields: Option<&Bound<'py, PyDict>>,
        host: &Host<'py>,
        write: impl FnOnce(&mut BodyWriter<'_, '_>),
    ) -> Span {
        let correlation = fields.and_then(|fields| fields.get_item("correlation_id").ok().flatten());
        let correlation = correlation.filter(|id| !id.is_none()).map(|id| text_of(&id, host));
        self.start_below(kind, parent, correlation.as_deref(), fields, host, |body| {
            write(body);
            body::fields(body, fields, &self.policy, host);
        })
    }

    /// Begins a step below a parent, and carries the `tracestate` of one in another process where the program says none itself.
    pub(crate) fn start_below<'py>(
        &self,
        kind: &Bound<'py, PyAny>,
        parent: &Bound<'py, PyAny>,
        correlation_id: Option<&str>,
        said: Option<&Bound<'py, PyDict>>,
        host: &Host<'py>,
        write: impl FnOnce(&mut BodyWriter<'_, '_>),
    ) -> Span {
        let remote = parent.cast::<SpanContext>().ok().filter(|remote| remote.get().trace_state.is_some());
        let says_state = |said: &Bound<'_, PyDict>| said.contains(intern!(said.py(), "trace_state")).unwrap_or(false);
        let remote = remote.filter(|_| !said.is_some_and(says_state));
        let remote = remote.map(|remote| (core::SpanContext::from(remote.get().context).traceparent(), remote.get()));
        let remote =
            remote.as_ref().and_then(|(parent, with)| Remote::from_headers(parent, with.trace_state.as_deref()));
        let start = |kind: &str| {
            let start = StartSpan { parent: parent_of(parent), kind, correlation_id };
            match remote {
                Some(remote) => self.core.start_remote_span(remote, start, write),
                None => self.core.start_span(start, write),
            }
        };
        Span::new(self.core.clone(), body::with_text_of(kind, host, start), Arc::clone(&self.policy))
    }

    /// Records what is no step; gives the context of an `event`, and of the others that of the step that they belong to.
    pub(crate) fn record_point<'py>(
        &self,
        event_type: &str,
        kind: &Bound<'py, PyAny>,
        place: Place<'_>,
        host: &Host<'py>,
        body: impl FnOnce(&mut BodyWriter<'_, '_>),
    ) -> Option<core::SpanContext> {
        match event_type {
            "log" => self.core.log(place, body),
            "metric" => self.core.metric(place, body),
            "feedback" => self.core.feedback(place, body),
            _ if kind.is_none() => return Some(self.core.point_event(place, None, body)),
            _ => return Some(body::with_text_of(kind, host, |kind| self.core.point_event(place, Some(kind), body))),
        }
        place.step
    }

    /// Has the package log what the core has to say; the core itself never prints.
    pub(crate) fn pass_on_notices(&self, py: Python<'_>, host: &Host<'_>) {
        if !self.core.has_notices() {
            return;
        }
        let notices = self.core.take_notices();
        if !notices.is_empty() {
            let package = py.import("tracewire._recorder");
            host.ok(package.and_then(|package| package.call_method1("log", (notices,))));
        }
    }
}

#[pymethods]
impl Recorder {
    /// Opens a recorder; see `tracewire.init` for what the options mean.
    ///
    /// # Errors
    /// `ValueError` naming the option that cannot be used.
    #[new]
    fn new(given: &Bound<'_, PyDict>) -> PyResult<Self> {
        let (options, policy) = options(given)?;
        Recorder::open(options, policy, on_warning(given)?)
    }

    /// Begins a step. `...` stands for an input that is not recorded.
    fn start(
        &self,
        name: &Bound<'_, PyAny>,
        kind: &Bound<'_, PyAny>,
        parent: &Bound<'_, PyAny>,
        attributes: &Bound<'_, PyAny>,
        input: &Bound<'_, PyAny>,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Option<Span>> {
        guard(None, || {
            let host = Host::new(name.py());
            let reservation = self.check(kind, parent, fields, &host, |writer, policy| {
                body::text(writer, "name", name, &host);
                body::attributes(writer, attributes, policy, &host);
                body::content(writer, "input", input, policy, &host);
            })?;
            let mut span = self.begin(kind, parent, fields, &host, |writer| {
                body::text(writer, "name", name, &host);
                body::attributes(writer, attributes, &self.policy, &host);
                body::content(writer, "input", input, &self.policy, &host);
            });
            span.reservation = reservation;
            self.pass_on_notices(parent.py(), &host);
            host.finish(Some(span))
        })
    }

    /// Begins the step that a call of a decorated function is.
    fn start_call(
        &self,
        call: &Bound<'_, Call>,
        parent: &Bound<'_, PyAny>,
        positional: &Bound<'_, PyTuple>,
        named: &Bound<'_, PyDict>,
    ) -> PyResult<Option<Span>> {
        guard(None, || {
            let (py, call) = (call.py(), call.get());
            let host = Host::new(py);
            let reservation = self.check(call.kind.bind(py), parent, None, &host, |writer, policy| {
                body::text(writer, "name", call.name.bind(py), &host);
                body::attributes(writer, call.attributes.bind(py), policy, &host);
                if writer.keeps("input") {
                    call.arguments(writer, positional, named, policy, &host);
                }
            })?;
            let mut span = self.begin(call.kind.bind(py), parent, None, &host, |writer| {
                body::text(writer, "name", call.name.bind(py), &host);
                body::attributes(writer, call.attributes.bind(py), &self.policy, &host);
                if call.capture_input && writer.keeps("input") {
                    call.arguments(writer, positional, named, &self.policy, &host);
                }
            });
            span.reservation = reservation;
            self.pass_on_notices(parent.py(), &host);
            host.finish(Some(span))
        })
    }

    /// Records what is no step: an `event` with a place of its own, a `log` line, a `metric`, `feedback`. Gives the
    /// context of an `event`, and of the others the one that they belong to.
    fn point(
        &self,
        event_type: &str,
        kind: &Bound<'_, PyAny>,
        parent: &Bound<'_, PyAny>,
        fields: &Bound<'_, PyDict>,
    ) -> PyResult<Option<SpanContext>> {
        guard(None, || {
            let host = Host::new(kind.py());
            let correlation = fields.get_item("correlation_id").ok().flatten().filter(|id| !id.is_none());
            let correlation = correlation.map(|id| text_of(&id, &host));
            let place = Place { step: parent_of(parent), correlation_id: correlation.as_deref() };
            let context = self.record_point(event_type, kind, place, &host, |writer| {
                body::members(writer, fields, &self.policy, &host);
            });
            self.pass_on_notices(kind.py(), &host);
            host.finish(context.map(SpanContext::from))
        })
    }

    /// Ends the current envelope and delivers what the mode delivers, for at most `seconds`.
    fn flush<'py>(&self, py: Python<'py>, seconds: Option<f64>) -> PyResult<Bound<'py, PyDict>> {
        let report = guard(FlushReport::default(), || Ok(py.detach(|| self.core.flush(bound(seconds)))))?;
        report_as_dict(py, &report)
    }

    /// Closes the journal and delivers the rest, for at most `seconds`.
    fn close<'py>(&self, py: Python<'py>, seconds: Option<f64>) -> PyResult<Bound<'py, PyDict>> {
        let report = guard(FlushReport::default(), || Ok(py.detach(|| self.core.close(bound(seconds)))))?;
        report_as_dict(py, &report)
    }

    /// The journal's producer and directory, and what was written and dropped.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = guard(core::Stats::default(), || Ok(py.detach(|| self.core.stats())))?;
        let dict = PyDict::new(py);
        dict.set_item("producer", stats.producer)?;
        dict.set_item("directory", stats.directory)?;
        dict.set_item("written", stats.written)?;
        dict.set_item("dropped", stats.dropped)?;
        dict.set_item("bytes", stats.bytes)?;
        dict.set_item("quota_bytes", stats.quota_bytes)?;
        dict.set_item("withheld", stats.withheld)?;
        dict.set_item("unsampled", stats.unsampled)?;
        dict.set_item("mode", stats.mode.name())?;
        Ok(dict)
    }

    /// Where a session, or a run by its trace id, stands before its guards, as JSON; `None` where nothing was checked.
    fn guard_status(&self, session_id: Option<&str>, trace_id: Option<&str>) -> PyResult<Option<String>> {
        guard(None, || {
            let trace_id = trace_id.and_then(|id| id.parse().ok());
            let status = self.core.guard_status(session_id, trace_id);
            Ok(status.map(|status| String::from_utf8_lossy(&json::write(&status)).into_owned()))
        })
    }

    /// The clock that durations are made of; only differences mean something.
    fn monotonic_nanos(&self) -> u64 {
        guard(0, || Ok(self.sources.now().monotonic_nanos)).unwrap_or(0)
    }

    /// Sentences to log, each given once.
    fn take_notices(&self) -> PyResult<Vec<String>> {
        guard(Vec::new(), || Ok(self.core.take_notices()))
    }
}

fn bound(seconds: Option<f64>) -> Option<Duration> {
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok())
}

fn report_as_dict<'py>(py: Python<'py>, report: &FlushReport) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("written", report.written)?;
    dict.set_item("sealed", report.sealed)?;
    dict.set_item("sent", report.sent)?;
    dict.set_item("pending", report.pending)?;
    dict.set_item("dropped", report.dropped.clone())?;
    dict.set_item("unsampled", report.unsampled)?;
    dict.set_item("withheld", report.withheld)?;
    Ok(dict)
}
