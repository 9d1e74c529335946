//! The built dashboard, where it was there when the server was built; else a page that says how to build it.

use axum::body::Bytes;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::problem::Problem;

/// A file of the dashboard.
struct File {
    path: &'static str,
    media: &'static str,
    bytes: &'static [u8],
    /// The same, packed.
    gzip: Option<&'static [u8]>,
    /// Whether its name changes with what is in it.
    is_hashed: bool,
}

include!(concat!(env!("OUT_DIR"), "/dashboard.rs"));

/// What stands there without a dashboard.
const WITHOUT: &str = include_str!("assets/without.html");

/// The file of a path. Paths without one are the dashboard's own, and lead to its page.
pub(crate) fn file(path: &str, headers: &HeaderMap) -> Response {
    let name = path.trim_start_matches('/');
    let found = FILES.iter().find(|file| file.path == name);
    let is_asset = name.rsplit('/').next().is_some_and(|last| last.contains('.'));
    match found.or_else(|| FILES.iter().find(|file| file.path == "index.html").filter(|_| !is_asset)) {
        Some(file) => answer(file, headers),
        None if is_asset => Problem::not_found("there is no such file").into_response(),
        None => {
            let media = HeaderValue::from_static("text/html; charset=utf-8");
            let status = if name.is_empty() { StatusCode::OK } else { StatusCode::NOT_FOUND };
            (status, [(CONTENT_TYPE, media)], WITHOUT).into_response()
        }
    }
}

fn answer(file: &File, headers: &HeaderMap) -> Response {
    let takes_gzip = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(takes_gzip);
    let packed = file.gzip.filter(|_| takes_gzip);
    let mut response = Bytes::from_static(packed.unwrap_or(file.bytes)).into_response();
    let set = response.headers_mut();
    set.insert(CONTENT_TYPE, HeaderValue::from_static(file.media));
    if packed.is_some() {
        set.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    set.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let caching = if file.is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    set.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

/// Whether gzip is among those that are taken, and not refused by a weight of nothing.
fn takes_gzip(text: &str) -> bool {
    text.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_it = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        is_it && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_whom_it_is_welcome() {
        assert!(takes_gzip("gzip") && takes_gzip("br, GZIP;q=0.5") && !takes_gzip("br") && !takes_gzip("gzip;q=0"));
    }
}
