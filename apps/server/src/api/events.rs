//! A trace's events, as they were recorded.

use tracewire_store::Store;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page};
use super::asked::{self, Path};
use super::rows::EventRow;
use super::traces::{events_of, exists};
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list))
}

/// All events of a trace, by time, producer and number.
#[utoipa::path(
    get, path = "/v1/traces/{trace_id}/events", tag = "traces", operation_id = "listEvents",
    params(("trace_id" = String, Path, description = "32 hex digits", pattern = "^[0-9a-f]{32}$")),
    responses(
        (status = 200, body = Page<EventRow>),
        (status = 400, description = "The id is none"),
        (status = 404, description = "There is no such trace"),
    ),
)]
async fn list(caller: Caller, Path(id): Path<String>) -> Result<Json<Page<EventRow>>, Problem> {
    let trace_id = asked::trace_id(&id)?;
    let read = move |store: &dyn Store| {
        exists(store, trace_id)?;
        Ok(events_of(store, trace_id)?.into_iter().map(EventRow::from).collect())
    };
    Ok(Json(Page::whole(caller.project.ask(read).await?)))
}
