//! One span in full.

use axum::extract::State;
use axum::response::Response;
use tracewire_insight::document;
use tracewire_store::Store;
use tracewire_wire::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::json_bytes;
use super::asked::{self, Path};
use super::shapes::Node;
use super::traces::with_tree;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(one))
}

/// One node of a trace in full: a span, or an event with a place of its own.
#[utoipa::path(
    get, path = "/v1/traces/{trace_id}/spans/{span_id}", tag = "traces", operation_id = "getSpan",
    params(
        ("trace_id" = String, Path, description = "32 hex digits", pattern = "^[0-9a-f]{32}$"),
        ("span_id" = String, Path, description = "16 hex digits", pattern = "^[0-9a-f]{16}$"),
    ),
    responses(
        (status = 200, description = "One element of a trace's `nodes`", body = Node),
        (status = 400, description = "An id is none"),
        (status = 404, description = "There is no such trace or span"),
    ),
)]
async fn one(
    State(app): State<Shared>,
    caller: Caller,
    Path((trace, span)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (trace_id, span_id) = (asked::trace_id(&trace)?, asked::span_id(&span)?);
    let processes = caller.project.processes().await?;
    let prices = app.options.prices.clone();
    let write = move |store: &dyn Store| {
        with_tree(store, trace_id, &processes, &prices, |tree| {
            let step =
                tree.walk().find(|step| tree.nodes.get(step.index).is_some_and(|node| node.span_id == Some(span_id)));
            step.and_then(|step| {
                Some(json::write(&document::node(tree, tree.nodes.get(step.index)?, step.depth, true)))
            })
        })?
        .ok_or_else(|| Problem::not_found(format!("trace {trace_id} has no span {span_id}")))
    };
    Ok(json_bytes(caller.project.ask(write).await?))
}
