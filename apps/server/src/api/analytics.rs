//! Numbers over many traces: overview, courses over time, groups, and where time goes.

use axum::response::Response;
use serde::Deserialize;
use tracewire_insight::analytics::{Group, GroupBy, Point, Report, Selection, Series, Totals};
use tracewire_insight::document::{count, object, or_null, time};
use tracewire_store::{BucketQuery, BucketSize, Buckets, Store};
use tracewire_wire::json;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Wire, json_bytes};
use super::asked::{self, Query, Time};
use crate::guard::Caller;
use crate::problem::Problem;
use crate::project::now;
use crate::state::Shared;

/// Points of one series: enough for any screen.
const MOST_POINTS: i64 = 2_000;
/// Groups of which each has a course of its own.
const MOST_COURSES: usize = 50;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(overview))
        .routes(routes!(series))
        .routes(routes!(groups))
        .routes(routes!(stages))
        .routes(routes!(facets))
}

/// What is counted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// From this time on: RFC 3339, or nanoseconds since 1970. Whole minutes up to six hours, whole hours beyond.
    #[param(value_type = Option<String>, example = "2026-11-21T04:30:00Z")]
    since: Option<Time>,
    /// Before this time; now where it is not there.
    #[param(value_type = Option<String>)]
    until: Option<Time>,
    /// Only steps of this service.
    service: Option<String>,
    /// Only steps of this kind.
    kind: Option<String>,
    /// Only steps of this name; of tools, the tool's.
    name: Option<String>,
    /// Only calls of this model.
    model: Option<String>,
    /// Only calls of models of this provider.
    provider: Option<String>,
    /// Only steps of this agent.
    agent: Option<String>,
    /// Groups by `kind`, `name`, `tool`, `model`, `provider`, `agent`, `service` or `hour` (of the day, UTC).
    by: Option<String>,
    /// Length of a point in time: `60s`, `5m`, `1h`, `1d`. Without it, about a hundred points.
    step: Option<String>,
    /// Order of groups, the greatest first: `spans`, `errors`, `duration`, `p95`, `tokens`, `cost`.
    sort: Option<String>,
    /// At most this many groups, 1 to 1000; 50 where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

impl Asked {
    fn selection(&self) -> Selection {
        Selection {
            service: self.service.clone(),
            kind: self.kind.clone(),
            name: self.name.clone(),
            model: self.model.clone(),
            provider: self.provider.clone(),
            agent: self.agent.clone(),
        }
    }

    fn by(&self) -> Result<Option<GroupBy>, Problem> {
        let words = || GroupBy::ALL.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        let parse = |word: &String| {
            GroupBy::parse(word).ok_or_else(|| Problem::parameter("by", format!("there are {}", words())))
        };
        self.by.as_ref().map(parse).transpose()
    }

    /// The buckets that are asked for, and the length of a point.
    fn window(&self) -> Result<Window, Problem> {
        let until = self.until.map_or_else(now, |time| time.0);
        let since = self.since.map(|time| time.0);
        if since.is_some_and(|since| since >= until) {
            return Err(Problem::parameter("since", "it lies before `until`"));
        }
        let length = since.map(|since| until.0.saturating_sub(since.0));
        let size = BucketSize::for_length(length.and_then(|length| u64::try_from(length).ok()));
        let least = i64::try_from(size.nanos()).unwrap_or(i64::MAX);
        let step = match &self.step {
            None => readable(length.map_or(least, |length| length / 100), least),
            Some(text) => {
                let wrong = || Problem::parameter("step", "a number and a unit is expected: 60s, 5m, 1h, 1d");
                let step = nanos(text).ok_or_else(wrong)?;
                if length.is_some_and(|length| length / step.max(1) > MOST_POINTS) {
                    return Err(Problem::parameter("step", format!("that makes more than {MOST_POINTS} points")));
                }
                // Points are made of whole buckets.
                step.max(least).div_euclid(least).saturating_mul(least)
            }
        };
        Ok(Window { since, until, size, step_nanos: step.cast_unsigned() })
    }
}

