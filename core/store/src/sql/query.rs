//! Traces, spans and events.

use super::derive::{self, label_number};
use super::driver::{Driver, Param, Row, params};
use super::filter::{self, Filter};
use super::names::Names;
use super::pack::{self, Table};
use super::rows::{self, TALLIED_COLUMNS, TRACE_COLUMNS, Tallied, TraceState, read_trace};
use super::tally;
use super::{signed, unsigned};
use crate::error::StoreError;
use crate::model::{Label, Lookup, SpanRow, StoredEvent, TraceCounts, TraceCursor, TraceFilter, TracePage, TraceRow};
use crate::packed::{Run, Runs};
use tracewire_wire::event::Status;
use tracewire_wire::id::TraceId;
use tracewire_wire::time::Timestamp;

pub(super) fn traces(connection: &dyn Driver, filter: &TraceFilter) -> Result<TracePage, StoreError> {
    let limit = if filter.limit == 0 { filter::DEFAULT_LIMIT } else { filter.limit };
    let mut asked = Filter::default();
    let named = [
        (label_number(Label::Session), &filter.session_id),
        (tally::AGENT_LABEL, &filter.agent),
        (tally::MODEL_LABEL, &filter.model),
    ];
    let mut named = named.into_iter().filter_map(|(what, value)| Some((what, value.as_deref()?)));
    let from = match named.next() {
        // A session has few traces: start from them.
        Some((what, value)) => {
            asked.and_all("trace.id = label.trace", []);
            asked.and("label.what = ?", what);
            asked.and("label.value = ?", value);
            "label CROSS JOIN trace"
        }
        None => "trace",
    };
    for (what, value) in named {
        let condition = "trace.id IN (SELECT trace FROM label WHERE what = ? AND value = ?)";
        asked.and_all(condition, [what.into(), value.into()]);
    }
    asked.and_some("kind = ?", filter.kind.as_deref());
    asked.and_some("name = ?", filter.name.as_deref());
    asked.and_some("service = ?", filter.service.as_deref());
    asked.and_some("status = ?", filter.status.as_ref().map(Status::as_str));
    if filter.open_only {
        asked.and_all("open > 0", []);
    }
    if filter.errors_only {
        asked.and_all("errors > 0", []);
    }
    asked.and_some("start >= ?", filter.since.map(|time| time.0));
    asked.and_some("start < ?", filter.until.map(|time| time.0));
    if let Some(after) = filter.after {
        asked.and_all("(start, id) < (?, ?)", [after.start.0.into(), after.row.into()]);
    }
    let select = format!("SELECT {TRACE_COLUMNS}, {TALLIED_COLUMNS} FROM {from}");
    let statement = asked.statement(&select, "ORDER BY start DESC, id DESC", limit.saturating_add(1));
    let mut states = connection.all(&statement, asked.params(), read_whole)?;
    let has_more = states.len() > limit;
    states.truncate(limit);
    let last = states.last().map(|(state, _)| TraceCursor { start: Timestamp(state.start), row: state.id });
    Ok(TracePage { traces: show(connection, states)?, next: last.filter(|_| has_more) })
}

