//! Entity tags (RFC 9110): an answer that is whole has a strong one, made of its bytes; who shows it gets 304 while it holds.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tracewire_wire::id::Hash;

use crate::problem::Problem;

/// Digits of the hash that make a tag.
const DIGITS: usize = 32;
/// Ways of packing, whose answers have tags of their own.
const ENCODINGS: [&str; 2] = ["-gzip", "-zstd"];

/// Gives each whole answer its tag, and says 304 where the caller has it already.
pub(super) async fn tag(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let shown = request.headers().get(IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    // A stream has no end yet, and so no tag.
    let is_whole = response.body().size_hint().exact().is_some();
    if !is_read || response.status() != StatusCode::OK || !is_whole {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(_) => return Problem::internal().into_response(),
    };
    if !parts.headers.contains_key(ETAG) {
        let hash = Hash::of(&bytes).to_string();
        let digits = hash.trim_start_matches("sha256:").get(..DIGITS).unwrap_or_default();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{digits}\"")) {
            parts.headers.insert(ETAG, tag);
        }
    }
    if shown.is_some_and(|shown| fits(&shown, &parts.headers)) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// A packed answer is another representation than the one that was tagged.
pub(super) async fn per_encoding(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let packed = headers.get(CONTENT_ENCODING).and_then(|encoding| encoding.to_str().ok()).map(str::to_owned);
    if let (Some(encoding), Some(tag)) = (packed, headers.get(ETAG).and_then(|tag| tag.to_str().ok()))
        && let Some(digits) = tag.strip_suffix('"')
        && let Ok(tag) = HeaderValue::from_str(&format!("{digits}-{encoding}\""))
    {
        headers.insert(ETAG, tag);
    }
    response
}

/// Whether one of the tags that were shown is this one, however it was packed.
fn fits(shown: &HeaderValue, headers: &HeaderMap) -> bool {
    let (Ok(shown), Some(Ok(own))) = (shown.to_str(), headers.get(ETAG).map(HeaderValue::to_str)) else { return false };
    let own = own.trim_matches('"');
    shown.trim() == "*"
        || shown.split(',').any(|tag| {
            let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
            ENCODINGS.iter().find_map(|ending| tag.strip_suffix(ending)).unwrap_or(tag) == own
        })
}
