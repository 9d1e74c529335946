//! A producer's row: what a batch knows of it, its pending events, its place in the ledger.

use super::driver::{Driver, params};
use super::pack::{self, Table};
use super::{map_bytes, signed, unsigned};
use crate::error::StoreError;
use crate::model::{LedgerEntry, ProducerState};
use crate::packed::Runs;
use std::collections::BTreeMap;
use tracewire_wire::id::Hash;
use tracewire_wire::value::{Map, Value};

/// A producer that the batch touches.
pub(super) struct Producer {
    pub(super) row: i64,
    pub(super) name: String,
    pub(super) last_seq: i64,
    pub(super) head: Option<Hash>,
    pub(super) is_head_new: bool,
    pub(super) close: Option<String>,
    pub(super) is_close_new: bool,
    /// Whether its resource is known.
    pub(super) has_facts: bool,
    /// Its events that are stored and in no envelope, by number.
    pub(super) pending: BTreeMap<i64, StoredRow>,
    pub(super) is_pending_new: bool,
}

/// An event's row.
#[derive(Clone)]
pub(super) struct StoredRow {
    pub(super) id: i64,
    pub(super) json: Vec<u8>,
}

pub(super) fn load_producer(connection: &dyn Driver, name: &str) -> Result<Producer, StoreError> {
    connection.execute("INSERT INTO producer(name) VALUES (?1) ON CONFLICT DO NOTHING", params![name])?;
    let columns =
        "SELECT id, last_seq, head, close, CASE WHEN resource IS NULL THEN 0 ELSE 1 END FROM producer WHERE name = ?1";
    let producer = connection.first(columns, params![name], |row| {
        Ok(Producer {
            row: row.int(0)?,
            name: name.to_owned(),
            last_seq: row.int(1)?,
            head: row.maybe_bytes(2)?.map(Hash),
            is_head_new: false,
            close: row.maybe_text(3)?,
            is_close_new: false,
            has_facts: row.flag(4)?,
            pending: BTreeMap::new(),
            is_pending_new: false,
        })
    })?;
    let mut producer = producer.ok_or_else(|| StoreError::corrupt("a producer went missing"))?;
    let waiting = connection.first(
        "SELECT first_seq, events FROM pending WHERE producer = ?1",
        params![producer.row],
        |row| Ok((row.int(0)?, runs(row.blob(1)?)?)),
    )?;
    if let Some((first_seq, events)) = waiting {
        let mut stored = BTreeMap::new();
        load_events(connection, &events, first_seq, &mut stored)?;
        producer.pending = stored.into_iter().map(|((seq, _), row)| (seq, row)).collect();
    }
    Ok(producer)
}

/// What an envelope's header says of its producer, where no journal told more.
pub(super) fn tell_from_header(connection: &dyn Driver, row: i64, header: &Map) -> Result<(), StoreError> {
    let text = |name: &str| header.get(name).and_then(Value::as_text);
    let resource = header.get("resource").and_then(Value::as_map).cloned().unwrap_or_default();
    let service = resource.get("service.name").and_then(Value::as_text);
    connection.execute(
        "UPDATE producer SET service = coalesce(service, ?2), resource = coalesce(resource, ?3), spec = coalesce(spec, ?4), \
         seal = coalesce(seal, ?5), parent = coalesce(parent, ?6), predecessor = coalesce(predecessor, ?7) WHERE id = ?1",
        params![
            row,
            service,
            &map_bytes(&resource),
            text("spec"),
            header.get("seal").and_then(Value::as_int),
            text("parent"),
            text("predecessor"),
        ],
    )?;
    Ok(())
}

pub(super) fn save_pending(connection: &dyn Driver, producer: &Producer) -> Result<(), StoreError> {
    match producer.pending.first_key_value() {
        None => {
            connection.execute("DELETE FROM pending WHERE producer = ?1", params![producer.row])?;
        }
        Some((first_seq, _)) => {
            let events: Runs = producer.pending.values().map(|row| row.id).collect();
            connection.execute(
                "INSERT INTO pending(producer, first_seq, events) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (producer) DO UPDATE SET first_seq = excluded.first_seq, events = excluded.events",
                params![producer.row, first_seq, &events.to_bytes()],
            )?;
        }
    }
    Ok(())
}

pub(super) fn load_events(
    connection: &dyn Driver,
    events: &Runs,
    first_seq: i64,
    into: &mut BTreeMap<(i64, i64), StoredRow>,
) -> Result<(), StoreError> {
    let mut seq = first_seq;
    for run in &events.0 {
        pack::each_of(connection, Table::Event, *run, |id, _, json| {
            into.insert((seq, id), StoredRow { id, json: json.to_vec() });
            seq += 1;
            Ok(())
        })?;
    }
    Ok(())
}

pub(super) fn append_to_ledger(
    connection: &dyn Driver,
    row: i64,
    name: &str,
    last_seq: u64,
    head: Hash,
) -> Result<(), StoreError> {
    let last = connection.first("SELECT number, hash FROM ledger ORDER BY number DESC LIMIT 1", &[], |row| {
        Ok((row.int(0)?, Hash(row.bytes(1)?)))
    })?;
    let (number, prev) = last.map_or((1, None), |(number, hash)| (number + 1, Some(hash)));
    let zero = Hash([0; 32]);
    let mut entry =
        LedgerEntry { number: unsigned(number), producer: name.to_owned(), last_seq, head, prev, hash: zero };
    entry.hash = entry.compute_hash();
    connection.execute(
        "INSERT INTO ledger(number, producer, last_seq, head, prev, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            number,
            row,
            signed(last_seq),
            head.as_bytes(),
            prev.as_ref().map(Hash::as_bytes),
            entry.hash.as_bytes(),
        ],
    )?;
    Ok(())
}

pub(super) fn runs(bytes: &[u8]) -> Result<Runs, StoreError> {
    Runs::from_bytes(bytes).ok_or_else(|| StoreError::corrupt("a list of rows cannot be read"))
}

pub(super) fn state_number(state: ProducerState) -> i64 {
    match state {
        ProducerState::Alive => 0,
        ProducerState::Closed => 1,
        ProducerState::Dead => 2,
        ProducerState::Unknown => 3,
    }
}

pub(super) fn state_of(number: i64) -> ProducerState {
    match number {
        0 => ProducerState::Alive,
        1 => ProducerState::Closed,
        2 => ProducerState::Dead,
        _ => ProducerState::Unknown,
    }
}
