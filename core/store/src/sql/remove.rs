//! What goes again: traces that somebody deletes, what is too old, content that nothing names any more.
//!
//! An event that goes leaves its digest, so every envelope still verifies (spec section 8). A trace that was deleted by
//! its id stays away: what comes of it later is withheld too, or the next copy of an envelope would bring it back.

use super::derive::{self, label_number, read_event};
use super::driver::{Driver, params};
use super::pack::{self, Table};
use super::rows::{event_rows, load_trace};
use super::{content, loose, signed, tally, unsigned};
use crate::error::StoreError;
use crate::labels::labels;
use crate::model::Removed;
use crate::packed::{Run, Runs};
use std::collections::{BTreeSet, HashMap, HashSet};
use tracewire_wire::content::Mark;
use tracewire_wire::event::{Event, EventType};
use tracewire_wire::id::TraceId;
use tracewire_wire::json;
use tracewire_wire::time::Timestamp;

/// What stands for an event that is gone.
pub(super) fn mark_of(event: &Event) -> Vec<u8> {
    json::write(&Mark::Withheld(event.digest()).to_value())
}

/// Takes traces out. Those that go for good do not come back.
pub(super) fn traces(
    connection: &dyn Driver,
    ids: &[TraceId],
    for_good: Option<Timestamp>,
) -> Result<Removed, StoreError> {
    let mut removed = Removed::default();
    for trace_id in ids {
        if let Some(now) = for_good {
            connection.execute(
                "INSERT INTO removed(trace_id, time) VALUES (?1, ?2) ON CONFLICT (trace_id) DO UPDATE SET time = excluded.time",
                params![trace_id.as_bytes(), now.0],
            )?;
        }
        let Some(trace) = load_trace(connection, *trace_id)? else { continue };
        let events = event_rows(connection, trace.id)?;
        let mut labelled = BTreeSet::new();
        removed.events += withhold(connection, &events, |_, event| {
            labelled.extend(labels(event).map(|(label, value)| (label_number(label), value.to_owned())));
            Ok(())
        })?;
        for (what, value) in labelled {
            let statement = "DELETE FROM label WHERE what = ?1 AND value = ?2 AND trace = ?3";
            connection.execute(statement, params![what, &value, trace.id])?;
        }
        derive::forget_spans(connection, trace.id)?;
        connection.execute("DELETE FROM trace_event WHERE trace = ?1", params![trace.id])?;
        connection.execute("DELETE FROM trace WHERE id = ?1", params![trace.id])?;
        tally::forget(connection, trace.id)?;
        removed.traces += 1;
    }
    Ok(removed)
}

/// Takes out traces whose last event is older than `before`, oldest first, and events of no trace, at most `limit` of both.
pub(super) fn older(connection: &dyn Driver, before: Timestamp, limit: u64) -> Result<Removed, StoreError> {
    let limit = signed(limit);
    let statement = "SELECT trace_id FROM trace WHERE last < ?1 ORDER BY last, start, id LIMIT ?2";
    let ids = connection.all(statement, params![before.0, limit], |row| Ok(TraceId(row.bytes(0)?)))?;
    let mut removed = traces(connection, &ids, None)?;
    let statement = "SELECT event FROM loose WHERE time < ?1 ORDER BY time, event LIMIT ?2";
    let mut events = connection.all(statement, params![before.0, limit], |row| row.int(0))?;
    events.sort_unstable();
    let events: Runs = events.into_iter().collect();
    removed.events += withhold(connection, &events, |row, event| loose::drop(connection, row, event))?;
    Ok(removed)
}

/// Puts marks in the place of events, and hands each event to `each` before.
fn withhold(
    connection: &dyn Driver,
    events: &Runs,
    mut each: impl FnMut(i64, &Event) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    let mut count = 0;
    let mut losses = Vec::new();
    for run in &events.0 {
        pack::edit(connection, Table::Event, Run { ..*run }, |row, json| {
            let Some(event) = read_event(json)? else { return Ok(None) };
            each(row, &event)?;
            if event.event_type == EventType::Loss {
                losses.push(row);
            }
            count += 1;
            Ok(Some(mark_of(&event)))
        })?;
    }
    for row in losses {
        connection.execute("DELETE FROM loss WHERE event = ?1", params![row])?;
    }
    Ok(count)
}

