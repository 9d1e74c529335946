//! What numbers are asked for: of which time, of which steps, in which groups.

use serde::Deserialize;
use tracewire_insight::analytics::{GroupBy, Selection};
use tracewire_insight::document::{count, or_null, time};
use tracewire_store::{BucketQuery, BucketSize};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;
use utoipa::{IntoParams, ToSchema};

use crate::api::asked::{Time, limit};
use crate::clock::now;
use crate::problem::Problem;

/// Points of one series: enough for any screen.
const MOST_POINTS: i64 = 2_000;

/// What is counted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// From this time on: RFC 3339, or nanoseconds since 1970. Whole minutes up to six hours, whole hours beyond.
    #[param(inline, example = "2026-11-21T04:30:00Z")]
    since: Option<Time>,
    /// Before this time; now where it is not there.
    #[param(inline)]
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
    /// Groups by `kind`, `name`, `tool`, `model`, `provider`, `agent`, `service`, `session` or `hour` (of the day, UTC).
    #[param(pattern = "^(kind|name|tool|model|provider|agent|service|session|hour)?$")]
    by: Option<String>,
    /// Length of a point in time: `60s`, `5m`, `1h`, `1d`. Without it, about a hundred points.
    #[param(pattern = "^([1-9][0-9]{0,4}[smhd])?$")]
    step: Option<String>,
    /// Order of groups, the greatest first: `spans`, `errors`, `duration`, `p95`, `tokens`, `cost`.
    #[param(pattern = "^(spans|errors|duration|p95|tokens|cost)?$")]
    pub(super) sort: Option<String>,
    /// At most this many groups, 1 to 1000; 50 where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    pub(super) limit: Option<u32>,
}

/// What there is to choose from.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct AskedFacets {
    /// What is counted: `steps`, as analytics take them; or `traces`, as `/v1/traces` filters them. Steps where it is not there.
    #[param(inline)]
    pub(super) of: Option<Counted>,
    /// From this time on: RFC 3339, or nanoseconds since 1970.
    #[param(inline, example = "2026-11-21T04:30:00Z")]
    pub(super) since: Option<Time>,
    /// Before this time; now where it is not there.
    #[param(inline)]
    pub(super) until: Option<Time>,
    /// Only those of this service.
    pub(super) service: Option<String>,
    /// At most this many values of each, 1 to 1000; 50 where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    pub(super) limit: Option<u32>,
}

/// What facets are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Counted {
    #[default]
    Steps,
    Traces,
}

impl AskedFacets {
    /// As numbers over steps are asked for.
    pub(super) fn of_steps(self) -> Asked {
        let AskedFacets { since, until, service, limit, .. } = self;
        Asked { since, until, service, limit, ..Asked::default() }
    }
}

impl Asked {
    pub(super) fn selection(&self) -> Selection {
        Selection {
            service: self.service.clone(),
            kind: self.kind.clone(),
            name: self.name.clone(),
            model: self.model.clone(),
            provider: self.provider.clone(),
            agent: self.agent.clone(),
        }
    }

    pub(super) fn by(&self) -> Result<Option<GroupBy>, Problem> {
        let parse = |word: &String| GroupBy::parse(word).map_err(|reason| Problem::parameter("by", reason));
        self.by.as_ref().map(parse).transpose()
    }

    /// The buckets that are asked for, and the length of a point.
    pub(super) fn window(&self) -> Result<Window, Problem> {
        // What is refused where it counts is refused where it says nothing.
        limit(self.limit)?;
        self.by()?;
        super::Sort::parse(self.sort.as_deref())?;
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
pub(super) struct Window {
    pub(super) since: Option<Timestamp>,
    pub(super) until: Timestamp,
    size: BucketSize,
    pub(super) step_nanos: u64,
}

impl Window {
    pub(super) fn query(&self) -> BucketQuery {
        BucketQuery { size: self.size, since: self.since, until: Some(self.until) }
    }

    /// The time of the same length before it.
    pub(super) fn before(&self) -> Option<BucketQuery> {
        let since = self.since?;
        let length = self.until.0.saturating_sub(since.0);
        let earlier = Timestamp(since.0.saturating_sub(length));
        Some(BucketQuery { size: self.size, since: Some(earlier), until: Some(since) })
    }

    pub(super) fn members(&self) -> [(&'static str, Value); 3] {
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
