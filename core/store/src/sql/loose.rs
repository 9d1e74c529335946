//! Events of no trace: found by their time and by what they name.

use super::derive::label_number;
use super::driver::{Driver, params};
use super::filter::Filter;
use super::query::read_events;
use super::signed;
use crate::error::StoreError;
use crate::labels::labels;
use crate::model::{LooseFilter, StoredEvent};
use crate::packed::{Run, Runs};
use tracewire_wire::event::Event;

/// Takes one in.
pub(super) fn keep(connection: &dyn Driver, row: i64, event: &Event) -> Result<(), StoreError> {
    let time = event.time.0;
    let mut loose = connection.prepare("INSERT INTO loose(time, event) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    loose.put(params![time, row])?;
    let mut label = connection
        .prepare("INSERT INTO loose_label(what, value, time, event) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?;
    for (what, value) in labels(event) {
        label.put(params![label_number(what), value, time, row])?;
    }
    Ok(())
}

/// Takes one back.
pub(super) fn drop(connection: &dyn Driver, row: i64, event: &Event) -> Result<(), StoreError> {
    let time = event.time.0;
    connection.execute("DELETE FROM loose WHERE time = ?1 AND event = ?2", params![time, row])?;
    for (what, value) in labels(event) {
        connection.execute(
            "DELETE FROM loose_label WHERE what = ?1 AND value = ?2 AND time = ?3 AND event = ?4",
            params![label_number(what), value, time, row],
        )?;
    }
    Ok(())
}

/// Those that fit, latest first.
pub(super) fn find(connection: &dyn Driver, filter: &LooseFilter) -> Result<Vec<StoredEvent>, StoreError> {
    let mut asked = Filter::default();
    let from = match &filter.label {
        Some((label, value)) => {
            asked.and("what = ?", label_number(*label));
            asked.and("value = ?", value.as_str());
            "loose_label"
        }
        None => "loose",
    };
    asked.and_some("time >= ?", filter.since.map(|time| time.0));
    asked.and_some("time <= ?", filter.until.map(|time| time.0));
    if let Some((time, id)) = filter.after {
        asked.and_all("(time, event) < (?, ?)", [time.0.into(), signed(id).into()]);
    }
    let statement =
        asked.statement(&format!("SELECT event FROM {from}"), "ORDER BY time DESC, event DESC", filter.limit);
    let rows = connection.all(&statement, asked.params(), |row| row.int(0))?;
    let mut found = Vec::with_capacity(rows.len());
    for first in rows {
        read_events(connection, &Runs(vec![Run { first, count: 1 }]), &mut found)?;
    }
    Ok(found)
}
