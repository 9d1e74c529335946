//! Outermost: gives each request an id, writes its line in the log, writes problems out, and sets the headers that keep browsers
//! safe. A panic below becomes a problem like any other.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use super::auth::Visitor;
use crate::problem::{Manner, Problem};
use crate::state::Shared;

/// The header that carries a request's id, both ways.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken over.
const LONGEST_ID: usize = 64;

/// A request's id.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

pub(super) async fn around(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = RequestId(given(request.headers()).unwrap_or_else(fresh));
    let visitor = Visitor::default();
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(visitor.clone());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let manner = Manner::of(&method, &path, request.headers());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        tracing::error!(request_id = %id.0, said, "a request made the server panic");
        Problem::internal().into_response()
    });
    let problem = response.extensions_mut().remove::<Problem>();
    let status = response.status().as_u16();
    if let Some(problem) = &problem {
        manner.say(problem, &id.0, &mut response);
    }
    protect(response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    app.metrics.request(status, began.elapsed());
    let code = problem.as_ref().map_or("", Problem::code);
    let detail = problem.as_ref().map_or("", Problem::detail);
    let (key, project) = visitor.shown();
    if status >= 500 {
        tracing::warn!(request_id = %id.0, %method, path, status, micros, code, detail, key, project, "answered");
    } else {
        tracing::info!(request_id = %id.0, %method, path, status, micros, code, detail, key, project, "answered");
    }
    response
}

/// The id that a proxy in front gave, where it is harmless.
fn given(headers: &HeaderMap) -> Option<Arc<str>> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    ((1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(is_plain)).then(|| Arc::from(text))
}

fn fresh() -> Arc<str> {
    let mut bytes = [0; 8];
    // Without chance there is no id, and the request goes on.
    let _ = getrandom::fill(&mut bytes);
    Arc::from(crate::keys::hex(&bytes))
}

/// Nothing of ours runs script or style that stands in a page, is shown in a frame, or is guessed to be of another type.
/// A player may play what a page has made of a recording's own bytes; nothing else may.
/// `wasm-unsafe-eval` allows to compile WebAssembly, which may come from here alone, and no text as script: pages export by it.
fn protect(headers: &mut HeaderMap) {
    let policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; media-src 'self' blob:; base-uri 'none'; form-action 'self'; \
        frame-ancestors 'none'; object-src 'none'";
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // What is recorded stays out of caches that others share; a tag makes asking again cheap.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
}
