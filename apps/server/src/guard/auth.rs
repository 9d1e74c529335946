//! Which key a request shows, for which project, and whether that allows what it asks.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Guards;
use super::rates::Who;
use crate::keys::Scope;
use crate::name::DEFAULT_PROJECT;
use crate::problem::Problem;
use crate::project::Project;
use crate::state::Shared;

/// The services of OTLP over gRPC, by their paths.
pub(crate) const GRPC_TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
pub(crate) const GRPC_LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// Who asks, for the log.
#[derive(Clone, Debug, Default)]
pub struct Visitor(Arc<OnceLock<(String, String)>>);

impl Visitor {
    /// The key's id and the project, as far as they are known.
    pub(super) fn shown(&self) -> (&str, &str) {
        self.0.get().map_or(("", ""), |(key, project)| (key, project))
    }
}

/// The project that a request is about.
#[derive(Clone)]
pub struct Caller {
    /// The project.
    pub project: Arc<Project>,
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Problem> {
        // Without one the route is one of those that need no project.
        parts.extensions.get::<Caller>().cloned().ok_or_else(unauthorized)
    }
}

pub(super) async fn check(State(guards): State<Arc<Guards>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match caller(&guards, &parts).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                parts.extensions.insert(caller);
            }
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn caller(guards: &Guards, request: &Parts) -> Result<Option<Caller>, Problem> {
    let app = &guards.app;
    let address = request.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = address.unwrap_or(IpAddr::from([0, 0, 0, 0]));
    let needed = needed(&request.method, request.uri.path());
    let shown = bearer(&request.headers)?;
    let (name, key, scope) = match shown {
        Some(text) => match app.projects.key(text) {
            Some((project, key)) => (project, key.id, key.scope),
            None => {
                // Who guesses is slowed down like anybody else.
                guards.rates.count(&Who::at(address))?;
                return Err(unauthorized());
            }
        },
        None if app.options.needs_keys() => {
            guards.rates.count(&Who::at(address))?;
            return if needed == Needed::Nothing { Ok(None) } else { Err(unauthorized()) };
        }
        None => (DEFAULT_PROJECT.to_owned(), String::new(), Scope::Admin),
    };
    if let Some(visitor) = request.extensions.get::<Visitor>() {
        let _ = visitor.0.set((key.clone(), name.clone()));
    }
    guards.rates.count(&if key.is_empty() { Who::at(address) } else { Who::Key(format!("{name}/{key}")) })?;
    if let Needed::Scope(needed) = needed
        && scope < needed
    {
        let detail = format!("the key allows to {}, and this needs {}", scope.as_str(), needed.as_str());
        return Err(Problem::new(StatusCode::FORBIDDEN, "scope", "The key does not allow this", detail));
    }
    Ok(Some(Caller { project: app.projects.get(&name).await? }))
}

/// What a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needed {
    /// Pages and descriptions without anybody's data.
    Nothing,
    /// A key of this scope.
    Scope(Scope),
}

fn needed(method: &Method, path: &str) -> Needed {
    let is_data = path.starts_with("/v1/") || path == "/metrics" || matches!(path, GRPC_TRACES | GRPC_LOGS);
    match *method {
        _ if !is_data || path == "/v1/health" => Needed::Nothing,
        Method::GET | Method::HEAD | Method::OPTIONS => Needed::Scope(Scope::Read),
        // What is checked is not kept.
        Method::POST if path == "/v1/validate" => Needed::Scope(Scope::Read),
        // As much as deleting.
        Method::POST if path == "/v1/erase" => Needed::Scope(Scope::Admin),
        Method::POST => Needed::Scope(Scope::Write),
        _ => Needed::Scope(Scope::Admin),
    }
}

/// The key that is shown.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().ok().and_then(|text| text.split_once(' '));
    match text {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(key.trim())),
        _ => Err(unauthorized()),
    }
}

fn unauthorized() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "A key is needed",
        "show a key that is valid here as `Authorization: Bearer tw_…`; `tracewire serve keys create` makes one",
    )
    .header(WWW_AUTHENTICATE, "Bearer realm=\"tracewire\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_writing_and_deleting_need_different_scopes() {
        for (method, path, expected) in [
            (Method::GET, "/v1/traces", Needed::Scope(Scope::Read)),
            (Method::HEAD, "/metrics", Needed::Scope(Scope::Read)),
            (Method::POST, "/v1/envelopes", Needed::Scope(Scope::Write)),
            (Method::POST, "/v1/validate", Needed::Scope(Scope::Read)),
            (Method::POST, "/opentelemetry.proto.collector.trace.v1.TraceService/Export", Needed::Scope(Scope::Write)),
            (Method::DELETE, "/v1/traces/00000000000000000000000000000001", Needed::Scope(Scope::Admin)),
            (Method::POST, "/v1/erase", Needed::Scope(Scope::Admin)),
            (Method::PATCH, "/v1/traces", Needed::Scope(Scope::Admin)),
            (Method::GET, "/v1/health", Needed::Nothing),
            (Method::GET, "/docs", Needed::Nothing),
            (Method::GET, "/", Needed::Nothing),
        ] {
            assert_eq!(needed(&method, path), expected, "{method} {path}");
        }
    }
}
