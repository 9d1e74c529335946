//! Numbers over many traces, as the command line, every SDK and programs ask for them.

mod query;

pub use query::NumbersQuery;

use crate::error::StoreError;
use crate::model::{BucketQuery, BucketSize, Buckets, TraceCounts};
use crate::store::Store;
use query::MOST;
use tracewire_insight::analytics::{Group, GroupBy, Point, Report, Selection, Series, Totals};
use tracewire_insight::document::{count, object, or_null, time};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;

/// What was counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// From when; from the beginning where it is not there.
    pub since: Option<Timestamp>,
    /// Until when.
    pub until: Timestamp,
    /// Length of a point.
    pub step_nanos: u64,
    /// Traces that started in that time; where steps were chosen, they are not counted.
    pub traces: Option<TraceCounts>,
    /// Everything in one sum.
    pub total: Totals,
    /// In groups, those of most time first; hours of the day in their order.
    pub groups: Vec<Group>,
    /// Whether there are more groups than were asked for.
    pub has_more: bool,
    /// The course over time; a time in which nothing happened has no point.
    pub points: Vec<Point>,
    /// Which share of the durations was asked for besides the usual ones, 0 to 1.
    pub share: Option<f64>,
}

/// Counts, as of the last [`Store::tally`].
///
/// # Errors
/// `query_invalid` names the member that cannot be used; [`StoreError`] when the store cannot be read.
pub fn numbers(store: &dyn Store, query: &NumbersQuery, now: Timestamp) -> Result<Numbers, StoreError> {
    let (since, until, size) = query.window(now)?;
    let (by, limit, share) = (query.group_by()?, query.groups()?, query.share()?);
    let selection = query.selection();
    let is_all = selection == Selection::default();
    let step_nanos = step(query.step_nanos, size);
    let mut both = Both {
        groups: Report::new(selection.clone()),
        course: Report::new(selection).in_steps(step_nanos),
        is_grouped: by.is_some(),
    };
    if let Some(by) = by {
        both.groups = both.groups.by(by);
    }
    let window = BucketQuery { size, since, until: Some(until) };
    if by == Some(GroupBy::Session) {
        both.is_grouped = false;
        store.fill(&window, &mut both.groups)?;
    }
    store.buckets(&window, &mut both)?;
    let mut groups = if by.is_some() { both.groups.groups() } else { Vec::new() };
    if by != Some(GroupBy::Hour) {
        groups.sort_by_key(|group| std::cmp::Reverse(group.totals.duration_nanos));
    }
    let has_more = groups.len() > limit;
    groups.truncate(limit);
    let traces = if is_all { Some(store.count_traces(since, Some(until))?) } else { None };
    let mut points: Vec<Point> = both.course.points().flat_map(|(_, points)| points).collect();
    // The latest ones, where there are more than anybody looks at.
    points.drain(..points.len().saturating_sub(MOST));
    Ok(Numbers { since, until, step_nanos, traces, total: both.course.total(), groups, has_more, points, share })
}

/// Points are made of whole buckets.
fn step(asked: Option<u64>, size: BucketSize) -> u64 {
    let least = size.nanos();
    asked.unwrap_or(least).div_euclid(least).max(1).saturating_mul(least)
}

/// Two reports of the same buckets, read once.
struct Both {
    groups: Report,
    course: Report,
    is_grouped: bool,
}

impl Buckets for Both {
    fn wants(&mut self, series: &Series) -> bool {
        self.course.takes(series)
    }

    fn take(&mut self, series: &Series, start: Timestamp, totals: &Totals) {
        if self.is_grouped {
            self.groups.add(series, start, totals);
        }
        self.course.add(series, start, totals);
    }
}

impl Numbers {
    /// As a document for programs.
    pub fn to_value(&self) -> Value {
        let traces = self.traces.map(|traces| {
            object([("failed", count(traces.failed)), ("open", count(traces.open)), ("traces", count(traces.traces))])
        });
        let with_share = |document: Value, totals: &Totals| match (document, self.share) {
            (Value::Map(mut members), Some(share)) => {
                let nanos = totals.durations.quantile(share).map(count);
                members.insert("percentile_nanos".to_owned(), or_null(nanos));
                Value::Map(members)
            }
            (document, _) => document,
        };
        let groups = self.groups.iter().map(|group| with_share(group.to_value(), &group.totals));
        let points = self.points.iter().map(|point| with_share(point.to_value(), &point.totals));
        object([
            ("groups", Value::List(groups.collect())),
            ("more", self.has_more.into()),
            ("points", Value::List(points.collect())),
            ("since", or_null(self.since.map(time))),
            ("step_nanos", count(self.step_nanos)),
            ("totals", with_share(Value::Map(self.total.to_map()), &self.total)),
            ("traces", or_null(traces)),
            ("until", time(self.until)),
        ])
    }
}
