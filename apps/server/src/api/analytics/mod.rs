//! Numbers over many traces: overview, courses over time, groups, and where time goes.

use std::cmp::Reverse;

use axum::response::Response;
use tracewire_insight::analytics::{Group, GroupBy, Point, Report, Series, Totals};
use tracewire_insight::document::{count, object, or_null};
use tracewire_store::{Buckets, Store};
use tracewire_wire::json;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::asked::Asked;
use super::answer::json_bytes;
use super::asked::{Query, limit};
use super::shapes;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

mod asked;
mod facets;

/// Groups of which each has a course of its own.
const MOST_COURSES: usize = 50;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(overview))
        .routes(routes!(series))
        .routes(routes!(groups))
        .routes(routes!(stages))
        .merge(facets::routes())
}

/// Two reports of the same buckets, read once.
struct Several(Vec<Report>);

impl Buckets for Several {
    fn wants(&mut self, series: &Series) -> bool {
        self.0.iter().any(|report| report.takes(series))
    }

    fn take(&mut self, series: &Series, start: Timestamp, totals: &Totals) {
        self.0.iter_mut().for_each(|report| report.add(series, start, totals));
    }
}

/// Sums over a time, and of the time before it.
///
/// `totals` and `previous` (the time of the same length before) have the members of a group; traces are those that started in
/// that time.
#[utoipa::path(
    get, path = "/v1/analytics/overview", tag = "analytics", operation_id = "getOverview", params(Asked),
    responses((status = 200, body = shapes::Overview), (status = 400, description = "A parameter cannot be used")),
)]
async fn overview(caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let window = asked.window()?;
    let selection = asked.selection();
    let read = move |store: &dyn Store| {
        let mut here = Report::new(selection.clone());
        store.buckets(&window.query(), &mut here)?;
        let mut before = Report::new(selection);
        let earlier = window.before();
        if let Some(earlier) = &earlier {
            store.buckets(earlier, &mut before)?;
        }
        let traces = store.count_traces(window.since, Some(window.until))?;
        let total = here.total();
        let mut previous = before.total().to_map();
        if let Some(earlier) = &earlier {
            let traces = store.count_traces(earlier.since, earlier.until)?;
            previous.insert("traces".to_owned(), count(traces.traces));
        }
        let [since, _, until] = window.members();
        Ok(object([
            ("event_rate", rate(total.events, window.since, window.until)),
            ("events", count(total.events)),
            ("failed_traces", count(traces.failed)),
            ("open_traces", count(traces.open)),
            ("previous", Value::Map(previous)),
            since,
            ("totals", Value::Map(total.to_map())),
            ("traces", count(traces.traces)),
            until,
        ]))
    };
    Ok(json_bytes(json::write(&caller.project.ask(read).await?)))
}

/// Events in a second, over the whole time.
#[expect(clippy::cast_precision_loss, reason = "a rate to be looked at")]
fn rate(events: u64, since: Option<Timestamp>, until: Timestamp) -> Value {
    let Some(since) = since else { return Value::Null };
    let seconds = (until.0.saturating_sub(since.0) as f64 / 1e9).max(1.0);
    Value::from_f64(events as f64 / seconds)
}

/// The course of the numbers over time, of everything or of each group.
#[utoipa::path(
    get, path = "/v1/analytics/series", tag = "analytics", operation_id = "getSeries", params(Asked),
    responses(
        (status = 200, description = "`groups` of `key` and `points`; a point has the members of a group and its `start`", body = shapes::Course),
        (status = 400, description = "A parameter cannot be used"),
    ),
)]
async fn series(caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let window = asked.window()?;
    let by = asked.by()?;
    let limit = limit(asked.limit)?.min(MOST_COURSES);
    let selection = asked.selection();
    let read = move |store: &dyn Store| {
        let mut report = Report::new(selection).in_steps(window.step_nanos);
        if let Some(by) = by {
            report = report.by(by);
        }
        store.fill(&window.query(), &mut report)?;
        let mut groups: Vec<(Option<&str>, Vec<Point>, u64)> = report
            .points()
            .map(|(key, points)| {
                let spans = points.iter().map(|point| point.totals.spans).fold(0, u64::saturating_add);
                (key, points, spans)
            })
            .collect();
        groups.sort_by_key(|group| Reverse(group.2));
        let more = groups.len() > limit;
        let groups = groups.into_iter().take(limit).map(|(key, points, _)| {
            let points = points.iter().map(Point::to_value).collect();
            object([("key", or_null(key)), ("points", Value::List(points))])
        });
        let [since, step, until] = window.members();
        Ok(object([("groups", Value::List(groups.collect())), ("more", more.into()), since, step, until]))
    };
    Ok(json_bytes(json::write(&caller.project.ask(read).await?)))
}

