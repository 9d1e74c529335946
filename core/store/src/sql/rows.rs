//! Rows of spans and traces, read and written.

use super::driver::{Driver, Row, Statement, params};
use crate::error::StoreError;
use crate::packed::{Run, Runs};
use crate::rollup::{HeadKey, Place, SpanState, Tokens};
use std::collections::BTreeMap;
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;

/// Columns of `span` behind the key, in the order of [`read_span`] and [`write_span`].
pub(super) const SPAN_COLUMNS: &str = "is_span, first, last, start, start_producer, start_seq, parent, kind, name, session, \
     \"end\", end_producer, end_seq, status, duration, input_tokens, output_tokens, \
     late_name, late_name_time, late_name_producer, late_name_seq, \
     late_input, late_output, late_tokens_time, late_tokens_producer, late_tokens_seq";

/// Of a span that is new.
pub(super) const INSERT_SPAN: &str = "INSERT INTO span VALUES \
     (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28)";

/// Of a span that is there already.
pub(super) const UPDATE_SPAN: &str = "UPDATE span SET is_span = ?3, first = ?4, last = ?5, start = ?6, start_producer = ?7, start_seq = \
     ?8, parent = ?9, kind = ?10, name = ?11, session = ?12, \"end\" = ?13, end_producer = ?14, end_seq = \
     ?15, status = ?16, duration = ?17, input_tokens = ?18, output_tokens = ?19, late_name = ?20, \
     late_name_time = ?21, late_name_producer = ?22, late_name_seq = ?23, late_input = ?24, late_output = \
     ?25, late_tokens_time = ?26, late_tokens_producer = ?27, late_tokens_seq = ?28 WHERE trace = ?1 AND \
     span_id = ?2";

/// Reads the columns of [`SPAN_COLUMNS`], the first of which is column `at`.
pub(super) fn read_span(row: &dyn Row, at: usize) -> Result<SpanState, StoreError> {
    let start = read_place(row, at + 3)?;
    let end = read_place(row, at + 10)?;
    let late_name = read_place(row, at + 18)?;
    let late_tokens = read_place(row, at + 23)?;
    let first = row.maybe_int(at + 1)?;
    let last = row.maybe_int(at + 2)?;
    let time = |place: Option<Place>| place.map(|place| place.time);
    Ok(SpanState {
        is_span: row.flag(at)?,
        first: first.or(time(start)).unwrap_or_default(),
        last: last.or(time(end)).unwrap_or_default(),
        start,
        parent: row.maybe_bytes(at + 6)?.map(SpanId),
        kind: row.maybe_text(at + 7)?,
        name: row.maybe_text(at + 8)?,
        session: row.maybe_text(at + 9)?,
        end,
        status: row.maybe_text(at + 13)?,
        duration: row.maybe_int(at + 14)?,
        tokens: Tokens { input: row.maybe_int(at + 15)?, output: row.maybe_int(at + 16)? },
        late_name: match late_name {
            Some(place) => Some((place, row.maybe_text(at + 17)?)),
            None => None,
        },
        late_tokens: match late_tokens {
            Some(place) => Some((place, Tokens { input: row.maybe_int(at + 21)?, output: row.maybe_int(at + 22)? })),
            None => None,
        },
    })
}

fn read_place(row: &dyn Row, at: usize) -> Result<Option<Place>, StoreError> {
    let Some(time) = row.maybe_int(at)? else { return Ok(None) };
    Ok(Some(Place { time, producer: row.int(at + 1)?, seq: row.int(at + 2)? }))
}

