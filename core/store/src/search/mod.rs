//! Searching: steps and other events by what they say, newest first, a page at a time.
//!
//! ```text
//! query ─▶ traces by their last event ─┐   (from the index: labels, times)
//!          events of no trace by time ─┴─▶ rows ─▶ the newest that fit ─▶ content put back ─▶ page
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `query` | what is searched for |
//! | `moment` | a time as people and programs write it |
//! | `gather` | the events of a trace become rows |
//! | `fits` | whether a row is what is searched for |
//! | `text` | looking for a text, in content too |
//! | `cursor` | the order of rows, and a place in it |
//! | `row` | what is found |
//!
//! Traces are read one after the other, the one with the latest event first, and no further than a row of the page can
//! come from: memory holds one trace and one page.

mod cursor;
mod fits;
mod gather;
mod moment;
mod query;
mod row;
mod text;

pub use moment::Moment;
pub use query::{DEFAULT_LIMIT, MOST_ROWS, SearchQuery};
pub use row::{SearchPage, SearchRow};

use crate::error::StoreError;
use crate::model::{Activity, ActivityFilter, Label, LooseFilter, StoredEvent};
use crate::store::Store;
use cursor::Place;
use fits::Conditions;
use gather::{Gathered, Gathering};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, VecDeque};
use text::Looker;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// Traces, and events of no trace, that are looked up at once.
const AT_ONCE: usize = 64;

/// The page of rows that a query asks for.
///
/// ```
/// use tracewire_store::{SearchQuery, SqliteStore, search};
/// let folder = std::env::temp_dir().join(format!("tracewire-search-doc-{}", std::process::id()));
/// let store = SqliteStore::open(&folder.join("store.db")).unwrap();
/// let query = SearchQuery::from_json(r#"{"kind":"tool","status":"error","limit":10}"#).unwrap();
/// assert_eq!(search(&store, &query).unwrap().to_json(), r#"{"next":null,"rows":[]}"#);
/// # drop(store); std::fs::remove_dir_all(folder).unwrap();
/// ```
///
/// # Errors
/// `query_invalid` with the member that cannot be used; else what the engine says.
pub fn search(store: &dyn Store, query: &SearchQuery) -> Result<SearchPage, StoreError> {
    let limit = query.rows()?;
    let before = query.cursor.as_deref().map(Place::from_cursor).transpose()?;
    let conditions = Conditions::new(query);
    let looker = conditions.needle.as_ref().map(|needle| Looker::new(store, needle));
    let mut search = Search {
        store,
        query,
        conditions: &conditions,
        before,
        limit,
        looker,
        services: HashMap::new(),
        newest: BTreeMap::new(),
    };
    search.run()?;
    search.finish()
}

struct Search<'s> {
    store: &'s dyn Store,
    query: &'s SearchQuery,
    conditions: &'s Conditions<'s>,
    /// Rows of this place and later ones were on earlier pages.
    before: Option<Place>,
    limit: usize,
    looker: Option<Looker<'s>>,
    services: HashMap<String, Option<String>>,
    /// The newest rows that fit, and one more than the page has.
    newest: BTreeMap<Reverse<Place>, Gathered>,
}

