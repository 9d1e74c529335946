//! Judgements of traces, spans and sessions.

use serde::{Deserialize, Serialize};
use tracewire_store::search::Moment;
use tracewire_store::{SearchQuery, Store, StoredEvent, search};
use tracewire_wire::event::{Body, EventType};
use tracewire_wire::value::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page, Wire};
use super::asked::{self, Query, Time};
use super::traces::{events_of, exists};
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which judgements.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Those recorded within this trace.
    #[param(pattern = "^([0-9a-f]{32})?$")]
    trace: Option<String>,
    /// Of this time or later: RFC 3339, or nanoseconds since 1970.
    #[param(value_type = Option<String>)]
    since: Option<Time>,
    /// What is judged, such as `helpful`.
    name: Option<String>,
    /// At most this many, 1 to 1000; 50 where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before. A page may have fewer rows than asked for while `next` goes on.
    cursor: Option<String>,
}

/// A judgement.
#[derive(Serialize, ToSchema)]
struct Feedback {
    /// All else: `value`, `source`, `comment`, `target`, `feedback_id`, `supersedes`.
    body: Wire,
    /// What is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Who recorded it.
    producer: String,
    /// The span where it belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
    /// When.
    time: String,
    /// The trace where it belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

/// Lists judgements: of a trace by time, else newest first.
#[utoipa::path(
    get, path = "/v1/feedback", tag = "feedback", operation_id = "listFeedback", params(Asked),
    responses(
        (status = 200, body = Page<Feedback>),
        (status = 400, description = "A parameter cannot be used"),
        (status = 404, description = "There is no such trace"),
    ),
)]
async fn list(caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<Feedback>>, Problem> {
    let limit = asked::limit(asked.limit)?;
    let trace_id = asked.trace.as_deref().map(asked::trace_id).transpose()?;
    let read = move |store: &dyn Store| {
        let (rows, next) = match trace_id {
            Some(trace_id) => {
                exists(store, trace_id)?;
                let events = events_of(store, trace_id)?.into_iter();
                let since = asked.since.map(|since| since.0);
                let events = events.filter(|stored| {
                    stored.event.event_type == EventType::Feedback
                        && since.is_none_or(|since| stored.event.time >= since)
                });
                (events.map(of_event).collect(), None)
            }
            None => {
                let query = SearchQuery {
                    event_type: Some("feedback".to_owned()),
                    start_time: asked.since.map(|since| Moment(since.0)),
                    limit: Some(limit),
                    cursor: asked.cursor,
                    ..SearchQuery::default()
                };
                let page = search(store, &query)?;
                (page.rows.into_iter().map(of_row).collect::<Vec<_>>(), page.next)
            }
        };
        let items = rows.into_iter().filter(|row| asked.name.is_none() || row.name == asked.name).collect();
        Ok(Page { items, next })
    };
    Ok(Json(caller.project.ask(read).await?))
}

fn of_event(stored: StoredEvent) -> Feedback {
    let event = stored.event;
    let mut body = if let Body::Present(body) = event.body { body } else { Map::new() };
    let name = body.remove("name").and_then(|name| name.as_text().map(str::to_owned));
    Feedback {
        body: Wire(Value::Map(body)),
        name,
        producer: stored.producer.to_string(),
        span_id: event.span_id.map(|id| id.to_string()),
        time: event.time.to_string(),
        trace_id: event.trace_id.map(|id| id.to_string()),
    }
}

fn of_row(row: tracewire_store::SearchRow) -> Feedback {
    Feedback {
        body: Wire(Value::Map(row.body)),
        name: row.name,
        producer: row.producer,
        span_id: row.span_id.map(|id| id.to_string()),
        time: row.time.to_string(),
        trace_id: row.trace_id.map(|id| id.to_string()),
    }
}
