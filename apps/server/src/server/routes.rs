//! Everything that is answered.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::{ContactBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;

use crate::guard::{self, Guards};
use crate::options::Answers;
use crate::problem::Problem;
use crate::state::Shared;
use crate::{api, ingest, live, pages};

/// All routes, with everything that a request passes around them.
pub(super) fn all(app: &Shared, guards: &Arc<Guards>) -> Router {
    if app.options.answers == Answers::Metrics {
        let (routes, _) = OpenApiRouter::new().merge(api::metrics::routes()).split_for_parts();
        let nothing = async || Problem::not_found("this server answers `/metrics` and nothing else").into_response();
        return guard::around(routes.fallback(nothing).method_not_allowed_fallback(other_method), guards);
    }
    let (routes, description) = described().split_for_parts();
    let routes =
        routes.merge(pages::routes(&description)).fallback(nothing_there).method_not_allowed_fallback(other_method);
    guard::around(routes, guards)
}

/// What is answered on the port of gRPC, with the same around it.
pub(super) fn grpc(guards: &Arc<Guards>) -> Router {
    guard::around(ingest::otlp::grpc_routes(), guards)
}

/// What is described in OpenAPI.
fn described() -> OpenApiRouter<Shared> {
    let empty = OpenApiBuilder::new().info(
        InfoBuilder::new()
            .title("tracewire")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(
                "Sends envelopes in, asks what is in them, and follows what happens. Answers are canonical JSON; problems are \
                 `application/problem+json` with a stable `code`. Lists go on with `cursor`, which is the `next` of the page before.",
            ))
            .license(Some(License::new(env!("CARGO_PKG_LICENSE"))))
            .contact(Some(ContactBuilder::new().url(Some(env!("CARGO_PKG_REPOSITORY"))).build()))
            .build(),
    );
    OpenApiRouter::with_openapi(empty.build()).merge(ingest::routes()).merge(api::routes()).merge(live::routes())
}

/// The description of the API.
pub fn openapi() -> OpenApi {
    let (_, mut description) = described().split_for_parts();
    api::describe(&mut description);
    description
}

async fn nothing_there(request: Request) -> Response {
    let path = request.uri().path();
    if *request.method() == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    if path.starts_with("/v1/") || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::not_found("nothing is answered under this path; `/docs` says what is").into_response();
    }
    pages::file(request.uri().path(), request.headers())
}

async fn other_method(request: Request) -> Response {
    let detail = format!("this path is not asked by {}; `/docs` says how", request.method());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The path is not asked like this", detail)
        .into_response()
}
