//! Two traces side by side.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tracewire_insight::Tree;
use tracewire_insight::compare::compare;
use tracewire_insight::prices::price;
use tracewire_store::Store;
use tracewire_wire::json;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::json_bytes;
use super::asked::{self, Query};
use super::shapes::Comparison;
use super::traces::{events_of, exists, located};
use crate::clock::now;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(one))
}

/// Which two.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// What was: a trace id.
    #[param(pattern = "^[0-9a-f]{32}$")]
    a: String,
    /// What is: a trace id.
    #[param(pattern = "^[0-9a-f]{32}$")]
    b: String,
}

/// Compares two traces, step by step, as `tracewire diff --json` does.
#[utoipa::path(
    get, path = "/v1/compare", tag = "traces", operation_id = "compareTraces", params(Asked),
    responses(
        (status = 200, body = Comparison),
        (status = 400, description = "An id is none"),
        (status = 404, description = "There is no such trace"),
    ),
)]
async fn one(State(app): State<Shared>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (a, b) = (asked::trace_id(&asked.a)?, asked::trace_id(&asked.b)?);
    let processes = caller.project.processes().await?;
    let prices = app.options.prices.clone();
    let read = move |store: &dyn Store| {
        exists(store, a)?;
        exists(store, b)?;
        let (a_events, b_events) = (events_of(store, a)?, events_of(store, b)?);
        let (a_located, b_located) = (located(&a_events), located(&b_events));
        let life = |producer: &str| processes.life(producer);
        let mut before = Tree::build(a, &a_located, &life, now());
        let mut after = Tree::build(b, &b_located, &life, now());
        price(&mut before, &prices);
        price(&mut after, &prices);
        Ok(json::write(&compare(&before, &after).to_value()))
    };
    Ok(json_bytes(caller.project.ask(read).await?))
}
