//! One request, and what its answer means.

use std::io::Write as _;
use std::time::Duration;

use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt as _, Limited};
use prost::Message as _;
use tonic::{Code, Status};
use tracewire_otlp::opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;

use super::OutwardError;
use super::target::{Protocol, Target};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(10);
/// As much is read of an answer.
const MOST_READ: usize = 64 << 10;
/// Characters of what the other side says that are shown.
const MOST_SHOWN: usize = 300;
/// Bytes of gRPC's frame before a message.
const FRAME: usize = 5;

/// What was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// How many of what was sent were not taken.
    pub rejected: u64,
    /// Why, in the other side's words.
    pub message: Option<String>,
}

/// What became of one request.
pub(super) enum Outcome {
    Taken(Reply),
    /// The same may be taken later.
    Later {
        reason: String,
        asked: Option<Duration>,
    },
    Never {
        status: String,
        message: String,
    },
}

/// Chooses what TLS computes with, for the whole process. Where somebody chose already, that stays.
pub(crate) fn choose_crypto() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

pub(super) fn client(target: &Target) -> Result<reqwest::Client, OutwardError> {
    choose_crypto();
    let mut builder = reqwest::Client::builder()
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT)
        // A redirect would take what is private, and the key, elsewhere.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("tracewire/", env!("CARGO_PKG_VERSION")));
    if target.protocol == Protocol::OtlpGrpc {
        builder = builder.http2_prior_knowledge();
    }
    builder.build().map_err(|error| OutwardError::Client(error.to_string()))
}

/// Sends once.
pub(super) async fn send(client: &reqwest::Client, target: &Target, body: &[u8]) -> Outcome {
    let Ok(packed) = gzip(body) else {
        return Outcome::Never { status: "not sent".to_owned(), message: "it could not be packed".to_owned() };
    };
    let request = client.post(target.url.clone()).headers(target.headers.clone());
    let request = match target.protocol {
        Protocol::OtlpHttp => {
            request.header(CONTENT_TYPE, "application/x-protobuf").header(CONTENT_ENCODING, "gzip").body(packed)
        }
        Protocol::Envelopes => {
            request.header(CONTENT_TYPE, "application/x-ndjson").header(CONTENT_ENCODING, "gzip").body(packed)
        }
        Protocol::OtlpGrpc => request
            .header(CONTENT_TYPE, "application/grpc")
            .header("grpc-encoding", "gzip")
            .header("te", "trailers")
            .body(framed(&packed)),
    };
    let response: axum::http::Response<reqwest::Body> = match request.send().await {
        Ok(response) => response.into(),
        // Without the address: it may hold what is secret.
        Err(error) => return Outcome::Later { reason: root_of(&error.without_url()), asked: None },
    };
    let (parts, body) = response.into_parts();
    let collected = match Limited::new(body, MOST_READ).collect().await {
        Ok(collected) => collected,
        Err(error) if parts.status.is_success() => {
            return Outcome::Later { reason: format!("the answer did not arrive: {error}"), asked: None };
        }
        Err(_) => return refused(parts.status, &parts.headers, &[]),
    };
    let trailers = collected.trailers().cloned();
    let bytes = collected.to_bytes();
    match target.protocol {
        _ if !parts.status.is_success() => refused(parts.status, &parts.headers, &bytes),
        Protocol::OtlpHttp => Outcome::Taken(reply(&bytes)),
        Protocol::OtlpGrpc => of_grpc(&parts.headers, trailers.as_ref(), &bytes),
        Protocol::Envelopes => Outcome::Taken(Reply::default()),
    }
}

fn of_grpc(headers: &HeaderMap, trailers: Option<&HeaderMap>, bytes: &Bytes) -> Outcome {
    let status = trailers.and_then(Status::from_header_map).or_else(|| Status::from_header_map(headers));
    let Some(status) = status else {
        return Outcome::Never { status: "no status".to_owned(), message: "this is no answer of gRPC".to_owned() };
    };
    let said = short(status.message().as_bytes());
    match status.code() {
        Code::Ok => Outcome::Taken(reply(bytes.get(FRAME..).unwrap_or_default())),
        // What OTLP says can be tried again; "resource exhausted" only where it says when.
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => Outcome::Later { reason: said, asked: None },
        Code::ResourceExhausted if !status.details().is_empty() => Outcome::Later { reason: said, asked: None },
        code => Outcome::Never { status: format!("{code:?}"), message: said },
    }
}

fn refused(status: StatusCode, headers: &HeaderMap, bytes: &[u8]) -> Outcome {
    let asked = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok()).map(Duration::from_secs);
    let message = short(bytes);
    match status.as_u16() {
        429 | 502 | 503 | 504 => Outcome::Later { reason: format!("{status} {message}").trim().to_owned(), asked },
        _ => Outcome::Never { status: status.to_string(), message },
    }
}

/// What a receiver says of what it took. One that says it in another way took all of it.
fn reply(bytes: &[u8]) -> Reply {
    let success = ExportTraceServiceResponse::decode(bytes).ok().and_then(|answer| answer.partial_success);
    let Some(success) = success else { return Reply::default() };
    let message = Some(short(success.error_message.as_bytes())).filter(|message| !message.is_empty());
    Reply { rejected: u64::try_from(success.rejected_spans).unwrap_or(0), message }
}

/// The beginning of what somebody else says, harmless to show.
fn short(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let harmless = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    harmless.take(MOST_SHOWN).collect::<String>().trim().to_owned()
}

/// What is behind an error: outer ones only say that something was sent.
fn root_of(error: &dyn std::error::Error) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(body)?;
    packed.finish()
}

/// A packed message in gRPC's frame.
fn framed(packed: &[u8]) -> Vec<u8> {
    let length = u32::try_from(packed.len()).unwrap_or(u32::MAX);
    let mut framed = Vec::with_capacity(FRAME + packed.len());
    framed.push(1);
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(packed);
    framed
}
