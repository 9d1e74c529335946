//! How something that went wrong is said: as a problem, as OTLP/HTTP wants it, or as gRPC does.
//!
//! OTLP over HTTP answers `google.rpc.Status` in the request's encoding; over gRPC the status stands in headers, and the answer is a
//! success of HTTP. What can be tried again later says when, in all three.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use prost::Message;
use tonic::{Code, Status};
use tracewire_otlp::Form;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

use super::Problem;

/// How a request wants to be told what went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// `application/problem+json`.
    Problem,
    /// `google.rpc.Status` as a body.
    Status(Form),
    /// gRPC's.
    Grpc,
}

impl Manner {
    /// The manner of a request.
    pub(crate) fn of(method: &Method, path: &str, headers: &HeaderMap) -> Self {
        let is_otlp = *method == Method::POST && matches!(path, "/v1/traces" | "/v1/logs");
        match (is_otlp, form_of(headers)) {
            (true, Some(form)) => Manner::Status(form),
            _ if is_grpc(headers) => Manner::Grpc,
            _ => Manner::Problem,
        }
    }

    /// Says it in `response`, which has the problem's status and headers.
    pub(crate) fn say(self, problem: &Problem, request_id: &str, response: &mut Response) {
        match self {
            Manner::Problem => *response.body_mut() = Body::from(problem.body(request_id)),
            Manner::Status(form) => {
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
                *response.body_mut() = Body::from(match form {
                    Form::Protobuf => RpcStatus::of(problem).encode_to_vec(),
                    Form::Json => in_json(problem),
                });
            }
            Manner::Grpc => {
                let details = problem.retry_after().map(|_| RpcStatus::of(problem).encode_to_vec());
                let status =
                    Status::with_details(code(problem), message(problem), Bytes::from(details.unwrap_or_default()));
                *response = status.into_http();
            }
        }
    }
}

/// The form that the content type says.
pub(crate) fn form_of(headers: &HeaderMap) -> Option<Form> {
    Form::of_content_type(headers.get(CONTENT_TYPE)?.to_str().ok()?)
}

/// Whether a request is one of gRPC.
fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

/// gRPC's code for a problem.
fn code(problem: &Problem) -> Code {
    match problem.status() {
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST => Code::PermissionDenied,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => Code::Unimplemented,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS => Code::ResourceExhausted,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        status if status.is_client_error() => Code::InvalidArgument,
        _ => Code::Internal,
    }
}

fn message(problem: &Problem) -> String {
    format!("{}: {}", problem.code(), problem.detail())
}

fn in_json(problem: &Problem) -> Vec<u8> {
    let members = [("code", Value::Int((code(problem) as i32).into())), ("message", message(problem).into())];
    json::write(&Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map>()))
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`: by it a sender knows that gRPC's "resource exhausted" will pass.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    delay: Option<Duration>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
struct Duration {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

impl RpcStatus {
    fn of(problem: &Problem) -> Self {
        let retry = problem.retry_after().map(|seconds| Any {
            type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
            value: RetryInfo { delay: Some(Duration { seconds: seconds.into() }) }.encode_to_vec(),
        });
        RpcStatus { code: code(problem) as i32, message: message(problem), details: retry.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::RETRY_AFTER;

    #[test]
    fn what_passes_says_when_in_every_manner() {
        let problem = Problem::busy("later");
        let said = RpcStatus::decode(&*RpcStatus::of(&problem).encode_to_vec()).unwrap();
        assert_eq!((said.code, said.message.as_str()), (14, "busy: later"));
        let retry = RetryInfo::decode(&*said.details[0].value).unwrap();
        assert_eq!(retry.delay.unwrap().seconds, i64::from(crate::problem::SOON));
        assert_eq!(in_json(&problem), br#"{"code":14,"message":"busy: later"}"#);
        let mut response = axum::response::IntoResponse::into_response(problem.clone());
        assert_eq!(response.headers()[RETRY_AFTER], "2");
        Manner::Grpc.say(&problem, "", &mut response);
        assert_eq!((response.status(), &response.headers()["grpc-status"]), (StatusCode::OK, &"14".parse().unwrap()));
        assert!(response.headers().contains_key("grpc-status-details-bin"));
    }
}
