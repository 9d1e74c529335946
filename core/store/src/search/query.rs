//! What is searched for.

use super::moment::Moment;
use crate::error::StoreError;
use serde::Deserialize;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::{Map, Value};

/// Rows of a page where the query names no number.
pub const DEFAULT_LIMIT: usize = 50;
/// A page has at most this many rows: it is held in memory.
pub const MOST_ROWS: usize = 10_000;

/// What is searched for. Every member is optional, and what is there must all hold.
///
/// ```
/// use tracewire_store::SearchQuery;
/// let query = SearchQuery::from_json(r#"{"kind":"llm","start_time":"2026-11-21T04:30:00Z","text":"otter"}"#).unwrap();
/// assert_eq!(query.kind.as_deref(), Some("llm"));
/// let error = SearchQuery::from_json(r#"{"knd":"llm"}"#).unwrap_err();
/// assert_eq!(error.code(), "query_invalid");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SearchQuery {
    /// Runs whose root, or any step of kind `agent`, has `gen_ai.agent.id` of this value; failing an id, `gen_ai.agent.name`;
    /// and what carries it itself.
    pub agent_id: Option<String>,
    /// A type of the wire, such as `span.end` or `log`; or the name of a protocol's event, of a short name for one, or of an
    /// event of one's own.
    pub event_type: Option<String>,
    /// The kind of a step or point event.
    pub kind: Option<String>,
    /// The status of a step's end.
    pub status: Option<String>,
    /// Of this time or later: RFC 3339, or nanoseconds since 1970. The time of a step is its start.
    pub start_time: Option<Moment>,
    /// Before this time.
    pub end_time: Option<Moment>,
    /// What was given as correlation id.
    pub correlation_id: Option<String>,
    /// The session.
    pub session_id: Option<String>,
    /// `service.name` of the producer.
    pub service: Option<String>,
    /// Attributes and the values that they have.
    pub attributes: Map,
    /// Some text that name, status message, exception, input, output, data, or a log line's message have in them, whatever the
    /// case.
    pub text: Option<String>,
    /// At most this many rows; 50 where it is not there.
    pub limit: Option<usize>,
    /// Where an earlier page ended.
    pub cursor: Option<String>,
}

impl SearchQuery {
    /// Reads a query from JSON.
    ///
    /// # Errors
    /// `query_invalid` with the member that is wrong or not known.
    pub fn from_json(text: &str) -> Result<Self, StoreError> {
        let wrong = |reason: String| StoreError::Query { member: String::new(), reason };
        let value = json::read(text.as_bytes(), &ReadOptions::default()).map_err(|error| wrong(error.to_string()))?;
        let Value::Map(members) = &value else {
            return Err(wrong(format!("a map is expected, this is {}", value.kind_name())));
        };
        // Null says the same as nothing.
        let members: Map = members.iter().filter(|(_, value)| *value != Value::Null).cloned().collect();
        let mut query = SearchQuery::default();
        for (name, value) in members {
            let one = Value::Map(Map::from_entries(vec![(name.clone(), value)]));
            let read = SearchQuery::deserialize(&one);
            let read = read.map_err(|error| StoreError::Query { member: name.clone(), reason: error.to_string() })?;
            query.take(read);
        }
        Ok(query)
    }

    /// Takes over what the other one has set.
    fn take(&mut self, other: SearchQuery) {
        fn over<T>(mine: &mut Option<T>, other: Option<T>) {
            if other.is_some() {
                *mine = other;
            }
        }
        over(&mut self.agent_id, other.agent_id);
        over(&mut self.event_type, other.event_type);
        over(&mut self.kind, other.kind);
        over(&mut self.status, other.status);
        over(&mut self.start_time, other.start_time);
        over(&mut self.end_time, other.end_time);
        over(&mut self.correlation_id, other.correlation_id);
        over(&mut self.session_id, other.session_id);
        over(&mut self.service, other.service);
        over(&mut self.text, other.text);
        over(&mut self.limit, other.limit);
        over(&mut self.cursor, other.cursor);
        self.attributes.extend(other.attributes);
    }

    /// Rows of a page.
    pub(super) fn rows(&self) -> Result<usize, StoreError> {
        match self.limit {
            None => Ok(DEFAULT_LIMIT),
            Some(limit @ 1..=MOST_ROWS) => Ok(limit),
            Some(_) => Err(StoreError::Query {
                member: "limit".to_owned(),
                reason: format!("1 to {MOST_ROWS} is expected; further rows come with the cursor of the page before"),
            }),
        }
    }
}
