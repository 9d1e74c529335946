//! Events of no trace: found by their time and by what they name.

use super::derive::label_number;
use super::query::read_events;
use super::recent::limit_of;
use super::signed;
use crate::error::StoreError;
use crate::labels::labels;
use crate::model::{LooseFilter, StoredEvent};
use crate::packed::{Run, Runs};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params, params_from_iter};
use tracewire_wire::event::Event;

/// Takes one in.
pub(super) fn keep(connection: &Connection, row: i64, event: &Event) -> Result<(), StoreError> {
    let time = event.time.0;
    connection.prepare_cached("INSERT OR IGNORE INTO loose(time, event) VALUES (?1, ?2)")?.execute([time, row])?;
    let mut label = connection
        .prepare_cached("INSERT OR IGNORE INTO loose_label(what, value, time, event) VALUES (?1, ?2, ?3, ?4)")?;
    for (what, value) in labels(event) {
        label.execute(params![label_number(what), value, time, row])?;
    }
    Ok(())
}

/// Takes one back.
pub(super) fn drop(connection: &Connection, row: i64, event: &Event) -> Result<(), StoreError> {
    let time = event.time.0;
    connection.execute("DELETE FROM loose WHERE time = ?1 AND event = ?2", [time, row])?;
    for (what, value) in labels(event) {
        connection.execute(
            "DELETE FROM loose_label WHERE what = ?1 AND value = ?2 AND time = ?3 AND event = ?4",
            params![label_number(what), value, time, row],
        )?;
    }
    Ok(())
}

/// Those that fit, latest first.
pub(super) fn find(connection: &Connection, filter: &LooseFilter) -> Result<Vec<StoredEvent>, StoreError> {
    let mut conditions = vec!["1"];
    let mut values: Vec<Sql> = Vec::new();
    let from = match &filter.label {
        Some((label, value)) => {
            conditions.push("what = ? AND value = ?");
            values.extend([Sql::from(label_number(*label)), Sql::from(value.clone())]);
            "loose_label"
        }
        None => "loose",
    };
    if let Some(since) = filter.since {
        conditions.push("time >= ?");
        values.push(Sql::from(since.0));
    }
    if let Some(until) = filter.until {
        conditions.push("time <= ?");
        values.push(Sql::from(until.0));
    }
    if let Some((time, id)) = filter.after {
        conditions.push("(time, event) < (?, ?)");
        values.extend([Sql::from(time.0), Sql::from(signed(id))]);
    }
    values.push(limit_of(filter.limit));
    let condition = conditions.join(" AND ");
    let mut statement = connection.prepare_cached(&format!(
        "SELECT event FROM {from} WHERE {condition} ORDER BY time DESC, event DESC LIMIT ?"
    ))?;
    let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
    let rows: Vec<i64> = rows.collect::<Result<_, _>>()?;
    let mut found = Vec::with_capacity(rows.len());
    for first in rows {
        read_events(connection, &Runs(vec![Run { first, count: 1 }]), &mut found)?;
    }
    Ok(found)
}