/// Which traces went for good, asked while events come in.
pub(super) struct Gone<'c> {
    connection: &'c dyn Driver,
    /// Nothing was ever deleted: nothing is asked.
    is_empty: bool,
    known: HashMap<TraceId, bool>,
}

impl<'c> Gone<'c> {
    pub(super) fn new(connection: &'c dyn Driver) -> Result<Self, StoreError> {
        let is_empty = connection.first("SELECT 1 FROM removed LIMIT 1", &[], |row| row.int(0))?.is_none();
        Ok(Gone { connection, is_empty, known: HashMap::new() })
    }

    pub(super) fn has(&mut self, trace_id: Option<TraceId>) -> Result<bool, StoreError> {
        let Some(trace_id) = trace_id.filter(|_| !self.is_empty) else { return Ok(false) };
        if let Some(is_gone) = self.known.get(&trace_id) {
            return Ok(*is_gone);
        }
        let statement = "SELECT 1 FROM removed WHERE trace_id = ?1";
        let is_gone = self.connection.first(statement, params![trace_id.as_bytes()], |row| row.int(0))?.is_some();
        self.known.insert(trace_id, is_gone);
        Ok(is_gone)
    }
}

/// Finds out which content is named: by events, and by content that is named.
///
/// Hashes are known by their beginnings: two that begin alike keep each other, which does no harm.
#[derive(Default)]
pub(super) struct Named {
    found: HashSet<u64>,
    /// What each content names that names something.
    names: HashMap<u64, Vec<u64>>,
    next_event: i64,
    next_content: i64,
}

impl Named {
    /// Looks at what came since it last looked. Content that came since the first time counts as named: what names it may
    /// still be on its way.
    pub(super) fn look(&mut self, connection: &dyn Driver) -> Result<(), StoreError> {
        let is_first = self.next_event == 0;
        let mut roots = Vec::new();
        let behind =
            |table: &str| format!("SELECT id, count, lengths, items FROM {table} WHERE id + count > ?1 ORDER BY id");
        connection.prepare(&behind("event"))?.query(params![self.next_event], &mut |row| {
            self.next_event = row.int(0)?.saturating_add(row.int(1)?);
            gather(row.blob(3)?, &mut roots);
            Ok(true)
        })?;
        connection.prepare(&behind("content"))?.query(params![self.next_content], &mut |row| {
            self.next_content = row.int(0)?.saturating_add(row.int(1)?);
            for item in pack::split(row.blob(2)?, row.blob(3)?)? {
                let Some(beginning) = content::beginning_of(item)? else { continue };
                let mut names = Vec::new();
                gather(item, &mut names);
                if !is_first {
                    roots.push(beginning);
                }
                if !names.is_empty() {
                    self.names.insert(beginning, names);
                }
            }
            Ok(true)
        })?;
        while let Some(root) = roots.pop() {
            if self.found.insert(root)
                && let Some(names) = self.names.get(&root)
            {
                roots.extend(names);
            }
        }
        Ok(())
    }
}

/// Every `sha256:`, by its first sixteen digits.
fn gather(bytes: &[u8], into: &mut Vec<u64>) {
    const PREFIX: &[u8] = b"sha256:";
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b's') {
        rest = rest.get(at..).unwrap_or_default();
        let digits = rest.strip_prefix(PREFIX).and_then(|digits| digits.first_chunk::<16>());
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        into.extend(digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()));
        rest = rest.get(1..).unwrap_or_default();
    }
}

/// Takes values away that nothing names, from some rows behind `after`. Gives the last row it looked at, `None` behind the
/// last one, and adds to `removed`.
pub(super) fn unused(
    connection: &dyn Driver,
    after: i64,
    named: &Named,
    removed: &mut Removed,
) -> Result<Option<i64>, StoreError> {
    let rows =
        connection.all("SELECT id, count FROM content WHERE id > ?1 ORDER BY id LIMIT 200", params![after], |row| {
            Ok(Run { first: row.int(0)?, count: row.int(1)? })
        })?;
    let last = rows.last().map(|run| run.first);
    for run in rows {
        pack::edit(connection, Table::Content, run, |_, item| {
            let emptied = content::emptied_unless(item, |beginning| named.found.contains(&beginning))?;
            if let Some(emptied) = &emptied {
                removed.contents += 1;
                removed.bytes += unsigned(item.len() as i64 - emptied.len() as i64);
            }
            Ok(emptied)
        })?;
    }
    Ok(last)
}
