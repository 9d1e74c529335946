//! Judgements of traces, spans and sessions. Of those that are posted the server is the emitter.
//!
//! | file | what it is |
//! |---|---|
//! | `given` | a judgement as somebody posts it, read strictly |

mod given;

use axum::body::Body as HttpBody;
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tracewire_store::search::Moment;
use tracewire_store::{SearchQuery, Store, StoredEvent, resolve_all, search};
use tracewire_wire::event::{Body, EventType};
use tracewire_wire::id::Hash;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page, Wire};
use super::asked::{self, Query, Time};
use super::events::{self, page};
use super::traces::exists;
use crate::body;
use crate::guard::Caller;
use crate::options::Limits;
use crate::problem::Problem;
use crate::project::emitter::{Brought, Place, Record, find_feedback};
use crate::state::Shared;
use given::{Given, NewFeedback};

/// Bytes of a body, packed or not.
const MOST_BYTES: usize = 64 << 10;
/// The server's name among those who record.
const SERVICE: &str = "tracewire-server";

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, post))
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
    #[param(inline)]
    since: Option<Time>,
    /// What is judged, such as `helpful`.
    name: Option<String>,
    /// At most this many, 1 to 1000; 50 where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before. A page may have fewer rows than asked for while `next` goes on.
    #[param(pattern = "^(1[0-9a-f]{17,32})?$")]
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
    /// The span where it was recorded, or else the one that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
    /// When.
    time: String,
    /// The trace where it was recorded, or else the one that it is about.
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
                let after = asked.cursor.as_deref().map(events::Place::read).transpose()?;
                let since = asked.since.map(|since| since.0);
                let mut events = store.events(trace_id)?;
                events.retain(|stored| {
                    stored.event.event_type == EventType::Feedback
                        && since.is_none_or(|since| stored.event.time >= since)
                });
                let (mut events, next) = page(events, after, Some(limit));
                // A content that does not read back is shown as a reference.
                resolve_all(store, &mut events, |_, _| Ok::<(), Problem>(()))?;
                (events.into_iter().map(of_event).collect(), next)
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

/// Records a judgement.
///
/// The server records it as `tracewire-server`, and answers when it would survive a loss of power. What it is about may come later.
/// Under a `feedback_id` of one's own the same may be sent again.
#[utoipa::path(
    post, path = "/v1/feedback", tag = "feedback", operation_id = "postFeedback",
    request_body(content = NewFeedback, content_type = "application/json"),
    responses(
        (status = 200, description = "It is there already", body = Feedback),
        (status = 201, description = "It is recorded", body = Feedback,
            headers(("location" = String, description = "Where the judgements of its trace are listed"))),
        (status = 400, description = "The body is no JSON"),
        (status = 409, description = "Something else was said under this `feedback_id`"),
        (status = 410, description = "What it is about was deleted"),
        (status = 415, description = "The body is no JSON by its content type"),
        (status = 422, description = "A member cannot be used: `pointer` says which"),
        (status = 503, description = "Nothing is recorded; send it again after `Retry-After` seconds"),
    ),
)]
async fn post(
    State(app): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    request: Request<HttpBody>,
) -> Result<Response, Problem> {
    asked::json_only(&headers)?;
    let limits = Limits { body_bytes: MOST_BYTES, unpacked_bytes: MOST_BYTES, ..app.options.limits };
    let bytes = body::read(&headers, request.into_body(), &limits).await?.unpack(&limits)?;
    let read = json::read(&bytes, &json::ReadOptions::default()).map_err(Problem::unreadable)?;
    let Given { id, has_own_id, place, event } = Given::read(read)?;
    let event = app.preparer.prepare(event);
    let own_id = has_own_id.then(|| id.clone());
    let record = Record::Feedback { place: place.clone(), id: own_id, event: Box::new(event) };
    let emitted = caller.project.writer.emit(vec![brought(record)], bytes.len()).await?;
    if let Some(said) = emitted.contradicting.into_iter().next() {
        let title = "Something else was said under this id";
        return Err(
            Problem::new(StatusCode::CONFLICT, "feedback_contradicts", title, said).with("pointer", "/feedback_id")
        );
    }
    let location = match &place {
        Place::Trace(trace_id) => HeaderValue::from_str(&format!("/v1/feedback?trace={trace_id}")).ok(),
        Place::Session(_) => None,
    };
    let find = move |store: &dyn Store| {
        let Some(mut stored) = find_feedback(store, &place, &id)? else { return Ok(None) };
        // A content that does not read back is shown as a reference.
        let _ = store.resolve(&mut stored.event);
        Ok(Some(of_event(stored)))
    };
    let row = caller.project.ask(find).await?.ok_or_else(|| {
        let detail = "the trace was deleted for good, and nothing more of it is kept";
        Problem::new(StatusCode::GONE, "trace_deleted", "What is judged was deleted", detail)
    })?;
    if emitted.taken == 0 {
        return Ok(Json(row).into_response());
    }
    let mut response = (StatusCode::CREATED, Json(row)).into_response();
    if let Some(location) = location {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// A record of the server's own.
fn brought(record: Record) -> Brought {
    let member = |name: &str, value: &str| (name.to_owned(), Value::from(value));
    let resource =
        Map::from_iter([member("service.name", SERVICE), member("service.version", env!("CARGO_PKG_VERSION"))]);
    let key = Hash::of(&json::write(&Value::Map(resource.clone())));
    Brought { resource, key, records: vec![record] }
}

fn of_event(stored: StoredEvent) -> Feedback {
    let event = stored.event;
    let mut body = if let Body::Present(body) = event.body { body } else { Map::new() };
    let name = body.remove("name").and_then(|name| name.as_text().map(str::to_owned));
    Feedback {
        name,
        producer: stored.producer.to_string(),
        span_id: event.span_id.map(|id| id.to_string()).or_else(|| target(&body, "span_id")),
        time: event.time.to_string(),
        trace_id: event.trace_id.map(|id| id.to_string()).or_else(|| target(&body, "trace_id")),
        body: Wire(Value::Map(body)),
    }
}

fn of_row(row: tracewire_store::SearchRow) -> Feedback {
    Feedback {
        name: row.name,
        producer: row.producer,
        span_id: row.span_id.map(|id| id.to_string()).or_else(|| target(&row.body, "span_id")),
        time: row.time.to_string(),
        trace_id: row.trace_id.map(|id| id.to_string()),
        body: Wire(Value::Map(row.body)),
    }
}

/// What it is about, where it was recorded elsewhere.
fn target(body: &Map, name: &str) -> Option<String> {
    body.get("target")?.as_map()?.get(name)?.as_text().map(str::to_owned)
}
