//! What was last: traces by their last event, sessions. Searching starts from here.

use super::derive::label_number;
use super::{signed, unsigned};
use crate::error::StoreError;
use crate::model::{Activity, ActivityFilter, Label, SessionRow};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
use tracewire_wire::id::TraceId;
use tracewire_wire::time::Timestamp;

/// Length of a list where the caller names none.
const DEFAULT_LIMIT: usize = 50;

pub(super) fn limit_of(limit: usize) -> Sql {
    Sql::from(signed(if limit == 0 { DEFAULT_LIMIT } else { limit } as u64))
}

pub(super) fn activity(connection: &Connection, filter: &ActivityFilter) -> Result<Vec<Activity>, StoreError> {
    let mut conditions = vec!["1"];
    let mut values: Vec<Sql> = Vec::new();
    let mut labels = filter.labels.iter();
    let from = match labels.next() {
        // Few traces have one label: start from them.
        Some((label, value)) => {
            conditions.push("label.what = ? AND label.value = ?");
            values.extend([Sql::from(label_number(*label)), Sql::from(value.clone())]);
            "label CROSS JOIN trace ON trace.id = label.trace"
        }
        None => "trace",
    };
    for (label, value) in labels {
        conditions.push("trace.id IN (SELECT trace FROM label WHERE what = ? AND value = ?)");
        values.extend([Sql::from(label_number(*label)), Sql::from(value.clone())]);
    }
    if filter.errors_only {
        conditions.push("errors > 0");
    }
    if let Some(since) = filter.since {
        conditions.push("last >= ?");
        values.push(Sql::from(since.0));
    }
    if let Some(until) = filter.until {
        conditions.push("start <= ?");
        values.push(Sql::from(until.0));
    }
    if let Some(after) = filter.after {
        conditions.push("(last, start, id) < (?, ?, ?)");
        values.extend([Sql::from(after.last.0), Sql::from(after.start.0), Sql::from(after.row)]);
    }
    values.push(limit_of(filter.limit));
    let condition = conditions.join(" AND ");
    let mut statement = connection.prepare_cached(&format!(
        "SELECT trace_id, start, last, id FROM {from} WHERE {condition} ORDER BY last DESC, start DESC, id DESC LIMIT ?"
    ))?;
    let read = |row: &Row<'_>| {
        Ok(Activity {
            trace_id: TraceId(row.get(0)?),
            start: Timestamp(row.get(1)?),
            last: Timestamp(row.get(2)?),
            row: row.get(3)?,
        })
    };
    let rows = statement.query_map(params_from_iter(values), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn service(connection: &Connection, producer: &str) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT service FROM producer WHERE name = ?1")?;
    Ok(statement.query_row([producer], |row| row.get(0)).optional()?.flatten())
}

pub(super) fn sessions(connection: &Connection, limit: usize) -> Result<Vec<SessionRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT value, count(*), sum(spans), sum(open), sum(errors), sum(input_tokens), sum(output_tokens), min(start), \
         max(last) FROM label CROSS JOIN trace ON trace.id = label.trace WHERE what = ?1 GROUP BY value \
         ORDER BY max(last) DESC, value LIMIT ?2",
    )?;
    let read = |row: &Row<'_>| {
        Ok(SessionRow {
            session_id: row.get(0)?,
            traces: unsigned(row.get(1)?),
            spans: unsigned(row.get(2)?),
            open_spans: unsigned(row.get(3)?),
            errors: unsigned(row.get(4)?),
            input_tokens: unsigned(row.get(5)?),
            output_tokens: unsigned(row.get(6)?),
            start: Timestamp(row.get(7)?),
            last: Timestamp(row.get(8)?),
        })
    };
    let rows = statement.query_map(params![label_number(Label::Session), limit_of(limit)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
