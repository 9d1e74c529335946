//! Buckets put together again: as groups, as points in time, as one sum.

use std::collections::BTreeMap;

use tracewire_wire::time::Timestamp;

use super::series::Series;
use super::totals::Totals;

/// What groups are made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupBy {
    /// The service.
    Service,
    /// The kind of step.
    Kind,
    /// The name of a step.
    Name,
    /// The tool that was called: names of steps of kind `tool`, and nothing else.
    Tool,
    /// The model that was called; steps that called none are left out.
    Model,
    /// Whose model was called; steps that called none are left out.
    Provider,
    /// The agent.
    Agent,
    /// The session of a trace's head. Buckets know none: whoever reads a store asks it for sessions instead.
    Session,
    /// The hour of the day in UTC, `00` to `23`.
    Hour,
}

impl GroupBy {
    /// Whether a group may hold events and no step.
    const fn has_events_alone(self) -> bool {
        matches!(self, Self::Service | Self::Hour)
    }

    /// Every way, with the word that people use for it.
    pub const ALL: [(&'static str, Self); 9] = [
        ("service", Self::Service),
        ("kind", Self::Kind),
        ("name", Self::Name),
        ("tool", Self::Tool),
        ("model", Self::Model),
        ("provider", Self::Provider),
        ("agent", Self::Agent),
        ("session", Self::Session),
        ("hour", Self::Hour),
    ];

    /// The way that a word names.
    ///
    /// # Errors
    /// Says which words there are.
    pub fn parse(word: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, by)| *by);
        found.ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
            format!("there are {}", words.join(", "))
        })
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, by)| *by == self).map_or("", |(name, _)| name)
    }

    /// The key of a bucket's group; `None` where it belongs to none.
    fn key<'a>(self, series: &'a Series, start: Timestamp) -> Option<Option<std::borrow::Cow<'a, str>>> {
        let text = |member: &'a Option<String>| member.as_deref().map(std::borrow::Cow::Borrowed);
        match self {
            Self::Service => Some(text(&series.service)),
            Self::Kind => Some(text(&series.kind)),
            Self::Name => Some(text(&series.name)),
            Self::Tool => (series.kind.as_deref() == Some("tool")).then(|| text(&series.name)),
            Self::Model => text(&series.model).map(Some),
            Self::Provider => text(&series.provider).map(Some),
            Self::Agent => Some(text(&series.agent)),
            Self::Session => None,
            Self::Hour => {
                let hour = start.0.div_euclid(HOUR_NANOS).rem_euclid(24);
                Some(Some(format!("{hour:02}").into()))
            }
        }
    }
}

const HOUR_NANOS: i64 = 3_600_000_000_000;

/// Which buckets count. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Of this service.
    pub service: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Of this name.
    pub name: Option<String>,
    /// Of this model.
    pub model: Option<String>,
    /// Of this provider.
    pub provider: Option<String>,
    /// Of this agent.
    pub agent: Option<String>,
}

impl Selection {
    /// Whether a series fits.
    #[must_use]
    pub fn takes(&self, series: &Series) -> bool {
        let fits = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        fits(&self.service, &series.service)
            && fits(&self.kind, &series.kind)
            && fits(&self.name, &series.name)
            && fits(&self.model, &series.model)
            && fits(&self.provider, &series.provider)
            && fits(&self.agent, &series.agent)
    }
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What its members have in common; `None` for those that say nothing.
    pub key: Option<String>,
    /// Its sums.
    pub totals: Totals,
}

/// One point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Where it begins.
    pub start: Timestamp,
    /// Its sums.
    pub totals: Totals,
}

/// Puts buckets together as they come.
#[derive(Clone, Debug, Default)]
pub struct Report {
    by: Option<GroupBy>,
    step_nanos: Option<i64>,
    selection: Selection,
    groups: BTreeMap<Option<String>, BTreeMap<i64, Totals>>,
}

impl Report {
    /// A report in which everything selected is one sum.
    #[must_use]
    pub fn new(selection: Selection) -> Self {
        Self { selection, ..Self::default() }
    }

    /// Keeps groups apart.
    #[must_use]
    pub fn by(mut self, by: GroupBy) -> Self {
        self.by = Some(by);
        self
    }

    /// Keeps points in time apart, each so many nanoseconds long and beginning at a multiple of that. Buckets are not cut:
    /// a step should be a multiple of theirs.
    #[must_use]
    pub fn in_steps(mut self, step_nanos: u64) -> Self {
        self.step_nanos = Some(i64::try_from(step_nanos.max(1)).unwrap_or(i64::MAX));
        self
    }

    /// Whether buckets of this series are wanted at all.
    #[must_use]
    pub fn takes(&self, series: &Series) -> bool {
        self.selection.takes(series)
    }

    /// Whether groups are made by sessions, of which buckets say nothing.
    #[must_use]
    pub fn is_by_session(&self) -> bool {
        self.by == Some(GroupBy::Session)
    }

    /// Takes what a session's trace added, where groups are made by sessions.
    pub fn add_of_session(&mut self, session: Option<&str>, series: &Series, start: Timestamp, totals: &Totals) {
        if self.is_by_session() && self.takes(series) && !series.is_of_no_step() {
            self.put(session.map(str::to_owned), start, totals);
        }
    }

    /// Takes one bucket.
    pub fn add(&mut self, series: &Series, start: Timestamp, totals: &Totals) {
        if !self.takes(series) {
            return;
        }
        let key = match self.by {
            Some(by) => match by.key(series, start) {
                // Events outside of any step: only services tell them apart.
                _ if series.is_of_no_step() && !by.has_events_alone() => return,
                Some(key) => key,
                None => return,
            },
            None => None,
        };
        let key = key.map(std::borrow::Cow::into_owned);
        self.put(key, start, totals);
    }

    fn put(&mut self, key: Option<String>, start: Timestamp, totals: &Totals) {
        let start = self.step_nanos.map_or(0, |step| start.0.div_euclid(step).saturating_mul(step));
        self.groups.entry(key).or_default().entry(start).or_default().add(totals);
    }

    /// Everything in one sum.
    #[must_use]
    pub fn total(&self) -> Totals {
        let mut sum = Totals::default();
        self.groups.values().flat_map(BTreeMap::values).for_each(|totals| sum.add(totals));
        sum
    }

    /// Groups over all time, in order of their keys.
    #[must_use]
    pub fn groups(&self) -> Vec<Group> {
        let sum = |points: &BTreeMap<i64, Totals>| {
            let mut sum = Totals::default();
            points.values().for_each(|totals| sum.add(totals));
            sum
        };
        let groups = self.groups.iter().map(|(key, points)| Group { key: key.clone(), totals: sum(points) });
        // A step that began before the time that is looked at is no member, though something happened in it since.
        let is_shown = |group: &Group| group.totals.spans > 0 || self.by.is_none_or(GroupBy::has_events_alone);
        groups.filter(is_shown).collect()
    }

    /// The points of each group, in order of keys and times. Points in which nothing happened are not there.
    pub fn points(&self) -> impl Iterator<Item = (Option<&str>, Vec<Point>)> {
        self.groups.iter().map(|(key, points)| {
            let points =
                points.iter().map(|(start, totals)| Point { start: Timestamp(*start), totals: totals.clone() });
            (key.as_deref(), points.collect())
        })
    }
}
