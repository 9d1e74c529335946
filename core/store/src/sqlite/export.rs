//! Producers, envelopes byte for byte, forks, the ledger.

use super::content;
use super::pack::{self, Table};
use super::producer::{runs, state_number, state_of};
use super::{map_of, read_map, signed, unsigned};
use crate::error::StoreError;
use crate::model::{
    Cursor, Fork, LedgerEntry, ProducerFacts, ProducerRow, ProducerState, StoredContent, StoredEnvelope,
};
use rusqlite::{Connection, OptionalExtension as _, Row, Rows, params};
use std::collections::{BTreeMap, HashSet};
use tracewire_wire::content::Mark;
use tracewire_wire::envelope;
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

fn read_cursor(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Cursor>> {
    let Some(offset) = row.get::<_, Option<i64>>(at)? else { return Ok(None) };
    Ok(Some(Cursor {
        offset: unsigned(offset),
        next_seq: unsigned(row.get(at + 1)?),
        prev: row.get::<_, Option<[u8; 32]>>(at + 2)?.map(Hash),
        last_time: row.get::<_, Option<i64>>(at + 3)?.map(Timestamp),
    }))
}

pub(super) fn cursor(connection: &Connection, producer: &str) -> Result<Option<Cursor>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT cursor_offset, cursor_next_seq, cursor_prev, cursor_last_time FROM producer WHERE name = ?1",
    )?;
    Ok(statement.query_row([producer], |row| read_cursor(row, 0)).optional()?.flatten())
}

pub(super) fn carried(connection: &Connection, producer: &str) -> Result<HashSet<Hash>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT envelope.content FROM envelope JOIN producer ON producer.id = envelope.producer WHERE producer.name = ?1 AND NOT fork",
    )?;
    let mut rows = statement.query([producer])?;
    let mut found = HashSet::new();
    while let Some(row) = rows.next()? {
        content::each_hash(connection, &runs(row.get_ref(0)?.as_blob()?)?, |_, hash| _ = found.insert(hash))?;
    }
    Ok(found)
}

pub(super) fn producers_in(connection: &Connection, state: ProducerState) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT name FROM producer WHERE state = ?1 ORDER BY name")?;
    let rows = statement.query_map([state_number(state)], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn producers(connection: &Connection) -> Result<Vec<ProducerRow>, StoreError> {
    let mut waiting: BTreeMap<i64, u64> = BTreeMap::new();
    let mut statement = connection.prepare_cached("SELECT producer, events FROM pending")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let count = runs(row.get_ref(1)?.as_blob()?)?.iter().count() as u64;
        waiting.insert(row.get(0)?, count);
    }
    let mut statement = connection.prepare_cached(
        "SELECT id, name, created, resource, origin, spec, seal, parent, predecessor, state, close, last_seq, head, \
         cursor_offset, cursor_next_seq, cursor_prev, cursor_last_time FROM producer ORDER BY name",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let state = state_of(row.get(9)?);
        found.push(ProducerRow {
            name: row.get(1)?,
            facts: ProducerFacts {
                created: row.get::<_, Option<i64>>(2)?.map(Timestamp),
                resource: read_map(row, 3)?,
                origin: read_map(row, 4)?,
                spec: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
                seal: unsigned(row.get::<_, Option<i64>>(6)?.unwrap_or(0)),
                parent: row.get(7)?,
                predecessor: row.get(8)?,
            },
            state,
            process_state: state,
            close: row.get(10)?,
            cursor: read_cursor(row, 13)?,
            last_seq: unsigned(row.get(11)?),
            head: row.get::<_, Option<[u8; 32]>>(12)?.map(Hash),
            pending: waiting.get(&row.get(0)?).copied().unwrap_or(0),
        });
    }
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

pub(super) fn forks(connection: &Connection) -> Result<Vec<Fork>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT producer.name, first_seq, digest FROM envelope JOIN producer ON producer.id = envelope.producer \
         WHERE fork ORDER BY producer.name, first_seq, digest",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Fork { producer: row.get(0)?, first_seq: unsigned(row.get(1)?), digest: Hash(row.get(2)?) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn envelopes(
    connection: &Connection,
    producer: &str,
    after: Option<(u64, Hash)>,
    limit: usize,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT first_seq, digest, fork, header, events, content FROM envelope \
         WHERE producer = (SELECT id FROM producer WHERE name = ?1) AND (first_seq, digest) > (?2, ?3) \
         ORDER BY first_seq, digest LIMIT ?4",
    )?;
    let (first_seq, digest) = after.map_or((-1, Hash([0; 32])), |(first_seq, digest)| (signed(first_seq), digest));
    let rows = statement.query(params![producer, first_seq, digest.as_bytes(), signed(limit as u64)])?;
    read_envelopes(connection, producer, rows)
}

pub(super) fn envelopes_with(
    connection: &Connection,
    producer: &str,
    seq: u64,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    // Envelopes of a chain do not overlap, so the last one that begins in time is the one; forks are few and all looked at.
    let mut statement = connection.prepare_cached(
        "SELECT first_seq, digest, fork, header, events, content FROM envelope, (SELECT id AS of FROM producer WHERE name = ?1) \
         WHERE producer = of AND NOT fork AND last_seq >= ?2 AND first_seq = \
           (SELECT max(first_seq) FROM envelope WHERE producer = of AND first_seq <= ?2 AND NOT fork) \
         UNION ALL SELECT first_seq, digest, fork, header, events, content FROM envelope \
         WHERE producer = (SELECT id FROM producer WHERE name = ?1) AND fork AND first_seq <= ?2 AND last_seq >= ?2",
    )?;
    let rows = statement.query(params![producer, signed(seq)])?;
    read_envelopes(connection, producer, rows)
}

fn read_envelopes(
    connection: &Connection,
    producer: &str,
    mut rows: Rows<'_>,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let digest = Hash(row.get(1)?);
        let bytes = assemble(
            connection,
            &map_of(row.get_ref(3)?.as_blob()?)?,
            row.get_ref(4)?.as_blob()?,
            row.get_ref(5)?.as_blob()?,
            &digest,
        )?;
        let first_seq = unsigned(row.get(0)?);
        found.push(StoredEnvelope { producer: producer.to_owned(), first_seq, digest, is_fork: row.get(2)?, bytes });
    }
    Ok(found)
}

/// An envelope's canonical bytes from its parts.
fn assemble(
    connection: &Connection,
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

pub(super) fn ledger(connection: &Connection, after: u64, limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, producer.name, ledger.last_seq, ledger.head, prev, hash \
         FROM ledger JOIN producer ON producer.id = ledger.producer WHERE number > ?1 ORDER BY number LIMIT ?2",
    )?;
    let rows = statement.query_map([signed(after), signed(limit as u64)], |row| {
        Ok(LedgerEntry {
            number: unsigned(row.get(0)?),
            producer: row.get(1)?,
            last_seq: unsigned(row.get(2)?),
            head: Hash(row.get(3)?),
            prev: row.get::<_, Option<[u8; 32]>>(4)?.map(Hash),
            hash: Hash(row.get(5)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
