//! Conversations: sessions that many traces share.

use serde::{Deserialize, Serialize};
use tracewire_store::{self as store, Lookup, SessionCursor, SessionFilter, Store};
use tracewire_wire::time::Timestamp;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page};
use super::asked::{self, Path, Query, Time};
use super::rows::{SessionRow, TraceRow};
use crate::guard::Caller;
use crate::keys::hex;
use crate::problem::Problem;
use crate::state::Shared;

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
    #[param(pattern = "^(1[0-9a-f]{16}([0-9a-f]{2})*)?$")]
    cursor: Option<String>,
    /// With an event of this time or later: RFC 3339, or nanoseconds since 1970.
    #[param(inline)]
    since: Option<Time>,
    /// With an event before this time.
    #[param(inline)]
    until: Option<Time>,
}

/// Lists sessions, the one with the latest event first.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "sessions", operation_id = "listSessions", params(Asked),
    responses((status = 200, body = Page<SessionRow>), (status = 400, description = "A parameter cannot be used")),
)]
async fn list(caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<SessionRow>>, Problem> {
    let limit = asked::limit(asked.limit)?;
    let filter = SessionFilter {
        // One more tells whether there is more.
        limit: limit + 1,
        since: asked.since.map(|since| since.0),
        until: asked.until.map(|until| until.0),
        session_id: None,
        after: asked.cursor.as_deref().map(read_cursor).transpose()?,
    };
    let mut rows = caller.project.ask(move |store: &dyn Store| Ok(store.sessions(&filter)?)).await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(cursor_behind);
    Ok(Json(Page { items: rows.into_iter().map(SessionRow::from).collect(), next }))
}

/// The place behind a row: its time, and its id in hex.
fn cursor_behind(row: &store::SessionRow) -> String {
    format!("1{:016x}{}", row.last.0.cast_unsigned(), hex(row.session_id.as_bytes()))
}

fn read_cursor(text: &str) -> Result<SessionCursor, Problem> {
    let read = || {
        let (last, id) = text.strip_prefix('1')?.split_at_checked(16)?;
        let last = Timestamp(u64::from_str_radix(last, 16).ok()?.cast_signed());
        if !id.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let digits = id.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2));
        let bytes: Option<Vec<u8>> = digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect();
        // An id is text; of other bytes this is the place where the text would be that is nearest to them.
        Some(SessionCursor { last, session_id: String::from_utf8_lossy(&bytes?).into_owned() })
    };
    read().ok_or_else(|| Problem::parameter("cursor", "the `next` of the page before is expected as it came"))
}

/// A session and its traces.
#[derive(Serialize, ToSchema)]
struct Session {
    /// The session, with the sums of all its traces.
    session: SessionRow,
    /// Its traces, latest start first, at most 1000; `/v1/find?session=` goes on.
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
        let filter = SessionFilter { session_id: Some(id.clone()), limit: 1, ..SessionFilter::default() };
        let Some(session) = store.sessions(&filter)?.pop() else { return Ok(None) };
        Ok(Some((session, store.find(&Lookup::Session(id), MOST_TRACES)?)))
    };
    let found = caller.project.ask(read).await?;
    let (session, rows) = found.ok_or_else(|| Problem::not_found(format!("no trace names the session {asked_for}")))?;
    let traces = rows.into_iter().map(|row| TraceRow::new(row, &processes)).collect();
    Ok(Json(Session { session: session.into(), traces }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        for (last, id) in [(0, ""), (-1, "chat-42"), (i64::MAX, "é/\u{0}")] {
            let row = store::SessionRow { session_id: id.to_owned(), ..row(last) };
            let read = read_cursor(&cursor_behind(&row)).unwrap();
            assert_eq!((read.last.0, read.session_id.as_str()), (last, id));
        }
        assert_eq!(read_cursor("10000000000000000ff").unwrap().session_id, "\u{fffd}");
        for bad in ["", "1", "10", "100000000000000006", "10000000000000000+1", "page two"] {
            assert_eq!(read_cursor(bad).unwrap_err().code(), "parameter_invalid", "{bad}");
        }
    }

    fn row(last: i64) -> store::SessionRow {
        store::SessionRow {
            session_id: String::new(),
            traces: 1,
            spans: 0,
            open_spans: 0,
            errors: 0,
            input_tokens: 0,
            output_tokens: 0,
            cost: BTreeMap::new(),
            unpriced: 0,
            start: Timestamp(last),
            last: Timestamp(last),
        }
    }
}
