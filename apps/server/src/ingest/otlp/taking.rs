//! From the bytes of a request to what is answered: the same for HTTP and gRPC.

use axum::http::StatusCode;
use tracewire_otlp::{
    Form, Imported, Limits, OtlpError, answer_logs, answer_traces, read_logs_within, read_traces_within,
};
use tracewire_recorder::seal::{Prepared, Preparer};
use tracewire_wire::event::Event;
use tracewire_wire::id::Hash;
use tracewire_wire::json;
use tracewire_wire::value::Value;

use crate::guard::Caller;
use crate::options;
use crate::problem::Problem;
use crate::project::emitter::{Brought, Record};
use crate::state::Shared;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    Traces,
    Logs,
}

/// A request that was read.
pub(super) struct Read {
    brought: Vec<Brought>,
    bytes: usize,
    rejected: usize,
    message: Option<String>,
}

/// Bytes of a body behind unpacking: what OTLP's limit says, where the server bears no less.
pub(super) fn most_bytes(limits: &options::Limits) -> usize {
    Limits::default().body_bytes.min(limits.unpacked_bytes)
}

impl Read {
    /// Reads a body and prepares what is in it. Takes its time.
    pub(super) fn new(body: &[u8], signal: Signal, form: Form, app: &Shared) -> Result<Self, Problem> {
        let bounds = Limits { body_bytes: most_bytes(&app.options.limits), ..Limits::default() };
        let imported = match signal {
            Signal::Traces => read_traces_within(body, form, &bounds),
            Signal::Logs => read_logs_within(body, form, &bounds),
        };
        let imported = imported.map_err(|error| unreadable(&error))?;
        let (rejected, message) = (imported.rejected.len(), imported.error_message());
        Ok(Read { brought: prepare(imported, &app.preparer), bytes: body.len(), rejected, message })
    }

    /// Stores it, and gives the body of the answer. When it returns without an error everything survives a loss of power but what
    /// the answer says was rejected.
    pub(super) async fn store(
        self,
        app: &Shared,
        caller: &Caller,
        signal: Signal,
        form: Form,
    ) -> Result<Vec<u8>, Problem> {
        let Read { brought, bytes, mut rejected, mut message } = self;
        let mut taken = crate::project::emitter::Emitted::default();
        if !brought.is_empty() {
            taken = caller.project.writer.emit(brought, bytes).await?;
        }
        let contradicting = taken.contradicting.len();
        if let Some(first) = taken.contradicting.first() {
            let said = message.map(|message| format!("{message}; ")).unwrap_or_default();
            message = Some(format!("{said}{contradicting} contradict what is stored; the first: {first}"));
        }
        rejected += contradicting;
        if let Some(message) = &message {
            tracing::warn!(rejected, message, "not everything was taken");
        }
        app.metrics.records(signal.word(), taken.taken, taken.known, rejected as u64);
        Ok(match signal {
            Signal::Traces => answer_traces(rejected, message, form),
            Signal::Logs => answer_logs(rejected, message, form),
        })
    }
}

impl Signal {
    fn word(self) -> &'static str {
        match self {
            Signal::Traces => "traces",
            Signal::Logs => "logs",
        }
    }
}

fn prepare(imported: Imported, preparer: &Preparer) -> Vec<Brought> {
    let all =
        |events: Vec<Event>| -> Vec<Prepared> { events.into_iter().map(|event| preparer.prepare(event)).collect() };
    let brought = |source: tracewire_otlp::Source| {
        let spans = source.spans.into_iter().map(|span| Record::Span {
            trace_id: span.trace_id,
            span_id: span.span_id,
            events: all(span.events),
        });
        let logs = source.logs.into_iter().map(|log| Record::Log { events: all(log.events) });
        let records = spans.chain(logs).collect();
        let mut resource = source.resource;
        resource.sort();
        let resource = Value::Map(resource);
        let key = Hash::of(&json::write(&resource));
        let Value::Map(resource) = resource else { return None };
        Some(Brought { resource, key, records })
    };
    imported.sources.into_iter().filter_map(brought).collect()
}

fn unreadable(error: &OtlpError) -> Problem {
    let (status, title) = match error {
        OtlpError::TooLarge { .. } | OtlpError::TooMany { .. } => {
            (StatusCode::PAYLOAD_TOO_LARGE, "The body is too large")
        }
        _ => (StatusCode::BAD_REQUEST, "The body is not what its content type says"),
    };
    Problem::new(status, error.code(), title, error.to_string())
}
