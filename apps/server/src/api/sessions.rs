//! Conversations: sessions that many traces share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tracewire_insight::{Decimal, Money};
use tracewire_store::{self as store, Lookup, Store};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page};
use super::asked::{self, Path, Query, Time, cursor_of, read_cursor};
use super::rows::{SessionRow, TraceRow};
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

/// Sessions that are looked at. Beyond, older ones are not listed; each can still be asked for by its id.
const MOST_SESSIONS: usize = 10_000;
/// Traces of one session.
const MOST_TRACES: usize = 1000;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one))
}

/// Which sessions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// At most this many, 1 to 1000; 50 where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// With an event of this time or later: RFC 3339, or nanoseconds since 1970.
    #[param(value_type = Option<String>)]
    since: Option<Time>,
    /// With an event before this time.
    #[param(value_type = Option<String>)]
    until: Option<Time>,
}

/// Lists sessions, the one with the latest event first.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "sessions", operation_id = "listSessions", params(Asked),
    responses((status = 200, body = Page<SessionRow>), (status = 400, description = "A parameter cannot be used")),
)]
async fn list(caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<SessionRow>>, Problem> {
    let limit = asked::limit(asked.limit)?;
    let after = asked.cursor.as_deref().map(read_cursor::<1>).transpose()?.map_or(0, |[after]| after);
    let after = usize::try_from(after).unwrap_or(usize::MAX);
    let (since, until) = (asked.since, asked.until);
    let read = move |store: &dyn Store| {
        let fits = |row: &store::SessionRow| {
            since.is_none_or(|since| row.last >= since.0) && until.is_none_or(|until| row.start < until.0)
        };
        let mut rows = store.sessions(MOST_SESSIONS)?.into_iter().filter(fits).skip(after);
        let items: Vec<SessionRow> = rows.by_ref().take(limit).map(SessionRow::from).collect();
        let behind = after.saturating_add(items.len()) as u64;
        Ok(Page { items, next: rows.next().map(|_| cursor_of(&[behind])) })
    };
    Ok(Json(caller.project.ask(read).await?))
}

/// A session and its traces.
#[derive(Serialize, ToSchema)]
struct Session {
    /// The session.
    session: SessionRow,
    /// Its traces, latest start first, at most 1000.
    traces: Vec<TraceRow>,
}

/// One session.
#[utoipa::path(
    get, path = "/v1/sessions/{session_id}", tag = "sessions", operation_id = "getSession",
    params(("session_id" = String, Path, description = "The session's id")),
    responses((status = 200, body = Session), (status = 404, description = "No trace names this session")),
)]
async fn one(caller: Caller, Path(id): Path<String>) -> Result<Json<Session>, Problem> {
    let processes = caller.project.processes().await?;
    let asked_for = id.clone();
    let read = move |store: &dyn Store| {
        let rows = store.find(&Lookup::Session(id.clone()), MOST_TRACES)?;
        Ok(session(id, &rows).map(|session| (session, rows)))
    };
    let found = caller.project.ask(read).await?;
    let (session, rows) = found.ok_or_else(|| Problem::not_found(format!("no trace names the session {asked_for}")))?;
    let traces = rows.into_iter().map(|row| TraceRow::new(row, &processes)).collect();
    Ok(Json(Session { session: session.into(), traces }))
}

/// The session that these traces are; `None` of none.
fn session(session_id: String, rows: &[store::TraceRow]) -> Option<store::SessionRow> {
    let sum = |part: fn(&store::TraceRow) -> u64| rows.iter().map(part).fold(0, u64::saturating_add);
    Some(store::SessionRow {
        session_id,
        traces: rows.len() as u64,
        spans: sum(|row| row.spans),
        open_spans: sum(|row| row.open_spans),
        errors: sum(|row| row.errors),
        input_tokens: sum(|row| row.input_tokens),
        output_tokens: sum(|row| row.output_tokens),
        cost: costs(rows),
        unpriced: sum(|row| row.unpriced),
        start: rows.iter().map(|row| row.start).min()?,
        last: rows.iter().map(|row| row.last).max()?,
    })
}

/// Amounts by currency, added exactly.
fn costs(rows: &[store::TraceRow]) -> BTreeMap<String, String> {
    let mut sum = Money::default();
    for row in rows {
        let amounts =
            row.cost.iter().filter_map(|(currency, amount)| Some((currency.clone(), Decimal::parse(amount)?)));
        sum.add(&Money(amounts.collect()));
    }
    sum.0.into_iter().map(|(currency, amount)| (currency, amount.to_string())).collect()
}
