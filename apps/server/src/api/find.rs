//! Traces by what belongs to them.

use serde::Deserialize;
use tracewire_store::{Lookup, Store};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page};
use super::asked::{self, Query};
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
    let lookup = asked.lookup()?;
    let processes = caller.project.processes().await?;
    let rows = caller.project.ask(move |store: &dyn Store| Ok(store.find(&lookup, limit)?)).await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| TraceRow::new(row, &processes)).collect())))
}
