//! Spans, traces and labels follow from events: gathered in memory for a transaction, so that a span's start and end
//! are one write, then written with the exact difference to what was there.

use super::driver::{Driver, params};
use super::loose;
use super::names::Names;
use super::pack::{self, Table};
use super::rows::{
    INSERT_SPAN, INSERT_TRACE, Shown, TraceState, UPDATE_SPAN, UPDATE_TRACE, event_rows, load_span, load_spans,
    load_trace, write_span, write_trace,
};
use super::tally;
use crate::error::StoreError;
use crate::labels::{labels, trace_of};
use crate::model::Label;
use crate::packed::{Run, Runs};
use crate::rollup::{HeadKey, Place, Share, SpanState};
use std::collections::{BTreeSet, HashMap};
use tracewire_wire::event::{Event, EventType};
use tracewire_wire::id::{SpanId, TraceId};

/// The value of `label.what`.
pub(super) fn label_number(label: Label) -> i64 {
    match label {
        Label::Session => 1,
        Label::Correlation => 2,
        Label::Agent => 3,
    }
}

/// New span keys are merged into the large table when there are this many.
const YOUNG_KEYS: i64 = 1 << 16;
/// Spans and traces that are held in memory before they are written.
const HELD_SPANS: usize = 1024;
pub(super) struct Derivation<'t> {
    connection: &'t dyn Driver,
    names: &'t Names<'t>,
    traces: Vec<TraceWork>,
    trace_places: HashMap<TraceId, usize>,
    spans: Vec<SpanWork>,
    span_places: HashMap<(usize, SpanId), usize>,
    /// Events that turned out otherwise than they were derived; their traces are made anew without them.
    retracted: Vec<(TraceId, i64)>,
    next_trace: i64,
    /// Rows of `span_key`.
    young_keys: i64,
}

struct TraceWork {
    state: TraceState,
    is_new: bool,
    events: Runs,
    labels: BTreeSet<(i64, String)>,
    /// The head may be another span than before: only all spans can tell.
    is_head_unsure: bool,
}

struct SpanWork {
    trace: usize,
    id: SpanId,
    is_new: bool,
    before: Share,
    state: SpanState,
}

impl<'t> Derivation<'t> {
    pub(super) fn new(connection: &'t dyn Driver, names: &'t Names<'t>) -> Result<Self, StoreError> {
        let last = connection.first("SELECT coalesce(max(id), 0) FROM trace", &[], |row| row.int(0))?.unwrap_or(0);
        Ok(Derivation {
            connection,
            names,
            traces: Vec::new(),
            trace_places: HashMap::new(),
            spans: Vec::new(),
            span_places: HashMap::new(),
            retracted: Vec::new(),
            next_trace: last + 1,
            young_keys: super::counter(connection, "young_span_keys")?,
        })
    }

    /// Takes one event that is new in the store.
    pub(super) fn observe(&mut self, row: i64, producer: i64, event: &Event) -> Result<(), StoreError> {
        if event.event_type == EventType::Loss {
            self.connection.execute("INSERT INTO loss(event) VALUES (?1) ON CONFLICT DO NOTHING", params![row])?;
        }
        let Some(trace_id) = trace_of(event) else { return loose::keep(self.connection, row, event) };
        let time = event.time.0;
        let at = self.trace_at(trace_id, time)?;
        if let Some(work) = self.traces.get_mut(at) {
            work.state.events += 1;
            work.state.start = work.state.start.min(time);
            work.state.last = work.state.last.max(time);
            work.events.push(row);
            work.labels.extend(labels(event).map(|(label, value)| (label_number(label), value.to_owned())));
        }
        if let (true, Some(id)) = (SpanState::is_told_by(&event.event_type), event.span_id) {
            let at = self.span_at(at, id, time)?;
            let place = Place { time, producer, seq: super::signed(event.seq) };
            let names = self.names;
            if let Some(work) = self.spans.get_mut(at) {
                work.state.observe(event, place, &|one, other| names.compare(one, other));
            }
        }
        Ok(())
    }

    /// An event says more than when it was observed: its trace is made anew.
    pub(super) fn look_again(&mut self, event: &Event) {
        // No row is this one, so none goes.
        self.retracted.extend(trace_of(event).map(|trace_id| (trace_id, -1)));
    }

    /// Takes back an event that was observed in an earlier transaction; in its pack it is empty already.
    pub(super) fn retract(&mut self, row: i64, json: &[u8]) -> Result<(), StoreError> {
        if let Some(event) = read_event(json)? {
            match trace_of(&event) {
                Some(trace_id) => self.retracted.push((trace_id, row)),
                None => loose::drop(self.connection, row, &event)?,
            }
        }
        self.connection.execute("DELETE FROM loss WHERE event = ?1", params![row])?;
        Ok(())
    }

