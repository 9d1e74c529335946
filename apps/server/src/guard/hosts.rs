//! By which name the server is asked, and from which page.
//!
//! A page of anybody's can have its own name lead to 127.0.0.1 and then read what this server answers (DNS rebinding). It cannot
//! change the `Host` header that its browser sends: only names that are ours are answered. An address is no name, so
//! addresses are always ours. `Origin` says whose page asks: ours may, and those that the operator named.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN, VARY,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Guards;
use crate::options::Options;
use crate::problem::Problem;

/// Who may ask.
#[derive(Clone, Debug)]
pub struct Hosts {
    names: Vec<String>,
    origins: Vec<String>,
}

impl Hosts {
    /// What the options name.
    pub fn new(options: &Options) -> Self {
        let plain = |name: &String| name.trim().trim_end_matches('/').to_ascii_lowercase();
        Hosts {
            names: options.allowed_hosts.iter().map(plain).collect(),
            origins: options.allowed_origins.iter().map(plain).collect(),
        }
    }

    /// Whether this is a name of ours: an address, `localhost`, or one that was named.
    fn is_ours(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().to_ascii_lowercase();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<IpAddr>().is_ok() || name == "localhost" || self.names.contains(&name)
    }

    /// Whether a page of this origin may ask by this name: it is served under the same, or was named.
    fn may_ask(&self, origin: &str, host: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        let own = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        own.is_some_and(|own| own == host.to_ascii_lowercase()) || self.origins.contains(&origin)
    }
}

pub(super) async fn check(State(guards): State<Arc<Guards>>, request: Request, next: Next) -> Response {
    let host = host_of(&request).to_owned();
    if !guards.hosts.is_ours(&host) {
        return Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "host_not_allowed",
            "The server is not asked by a name of its own",
            "name the host with --allow-host where it is right, or ask by the server's address",
        )
        .into_response();
    }
    let Some(origin) = request.headers().get(ORIGIN).cloned() else { return next.run(request).await };
    if !origin.to_str().is_ok_and(|origin| guards.hosts.may_ask(origin, &host)) {
        return Problem::new(
            StatusCode::FORBIDDEN,
            "origin_not_allowed",
            "Pages of this origin may not ask",
            "name the origin with --allow-origin where its pages may read and write what the request's key allows",
        )
        .into_response();
    }
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    allow(response.headers_mut(), origin, is_preflight);
    response
}

/// The name by which the server is asked; HTTP/2 says it in the address.
fn host_of(request: &Request) -> &str {
    let header = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    header.or_else(|| request.uri().authority().map(Authority::as_str)).unwrap_or_default()
}

/// Tells the browser that the page may have the answer.
fn allow(headers: &mut HeaderMap, origin: HeaderValue, is_preflight: bool) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(VARY, HeaderValue::from_static("origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if is_preflight {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, DELETE"));
        let asked = "authorization, content-type, content-encoding, if-none-match, last-event-id, x-request-id";
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(asked));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    } else {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag, retry-after, x-request-id"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracewire_recorder::journal::Directory;

    fn hosts() -> Hosts {
        let mut options = Options::new(Directory::at("nowhere"));
        options.allowed_hosts = vec!["Traces.example.com".to_owned()];
        options.allowed_origins = vec!["https://app.example.com/".to_owned()];
        Hosts::new(&options)
    }

    #[test]
    fn names_that_are_not_ours_are_refused() {
        let hosts = hosts();
        for ours in
            ["localhost", "LOCALHOST:4318", "127.0.0.1:1", "[::1]:4318", "192.168.1.4", "traces.example.com:443"]
        {
            assert!(hosts.is_ours(ours), "{ours}");
        }
        for other in
            ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a b", "[::1", "user@", "x,y"]
        {
            assert!(!hosts.is_ours(other), "{other}");
        }
    }

    #[test]
    fn pages_of_others_may_not_ask() {
        let hosts = hosts();
        for (origin, host) in [
            ("http://localhost:4318", "localhost:4318"),
            ("https://traces.example.com", "Traces.example.com"),
            ("https://app.example.com", "127.0.0.1:4318"),
        ] {
            assert!(hosts.may_ask(origin, host), "{origin}");
        }
        for (origin, host) in [
            ("null", "localhost:4318"),
            ("http://localhost:5173", "localhost:4318"),
            ("https://evil.example", "localhost:4318"),
            ("", ""),
            ("file://", ""),
        ] {
            assert!(!hosts.may_ask(origin, host), "{origin}");
        }
    }
}
