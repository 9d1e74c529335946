//! The two encodings of OTLP's messages: protobuf, and the JSON that its specification describes.
//!
//! JSON is read here and not by the serde of `opentelemetry-proto`, which refuses a value with a member that it does not know.
//! Ours is as lenient as the specification asks: unknown members and nulls are ignored, 64-bit integers may be numbers or
//! texts, ids are hex in either case, enums are numbers (or names), bytes are base64 of either alphabet.

mod json_read;
mod json_write;
mod members;
mod scan;
mod surrogates;

pub(crate) use members::{hex, to_hex};

use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;

use crate::error::OtlpError;
use crate::limits::Limits;

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

impl Form {
    /// The form that a `Content-Type` names, whatever parameters it has.
    ///
    /// ```
    /// use tracewire_otlp::Form;
    /// assert_eq!(Form::of_content_type("application/json; charset=utf-8"), Some(Form::Json));
    /// assert_eq!(Form::of_content_type("text/plain"), None);
    /// ```
    pub fn of_content_type(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/x-protobuf" | "application/protobuf" => Some(Form::Protobuf),
            "application/json" => Some(Form::Json),
            _ => None,
        }
    }

    /// The `Content-Type` of this form.
    pub fn content_type(self) -> &'static str {
        match self {
            Form::Protobuf => "application/x-protobuf",
            Form::Json => "application/json",
        }
    }
}

/// Reads a request for traces.
///
/// # Errors
/// [`OtlpError`] where the body is too large, holds far too many records, or is not such a request.
pub fn decode_traces(body: &[u8], form: Form, limits: &Limits) -> Result<ExportTraceServiceRequest, OtlpError> {
    match form {
        Form::Protobuf => protobuf(body, limits),
        Form::Json => json_read::traces(json(body, limits)?),
    }
}

/// Reads a request for logs.
///
/// # Errors
/// [`OtlpError`] where the body is too large, holds far too many records, or is not such a request.
pub fn decode_logs(body: &[u8], form: Form, limits: &Limits) -> Result<ExportLogsServiceRequest, OtlpError> {
    match form {
        Form::Protobuf => protobuf(body, limits),
        Form::Json => json_read::logs(json(body, limits)?),
    }
}

/// Writes a request for traces.
pub fn encode_traces(request: &ExportTraceServiceRequest, form: Form) -> Vec<u8> {
    match form {
        Form::Protobuf => request.encode_to_vec(),
        Form::Json => json::write_in_order(&json_write::traces(request)),
    }
}

/// The body of the answer to a request for traces: what was rejected, and why.
pub fn answer_traces(rejected: usize, message: Option<String>, form: Form) -> Vec<u8> {
    let answer = ExportTraceServiceResponse {
        partial_success: message
            .map(|error_message| ExportTracePartialSuccess { rejected_spans: number(rejected), error_message }),
    };
    match (form, &answer.partial_success) {
        (Form::Protobuf, _) => answer.encode_to_vec(),
        (Form::Json, success) => {
            partial("rejectedSpans", success.as_ref().map(|success| success.error_message.as_str()), rejected)
        }
    }
}

/// The body of the answer to a request for logs: what was rejected, and why.
pub fn answer_logs(rejected: usize, message: Option<String>, form: Form) -> Vec<u8> {
    let answer = ExportLogsServiceResponse {
        partial_success: message
            .map(|error_message| ExportLogsPartialSuccess { rejected_log_records: number(rejected), error_message }),
    };
    match (form, &answer.partial_success) {
        (Form::Protobuf, _) => answer.encode_to_vec(),
        (Form::Json, success) => {
            partial("rejectedLogRecords", success.as_ref().map(|success| success.error_message.as_str()), rejected)
        }
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A partial success in JSON; `{}` where there is none.
fn partial(name: &str, message: Option<&str>, rejected: usize) -> Vec<u8> {
    let mut answer = members::Members::default();
    if let Some(message) = message {
        let mut success = members::Members::default();
        success.add(name, Value::Text(rejected.to_string()));
        success.text("errorMessage", message);
        answer.add("partialSuccess", success.finish());
    }
    json::write_in_order(&answer.finish())
}

fn protobuf<T: Message + Default>(body: &[u8], limits: &Limits) -> Result<T, OtlpError> {
    bounded(body, limits)?;
    few(scan::in_protobuf(body), limits)?;
    T::decode(body).map_err(|error| OtlpError::Protobuf { reason: error.to_string() })
}

fn json(body: &[u8], limits: &Limits) -> Result<Value, OtlpError> {
    bounded(body, limits)?;
    let max_bytes = limits.body_bytes;
    let options = ReadOptions { max_depth: ReadOptions::DEPTH_LIMIT, max_bytes, ..ReadOptions::default() };
    let read = json::read(body, &options).or_else(|error| match surrogates::mended(body) {
        // A prompt that was cut inside of an emoji must not cost the whole batch.
        Some(mended) if error.code() == "json_surrogate" => json::read(&mended, &options),
        _ => Err(error),
    });
    let value = read.map_err(|error| OtlpError::Json { reason: error.to_string() })?;
    // An integer of any size is a value that looks like an object.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(OtlpError::Shape { path: String::new(), expected: "an object" });
    }
    few(scan::in_json(&value), limits)?;
    Ok(value)
}

fn bounded(body: &[u8], limits: &Limits) -> Result<(), OtlpError> {
    if body.len() > limits.body_bytes {
        return Err(OtlpError::TooLarge { size: body.len(), limit: limits.body_bytes });
    }
    Ok(())
}

/// A few records too many are rejected one by one; four times as many are not even looked at.
fn few(records: usize, limits: &Limits) -> Result<(), OtlpError> {
    let limit = limits.records.saturating_mul(4);
    if records > limit { Err(OtlpError::TooMany { records, limit }) } else { Ok(()) }
}