/// How many traces started between these times.
pub(super) fn count(
    connection: &dyn Driver,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<TraceCounts, StoreError> {
    let (since, until) = (since.map_or(i64::MIN, |time| time.0), until.map_or(i64::MAX, |time| time.0));
    // Each is answered by an index of its own.
    let count = |condition: &str| {
        let statement = format!("SELECT count(*) FROM trace WHERE start >= ?1 AND start < ?2{condition}");
        Ok::<u64, StoreError>(unsigned(
            connection.first(&statement, params![since, until], |row| row.int(0))?.unwrap_or(0),
        ))
    };
    Ok(TraceCounts { traces: count("")?, failed: count(" AND errors > 0")?, open: count(" AND open > 0")? })
}

pub(super) fn trace(connection: &dyn Driver, trace_id: TraceId) -> Result<Option<TraceRow>, StoreError> {
    let statement = format!("SELECT {TRACE_COLUMNS}, {TALLIED_COLUMNS} FROM trace WHERE trace_id = ?1");
    let found = connection.first(&statement, params![trace_id.as_bytes()], read_whole)?;
    Ok(show(connection, found.into_iter().collect())?.pop())
}

fn read_whole(row: &dyn Row) -> Result<(TraceState, Tallied), StoreError> {
    Ok((read_trace(row)?, rows::read_tallied(row, 18)?))
}

pub(super) fn find(connection: &dyn Driver, lookup: &Lookup, limit: usize) -> Result<Vec<TraceRow>, StoreError> {
    let from_keys = |keys: &str| format!("id IN ({keys})");
    let labelled = || from_keys("SELECT trace FROM label WHERE what = ?1 AND value = ?2");
    let (low, high);
    let (condition, one, other): (String, Param<'_>, Param<'_>) = match lookup {
        Lookup::Trace(prefix) => {
            let Some(found) = bounds::<16>(prefix) else { return Ok(Vec::new()) };
            (low, high) = found;
            ("trace_id BETWEEN ?1 AND ?2".to_owned(), (&low).into(), (&high).into())
        }
        Lookup::Span(prefix) => {
            let Some(found) = bounds::<8>(prefix) else { return Ok(Vec::new()) };
            (low, high) = found;
            let keys = "SELECT trace FROM span_key WHERE span_id BETWEEN ?1 AND ?2 \
                        UNION SELECT trace FROM span_key_old WHERE span_id BETWEEN ?1 AND ?2";
            (from_keys(keys), (&low).into(), (&high).into())
        }
        Lookup::Session(value) => (labelled(), label_number(Label::Session).into(), value.into()),
        Lookup::Correlation(value) => (labelled(), label_number(Label::Correlation).into(), value.into()),
    };
    let statement = format!(
        "SELECT {TRACE_COLUMNS}, {TALLIED_COLUMNS} FROM trace WHERE {condition} ORDER BY start DESC, id DESC LIMIT ?3"
    );
    let states = connection.all(&statement, &[one, other, signed(limit as u64).into()], read_whole)?;
    show(connection, states)
}

/// The least and the greatest id that begin with these hex digits.
fn bounds<const N: usize>(prefix: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if prefix.is_empty() || prefix.len() > 2 * N {
        return None;
    }
    let digits: Vec<u8> = prefix.bytes().map(digit).collect::<Option<_>>()?;
    let fill = |missing: u8| {
        let nibble = |at: usize| digits.get(at).copied().unwrap_or(missing);
        (0..N).map(|at| (nibble(2 * at) << 4) | nibble(2 * at + 1)).collect()
    };
    Some((fill(0), fill(15)))
}

fn show(connection: &dyn Driver, states: Vec<(TraceState, Tallied)>) -> Result<Vec<TraceRow>, StoreError> {
    let names = Names::new(connection);
    let row = |(state, tallied): (TraceState, Tallied)| {
        let producer = state.shown.producer.map(|producer| names.get(producer)).transpose()?;
        Ok(TraceRow {
            trace_id: state.trace_id,
            start: Timestamp(state.start),
            last: Timestamp(state.last),
            head: state.head.map(|head| head.span),
            name: state.shown.name,
            kind: state.shown.kind,
            status: state.shown.status.as_deref().map(Status::parse),
            duration_nanos: state.shown.duration.map(unsigned),
            session_id: state.shown.session,
            service: state.shown.service,
            producer: producer.map(|producer| producer.name.to_string()),
            events: unsigned(state.events),
            spans: unsigned(state.share.spans),
            open_spans: unsigned(state.share.open),
            errors: unsigned(state.share.errors),
            input_tokens: unsigned(tallied.input_tokens),
            output_tokens: unsigned(tallied.output_tokens),
            cost: tallied.cost,
            unpriced: unsigned(tallied.unpriced),
            models: tallied.models,
            agents: tallied.agents,
            is_counted: tallied.is_counted,
        })
    };
    states.into_iter().map(row).collect()
}

pub(super) fn spans(connection: &dyn Driver, trace_id: TraceId) -> Result<Vec<SpanRow>, StoreError> {
    let Some(trace) = rows::load_trace(connection, trace_id)? else { return Ok(Vec::new()) };
    let names = Names::new(connection);
    let mut spans = Vec::new();
    for (span_id, state) in rows::load_spans(connection, trace.id)? {
        let producer = state.start.or(state.end).map(|place| names.get(place.producer)).transpose()?;
        let tokens = state.effective_tokens();
        let name = state.effective_name().map(str::to_owned);
        spans.push(SpanRow {
            span_id,
            parent_id: state.parent,
            is_point: !state.is_span,
            has_start: state.start.is_some(),
            name,
            status: state.status.as_deref().map(Status::parse),
            start: Timestamp(state.start.map_or(state.first, |place| place.time)),
            end: state.end.map(|place| Timestamp(place.time)),
            last: Timestamp(state.last),
            duration_nanos: state.duration.map(unsigned),
            producer: producer.map(|producer| producer.name.to_string()),
            input_tokens: tokens.input.map(unsigned),
            output_tokens: tokens.output.map(unsigned),
            kind: state.kind,
        });
    }
    spans.sort_by_key(|span: &SpanRow| (span.start, span.span_id));
    Ok(spans)
}

pub(super) fn events(connection: &dyn Driver, trace_id: TraceId) -> Result<Vec<StoredEvent>, StoreError> {
    let Some(trace) = rows::load_trace(connection, trace_id)? else { return Ok(Vec::new()) };
    let mut found = Vec::with_capacity(usize::try_from(trace.events).unwrap_or(0));
    read_events(connection, &rows::event_rows(connection, trace.id)?, &mut found)?;
    let key = |one: &StoredEvent, other: &StoredEvent| {
        let by_time = one.event.time.cmp(&other.event.time);
        by_time.then_with(|| one.producer.cmp(&other.producer)).then_with(|| one.event.seq.cmp(&other.event.seq))
    };
    found.sort_by(key);
    Ok(found)
}

pub(super) fn events_after(connection: &dyn Driver, id: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
    let end = pack::next_number(connection, Table::Event)?;
    let mut first = signed(id).saturating_add(1);
    let mut found = Vec::new();
    // Events that say nothing take no place in the answer.
    while first < end && found.len() < limit {
        let count = signed((limit - found.len()) as u64).min(end - first);
        read_events(connection, &Runs(vec![Run { first, count }]), &mut found)?;
        first += count;
    }
    Ok(found)
}

pub(super) fn losses(connection: &dyn Driver) -> Result<Vec<StoredEvent>, StoreError> {
    let rows: Runs =
        connection.all("SELECT event FROM loss ORDER BY event", &[], |row| row.int(0))?.into_iter().collect();
    let mut found = Vec::new();
    read_events(connection, &rows, &mut found)?;
    Ok(found)
}

pub(super) fn read_events(
    connection: &dyn Driver,
    events: &Runs,
    into: &mut Vec<StoredEvent>,
) -> Result<(), StoreError> {
    let names = Names::new(connection);
    for run in &events.0 {
        pack::each_of(connection, Table::Event, *run, |id, producer, json| {
            // A withheld event holds a place in its envelope and says nothing.
            if let Some(event) = derive::read_event(json)? {
                into.push(StoredEvent { id: unsigned(id), producer: names.get(producer)?.name, event });
            }
            Ok(())
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracewire_wire::id::SpanId;

    #[test]
    fn a_prefix_has_bounds_at_any_digit() {
        let text = |bytes: &[u8]| SpanId(bytes.try_into().unwrap()).to_string();
        for (prefix, low, high) in [
            ("a", "a000000000000000", "afffffffffffffff"),
            ("ab", "ab00000000000000", "abffffffffffffff"),
            ("0000000000000001", "0000000000000001", "0000000000000001"),
        ] {
            let bounds = bounds::<8>(prefix).unwrap();
            assert_eq!((text(&bounds.0), text(&bounds.1)), (low.to_owned(), high.to_owned()));
        }
        for bad in ["", "x", "00000000000000000", "é"] {
            assert_eq!(bounds::<8>(bad), None, "{bad}");
        }
    }
}
