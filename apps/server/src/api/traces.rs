//! Lists of traces, and one trace.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tracewire_insight::prices::{Prices, price};
use tracewire_insight::process::Processes;
use tracewire_insight::{Located, Tree, document};
use tracewire_store::{Store, StoredEvent, TraceCursor, TraceFilter, resolve_all, resolve_all_but_media};
use tracewire_wire::event::{Body, Status};
use tracewire_wire::id::TraceId;
use tracewire_wire::json;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page, json_bytes};
use super::asked::{self, Path, Query, Time, cursor_of, read_cursor};
use super::rows::TraceRow;
use super::shapes::TraceDocument;
use crate::clock::now;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

/// Rows that are looked at for one page where a condition is not the store's own. A page may then have fewer rows than asked for,
/// and `next` goes on.
const MOST_LOOKED_AT: usize = 20_000;
/// Rows that are looked at together.
const AT_ONCE: usize = 500;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one, delete))
}

/// Which traces.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// At most this many, 1 to 1000; 50 where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(pattern = "^(1[0-9a-f]{1,16}-[0-9a-f]{1,16})?$")]
    cursor: Option<String>,
    /// Started at this time or later: RFC 3339, or nanoseconds since 1970.
    #[param(inline, example = "2026-11-21T04:30:00Z")]
    since: Option<Time>,
    /// Started before this time.
    #[param(inline)]
    until: Option<Time>,
    /// `service.name` of who recorded the head.
    service: Option<String>,
    /// The session.
    session: Option<String>,
    /// The status of the head's end: `ok`, `error`, `timeout`, `cancelled`, `unset`.
    status: Option<String>,
    /// The head's kind.
    kind: Option<String>,
    /// The head's name.
    name: Option<String>,
    /// A model that some step called.
    model: Option<String>,
    /// An agent that took part.
    agent: Option<String>,
    /// Only those in which something failed.
    failed: bool,
    /// Only those in which something is open.
    open: bool,
    /// Some text in name, service or session, whatever the case; or the first digits of the id.
    q: Option<String>,
}

impl Asked {
    fn filter(&self, limit: usize) -> Result<TraceFilter, Problem> {
        let after = self.cursor.as_deref().map(read_cursor::<2>).transpose()?;
        Ok(TraceFilter {
            limit,
            after: after
                .map(|[start, row]| TraceCursor { start: Timestamp(start.cast_signed()), row: row.cast_signed() }),
            session_id: self.session.clone(),
            kind: self.kind.clone(),
            name: self.name.clone(),
            model: self.model.clone(),
            agent: self.agent.clone(),
            service: self.service.clone(),
            status: self.status.as_deref().map(Status::parse),
            open_only: self.open,
            errors_only: self.failed,
            since: self.since.map(|time| time.0),
            until: self.until.map(|time| time.0),
        })
    }

    /// Whether the store's own conditions are all there are.
    fn is_plain(&self) -> bool {
        self.q.is_none()
    }

    fn fits(&self, row: &tracewire_store::TraceRow) -> bool {
        self.q.as_deref().is_none_or(|text| has(row, text))
    }
}

fn has(row: &tracewire_store::TraceRow, text: &str) -> bool {
    let text = text.to_lowercase();
    let said = [&row.name, &row.service, &row.session_id];
    said.into_iter().flatten().any(|said| said.to_lowercase().contains(&text))
        || row.trace_id.to_string().starts_with(&text)
}

fn cursor(cursor: TraceCursor) -> String {
    cursor_of(&[cursor.start.0.cast_unsigned(), cursor.row.cast_unsigned()])
}

/// Lists traces, latest start first.
#[utoipa::path(
    get, path = "/v1/traces", tag = "traces", operation_id = "listTraces", params(Asked),
    responses((status = 200, body = Page<TraceRow>), (status = 400, description = "A parameter cannot be used")),
)]
async fn list(caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<TraceRow>>, Problem> {
    let limit = asked::limit(asked.limit)?;
    let mut filter = asked.filter(limit)?;
    let processes = caller.project.processes().await?;
    let look = move |store: &dyn Store| {
        if asked.is_plain() {
            let page = store.traces(&filter)?;
            return Ok((page.traces, page.next.map(cursor)));
        }
        let mut found = Vec::new();
        let mut looked_at = 0;
        loop {
            let page = store.traces(&TraceFilter { limit: AT_ONCE, ..filter.clone() })?;
            let count = page.traces.len();
            for (row, read) in page.traces.into_iter().zip(1..) {
                if asked.fits(&row) {
                    found.push(row);
                }
                if found.len() == limit {
                    // Where a row is in the list only the store can say: of a page that ends with it.
                    let exact = TraceFilter { limit: read, ..filter.clone() };
                    let next = if read == count { page.next } else { store.traces(&exact)?.next };
                    return Ok((found, next.map(cursor)));
                }
            }
            looked_at += count;
            filter.after = page.next;
            if filter.after.is_none() || looked_at >= MOST_LOOKED_AT {
                return Ok((found, filter.after.map(cursor)));
            }
        }
    };
    let (rows, next) = caller.project.ask(look).await?;
    let items = rows.into_iter().map(|row| TraceRow::new(row, &processes)).collect();
    Ok(Json(Page { items, next }))
}

/// How much of a trace.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct AskedOne {
    /// False for the steps without attributes, inputs and outputs, which `/spans/{span_id}` has.
    full: Option<bool>,
}