/// Sums by kind, name, tool, model, provider, agent, service, session or hour of the day.
#[utoipa::path(
    get, path = "/v1/analytics/groups", tag = "analytics", operation_id = "getGroups", params(Asked),
    responses((status = 200, body = shapes::Groups), (status = 400, description = "A parameter cannot be used")),
)]
async fn groups(caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let window = asked.window()?;
    let by = asked.by()?.unwrap_or(GroupBy::Kind);
    let limit = limit(asked.limit)?;
    let sort = Sort::parse(asked.sort.as_deref())?;
    let selection = asked.selection();
    let read = move |store: &dyn Store| {
        let mut report = Report::new(selection).by(by);
        store.fill(&window.query(), &mut report)?;
        let mut groups = report.groups();
        if by != GroupBy::Hour {
            groups.sort_by(|one, other| sort.compare(other, one));
        }
        let more = groups.len() > limit;
        let items = groups.iter().take(limit).map(Group::to_value).collect();
        let [since, _, until] = window.members();
        Ok(object([("items", Value::List(items)), ("more", more.into()), since, until]))
    };
    Ok(json_bytes(json::write(&caller.project.ask(read).await?)))
}

/// What groups are ordered by.
#[derive(Clone, Copy)]
enum Sort {
    Spans,
    Errors,
    Duration,
    P95,
    Tokens,
    Cost,
}

impl Sort {
    fn parse(word: Option<&str>) -> Result<Self, Problem> {
        match word {
            None | Some("spans") => Ok(Self::Spans),
            Some("errors") => Ok(Self::Errors),
            Some("duration") => Ok(Self::Duration),
            Some("p95") => Ok(Self::P95),
            Some("tokens") => Ok(Self::Tokens),
            Some("cost") => Ok(Self::Cost),
            Some(_) => Err(Problem::parameter("sort", "there are spans, errors, duration, p95, tokens, cost")),
        }
    }

    fn compare(self, one: &Group, other: &Group) -> std::cmp::Ordering {
        let number = |group: &Group| match self {
            Self::Errors => group.totals.errors,
            Self::Duration => group.totals.duration_nanos,
            Self::P95 => group.totals.durations.quantile(0.95).unwrap_or(0),
            Self::Tokens => group.totals.tokens.input.saturating_add(group.totals.tokens.output),
            Self::Spans | Self::Cost => group.totals.spans,
        };
        // Dollars against dollars; other currencies cannot be compared with them.
        let dollars = |group: &Group| group.totals.cost.0.get("USD").map_or(0, tracewire_insight::Decimal::to_pico);
        let by_cost = match self {
            Self::Cost => dollars(one).cmp(&dollars(other)),
            _ => std::cmp::Ordering::Equal,
        };
        by_cost.then_with(|| number(one).cmp(&number(other))).then_with(|| other.key.cmp(&one.key))
    }
}

/// Where time goes: of all time that steps took themselves, how much each kind and name took.
#[utoipa::path(
    get, path = "/v1/analytics/stages", tag = "analytics", operation_id = "getStages", params(Asked),
    responses((status = 200, body = shapes::Stages), (status = 400, description = "A parameter cannot be used")),
)]
async fn stages(caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let window = asked.window()?;
    let limit = limit(asked.limit)?;
    let selection = asked.selection();
    let read = move |store: &dyn Store| {
        let mut stages = Stages { selection: Report::new(selection), found: std::collections::BTreeMap::new() };
        store.buckets(&window.query(), &mut stages)?;
        let all: u64 = stages.found.values().map(|(nanos, _)| *nanos).fold(0, u64::saturating_add);
        let mut items: Vec<_> = stages.found.into_iter().collect();
        items.sort_by(|one, other| other.1.0.cmp(&one.1.0).then_with(|| one.0.cmp(&other.0)));
        let more = items.len() > limit;
        let items = items.into_iter().take(limit).map(|((kind, name), (nanos, spans))| {
            object([
                ("kind", or_null(kind)),
                ("name", or_null(name)),
                ("self_nanos", count(nanos)),
                ("share", share(nanos, all)),
                ("spans", count(spans)),
            ])
        });
        let [since, _, until] = window.members();
        Ok(object([("items", Value::List(items.collect())), ("more", more.into()), since, until]))
    };
    Ok(json_bytes(json::write(&caller.project.ask(read).await?)))
}

#[expect(clippy::cast_precision_loss, reason = "a share to be looked at")]
fn share(part: u64, of: u64) -> Value {
    if of == 0 { Value::Int(0) } else { Value::from_f64(part as f64 / of as f64) }
}

type Stage = (Option<String>, Option<String>);

struct Stages {
    selection: Report,
    found: std::collections::BTreeMap<Stage, (u64, u64)>,
}

impl Buckets for Stages {
    fn wants(&mut self, series: &Series) -> bool {
        self.selection.takes(series)
    }

    fn take(&mut self, series: &Series, _: Timestamp, totals: &Totals) {
        if totals.spans == 0 {
            return;
        }
        let stage = self.found.entry((series.kind.clone(), series.name.clone())).or_default();
        *stage = (stage.0.saturating_add(totals.self_nanos), stage.1.saturating_add(totals.spans));
    }
}
