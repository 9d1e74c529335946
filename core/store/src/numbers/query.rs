//! What numbers are asked for.

use crate::error::StoreError;
use crate::model::BucketSize;
use crate::search::Moment;
use serde::Deserialize;
use tracewire_insight::analytics::{GroupBy, Selection};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// Groups where the query names no number.
const DEFAULT_LIMIT: usize = 100;
/// There are at most this many groups, and this many points of each.
pub(super) const MOST: usize = 10_000;

/// What is counted. Every member is optional, and what is there must all hold.
///
/// ```
/// use tracewire_store::NumbersQuery;
/// let query = NumbersQuery::from_json(r#"{"by":"tool","kind":"tool","start_time":"2026-11-21T04:30:00Z"}"#).unwrap();
/// assert_eq!(query.by.as_deref(), Some("tool"));
/// assert_eq!(NumbersQuery::from_json(r#"{"bye":"tool"}"#).unwrap_err().code(), "query_invalid");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NumbersQuery {
    /// Groups by `kind`, `name`, `tool`, `model`, `provider`, `agent`, `service`, `session` or `hour` (of the day, UTC).
    pub by: Option<String>,
    /// Of this time or later: RFC 3339, or nanoseconds since 1970. Whole minutes up to six hours, whole hours beyond.
    pub start_time: Option<Moment>,
    /// Before this time; now where it is not there.
    pub end_time: Option<Moment>,
    /// Steps of this service.
    pub service: Option<String>,
    /// Steps of this kind.
    pub kind: Option<String>,
    /// Steps of this name; of tools, the tool's.
    pub name: Option<String>,
    /// Calls of this model.
    pub model: Option<String>,
    /// Calls of models of this provider.
    pub provider: Option<String>,
    /// Steps of this agent, what it called included.
    pub agent: Option<String>,
    /// Length of a point in time, in nanoseconds; made whole minutes or hours.
    pub step_nanos: Option<u64>,
    /// At most this many groups, those of most time first.
    pub limit: Option<usize>,
    /// Say the duration that this percentage of the steps took at most too; 0 to 100.
    pub percent: Option<f64>,
}

impl NumbersQuery {
    /// Reads a query from JSON.
    ///
    /// # Errors
    /// `query_invalid` with the member that is wrong or not known.
    pub fn from_json(text: &str) -> Result<Self, StoreError> {
        let wrong = |reason: String| StoreError::Query { member: String::new(), reason };
        let value = json::read(text.as_bytes(), &ReadOptions::default()).map_err(|error| wrong(error.to_string()))?;
        let Value::Map(members) = value else { return Err(wrong("a map is expected".to_owned())) };
        // Null says the same as nothing.
        let members: Map = members.into_iter().filter(|(_, value)| *value != Value::Null).collect();
        // One by one, so that the one that is wrong can be named.
        for (name, value) in members.iter() {
            let one = Value::Map(Map::from_entries(vec![(name.clone(), value.clone())]));
            Self::deserialize(&one)
                .map_err(|error| StoreError::Query { member: name.clone(), reason: error.to_string() })?;
        }
        Self::deserialize(&Value::Map(members)).map_err(|error| wrong(error.to_string()))
    }

    /// Which steps.
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

    /// In which groups.
    ///
    /// # Errors
    /// `query_invalid` for a word that names none.
    pub(super) fn group_by(&self) -> Result<Option<GroupBy>, StoreError> {
        let parse = |word: &String| {
            GroupBy::parse(word).map_err(|reason| StoreError::Query { member: "by".to_owned(), reason })
        };
        self.by.as_ref().map(parse).transpose()
    }

    /// How many groups.
    ///
    /// # Errors
    /// `query_invalid` outside of the bounds.
    pub(super) fn groups(&self) -> Result<usize, StoreError> {
        match self.limit {
            None => Ok(DEFAULT_LIMIT),
            Some(limit @ 1..=MOST) => Ok(limit),
            Some(_) => {
                Err(StoreError::Query { member: "limit".to_owned(), reason: format!("1 to {MOST} is expected") })
            }
        }
    }

    /// Which share of the durations is asked for, 0 to 1.
    ///
    /// # Errors
    /// `query_invalid` outside of the bounds.
    pub(super) fn share(&self) -> Result<Option<f64>, StoreError> {
        match self.percent {
            Some(percent) if !(0.0..=100.0).contains(&percent) => {
                Err(StoreError::Query { member: "percent".to_owned(), reason: "0 to 100 is expected".to_owned() })
            }
            percent => Ok(percent.map(|percent| percent / 100.0)),
        }
    }

    /// From when, until when, in buckets of which size.
    ///
    /// # Errors
    /// `query_invalid` for a time that ends before it begins.
    pub(super) fn window(&self, now: Timestamp) -> Result<(Option<Timestamp>, Timestamp, BucketSize), StoreError> {
        let until = self.end_time.map_or(now, |time| time.0);
        let since = self.start_time.map(|time| time.0);
        if since.is_some_and(|since| since >= until) {
            let reason = "it must lie before `end_time`, which is now where it is not there".to_owned();
            return Err(StoreError::Query { member: "start_time".to_owned(), reason });
        }
        let length = since.and_then(|since| u64::try_from(until.0.saturating_sub(since.0)).ok());
        Ok((since, until, BucketSize::for_length(length)))
    }
}
