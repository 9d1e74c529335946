//! Traces by what belongs to them.

use serde::Deserialize;
use tracewire_store::{self as store, Lookup, Store};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page};
use super::asked::{self, Query, cursor_of, read_cursor};
use super::rows::TraceRow;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(find))
}

/// What is known; exactly one of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// A trace's id, or its first digits.
    trace: Option<String>,
    /// A span's id, or its first digits.
    span: Option<String>,
    /// The id of an event with a place of its own.
    event: Option<String>,
    /// The id of a parent that is recorded.
    parent: Option<String>,
    /// A correlation id.
    correlation: Option<String>,
    /// A session.
    session: Option<String>,
    /// At most this many, 1 to 1000; 50 where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(pattern = "^(1[0-9a-f]{1,16}-[0-9a-f]{1,16}-[0-9a-f]{1,16})?$")]
    cursor: Option<String>,
}

impl Asked {
    fn lookup(self) -> Result<Lookup, Problem> {
        let span = Lookup::Span as fn(String) -> Lookup;
        let mut known = [
            (self.trace, Lookup::Trace as fn(String) -> Lookup),
            (self.span, span),
            (self.event, span),
            (self.parent, span),
            (self.correlation, Lookup::Correlation),
            (self.session, Lookup::Session),
        ]
        .into_iter()
        .filter_map(|(text, lookup)| text.map(lookup));
        match (known.next(), known.next()) {
            (Some(lookup), None) => Ok(lookup),
            _ => {
                let names = "exactly one of `trace`, `span`, `event`, `parent`, `correlation`, `session` is expected";
                Err(Problem::parameter("", names))
            }
        }
    }
}

/// Finds traces by a span, an event, a parent, a correlation id or a session, latest start first.
#[utoipa::path(
    get, path = "/v1/find", tag = "traces", operation_id = "findTraces", params(Asked),
    responses((status = 200, body = Page<TraceRow>), (status = 400, description = "A parameter cannot be used")),
)]
async fn find(caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<TraceRow>>, Problem> {
    let limit = asked::limit(asked.limit)?;
    let after = asked.cursor.as_deref().map(read_cursor::<3>).transpose()?;
    let lookup = asked.lookup()?;
    let processes = caller.project.processes().await?;
    let (rows, next) = caller.project.ask(move |store: &dyn Store| page(store, &lookup, after, limit)).await?;
    let items = rows.into_iter().map(|row| TraceRow::new(row, &processes)).collect();
    Ok(Json(Page { items, next }))
}

/// The rows behind a place, and what leads on. What belongs together is seldom much, so it is read from its beginning.
fn page(
    store: &dyn Store,
    lookup: &Lookup,
    after: Option<[u64; 3]>,
    limit: usize,
) -> Result<(Vec<store::TraceRow>, Option<String>), Problem> {
    let mut most = limit.saturating_add(1);
    loop {
        let mut rows = store.find(lookup, most)?;
        let is_all = rows.len() < most;
        if let Some(after) = after {
            let behind = rows.iter().position(|row| place(row) == after).map(|at| at + 1);
            // Who asks behind a trace that is gone goes on at its time.
            let [start, ..] = after;
            let earlier = || rows.iter().position(|row| row.start.0 < start.cast_signed());
            rows.drain(..behind.or_else(earlier).unwrap_or(rows.len()));
        }
        if is_all || rows.len() > limit {
            let has_more = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| has_more).map(|row| cursor_of(&place(row)));
            return Ok((rows, next));
        }
        most = most.saturating_mul(4);
    }
}

fn place(row: &store::TraceRow) -> [u64; 3] {
    let id = u128::from_be_bytes(row.trace_id.0);
    let half = |shift: u32| u64::try_from((id >> shift) & u128::from(u64::MAX)).unwrap_or_default();
    [row.start.0.cast_unsigned(), half(64), half(0)]
}