/// One trace.
#[utoipa::path(
    get, path = "/v1/traces/{trace_id}", tag = "traces", operation_id = "getTrace",
    params(("trace_id" = String, Path, description = "32 hex digits", pattern = "^[0-9a-f]{32}$"), AskedOne),
    responses(
        (status = 200, body = TraceDocument),
        (status = 400, description = "The id is none"),
        (status = 404, description = "There is no such trace"),
        (status = 422, description = "The trace is larger than a document may be: ask with `full=false`, or for its parts"),
    ),
)]
async fn one(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<AskedOne>,
) -> Result<Response, Problem> {
    let trace_id = asked::trace_id(&id)?;
    let processes = caller.project.processes().await?;
    let prices = app.options.prices.clone();
    let (is_full, most) = (asked.full.unwrap_or(true), app.options.limits.document_bytes);
    let write = move |store: &dyn Store| {
        exists(store, trace_id)?;
        let mut events = store.events(trace_id)?;
        if is_full {
            put_back(store, &mut events, most)?;
        }
        let bytes = of_events(trace_id, &events, &processes, &prices, |tree| {
            json::write(&document::tree(tree, &processes.behind(&tree.producers), is_full))
        });
        if bytes.len() > most { Err(too_large(most, is_full)) } else { Ok(bytes) }
    };
    Ok(json_bytes(caller.project.ask(write).await?))
}

/// Puts content back into events, until all of it is more than a document may have.
fn put_back(store: &dyn Store, events: &mut [StoredEvent], most: usize) -> Result<(), Problem> {
    let mut bytes = 0_usize;
    // A content that does not read back is shown as a reference; `tracewire verify` says what is wrong with it.
    resolve_all(store, events, |stored, _| {
        if let Body::Present(body) = &stored.event.body {
            bytes = bytes.saturating_add(body.iter().map(|(_, value)| texts_of(value)).sum());
        }
        if bytes > most { Err(too_large(most, true)) } else { Ok(()) }
    })
}

/// Bytes of the texts in a value: no more than it takes when it is written.
fn texts_of(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(texts_of).sum(),
        Value::Map(map) => map.iter().map(|(name, value)| name.len() + texts_of(value)).sum(),
        _ => 1,
    }
}

fn too_large(most: usize, is_full: bool) -> Problem {
    let instead = if is_full { "with full=false, or for its spans" } else { "for its events, or export it" };
    let detail = format!("a document has at most {most} bytes, and this trace takes more; ask {instead}");
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "document_too_large",
        "The trace is too large to be one document",
        detail,
    )
    .with("limit", Value::from_u64(most as u64))
}

/// Deletes a trace: everything that was recorded of it.
#[utoipa::path(
    delete, path = "/v1/traces/{trace_id}", tag = "traces", operation_id = "deleteTrace",
    params(("trace_id" = String, Path, description = "32 hex digits", pattern = "^[0-9a-f]{32}$")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such trace"),
    ),
)]
async fn delete(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let trace_id = asked::trace_id(&id)?;
    caller.project.ask(move |store| exists(store, trace_id)).await?;
    let delete = move |store: &mut dyn Store| store.delete(&[trace_id], now()).map(|_| ());
    caller.project.writer.change(Box::new(delete)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// # Errors
/// `not_found`.
pub(super) fn exists(store: &dyn Store, trace_id: TraceId) -> Result<tracewire_store::TraceRow, Problem> {
    store.trace(trace_id)?.ok_or_else(|| Problem::not_found(format!("there is no trace {trace_id}")))
}

/// What `work` makes of a trace's tree, content in place.
///
/// # Errors
/// `not_found`; those of the store.
pub(super) fn with_tree<T>(
    store: &dyn Store,
    trace_id: TraceId,
    processes: &Processes,
    prices: &Prices,
    work: impl FnOnce(&Tree<'_>) -> T,
) -> Result<T, Problem> {
    exists(store, trace_id)?;
    Ok(of_events(trace_id, &events_of(store, trace_id)?, processes, prices, work))
}

fn of_events<T>(
    trace_id: TraceId,
    events: &[StoredEvent],
    processes: &Processes,
    prices: &Prices,
    work: impl FnOnce(&Tree<'_>) -> T,
) -> T {
    let located = located(events);
    let mut tree = Tree::build(trace_id, &located, &|producer| processes.life(producer), now());
    price(&mut tree, prices);
    work(&tree)
}

/// Stored events as trees are built of them.
pub(super) fn located(events: &[StoredEvent]) -> Vec<Located<'_>> {
    events.iter().map(|stored| Located { producer: &stored.producer, event: &stored.event }).collect()
}

/// A trace's events, content in place as far as it is here, media as what they are.
///
/// # Errors
/// Those of the store.
pub(super) fn events_of(store: &dyn Store, trace_id: TraceId) -> Result<Vec<StoredEvent>, Problem> {
    let mut events = store.events(trace_id)?;
    // A content that does not read back is shown as a reference; `tracewire verify` says what is wrong with it.
    resolve_all_but_media(store, &mut events, |_, _| Ok::<(), Problem>(()))?;
    Ok(events)
}
