//! OTLP and events, both ways.
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
pub use form::{Form, decode_logs, decode_traces, encode_traces};
pub use import::{
    Imported, Log, Rejected, Source, Span, logs_from, read_logs, read_logs_within, read_traces, read_traces_within,
    traces_from,
};
pub use limits::Limits;
/// The messages of OTLP, as gRPC has them.
pub use opentelemetry_proto;