#[derive(Clone, Copy)]
struct Window {
    since: Option<Timestamp>,
    until: Timestamp,
    size: BucketSize,
    step_nanos: u64,
}

impl Window {
    fn query(&self) -> BucketQuery {
        BucketQuery { size: self.size, since: self.since, until: Some(self.until) }
    }

    /// The time of the same length before it.
    fn before(&self) -> Option<BucketQuery> {
        let since = self.since?;
        let length = self.until.0.saturating_sub(since.0);
        let earlier = Timestamp(since.0.saturating_sub(length));
        Some(BucketQuery { size: self.size, since: Some(earlier), until: Some(since) })
    }

    fn members(&self) -> [(&'static str, Value); 3] {
        [("since", or_null(self.since.map(time))), ("step_nanos", count(self.step_nanos)), ("until", time(self.until))]
    }
}

/// `60s`, `5m`, `1h`, `1d` in nanoseconds.
fn nanos(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let seconds = match text.get(digits.len()..)? {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let number: i64 = digits.parse().ok().filter(|number| *number > 0)?;
    number.checked_mul(seconds)?.checked_mul(1_000_000_000)
}

/// The least length that people count in, and is not less than `wanted`.
fn readable(wanted: i64, least: i64) -> i64 {
    const MINUTE: i64 = 60_000_000_000;
    let lengths = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 10_080, 43_200];
    let lengths = lengths.map(|minutes| minutes * MINUTE);
    lengths.into_iter().find(|length| *length >= wanted.max(least)).unwrap_or(525_600 * MINUTE)
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
/// `totals` and `previous` have the members of a group; `traces` counts traces that started in that time.
#[utoipa::path(
    get, path = "/v1/analytics/overview", tag = "analytics", operation_id = "getOverview", params(Asked),
    responses((status = 200, body = Wire), (status = 400, description = "A parameter cannot be used")),
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
        let [since, _, until] = window.members();
        Ok(object([
            ("event_rate", rate(total.events, window.since, window.until)),
            ("previous", or_null(earlier.map(|_| Value::Map(before.total().to_map())))),
            since,
            ("totals", Value::Map(total.to_map())),
            (
                "traces",
                object([
                    ("failed", count(traces.failed)),
                    ("open", count(traces.open)),
                    ("traces", count(traces.traces)),
                ]),
            ),
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
        (status = 200, description = "`groups` of `key` and `points`; a point has the members of a group and its `start`", body = Wire),
        (status = 400, description = "A parameter cannot be used"),
    ),
)]
async fn series(caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let window = asked.window()?;
    let by = asked.by()?;
    let limit = asked::limit(asked.limit)?.min(MOST_COURSES);
    let selection = asked.selection();
    let read = move |store: &dyn Store| {
        let mut report = Report::new(selection).in_steps(window.step_nanos);
        if let Some(by) = by {
            report = report.by(by);
        }
        store.buckets(&window.query(), &mut report)?;
        let mut groups: Vec<(Option<&str>, Vec<Point>, u64)> = report
            .points()
            .map(|(key, points)| {
                let spans = points.iter().map(|point| point.totals.spans).fold(0, u64::saturating_add);
                (key, points, spans)
            })
            .collect();
        groups.sort_by(|one, other| other.2.cmp(&one.2));
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

/// Sums by kind, name, tool, model, provider, agent, service or hour of the day.
#[utoipa::path(
    get, path = "/v1/analytics/groups", tag = "analytics", operation_id = "getGroups", params(Asked),
    responses((status = 200, body = Wire), (status = 400, description = "A parameter cannot be used")),
)]
async fn groups(caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let window = asked.window()?;
    let by = asked.by()?.unwrap_or(GroupBy::Kind);
    let limit = asked::limit(asked.limit)?;
    let sort = Sort::parse(asked.sort.as_deref())?;
    let selection = asked.selection();
    let read = move |store: &dyn Store| {
        let mut report = Report::new(selection).by(by);
        store.buckets(&window.query(), &mut report)?;
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
    responses((status = 200, body = Wire), (status = 400, description = "A parameter cannot be used")),
)]
async fn stages(caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let window = asked.window()?;
    let limit = asked::limit(asked.limit)?;
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

/// What there is to choose from: services, kinds, names, models, providers, agents, each with its steps.
#[utoipa::path(
    get, path = "/v1/facets", tag = "analytics", operation_id = "getFacets", params(Asked),
    responses((status = 200, body = Wire), (status = 400, description = "A parameter cannot be used")),
)]
async fn facets(caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let window = asked.window()?;
    let limit = asked::limit(asked.limit)?;
    let selection = asked.selection();
    let read = move |store: &dyn Store| {
        let ways = [
            ("agents", GroupBy::Agent),
            ("kinds", GroupBy::Kind),
            ("models", GroupBy::Model),
            ("names", GroupBy::Name),
            ("providers", GroupBy::Provider),
            ("services", GroupBy::Service),
        ];
        let mut several = Several(ways.iter().map(|(_, by)| Report::new(selection.clone()).by(*by)).collect());
        store.buckets(&window.query(), &mut several)?;
        let members = ways.iter().zip(&several.0).map(|((name, _), report)| {
            let mut groups: Vec<Group> = report.groups().into_iter().filter(|group| group.key.is_some()).collect();
            groups.sort_by(|one, other| other.totals.spans.cmp(&one.totals.spans));
            let values = groups
                .iter()
                .take(limit)
                .map(|group| object([("count", count(group.totals.spans)), ("value", or_null(group.key.as_deref()))]));
            ((*name).to_owned(), Value::List(values.collect()))
        });
        Ok(Value::Map(members.collect()))
    };
    Ok(json_bytes(json::write(&caller.project.ask(read).await?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_lengths_of_time() {
        assert_eq!(nanos("5m"), Some(300_000_000_000));
        for bad in ["", "5", "m", "0s", "-1h", "1y", "1.5h", "999999999999d", "é"] {
            assert_eq!(nanos(bad), None, "{bad}");
        }
    }

    #[test]
    fn points_have_lengths_that_people_count_in() {
        const MINUTE: i64 = 60_000_000_000;
        for (wanted, least, minutes) in
            [(1, MINUTE, 1), (3 * MINUTE, MINUTE, 5), (1, 60 * MINUTE, 60), (61 * MINUTE, MINUTE, 120)]
        {
            assert_eq!(readable(wanted, least), minutes * MINUTE);
        }
        assert!(readable(i64::MAX, MINUTE) > 0);
    }

    #[test]
    fn a_window_is_made_of_whole_buckets() {
        let asked = |since: i64, step: &str| Asked {
            since: Some(Time(Timestamp(since * 1_000_000_000))),
            until: Some(Time(Timestamp(3_600_000_000_000_000))),
            step: (!step.is_empty()).then(|| step.to_owned()),
            ..Asked::default()
        };
        let step = |since: i64, text: &str| asked(since, text).window().map(|window| window.step_nanos / 1_000_000_000);
        // An hour by minutes, a day by hours, whatever is asked.
        assert_eq!(step(3_596_400, "").unwrap(), 60);
        assert_eq!(step(3_596_400, "90s").unwrap(), 60);
        assert_eq!(step(3_513_600, "").unwrap(), 3_600);
        assert_eq!(step(3_513_600, "5m").unwrap(), 3_600);
        assert_eq!(step(3_596_400, "1s").unwrap_err().code(), "parameter_invalid");
        assert_eq!(step(3_600_000, "").unwrap_err().code(), "parameter_invalid");
    }
}
