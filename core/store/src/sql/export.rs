//! Producers, envelopes byte for byte, forks, the ledger.

use super::content;
use super::driver::{Driver, Param, Row, params};
use super::pack::{self, Table};
use super::producer::{runs, state_number, state_of};
use super::{map_of, read_map, signed, unsigned};
use crate::error::StoreError;
use crate::model::{
    Cursor, Fork, LedgerEntry, ProducerFacts, ProducerRow, ProducerState, StoredContent, StoredEnvelope,
};
use std::collections::{BTreeMap, HashSet};
use tracewire_wire::content::Mark;
use tracewire_wire::envelope;
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

fn read_cursor(row: &dyn Row, at: usize) -> Result<Option<Cursor>, StoreError> {
    let Some(offset) = row.maybe_int(at)? else { return Ok(None) };
    Ok(Some(Cursor {
        offset: unsigned(offset),
        next_seq: unsigned(row.int(at + 1)?),
        prev: row.maybe_bytes(at + 2)?.map(Hash),
        last_time: row.maybe_int(at + 3)?.map(Timestamp),
    }))
}

pub(super) fn cursor(connection: &dyn Driver, producer: &str) -> Result<Option<Cursor>, StoreError> {
    let statement =
        "SELECT cursor_offset, cursor_next_seq, cursor_prev, cursor_last_time FROM producer WHERE name = ?1";
    Ok(connection.first(statement, params![producer], |row| read_cursor(row, 0))?.flatten())
}

pub(super) fn carried(connection: &dyn Driver, producer: &str) -> Result<HashSet<Hash>, StoreError> {
    let statement = "SELECT envelope.content FROM envelope JOIN producer ON producer.id = envelope.producer \
                     WHERE producer.name = ?1 AND fork = 0";
    let mut found = HashSet::new();
    for contents in connection.all(statement, params![producer], |row| runs(row.blob(0)?))? {
        content::each_hash(connection, &contents, |_, hash| _ = found.insert(hash))?;
    }
    Ok(found)
}

pub(super) fn producers_in(connection: &dyn Driver, state: ProducerState) -> Result<Vec<String>, StoreError> {
    let statement = "SELECT name FROM producer WHERE state = ?1 ORDER BY name";
    connection.all(statement, params![state_number(state)], |row| row.text(0))
}

pub(super) fn producers(connection: &dyn Driver) -> Result<Vec<ProducerRow>, StoreError> {
    let waiting: BTreeMap<i64, u64> = connection
        .all("SELECT producer, events FROM pending", &[], |row| {
            Ok((row.int(0)?, runs(row.blob(1)?)?.iter().count() as u64))
        })?
        .into_iter()
        .collect();
    let statement = "SELECT id, name, created, resource, origin, spec, seal, parent, predecessor, state, close, last_seq, head, \
         cursor_offset, cursor_next_seq, cursor_prev, cursor_last_time FROM producer ORDER BY name";
    let mut found = connection.all(statement, &[], |row| {
        let state = state_of(row.int(9)?);
        Ok(ProducerRow {
            name: row.text(1)?,
            facts: ProducerFacts {
                created: row.maybe_int(2)?.map(Timestamp),
                resource: read_map(row, 3)?,
                origin: read_map(row, 4)?,
                spec: row.maybe_text(5)?.unwrap_or_default(),
                seal: unsigned(row.maybe_int(6)?.unwrap_or(0)),
                parent: row.maybe_text(7)?,
                predecessor: row.maybe_text(8)?,
            },
            state,
            process_state: state,
            close: row.maybe_text(10)?,
            cursor: read_cursor(row, 13)?,
            last_seq: unsigned(row.int(11)?),
            head: row.maybe_bytes(12)?.map(Hash),
            pending: waiting.get(&row.int(0)?).copied().unwrap_or(0),
        })
    })?;
    tell_process_states(&mut found);
    Ok(found)
}

/// A process is what its last file says: closed by rotation means that it goes on, closed for it means that it died.
fn tell_process_states(producers: &mut [ProducerRow]) {
    let split = |name: &str| -> (String, u64) {
        let (process, number) = name.rsplit_once('-').unwrap_or((name, ""));
        (process.to_owned(), number.parse().unwrap_or(0))
    };
    let mut last: BTreeMap<String, (u64, ProducerState)> = BTreeMap::new();
    for producer in producers.iter() {
        let (process, number) = split(&producer.name);
        let state = match producer.close.as_deref() {
            Some("recovered") => ProducerState::Dead,
            // Its next file is not here yet.
            Some("rotated") => ProducerState::Unknown,
            _ => producer.state,
        };
        let known = last.entry(process).or_insert((number, state));
        if number >= known.0 {
            *known = (number, state);
        }
    }
    for producer in producers {
        if let Some((_, state)) = last.get(&split(&producer.name).0) {
            producer.process_state = *state;
        }
    }
}

pub(super) fn forks(connection: &dyn Driver) -> Result<Vec<Fork>, StoreError> {
    let statement = "SELECT producer.name, first_seq, digest FROM envelope JOIN producer ON producer.id = envelope.producer \
         WHERE fork <> 0 ORDER BY producer.name, first_seq, digest";
    connection.all(statement, &[], |row| {
        Ok(Fork { producer: row.text(0)?, first_seq: unsigned(row.int(1)?), digest: Hash(row.bytes(2)?) })
    })
}

pub(super) fn envelopes(
    connection: &dyn Driver,
    producer: &str,
    after: Option<(u64, Hash)>,
    limit: usize,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let statement = "SELECT first_seq, digest, fork, header, events, content FROM envelope \
         WHERE producer = (SELECT id FROM producer WHERE name = ?1) AND (first_seq, digest) > (?2, ?3) \
         ORDER BY first_seq, digest LIMIT ?4";
    let (first_seq, digest) = after.map_or((-1, Hash([0; 32])), |(first_seq, digest)| (signed(first_seq), digest));
    let params = params![producer, first_seq, digest.as_bytes(), signed(limit as u64)];
    read_envelopes(connection, producer, statement, params)
}

