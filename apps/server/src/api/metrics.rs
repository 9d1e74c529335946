//! The server's counts and the project's, for Prometheus.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::guard::Caller;
use crate::metrics::chains;
use crate::problem::Problem;
use crate::state::Shared;

/// What is scraped.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(scrape))
}

/// Counts, for Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "server", operation_id = "getMetrics",
    responses((status = 200, description = "OpenMetrics 1.0", content_type = "application/openmetrics-text", body = String)),
)]
async fn scrape(State(app): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let mut text = String::new();
    let project = &caller.project;
    let written = app.metrics.write(&mut text).and_then(|()| project.counted.write(&mut text));
    let written = written.and_then(|()| project.kept.write(&mut text));
    let written = written.and_then(|()| chains::write(project.verified.counts(), &mut text));
    written.map_err(|_| Problem::internal())?;
    text.push_str("# EOF\n");
    let media = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(([(CONTENT_TYPE, media)], text).into_response())
}
