//! What there is to choose from: the values that filters have, with how many of each.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::response::Response;
use tracewire_insight::analytics::{Group, GroupBy, Report};
use tracewire_insight::document::{count, object, or_null};
use tracewire_store::{Store, TraceFilter, TraceRow};
use tracewire_wire::event::Status;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Several;
use super::asked::{Asked, AskedFacets, Counted};
use crate::api::answer::json_bytes;
use crate::api::asked::{Query, limit};
use crate::api::shapes;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

/// Traces whose values are counted: the latest. Who looks for an older value types it.
const MOST_TRACES: usize = 10_000;
/// Traces that are read together.
const AT_ONCE: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(facets))
}

/// What there is to choose from, each value with how many there are.
///
/// Of steps: `services`, `kinds`, `names`, `models`, `providers`, `agents`. Of traces: `services`, `kinds`, `names`, `statuses` of
/// their heads, `models` and `agents` of all that is in them, counted over the latest 10,000: each value finds traces by
/// `/v1/traces`.
#[utoipa::path(
    get, path = "/v1/facets", tag = "analytics", operation_id = "getFacets", params(AskedFacets),
    responses((status = 200, body = shapes::Facets), (status = 400, description = "A parameter cannot be used")),
)]
async fn facets(caller: Caller, Query(asked): Query<AskedFacets>) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?;
    let found = match asked.of.unwrap_or_default() {
        Counted::Steps => {
            let asked = asked.of_steps();
            caller.project.ask(move |store: &dyn Store| of_steps(store, &asked, limit)).await?
        }
        Counted::Traces => {
            let filter = TraceFilter {
                limit: AT_ONCE,
                service: asked.service,
                since: asked.since.map(|time| time.0),
                until: asked.until.map(|time| time.0),
                ..TraceFilter::default()
            };
            caller.project.ask(move |store: &dyn Store| of_traces(store, filter, limit)).await?
        }
    };
    Ok(json_bytes(json::write(&found)))
}

fn of_steps(store: &dyn Store, asked: &Asked, limit: usize) -> Result<Value, Problem> {
    let window = asked.window()?;
    let ways = [
        ("agents", GroupBy::Agent),
        ("kinds", GroupBy::Kind),
        ("models", GroupBy::Model),
        ("names", GroupBy::Name),
        ("providers", GroupBy::Provider),
        ("services", GroupBy::Service),
    ];
    let mut several = Several(ways.iter().map(|(_, by)| Report::new(asked.selection()).by(*by)).collect());
    store.buckets(&window.query(), &mut several)?;
    let mut more = false;
    let members = ways.iter().zip(&several.0).map(|((name, _), report)| {
        let mut groups: Vec<Group> = report.groups().into_iter().filter(|group| group.key.is_some()).collect();
        groups.sort_by_key(|group| Reverse(group.totals.spans));
        more |= groups.len() > limit;
        let values = groups.iter().take(limit).map(|group| facet(group.key.as_deref(), group.totals.spans));
        ((*name).to_owned(), Value::List(values.collect()))
    });
    let mut facets: Map = members.collect();
    facets.insert("more".to_owned(), more.into());
    Ok(Value::Map(facets))
}

/// How many traces have a value.
type Values = BTreeMap<String, u64>;

fn of_traces(store: &dyn Store, mut filter: TraceFilter, limit: usize) -> Result<Value, Problem> {
    let mut all: [(&str, Values); 6] =
        ["agents", "kinds", "models", "names", "services", "statuses"].map(|name| (name, Values::new()));
    for _ in 0..MOST_TRACES / AT_ONCE {
        let page = store.traces(&filter)?;
        for row in &page.traces {
            for (values, said) in all.iter_mut().map(|(_, values)| values).zip(said_by(row)) {
                for value in said {
                    let number = values.entry(value.to_owned()).or_default();
                    *number = number.saturating_add(1);
                }
            }
        }
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    let mut more = filter.after.is_some();
    let members = all.into_iter().map(|(name, values)| {
        more |= values.len() > limit;
        let mut values: Vec<(String, u64)> = values.into_iter().collect();
        values.sort_by_key(|(_, number)| Reverse(*number));
        let values = values.iter().take(limit).map(|(value, number)| facet(Some(value), *number));
        (name.to_owned(), Value::List(values.collect()))
    });
    let mut facets: Map = members.collect();
    facets.insert("more".to_owned(), more.into());
    Ok(Value::Map(facets))
}

/// What a trace is found by, in the order of the members.
fn said_by(row: &TraceRow) -> [Vec<&str>; 6] {
    [
        row.agents.iter().map(String::as_str).collect(),
        row.kind.as_deref().into_iter().collect(),
        row.models.iter().map(String::as_str).collect(),
        row.name.as_deref().into_iter().collect(),
        row.service.as_deref().into_iter().collect(),
        row.status.as_ref().map(Status::as_str).into_iter().collect(),
    ]
}

fn facet(value: Option<&str>, number: u64) -> Value {
    object([("count", count(number)), ("value", or_null(value))])
}
