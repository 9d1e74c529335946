//! What a step costs and why, and the prices that hold here.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tracewire_insight::document::{object, or_null};
use tracewire_insight::explained;
use tracewire_store::Store;
use tracewire_wire::json;
use tracewire_wire::value::Value;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::json_bytes;
use super::asked::{self, Path, Query};
use super::shapes::{CostExplained, Prices};
use super::traces::with_tree;
use crate::clock::now;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(explain)).routes(routes!(prices))
}

/// Explains a span's cost: what was counted, at which price, by which list, and why there is none where there is none.
#[utoipa::path(
    get, path = "/v1/traces/{trace_id}/spans/{span_id}/cost", tag = "costs", operation_id = "explainCost",
    params(
        ("trace_id" = String, Path, description = "32 hex digits", pattern = "^[0-9a-f]{32}$"),
        ("span_id" = String, Path, description = "16 hex digits", pattern = "^[0-9a-f]{16}$"),
    ),
    responses(
        (status = 200, description = "`state` is `priced`, `reported`, `unpriced`, or null for a step that called no model", body = CostExplained),
        (status = 400, description = "An id is none"),
        (status = 404, description = "There is no such trace or span"),
    ),
)]
async fn explain(
    State(app): State<Shared>,
    caller: Caller,
    Path((trace, span)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (trace_id, span_id) = (asked::trace_id(&trace)?, asked::span_id(&span)?);
    let processes = caller.project.processes().await?;
    let prices = app.options.prices.clone();
    let write = move |store: &dyn Store| {
        with_tree(store, trace_id, &processes, &prices, |tree| {
            let node = tree.find(span_id).and_then(|index| tree.nodes.get(index))?;
            Some(json::write(&explained(node)))
        })?
        .ok_or_else(|| Problem::not_found(format!("trace {trace_id} has no span {span_id}")))
    };
    Ok(json_bytes(caller.project.ask(write).await?))
}

/// Which prices.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Some text in the provider's or the model's name, whatever the case.
    q: Option<String>,
    /// At most this many, 1 to 1000; 50 where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Lists the models whose prices are known.
#[utoipa::path(
    get, path = "/v1/prices", tag = "costs", operation_id = "listPrices", params(Asked),
    responses((status = 200, body = Prices), (status = 400, description = "A parameter cannot be used")),
)]
async fn prices(State(app): State<Shared>, _: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let limit = asked::limit(asked.limit)?;
    let wanted = asked.q.unwrap_or_default().to_lowercase();
    let prices = &app.options.prices;
    let fits = |text: &str| text.to_lowercase().contains(&wanted);
    let mut found = prices.models(now()).filter(|listed| listed.provider.is_some_and(fits) || fits(listed.model));
    let items = found.by_ref().take(limit).map(|listed| listed.to_value()).collect();
    Ok(json_bytes(json::write(&object([
        ("items", Value::List(items)),
        ("more", found.next().is_some().into()),
        ("version", or_null(Some(prices.version()))),
    ]))))
}
