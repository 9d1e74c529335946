//! Rows of spans and traces, read and written.

use crate::error::StoreError;
use crate::packed::{Run, Runs};
use crate::rollup::{HeadKey, Place, SpanState, Tokens};
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row, ToSql, params};
use tracewire_wire::id::{SpanId, TraceId};

/// Columns of `span` behind the key, in the order of [`read_span`] and [`write_span`].
pub(super) const SPAN_COLUMNS: &str = "is_span, first, last, start, start_producer, start_seq, parent, kind, name, session, \
     end, end_producer, end_seq, status, duration, input_tokens, output_tokens, \
     late_name, late_name_time, late_name_producer, late_name_seq, \
     late_input, late_output, late_tokens_time, late_tokens_producer, late_tokens_seq";

/// Of a span that is new. [`REPLACE_SPAN`] would do too, and keeps a copy of each page that it touches.
pub(super) const INSERT_SPAN: &str = "INSERT INTO span VALUES \
     (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28)";

/// Of a span that is there already.
pub(super) const REPLACE_SPAN: &str = "INSERT OR REPLACE INTO span VALUES \
     (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28)";

/// Reads the columns of [`SPAN_COLUMNS`], the first of which is column `at`.
pub(super) fn read_span(row: &Row<'_>, at: usize) -> rusqlite::Result<SpanState> {
    let start = read_place(row, at + 3)?;
    let end = read_place(row, at + 10)?;
    let late_name = read_place(row, at + 18)?;
    let late_tokens = read_place(row, at + 23)?;
    let first: Option<i64> = row.get(at + 1)?;
    let last: Option<i64> = row.get(at + 2)?;
    let time = |place: Option<Place>| place.map(|place| place.time);
    Ok(SpanState {
        is_span: row.get(at)?,
        first: first.or(time(start)).unwrap_or_default(),
        last: last.or(time(end)).unwrap_or_default(),
        start,
        parent: row.get::<_, Option<[u8; 8]>>(at + 6)?.map(SpanId),
        kind: row.get(at + 7)?,
        name: row.get(at + 8)?,
        session: row.get(at + 9)?,
        end,
        status: row.get(at + 13)?,
        duration: row.get(at + 14)?,
        tokens: Tokens { input: row.get(at + 15)?, output: row.get(at + 16)? },
        late_name: match late_name {
            Some(place) => Some((place, row.get(at + 17)?)),
            None => None,
        },
        late_tokens: match late_tokens {
            Some(place) => Some((place, Tokens { input: row.get(at + 21)?, output: row.get(at + 22)? })),
            None => None,
        },
    })
}

fn read_place(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Place>> {
    let Some(time) = row.get(at)? else { return Ok(None) };
    Ok(Some(Place { time, producer: row.get(at + 1)?, seq: row.get(at + 2)? }))
}

pub(super) fn write_span(
    statement: &mut CachedStatement<'_>,
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
    statement.execute(params![
        trace,
        span.as_bytes(),
        state.is_span,
        Some(state.first).filter(|first| time(state.start) != Some(*first)),
        Some(state.last).filter(|last| time(state.end) != Some(*last)),
        time(state.start),
        producer(state.start),
        seq(state.start),
        state.parent.as_ref().map(SpanId::as_bytes),
        state.kind,
        state.name,
        state.session,
        time(state.end),
        producer(state.end),
        seq(state.end),
        state.status,
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

/// Columns of `trace`, in the order of [`read_trace`] and [`write_trace`].
pub(super) const TRACE_COLUMNS: &str = "id, trace_id, start, last, events, spans, open, errors, input_tokens, output_tokens, \
     head, head_rank, head_start, name, kind, status, duration, session, service, producer";

pub(super) const INSERT_TRACE: &str =
    "INSERT INTO trace VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)";

pub(super) const UPDATE_TRACE: &str = "UPDATE trace SET start = ?3, last = ?4, events = ?5, spans = ?6, open = ?7, errors = ?8, \
     input_tokens = ?9, output_tokens = ?10, head = ?11, head_rank = ?12, head_start = ?13, name = ?14, kind = ?15, \
     status = ?16, duration = ?17, session = ?18, service = ?19, producer = ?20 WHERE id = ?1 AND trace_id = ?2";

pub(super) fn read_trace(row: &Row<'_>) -> rusqlite::Result<TraceState> {
    let head = match row.get::<_, Option<[u8; 8]>>(10)? {
        Some(span) => Some(HeadKey { rank: row.get(11)?, start: row.get(12)?, span: SpanId(span) }),
        None => None,
    };
    Ok(TraceState {
        id: row.get(0)?,
        trace_id: TraceId(row.get(1)?),
        start: row.get(2)?,
        last: row.get(3)?,
        events: row.get(4)?,
        share: crate::rollup::Share {
            spans: row.get(5)?,
            open: row.get(6)?,
            errors: row.get(7)?,
            input_tokens: row.get(8)?,
            output_tokens: row.get(9)?,
        },
        head,
        shown: Shown {
            name: row.get(13)?,
            kind: row.get(14)?,
            status: row.get(15)?,
            duration: row.get(16)?,
            session: row.get(17)?,
            service: row.get(18)?,
            producer: row.get(19)?,
        },
    })
}

/// `statement` is [`INSERT_TRACE`] or [`UPDATE_TRACE`].
pub(super) fn write_trace(statement: &mut CachedStatement<'_>, trace: &TraceState) -> Result<(), StoreError> {
    let head: [&dyn ToSql; 3] = match &trace.head {
        Some(head) => [head.span.as_bytes(), &head.rank, &head.start],
        None => [&rusqlite::types::Null, &rusqlite::types::Null, &rusqlite::types::Null],
    };
    let [span, rank, start] = head;
    statement.execute(params![
        trace.id,
        trace.trace_id.as_bytes(),
        trace.start,
        trace.last,
        trace.events,
        trace.share.spans,
        trace.share.open,
        trace.share.errors,
        trace.share.input_tokens,
        trace.share.output_tokens,
        span,
        rank,
        start,
        trace.shown.name,
        trace.shown.kind,
        trace.shown.status,
        trace.shown.duration,
        trace.shown.session,
        trace.shown.service,
        trace.shown.producer,
    ])?;
    Ok(())
}

pub(super) fn load_trace(connection: &Connection, trace_id: TraceId) -> Result<Option<TraceState>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {TRACE_COLUMNS} FROM trace WHERE trace_id = ?1"))?;
    Ok(statement.query_row([trace_id.as_bytes()], read_trace).optional()?)
}

pub(super) fn load_span(connection: &Connection, trace: i64, id: SpanId) -> Result<Option<SpanState>, StoreError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {SPAN_COLUMNS} FROM span WHERE trace = ?1 AND span_id = ?2"))?;
    Ok(statement.query_row(params![trace, id.as_bytes()], |row| read_span(row, 0)).optional()?)
}

pub(super) fn load_spans(connection: &Connection, trace: i64) -> Result<Vec<(SpanId, SpanState)>, StoreError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT span_id, {SPAN_COLUMNS} FROM span WHERE trace = ?1"))?;
    let rows = statement.query_map([trace], |row| Ok((SpanId(row.get(0)?), read_span(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Rows of a trace's events, in order of arrival.
pub(super) fn event_rows(connection: &Connection, trace: i64) -> Result<Runs, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT event, count FROM trace_event WHERE trace = ?1 ORDER BY event")?;
    let rows = statement.query_map([trace], |row| Ok(Run { first: row.get(0)?, count: row.get(1)? }))?;
    Ok(Runs(rows.collect::<Result<_, _>>()?))
}
