//! Tables, and how a database of an earlier version becomes one of this version.
//!
//! Step 1 holds facts: what was received. The steps after it hold what follows from facts, for queries; it can be made
//! anew at any time ([`crate::sql::rebuild`]), so a later version that derives more only needs such a step.

use crate::error::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::Path;

/// `PRAGMA application_id` of our databases: "TWST".
const APPLICATION_ID: i64 = 0x5457_5354;

/// How a database goes from one version to the next.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// Statements.
    Sql(&'static str),
    /// Statements, then everything that follows from facts anew.
    Derive(&'static str),
}

/// A database of version n has been through the first n steps. Published steps never change.
pub(super) const STEPS: &[Step] = &[
    Step::Sql(FACTS),
    Step::Derive(DERIVED),
    Step::Derive(SEARCHED),
    Step::Sql(FORKED),
    Step::Sql(TALLIED),
    Step::Sql(SIGNED),
];

const FACTS: &str = "
CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- One row a producer. head and last_seq: its last envelope. cursor_…: where sealing of its journal goes on.
CREATE TABLE producer(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, service TEXT,
  created INTEGER, resource BLOB, origin BLOB, spec TEXT, seal INTEGER, parent TEXT, predecessor TEXT,
  state INTEGER NOT NULL DEFAULT 3, close TEXT, last_seq INTEGER NOT NULL DEFAULT 0, head BLOB,
  cursor_offset INTEGER, cursor_next_seq INTEGER, cursor_prev BLOB, cursor_last_time INTEGER);

-- header: canonical JSON of the members but events, content and digest. events, content: packed row numbers.
CREATE TABLE envelope(
  id INTEGER PRIMARY KEY, producer INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  digest BLOB NOT NULL, fork INTEGER NOT NULL, header BLOB NOT NULL, events BLOB NOT NULL, content BLOB NOT NULL);
CREATE INDEX envelope_by_seq ON envelope(producer, first_seq);
CREATE INDEX envelope_fork ON envelope(producer, first_seq) WHERE fork;

-- Events behind the last boundary: rows of event that no envelope names yet.
CREATE TABLE pending(producer INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, events BLOB NOT NULL);

-- Events id, id + 1, … of one producer (owner): canonical JSON, several in a row.
CREATE TABLE event(
  id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, count INTEGER NOT NULL, lengths BLOB NOT NULL, items BLOB NOT NULL);

-- Content id, id + 1, …: several in a row.
CREATE TABLE content(
  id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, count INTEGER NOT NULL, lengths BLOB NOT NULL, items BLOB NOT NULL);

-- Content by the first 63 bits of its hash; where that is taken by another hash, by the next free number. New keys go to
-- the small table, which is emptied into the large one in order: few pages change with each batch that way.
CREATE TABLE content_key(key INTEGER PRIMARY KEY, content INTEGER NOT NULL);
CREATE TABLE content_key_old(key INTEGER PRIMARY KEY, content INTEGER NOT NULL);

CREATE TABLE ledger(
  number INTEGER PRIMARY KEY, producer INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  head BLOB NOT NULL, prev BLOB, hash BLOB NOT NULL);
";

const DERIVED: &str = "
-- head: the span that gives name, kind, status, service and session.
CREATE TABLE trace(
  id INTEGER PRIMARY KEY, trace_id BLOB NOT NULL UNIQUE, start INTEGER NOT NULL, last INTEGER NOT NULL,
  events INTEGER NOT NULL, spans INTEGER NOT NULL, open INTEGER NOT NULL, errors INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
  head BLOB, head_rank INTEGER, head_start INTEGER,
  name TEXT, kind TEXT, status TEXT, duration INTEGER, session TEXT, service TEXT, producer INTEGER);
CREATE INDEX trace_by_start ON trace(start);
CREATE INDEX trace_by_service ON trace(service, start);
CREATE INDEX trace_by_status ON trace(status, start);
CREATE INDEX trace_with_errors ON trace(start) WHERE errors > 0;
CREATE INDEX trace_open ON trace(start) WHERE open > 0;

-- Which events are a trace's: runs of rows of event.
CREATE TABLE trace_event(trace INTEGER, event INTEGER, count INTEGER NOT NULL, PRIMARY KEY(trace, event)) WITHOUT ROWID;

-- first and last are left out where they are start and end.
CREATE TABLE span(
  trace INTEGER, span_id BLOB, is_span INTEGER NOT NULL, first INTEGER, last INTEGER,
  start INTEGER, start_producer INTEGER, start_seq INTEGER, parent BLOB, kind TEXT, name TEXT, session TEXT,
  end INTEGER, end_producer INTEGER, end_seq INTEGER, status TEXT, duration INTEGER,
  input_tokens INTEGER, output_tokens INTEGER,
  late_name TEXT, late_name_time INTEGER, late_name_producer INTEGER, late_name_seq INTEGER,
  late_input INTEGER, late_output INTEGER, late_tokens_time INTEGER, late_tokens_producer INTEGER, late_tokens_seq INTEGER,
  PRIMARY KEY(trace, span_id)) WITHOUT ROWID;

-- Traces by the id of a span, in two tables as for content.
CREATE TABLE span_key(span_id BLOB, trace INTEGER, PRIMARY KEY(span_id, trace)) WITHOUT ROWID;
CREATE TABLE span_key_old(span_id BLOB, trace INTEGER, PRIMARY KEY(span_id, trace)) WITHOUT ROWID;

-- Traces by what their events name. what: 1 session, 2 correlation id.
CREATE TABLE label(what INTEGER, value TEXT, trace INTEGER, PRIMARY KEY(what, value, trace)) WITHOUT ROWID;

CREATE TABLE loss(event INTEGER PRIMARY KEY);
";

const SEARCHED: &str = "
-- label.what: 3 an agent's id or name.
CREATE INDEX trace_by_last ON trace(last, start);

-- Events of no trace by time, and by what they name (what: as in label).
CREATE TABLE loose(time INTEGER, event INTEGER, PRIMARY KEY(time, event)) WITHOUT ROWID;
CREATE TABLE loose_label(
  what INTEGER, value TEXT, time INTEGER, event INTEGER, PRIMARY KEY(what, value, time, event)) WITHOUT ROWID;
";

const FORKED: &str = "
-- Found by a comparison that every engine understands.
DROP INDEX IF EXISTS envelope_fork;
CREATE INDEX IF NOT EXISTS envelope_forked ON envelope(producer, first_seq) WHERE fork <> 0;
";

const TALLIED: &str = "
-- Written by tallies alone. cost: canonical JSON, amounts by currency. models, agents: canonical JSON lists.
-- stale: 1 the trace changed since its tally, 2 the same for who has prices. label.what: 4 a model, 5 an agent that took part.
ALTER TABLE trace ADD COLUMN cost BLOB;
ALTER TABLE trace ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trace ADD COLUMN models BLOB;
ALTER TABLE trace ADD COLUMN agents BLOB;
ALTER TABLE trace ADD COLUMN stale INTEGER NOT NULL DEFAULT 1;
CREATE INDEX trace_stale ON trace(stale, id) WHERE stale <> 0;

-- What a trace added to buckets, packed, and by which prices.
CREATE TABLE tally(trace INTEGER PRIMARY KEY, prices TEXT, shares BLOB NOT NULL);

-- What numbers are kept apart by; key: a canonical JSON list.
CREATE TABLE series(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);

-- Sums of a series. size: 0 a minute, 1 an hour. totals: packed.
CREATE TABLE bucket(
  size INTEGER, start INTEGER, series INTEGER, totals BLOB NOT NULL, PRIMARY KEY(size, start, series)) WITHOUT ROWID;

-- Traces that were deleted, and when.
CREATE TABLE removed(trace_id BLOB PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;
";

const SIGNED: &str = "
-- Statements of whoever signs, also of producers that are not here. hash: SHA-256 of body, which is canonical JSON.
CREATE TABLE IF NOT EXISTS signed_head(hash BLOB PRIMARY KEY, producer TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS signed_head_by_producer ON signed_head(producer, hash);
";

/// Refuses what is not ours or is newer, before anything is changed.
pub(super) fn check(connection: &Connection, path: &Path, steps: &[Step]) -> Result<(), StoreError> {
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let found = version(connection)?;
    let application_id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application_id != APPLICATION_ID && (application_id != 0 || tables > 0) {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    if found > known {
        return Err(StoreError::NewerVersion { path: path.to_owned(), found, known });
    }
    Ok(())
}

/// Brings a database to this version; a new one gets its tables.
pub(super) fn migrate(connection: &mut Connection, path: &Path, steps: &[Step]) -> Result<(), StoreError> {
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    if version(connection)? == known {
        return Ok(());
    }
    // Two processes may come here at once; the second one finds the work done.
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    check(&transaction, path, steps)?;
    let done = usize::try_from(version(&transaction)?).unwrap_or(usize::MAX);
    let mut is_derived_stale = false;
    for step in steps.iter().skip(done) {
        let (Step::Sql(statements) | Step::Derive(statements)) = step;
        transaction.execute_batch(statements)?;
        is_derived_stale |= matches!(step, Step::Derive(_));
    }
    // Once, and behind the last step: what is derived today needs the tables of today.
    if is_derived_stale {
        crate::sql::rebuild(&*transaction)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

pub(super) fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
