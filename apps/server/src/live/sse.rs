//! As server-sent events.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};

use super::feed::{Feed, Told};
use super::filter::Asked;
use crate::api::asked::Query;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Follows what happens, as server-sent events.
///
/// `event: event` has an event and its `id`; `event: trace` a trace that has changed, at most ten times a second,
/// and again when its tokens and costs are counted; `event: gap` says what is not there any more: behind which event, up to which one. Going on behind an id: `Last-Event-ID`, or `after`.
#[utoipa::path(
    get, path = "/v1/live", tag = "live", operation_id = "followLive", params(Asked),
    responses(
        (status = 200, description = "Until either side ends it", content_type = "text/event-stream", body = String),
        (status = 400, description = "A parameter cannot be used"),
        (status = 503, description = "As many follow as the server bears"),
    ),
)]
pub(super) async fn follow(
    State(app): State<Shared>,
    caller: Caller,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let feed = Feed::new(&app, caller.project, asked, last)?;
    let told = stream::unfold(feed, |mut feed| async { Some((feed.next().await?, feed)) });
    let events = told.flat_map(stream::iter).map(|told| Ok::<_, Infallible>(event(told)));
    let mut response = Sse::new(events).into_response();
    // A proxy in front that gathers answers would gather this one for ever.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn event(told: Told) -> Event {
    let (name, id, data) = match &told {
        Told::Event(event) => ("event", Some(event.id), serde_json::to_string(event)),
        Told::Trace(row) => ("trace", None, serde_json::to_string(row)),
        Told::Gap(gap) => ("gap", None, serde_json::to_string(gap)),
        Told::Heartbeat => return Event::default().comment(""),
    };
    let event = Event::default().event(name).data(data.unwrap_or_default());
    match id {
        Some(id) => event.id(id.to_string()),
        None => event,
    }
}