    fn trace_at(&mut self, trace_id: TraceId, time: i64) -> Result<usize, StoreError> {
        if let Some(at) = self.trace_places.get(&trace_id) {
            return Ok(*at);
        }
        let known = load_trace(self.connection, trace_id)?;
        let is_new = known.is_none();
        let state = known.unwrap_or_else(|| {
            self.next_trace += 1;
            TraceState {
                id: self.next_trace - 1,
                trace_id,
                start: time,
                last: time,
                events: 0,
                share: Share::default(),
                head: None,
                shown: Shown::default(),
            }
        });
        Ok(self.add_trace(state, is_new))
    }

    fn add_trace(&mut self, state: TraceState, is_new: bool) -> usize {
        let at = self.traces.len();
        self.trace_places.insert(state.trace_id, at);
        self.traces.push(TraceWork {
            state,
            is_new,
            events: Runs::default(),
            labels: BTreeSet::new(),
            is_head_unsure: false,
        });
        at
    }

    fn span_at(&mut self, trace: usize, id: SpanId, time: i64) -> Result<usize, StoreError> {
        if let Some(at) = self.span_places.get(&(trace, id)) {
            return Ok(*at);
        }
        let known = match self.traces.get(trace) {
            Some(work) if !work.is_new => load_span(self.connection, work.state.id, id)?,
            _ => None,
        };
        let at = self.spans.len();
        self.span_places.insert((trace, id), at);
        self.spans.push(SpanWork {
            trace,
            id,
            is_new: known.is_none(),
            before: known.as_ref().map(SpanState::share).unwrap_or_default(),
            state: known.unwrap_or_else(|| SpanState::new(time)),
        });
        Ok(at)
    }

