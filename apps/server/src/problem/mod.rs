//! What went wrong with a request, as every answer says it: `application/problem+json` (RFC 9457) with a stable code.
//!
//! A [`Problem`] becomes an answer without a body. [`crate::guard`] has the body written, since it knows the request's id: `manner`
//! says it as the request's protocol wants it. `codes` says what each code means and what to do.

mod codes;
mod manner;

pub use codes::CODES;
pub(crate) use manner::{Manner, form_of};

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tracewire_store::StoreError;
use tracewire_wire::WireError;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

/// Where the pages of problems are.
const PAGES: &str = "https://tracewire.dev/errors/";
/// After how many seconds what is refused for now may be tried again.
pub const SOON: u32 = 2;

/// What went wrong.
#[derive(Clone, Debug)]
pub struct Problem(Box<Said>);

/// Boxed, it leaves the way of answers narrow.
#[derive(Clone, Debug)]
struct Said {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    retry_after: Option<u32>,
    members: Map,
    headers: HeaderMap,
}

impl Problem {
    /// A problem: how bad, which one, what it is called, and what happened here.
    pub fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Problem(Box::new(Said {
            status,
            code,
            title,
            detail: detail.into(),
            retry_after: None,
            members: Map::new(),
            headers: HeaderMap::new(),
        }))
    }

    /// Nothing has this name.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such thing", detail)
    }

    /// A parameter of the query or the path cannot be used.
    pub fn parameter(name: &str, reason: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, "parameter_invalid", "A parameter cannot be used", reason)
            .with("parameter", name)
    }

    /// There is too much to do.
    pub fn busy(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "The server has too much to do", detail).retry(SOON)
    }

    /// The server stops.
    pub fn stopping() -> Self {
        let detail = "the server is about to stop and takes no new requests";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "The server stops", detail).retry(SOON)
    }

    /// A fault of ours. What it was stands in the log, under the request's id.
    pub fn internal() -> Self {
        let detail = "the server failed in a way that it should not; its log says more under the request's id";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed", detail)
    }

    /// The same, with when it may be tried again.
    #[must_use]
    pub fn retry(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The same, with another member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// The same, with a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.0.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What happened, for people.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// After how many seconds the same can be tried again.
    pub fn retry_after(&self) -> Option<u32> {
        self.0.retry_after
    }

    /// What bytes are not, and where.
    pub fn unreadable(error: WireError) -> Self {
        let code = error.code();
        let (offset, line) = (error.offset(), error.line());
        let (reason, place) = error.into_reason();
        let mut problem =
            Problem::new(StatusCode::BAD_REQUEST, code, "The body is not what its content type says", reason);
        for (name, number) in [("offset", offset), ("line", line)] {
            if let Some(number) = number {
                problem = problem.with(name, Value::from_u64(number as u64));
            }
        }
        match place {
            Some(place) => problem.with("pointer", place),
            None => problem,
        }
    }

    /// The body of the answer.
    pub fn body(&self, request_id: &str) -> Vec<u8> {
        let mut map = self.0.members.clone();
        for (name, value) in [
            ("code", Value::from(self.0.code)),
            ("detail", Value::from(self.0.detail.as_str())),
            ("request_id", Value::from(request_id)),
            ("status", Value::from_u64(u64::from(self.0.status.as_u16()))),
            ("title", Value::from(self.0.title)),
            ("type", Value::from(format!("{PAGES}{}", self.0.code))),
        ] {
            map.insert(name.to_owned(), value);
        }
        json::write(&Value::Map(map))
    }
}

/// What a problem looks like, for the description of the API.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes what `Problem::body` writes")]
pub(crate) struct Described {
    /// Stable, for programs.
    #[schema(example = "parameter_invalid")]
    code: String,
    /// What happened, for people.
    detail: String,
    /// What the server's log calls the request.
    request_id: String,
    /// The status of the answer.
    status: u16,
    /// What such problems are called.
    title: String,
    /// The page about such problems.
    r#type: String,
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = error.code();
        let detail = error.to_string();
        match error {
            StoreError::Query { member, .. } => {
                Problem::new(StatusCode::BAD_REQUEST, code, "The query cannot be used", detail)
                    .with("parameter", member)
            }
            StoreError::QueryTimeout => {
                let detail =
                    "the answer was not found in the time that a query may take; ask for a shorter time or for less";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, "The query takes too long", detail)
            }
            StoreError::Locked | StoreError::Unavailable { .. } | StoreError::DiskFull | StoreError::ReadOnly => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, "The store takes or gives nothing for now", detail)
                    .retry(SOON)
            }
            _ => {
                tracing::error!(code, detail, "the store failed");
                // Paths and what the engine said are for the operator.
                let detail = "the store failed; the server's log says more under the request's id";
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, code, "The store failed", detail)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        let headers = response.headers_mut();
        headers.extend(self.0.headers.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.0.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}
