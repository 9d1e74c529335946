//! OTLP becomes tracewire's events, and events become OTLP.
//!
//! **What it is.** Pure functions between the messages of OpenTelemetry's protocol and the events of the wire: traces both ways,
//! logs one way; every convention for generative AI that is in use, of both generations, under one set of names.
//!
//! **What it may touch.** Nothing: no file, no network, no clock. The same bytes give the same events, and ids follow from
//! what was sent. Whoever calls numbers the events (`seq` is 0) and seals them.
//!
//! **The way of the data.**
//!
//! ```text
//! body ─▶ form ─▶ messages ─▶ import ─▶ events          gRPC hands over messages: `traces_from`, `logs_from`
//!                    ▲           facts: what attributes say
//!                    └── export ◀── events of any producer
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | `form` | protobuf and OTLP/JSON, as lenient as its specification asks |
//! | `values` | attribute values of both sides |
//! | `facts` | what attributes say, whichever convention they are of |
//! | `import` | spans and log records become events |
//! | `export` | events become spans |
//!
//! # Spans
//!
//! A span becomes `span.start`, a `span.event` for each of its events, and `span.end`; one without an end has none. What is
//! small and has a member of its own (usage, cost, session, user, tags, environment, release, prompt, level) is **copied** there
//! and stays an attribute as well. What people, models and tools said is **moved**: the attribute becomes `input`, `output`
//! or `tool_definitions`, as a value where it held JSON, and as a list of messages where it was taken apart into attributes, so
//! that each message is addressed by its hash and carried once. Where OpenInference sends a request whole and its messages apart,
//! the request is the input and the messages are `gen_ai.input.messages`. Usage counts as the wire does: input includes
//! what was cached, output includes reasoning, also where the source leaves them out. A cost that is reported has the
//! source `provider`.
//!
//! # The way back
//!
//! [`write_traces`] gives back the spans that were sent: the same ids, times, attributes with their types, events, links,
//! resource and scope. Only the formatting of JSON inside of texts may differ, the order of attributes, and how spans are grouped. What
//! the wire has no place for stands in attributes that begin with `tracewire.otlp.`:
//!
//! | attribute | of | says |
//! |---|---|---|
//! | `kind` | spans | OpenTelemetry's kind; all imported spans have it, and no other |
//! | `members` | spans, events | for each member that was moved: the `attribute`, and its `form` there (`value`, `json`, `indexed`, `openinference`, `events`) |
//! | `added` | spans | attributes of today's names that follow from others and were not sent |
//! | `types` | all | by JSON pointer: doubles that are integers on the wire, JSON that became a value |
//! | `others` | all | attributes whose name was there already, or is one of these |
//! | `flags` | spans, links, records | flags beyond the trace flags |
//! | `dropped` | spans, events, links, records | how many attributes, events, links were dropped before |
//! | `scope`, `resource` | spans, records; resources | their schema URL, attributes, dropped counts, entities |
//! | `times` | spans, events, records | times that are not set or beyond 2262; when a record was observed |
//! | `status_code`, `trace_state` | spans; links | a code that is not known; a link's state |
//! | `body`, `severity`, `event_name` | records | what a log line has no member for |
//!
//! Not kept: which of two equal names in a map inside of a value came from where (the second is renamed, TW-VAL-013), parents
//! of eight zero bytes (none), and what [`Limits`] cut or left out, which is marked or counted.
//!
//! # Log records
//!
//! A record with an event's name inside a trace is an `event` of its own, any other a `log`. The details of an inference
//! are also a `span.update` of its span, an evaluation is also `feedback`. What Claude Code, Codex and Gemini CLI tell of requests and
//! tools becomes the span that they did not send, with its duration, usage and cost; records of one prompt share a trace.
//!
//! ```
//! use tracewire_otlp::{Form, read_traces};
//!
//! let body = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{
//!     "traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"chat gpt-5-mini",
//!     "startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000001000000000",
//!     "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]}]}]}]}"#;
//! let imported = read_traces(body, Form::Json)?;
//! let start = &imported.sources[0].spans[0].events[0];
//! assert_eq!(start.kind.as_deref(), Some("llm"));
//! assert_eq!(imported.error_message(), None);
//! # Ok::<(), tracewire_otlp::OtlpError>(())
//! ```
#![forbid(unsafe_code)]

mod error;
mod export;
mod facts;
mod form;
mod import;
mod limits;
mod names;
mod values;

pub use error::OtlpError;
pub use export::{Conventions, Open, Recorded, WriteOptions, Written, write_traces};
pub use form::{Form, answer_logs, answer_traces, decode_logs, decode_traces, encode_traces};
pub use import::{
    Imported, Log, Rejected, Source, Span, logs_from, read_logs, read_logs_within, read_traces, read_traces_within,
    traces_from,
};
pub use limits::Limits;
/// The messages of OTLP, as gRPC has them.
pub use opentelemetry_proto;