pub(super) fn write_span(
    statement: &mut (dyn Statement + '_),
    trace: i64,
    span: SpanId,
    state: &SpanState,
) -> Result<(), StoreError> {
    let time = |place: Option<Place>| place.map(|place| place.time);
    let producer = |place: Option<Place>| place.map(|place| place.producer);
    let seq = |place: Option<Place>| place.map(|place| place.seq);
    let late_name = state.late_name.as_ref().map(|(place, _)| *place);
    let late_tokens = state.late_tokens.as_ref().map(|(place, _)| *place);
    let late = state.late_tokens.map(|(_, tokens)| tokens).unwrap_or_default();
    statement.put(params![
        trace,
        span.as_bytes(),
        state.is_span,
        Some(state.first).filter(|first| time(state.start) != Some(*first)),
        Some(state.last).filter(|last| time(state.end) != Some(*last)),
        time(state.start),
        producer(state.start),
        seq(state.start),
        state.parent.as_ref().map(SpanId::as_bytes),
        &state.kind,
        &state.name,
        &state.session,
        time(state.end),
        producer(state.end),
        seq(state.end),
        &state.status,
        state.duration,
        state.tokens.input,
        state.tokens.output,
        state.late_name.as_ref().and_then(|(_, name)| name.as_deref()),
        time(late_name),
        producer(late_name),
        seq(late_name),
        late.input,
        late.output,
        time(late_tokens),
        producer(late_tokens),
        seq(late_tokens),
    ])?;
    Ok(())
}

/// A row of `trace`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TraceState {
    pub id: i64,
    pub trace_id: TraceId,
    pub start: i64,
    pub last: i64,
    pub events: i64,
    pub share: crate::rollup::Share,
    pub head: Option<HeadKey>,
    pub shown: Shown,
}

/// What a trace shows of its head.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shown {
    pub name: Option<String>,
    pub kind: Option<String>,
    pub status: Option<String>,
    pub duration: Option<i64>,
    pub session: Option<String>,
    pub service: Option<String>,
    pub producer: Option<i64>,
}

/// Columns of `trace` that follow from single events, in the order of [`read_trace`] and [`write_trace`].
pub(super) const TRACE_COLUMNS: &str = "id, trace_id, start, last, events, spans, open, errors, \
     head, head_rank, head_start, name, kind, status, duration, session, service, producer";

/// Columns that only a tally writes, in the order of [`read_tallied`].
pub(super) const TALLIED_COLUMNS: &str = "input_tokens, output_tokens, cost, unpriced, models, agents, stale";

pub(super) const INSERT_TRACE: &str = "INSERT INTO trace(id, trace_id, start, last, events, spans, open, errors, \
     head, head_rank, head_start, name, kind, status, duration, session, service, producer, \
     input_tokens, output_tokens) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,0,0)";

pub(super) const UPDATE_TRACE: &str = "UPDATE trace SET start = ?3, last = ?4, events = ?5, spans = ?6, open = ?7, errors = ?8, \
     head = ?9, head_rank = ?10, head_start = ?11, name = ?12, kind = ?13, \
     status = ?14, duration = ?15, session = ?16, service = ?17, producer = ?18, stale = 1 WHERE id = ?1 AND trace_id = ?2";

pub(super) fn read_trace(row: &dyn Row) -> Result<TraceState, StoreError> {
    let head = match row.maybe_bytes(8)? {
        Some(span) => Some(HeadKey { rank: row.int(9)?, start: row.int(10)?, span: SpanId(span) }),
        None => None,
    };
    Ok(TraceState {
        id: row.int(0)?,
        trace_id: TraceId(row.bytes(1)?),
        start: row.int(2)?,
        last: row.int(3)?,
        events: row.int(4)?,
        share: crate::rollup::Share { spans: row.int(5)?, open: row.int(6)?, errors: row.int(7)? },
        head,
        shown: Shown {
            name: row.maybe_text(11)?,
            kind: row.maybe_text(12)?,
            status: row.maybe_text(13)?,
            duration: row.maybe_int(14)?,
            session: row.maybe_text(15)?,
            service: row.maybe_text(16)?,
            producer: row.maybe_int(17)?,
        },
    })
}

/// What a tally says of a trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tallied {
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost: BTreeMap<String, String>,
    pub unpriced: i64,
    pub models: Vec<String>,
    pub agents: Vec<String>,
    /// Whether it knew everything that the trace has now.
    pub is_counted: bool,
}