pub(super) fn envelopes_since(
    connection: &dyn Driver,
    after: u64,
    limit: usize,
) -> Result<Vec<(u64, StoredEnvelope)>, StoreError> {
    let statement = "SELECT first_seq, digest, fork, header, events, content, envelope.id, producer.name \
         FROM envelope JOIN producer ON producer.id = envelope.producer WHERE envelope.id > ?1 ORDER BY envelope.id LIMIT ?2";
    connection.all(statement, params![signed(after), signed(limit as u64)], |row| {
        Ok((unsigned(row.int(6)?), read_envelope(connection, &row.text(7)?, row)?))
    })
}

pub(super) fn envelopes_with(
    connection: &dyn Driver,
    producer: &str,
    seq: u64,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    // Envelopes of a chain do not overlap, so the last one that begins in time is the one; forks are few and all looked at.
    let statement = "SELECT first_seq, digest, fork, header, events, content \
         FROM envelope, (SELECT id AS whose FROM producer WHERE name = ?1) AS named \
         WHERE producer = whose AND fork = 0 AND last_seq >= ?2 AND first_seq = \
           (SELECT max(first_seq) FROM envelope WHERE producer = whose AND first_seq <= ?2 AND fork = 0) \
         UNION ALL SELECT first_seq, digest, fork, header, events, content FROM envelope \
         WHERE producer = (SELECT id FROM producer WHERE name = ?1) AND fork <> 0 AND first_seq <= ?2 AND last_seq >= ?2";
    read_envelopes(connection, producer, statement, params![producer, signed(seq)])
}

fn read_envelopes(
    connection: &dyn Driver,
    producer: &str,
    statement: &str,
    params: &[Param<'_>],
) -> Result<Vec<StoredEnvelope>, StoreError> {
    connection.all(statement, params, |row| read_envelope(connection, producer, row))
}

/// Reads the columns first_seq, digest, fork, header, events, content.
fn read_envelope(connection: &dyn Driver, producer: &str, row: &dyn Row) -> Result<StoredEnvelope, StoreError> {
    let digest = Hash(row.bytes(1)?);
    let bytes = assemble(connection, &map_of(row.blob(3)?)?, row.blob(4)?, row.blob(5)?, &digest)?;
    let first_seq = unsigned(row.int(0)?);
    Ok(StoredEnvelope { producer: producer.to_owned(), first_seq, digest, is_fork: row.flag(2)?, bytes })
}

/// An envelope's canonical bytes from its parts.
fn assemble(
    connection: &dyn Driver,
    header: &Map,
    events: &[u8],
    content: &[u8],
    digest: &Hash,
) -> Result<Vec<u8>, StoreError> {
    let mut event_bytes: Vec<Vec<u8>> = Vec::new();
    for run in runs(events)?.0 {
        pack::each_of(connection, Table::Event, run, |_, _, json| {
            event_bytes.push(json.to_vec());
            Ok(())
        })?;
    }
    let mut contents = BTreeMap::new();
    content::each_of(connection, &runs(content)?, |hash, content| {
        contents.insert(hash, content);
        Ok(())
    })?;
    let event_slices: Vec<&[u8]> = event_bytes.iter().map(Vec::as_slice).collect();
    let plain: Option<Vec<(Hash, &[u8])>> = contents
        .iter()
        .map(|(hash, content)| match content {
            StoredContent::Value { json, members } if members.is_empty() => Some((*hash, json.as_slice())),
            _ => None,
        })
        .collect();
    if let Some(plain) = plain {
        return Ok(envelope::assemble(header, &event_slices, &plain, digest));
    }
    // Marks and further members are rare: go through the value.
    let mut members = header.clone();
    let read = |bytes: &[u8]| json::read(bytes, &ReadOptions::default());
    let events = event_slices.iter().map(|bytes| read(bytes)).collect::<Result<_, _>>()?;
    let content = contents.iter().map(|(hash, content)| Ok((hash.to_string(), content_member(hash, content)?)));
    members.insert("content".to_owned(), Value::Map(content.collect::<Result<Map, StoreError>>()?));
    members.insert("digest".to_owned(), Value::Text(digest.to_string()));
    members.insert("events".to_owned(), Value::List(events));
    Ok(json::write(&Value::Map(members)))
}

fn content_member(hash: &Hash, content: &StoredContent) -> Result<Value, StoreError> {
    Ok(match content {
        StoredContent::Value { json, members } => {
            let mut member = members.clone();
            member.insert("value".to_owned(), json::read(json, &ReadOptions::default())?);
            Value::Map(member)
        }
        StoredContent::Erased => Mark::Erased(*hash).to_value(),
        StoredContent::Withheld => Mark::Withheld(*hash).to_value(),
    })
}

pub(super) fn ledger(connection: &dyn Driver, after: u64, limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
    let statement = "SELECT number, producer.name, ledger.last_seq, ledger.head, prev, hash \
         FROM ledger JOIN producer ON producer.id = ledger.producer WHERE number > ?1 ORDER BY number LIMIT ?2";
    connection.all(statement, params![signed(after), signed(limit as u64)], |row| {
        Ok(LedgerEntry {
            number: unsigned(row.int(0)?),
            producer: row.text(1)?,
            last_seq: unsigned(row.int(2)?),
            head: Hash(row.bytes(3)?),
            prev: row.maybe_bytes(4)?.map(Hash),
            hash: Hash(row.bytes(5)?),
        })
    })
}