impl Search<'_> {
    /// Goes through traces and loose events together, latest first, until nothing that is left can be on the page.
    fn run(&mut self) -> Result<(), StoreError> {
        let (mut traces, mut loose) = (self.traces(), self.loose());
        loop {
            let (trace, event) = (traces.peek(self.store)?, loose.peek(self.store)?);
            let latest = trace.map(|trace| trace.last).max(event);
            let Some(latest) = latest.filter(|latest| self.can_hold(*latest)) else { return Ok(()) };
            if let Some(trace) = trace.filter(|trace| trace.last == latest) {
                traces.waiting.pop_front();
                self.take_trace(&trace)?;
            } else if let Some(stored) = loose.waiting.pop_front() {
                self.take(Gathered::of(stored))?;
            }
        }
    }

    /// Where traces come from that can have a row.
    fn traces(&self) -> Traces {
        let query = self.query;
        let labels = [
            (Label::Session, &query.session_id),
            (Label::Correlation, &query.correlation_id),
            (Label::Agent, &query.agent_id),
        ];
        let labels = labels.into_iter().filter_map(|(label, value)| Some((label, value.clone()?))).collect();
        Traces {
            filter: ActivityFilter {
                limit: AT_ONCE,
                after: None,
                labels,
                errors_only: matches!(query.status.as_deref(), Some("error" | "timeout")),
                since: query.start_time.map(|time| time.0),
                until: self.until(),
            },
            waiting: VecDeque::new(),
            is_over: false,
        }
    }

    /// Where events of no trace come from.
    fn loose(&self) -> Loose {
        let query = self.query;
        let labels = [(Label::Session, &query.session_id), (Label::Correlation, &query.correlation_id)];
        let label = labels.into_iter().find_map(|(label, value)| Some((label, value.clone()?)));
        // They are of no run, and nothing of them has a status.
        let is_over = query.agent_id.is_some() || query.status.is_some();
        let filter = LooseFilter {
            limit: AT_ONCE,
            after: None,
            label,
            since: query.start_time.map(|time| time.0),
            until: self.until(),
        };
        Loose { filter, waiting: VecDeque::new(), is_over }
    }

    /// No row of a later time than this is wanted.
    fn until(&self) -> Option<Timestamp> {
        let end = self.query.end_time.map(|time| time.0);
        let times = [end, self.before.map(|place| place.time)];
        times.into_iter().flatten().min()
    }

    /// Whether something of this time can still be among the newest.
    fn can_hold(&self, time: Timestamp) -> bool {
        match self.newest.last_key_value() {
            Some((Reverse(oldest), _)) if self.newest.len() > self.limit => time >= oldest.time,
            _ => true,
        }
    }

    fn take_trace(&mut self, trace: &Activity) -> Result<(), StoreError> {
        if !self.may_hold(trace)? {
            return Ok(());
        }
        let mut gathering = Gathering::new(self.store.events(trace.trace_id)?);
        if let Some(agent) = &self.query.agent_id {
            let is_wanted: Vec<bool> = (0..gathering.rows.len()).map(|at| gathering.is_of_agent(at, agent)).collect();
            let mut is_wanted = is_wanted.into_iter();
            gathering.rows.retain(|_| is_wanted.next().unwrap_or(false));
        }
        gathering.rows.into_iter().try_for_each(|row| self.take(row))
    }

    /// Steps without their payload are read faster than events, and often say that none of them fits.
    fn may_hold(&self, trace: &Activity) -> Result<bool, StoreError> {
        let query = self.query;
        if query.kind.is_none() && query.status.is_none() {
            return Ok(true);
        }
        let spans = self.store.spans(trace.trace_id)?;
        Ok(spans.iter().any(|span| {
            let is_kind = query.kind.is_none() || query.kind == span.kind;
            let status = span.status.as_ref().map(|status| status.as_str());
            // Of point events the row says neither.
            span.is_point || is_kind && (query.status.is_none() || query.status.as_deref() == status)
        }))
    }

    /// Keeps a row if it fits and is among the newest.
    fn take(&mut self, row: Gathered) -> Result<(), StoreError> {
        let place = row.place;
        let is_behind = self.before.is_none_or(|before| place < before);
        let is_row = row.row_type != EventType::Loss.as_str() || self.conditions.wants_losses();
        if !is_row || !is_behind || !self.can_hold(place.time) || !self.conditions.fit(&row) {
            return Ok(());
        }
        if let Some(wanted) = &self.query.service
            && self.service(&row.producer)?.as_ref() != Some(wanted)
        {
            return Ok(());
        }
        if let Some(looker) = &mut self.looker
            && !looker.is_in_body(&row.body)?
        {
            return Ok(());
        }
        self.newest.insert(Reverse(place), row);
        // One more than wanted tells that there is more.
        if self.newest.len() > self.limit + 1 {
            self.newest.pop_last();
        }
        Ok(())
    }

    fn service(&mut self, producer: &str) -> Result<Option<String>, StoreError> {
        if let Some(service) = self.services.get(producer) {
            return Ok(service.clone());
        }
        let service = self.store.service(producer)?;
        self.services.insert(producer.to_owned(), service.clone());
        Ok(service)
    }

    fn finish(mut self) -> Result<SearchPage, StoreError> {
        let has_more = self.newest.len() > self.limit;
        let mut page = SearchPage::default();
        let mut last = None;
        for (Reverse(place), row) in std::mem::take(&mut self.newest).into_iter().take(self.limit) {
            last = Some(place);
            let row = self.show(row)?;
            page.rows.push(row);
        }
        page.next = last.filter(|_| has_more).map(Place::to_cursor);
        Ok(page)
    }

    /// A row with its content put back.
    fn show(&mut self, row: Gathered) -> Result<SearchRow, StoreError> {
        let mut event = Event::new(EventType::Event, row.place.time);
        event.body = Body::Present(row.body);
        self.store.resolve(&mut event)?;
        let mut body = if let Body::Present(body) = event.body { body } else { Map::new() };
        let service = self.service(&row.producer)?;
        let name = match body.get("name") {
            Some(Value::Text(name)) => Some(name.clone()),
            _ => None,
        };
        let attributes = match body.remove("attributes") {
            Some(Value::Map(attributes)) => attributes,
            _ => Map::new(),
        };
        let (input, output) = (body.remove("input"), body.remove("output"));
        for shown in ["name", "session_id", "correlation_id"] {
            body.remove(shown);
        }
        Ok(SearchRow {
            row_type: row.row_type,
            trace_id: row.trace_id,
            span_id: row.span_id,
            parent_id: row.parent_id,
            kind: row.kind,
            name,
            status: row.status,
            time: row.place.time,
            end_time: row.end_time,
            duration_nanos: row.duration_nanos,
            producer: row.producer.to_string(),
            service,
            session_id: row.session_id,
            correlation_id: row.correlation_id,
            attributes,
            input,
            output,
            body,
        })
    }
}

/// Traces by their last event, looked up some at a time.
struct Traces {
    filter: ActivityFilter,
    waiting: VecDeque<Activity>,
    is_over: bool,
}

impl Traces {
    fn peek(&mut self, store: &dyn Store) -> Result<Option<Activity>, StoreError> {
        if self.waiting.is_empty() && !self.is_over {
            self.waiting.extend(store.activity(&self.filter)?);
            self.is_over = self.waiting.len() < AT_ONCE;
            self.filter.after = self.waiting.back().copied().or(self.filter.after);
        }
        Ok(self.waiting.front().copied())
    }
}

/// Events of no trace by time, looked up some at a time.
struct Loose {
    filter: LooseFilter,
    waiting: VecDeque<StoredEvent>,
    is_over: bool,
}

impl Loose {
    fn peek(&mut self, store: &dyn Store) -> Result<Option<Timestamp>, StoreError> {
        if self.waiting.is_empty() && !self.is_over {
            self.waiting.extend(store.loose(&self.filter)?);
            self.is_over = self.waiting.len() < AT_ONCE;
            self.filter.after = self.waiting.back().map(|last| (last.event.time, last.id)).or(self.filter.after);
        }
        Ok(self.waiting.front().map(|first| first.event.time))
    }
}