    /// Writes everything that was gathered.
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        self.flush()?;
        self.merge_keys()?;
        self.take_back()
    }

    /// Writes what was gathered if that is much: what is held in memory should stay in the processor's cache.
    pub(super) fn flush_if_large(&mut self) -> Result<(), StoreError> {
        if self.spans.len() >= HELD_SPANS || self.traces.len() >= HELD_SPANS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.write_spans()?;
        for at in 0..self.traces.len() {
            self.settle_head(at)?;
        }
        self.write_traces()?;
        self.traces.clear();
        self.trace_places.clear();
        self.spans.clear();
        self.span_places.clear();
        Ok(())
    }

    fn write_spans(&mut self) -> Result<(), StoreError> {
        let mut insert = self.connection.prepare(INSERT_SPAN)?;
        let mut update = self.connection.prepare(UPDATE_SPAN)?;
        let mut insert_key =
            self.connection.prepare("INSERT INTO span_key(span_id, trace) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
        // Neighbours in the table are written together; traces that are new are in its order.
        let traces = &mut self.traces;
        self.spans.sort_unstable_by_key(|work| (work.trace, work.id));
        for work in &self.spans {
            let Some(trace) = traces.get_mut(work.trace) else { continue };
            let statement = if work.is_new { &mut insert } else { &mut update };
            write_span(&mut **statement, trace.state.id, work.id, &work.state)?;
            if work.is_new {
                insert_key.put(params![work.id.as_bytes(), trace.state.id])?;
                self.young_keys += 1;
            }
            trace.state.share.add(&work.state.share().since(&work.before));
            let key = work.state.head_key(work.id);
            match trace.state.head {
                Some(head) if head.span == key.span && head < key => trace.is_head_unsure = true,
                Some(head) if head < key => {}
                _ => trace.state.head = Some(key),
            }
            if trace.state.head.is_some_and(|head| head.span == key.span) {
                trace.state.head = Some(key);
                trace.state.shown = shown(&work.state, self.names)?;
            }
        }
        Ok(())
    }

    fn merge_keys(&self) -> Result<(), StoreError> {
        if self.young_keys < YOUNG_KEYS {
            return super::set_counter(self.connection, "young_span_keys", self.young_keys);
        }
        self.connection.batch(
            "INSERT INTO span_key_old SELECT span_id, trace FROM span_key WHERE 1 = 1 ORDER BY span_id, trace ON CONFLICT DO NOTHING; \
             DELETE FROM span_key;",
        )?;
        super::set_counter(self.connection, "young_span_keys", 0)
    }

    /// Finds the head among all spans where the differences could not tell.
    fn settle_head(&mut self, at: usize) -> Result<(), StoreError> {
        let Some(work) = self.traces.get_mut(at).filter(|work| work.is_head_unsure) else { return Ok(()) };
        let mut best: Option<(HeadKey, SpanState)> = None;
        for (id, state) in load_spans(self.connection, work.state.id)? {
            let key = state.head_key(id);
            if best.as_ref().is_none_or(|(head, _)| key < *head) {
                best = Some((key, state));
            }
        }
        if let Some((key, state)) = best {
            work.state.head = Some(key);
            work.state.shown = shown(&state, self.names)?;
        }
        Ok(())
    }

    fn write_traces(&mut self) -> Result<(), StoreError> {
        let mut insert = self.connection.prepare(INSERT_TRACE)?;
        let mut update = self.connection.prepare(UPDATE_TRACE)?;
        let mut run = self.connection.prepare("INSERT INTO trace_event(trace, event, count) VALUES (?1, ?2, ?3)")?;
        let mut label = self
            .connection
            .prepare("INSERT INTO label(what, value, trace) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
        for work in &self.traces {
            let id = work.state.id;
            let statement = if work.is_new { &mut insert } else { &mut update };
            write_trace(&mut **statement, &work.state)?;
            for Run { first, count } in &work.events.0 {
                run.put(params![id, first, count])?;
            }
            for (kind, value) in &work.labels {
                label.put(params![kind, value, id])?;
            }
        }
        Ok(())
    }

    /// Removes retracted events from their traces and makes these traces anew from the events that are left.
    fn take_back(&mut self) -> Result<(), StoreError> {
        let retracted = std::mem::take(&mut self.retracted);
        let traces: BTreeSet<TraceId> = retracted.iter().map(|(trace_id, _)| *trace_id).collect();
        for trace_id in traces {
            let Some(trace) = load_trace(self.connection, trace_id)? else { continue };
            let gone: BTreeSet<i64> = retracted.iter().filter(|(of, _)| *of == trace_id).map(|(_, row)| *row).collect();
            let left: Vec<i64> =
                event_rows(self.connection, trace.id)?.iter().filter(|row| !gone.contains(row)).collect();
            forget_trace(self.connection, &trace)?;
            if left.is_empty() {
                tally::forget(self.connection, trace.id)?;
                continue;
            }
            let mut again = Derivation::new(self.connection, self.names)?;
            // Under its old row, so that cursors of lists hold.
            again.next_trace = trace.id;
            for row in left {
                again.observe_stored(row)?;
            }
            again.finish()?;
        }
        Ok(())
    }

    fn observe_stored(&mut self, row: i64) -> Result<(), StoreError> {
        pack::each_of(self.connection, Table::Event, Run { first: row, count: 1 }, |row, producer, json| {
            match read_event(json)? {
                Some(event) => self.observe(row, producer, &event),
                None => Ok(()),
            }
        })
    }
}

fn forget_trace(connection: &dyn Driver, trace: &TraceState) -> Result<(), StoreError> {
    forget_spans(connection, trace.id)?;
    for statement in [
        "DELETE FROM trace_event WHERE trace = ?1",
        // What tallies name goes with the tally.
        "DELETE FROM label WHERE trace = ?1 AND what < 4",
        "DELETE FROM trace WHERE id = ?1",
    ] {
        connection.execute(statement, params![trace.id])?;
    }
    Ok(())
}

/// Takes a trace's spans and their keys away.
pub(super) fn forget_spans(connection: &dyn Driver, trace: i64) -> Result<(), StoreError> {
    let spans = load_spans(connection, trace)?;
    for table in ["span_key", "span_key_old"] {
        let mut delete = connection.prepare(&format!("DELETE FROM {table} WHERE span_id = ?1 AND trace = ?2"))?;
        for (id, _) in &spans {
            delete.put(params![id.as_bytes(), trace])?;
        }
    }
    connection.execute("DELETE FROM span WHERE trace = ?1", params![trace])?;
    Ok(())
}

fn shown(head: &SpanState, names: &Names<'_>) -> Result<Shown, StoreError> {
    let producer = head.start.or(head.end).map(|place| place.producer);
    let service = match producer {
        Some(producer) => names.get(producer)?.service.map(|service| service.to_string()),
        None => None,
    };
    Ok(Shown {
        name: head.effective_name().map(str::to_owned),
        kind: head.kind.clone(),
        status: head.status.clone(),
        duration: head.duration,
        session: head.session.clone(),
        service,
        producer,
    })
}

/// An event as it is stored; `None` for the mark of a withheld one, and for one that was taken back.
pub(super) fn read_event(json: &[u8]) -> Result<Option<Event>, StoreError> {
    // It is canonical, so the mark is its first member.
    if json.is_empty() || json.starts_with(br#"{"$withheld":"#) {
        return Ok(None);
    }
    Ok(Some(Event::read(json)?))
}