/// Reads the columns of [`TALLIED_COLUMNS`], the first of which is column `at`.
pub(super) fn read_tallied(row: &dyn Row, at: usize) -> Result<Tallied, StoreError> {
    Ok(Tallied {
        input_tokens: row.int(at)?,
        output_tokens: row.int(at + 1)?,
        cost: read_cost(row, at + 2)?,
        unpriced: row.int(at + 3)?,
        models: read_texts(row, at + 4)?,
        agents: read_texts(row, at + 5)?,
        is_counted: row.int(at + 6)? != super::tally::STALE,
    })
}

/// Amounts by currency.
pub(super) fn read_cost(row: &dyn Row, at: usize) -> Result<BTreeMap<String, String>, StoreError> {
    let Some(json) = row.maybe_blob(at)? else { return Ok(BTreeMap::new()) };
    let amounts = super::map_of(json)?.into_iter();
    Ok(amounts.filter_map(|(currency, amount)| Some((currency, amount.as_text()?.to_owned()))).collect())
}

fn read_texts(row: &dyn Row, at: usize) -> Result<Vec<String>, StoreError> {
    let Some(json) = row.maybe_blob(at)? else { return Ok(Vec::new()) };
    match json::read(json, &ReadOptions::default())? {
        Value::List(list) => Ok(list.iter().filter_map(|text| Some(text.as_text()?.to_owned())).collect()),
        other => Err(StoreError::corrupt(format!("a list is stored as {}", other.kind_name()))),
    }
}

/// `statement` is [`INSERT_TRACE`] or [`UPDATE_TRACE`].
pub(super) fn write_trace(statement: &mut (dyn Statement + '_), trace: &TraceState) -> Result<(), StoreError> {
    let head = trace.head.as_ref();
    statement.put(params![
        trace.id,
        trace.trace_id.as_bytes(),
        trace.start,
        trace.last,
        trace.events,
        trace.share.spans,
        trace.share.open,
        trace.share.errors,
        head.map(|head| head.span.as_bytes()),
        head.map(|head| head.rank),
        head.map(|head| head.start),
        &trace.shown.name,
        &trace.shown.kind,
        &trace.shown.status,
        trace.shown.duration,
        &trace.shown.session,
        &trace.shown.service,
        trace.shown.producer,
    ])?;
    Ok(())
}

pub(super) fn load_trace(connection: &dyn Driver, trace_id: TraceId) -> Result<Option<TraceState>, StoreError> {
    let statement = format!("SELECT {TRACE_COLUMNS} FROM trace WHERE trace_id = ?1");
    connection.first(&statement, params![trace_id.as_bytes()], read_trace)
}

pub(super) fn load_span(connection: &dyn Driver, trace: i64, id: SpanId) -> Result<Option<SpanState>, StoreError> {
    let statement = format!("SELECT {SPAN_COLUMNS} FROM span WHERE trace = ?1 AND span_id = ?2");
    connection.first(&statement, params![trace, id.as_bytes()], |row| read_span(row, 0))
}

pub(super) fn load_spans(connection: &dyn Driver, trace: i64) -> Result<Vec<(SpanId, SpanState)>, StoreError> {
    let statement = format!("SELECT span_id, {SPAN_COLUMNS} FROM span WHERE trace = ?1");
    connection.all(&statement, params![trace], |row| Ok((SpanId(row.bytes(0)?), read_span(row, 1)?)))
}

/// Rows of a trace's events, in order of arrival.
pub(super) fn event_rows(connection: &dyn Driver, trace: i64) -> Result<Runs, StoreError> {
    let statement = "SELECT event, count FROM trace_event WHERE trace = ?1 ORDER BY event";
    connection.all(statement, params![trace], |row| Ok(Run { first: row.int(0)?, count: row.int(1)? })).map(Runs)
}
