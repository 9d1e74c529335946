//! A batch becomes rows: producers, envelopes, events, content, pending events.

use super::content::ContentWriter;
use super::derive::{Derivation, read_event};
use super::driver::{Driver, params};
use super::names::Names;
use super::pack::{self, PackWriter, Table};
use super::producer::{
    Producer, StoredRow, append_to_ledger, load_events, load_producer, runs, save_pending, state_number,
    tell_from_header,
};
use super::remove::{Gone, mark_of};
use super::{map_bytes, signed, unsigned};
use crate::error::StoreError;
use crate::labels::trace_of;
use crate::model::{Applied, Fork, Incoming, IncomingEvent, Pending, ProducerState, ProducerUpdate};
use crate::packed::Runs;
use crate::store::Ingest;
use std::collections::{BTreeMap, HashMap};
use tracewire_wire::event::Body;
use tracewire_wire::id::Hash;
use tracewire_wire::value::Value;

/// Runs `work` inside a transaction.
pub(super) fn write(
    connection: &dyn Driver,
    work: &mut dyn FnMut(&mut dyn Ingest) -> Result<(), StoreError>,
) -> Result<Applied, StoreError> {
    let names = Names::new(connection);
    let mut writer = Writer {
        connection,
        names: &names,
        derivation: Derivation::new(connection, &names)?,
        gone: Gone::new(connection)?,
        content: ContentWriter::new(connection)?,
        events: PackWriter::new(connection, Table::Event, pack::next_number(connection, Table::Event)?)?,
        producers: Vec::new(),
        producer_places: HashMap::new(),
        applied: Applied::default(),
    };
    work(&mut writer)?;
    writer.finish()
}

struct Writer<'t> {
    connection: &'t dyn Driver,
    names: &'t Names<'t>,
    derivation: Derivation<'t>,
    gone: Gone<'t>,
    content: ContentWriter<'t>,
    events: PackWriter<'t>,
    producers: Vec<Producer>,
    producer_places: HashMap<String, usize>,
    applied: Applied,
}

impl Ingest for Writer<'_> {
    fn producer(&mut self, update: &ProducerUpdate) -> Result<(), StoreError> {
        let row = self.producer_of(&update.name)?.row;
        if let Some(facts) = &update.facts {
            let service = facts.resource.get("service.name").and_then(Value::as_text);
            self.connection.execute(
                "UPDATE producer SET service = ?2, created = ?3, resource = ?4, origin = ?5, spec = ?6, seal = ?7, parent = ?8, \
                 predecessor = ?9 WHERE id = ?1",
                params![
                    row,
                    service,
                    facts.created.map(|time| time.0),
                    &map_bytes(&facts.resource),
                    &map_bytes(&facts.origin),
                    &facts.spec,
                    signed(facts.seal),
                    &facts.parent,
                    &facts.predecessor,
                ],
            )?;
            self.names.forget(row);
            self.producer_of(&update.name)?.has_facts = true;
        }
        if let Some(state) = update.state {
            let statement = "UPDATE producer SET state = ?2 WHERE id = ?1 AND close IS NULL";
            self.connection.execute(statement, params![row, state_number(state)])?;
        }
        if let Some(cursor) = &update.cursor {
            let prev = cursor.prev.as_ref().map(Hash::as_bytes);
            self.connection.execute(
                "UPDATE producer SET cursor_offset = ?2, cursor_next_seq = ?3, cursor_prev = ?4, cursor_last_time = ?5 \
                 WHERE id = ?1 AND coalesce(cursor_offset, -1) < ?2",
                params![
                    row,
                    signed(cursor.offset),
                    signed(cursor.next_seq),
                    prev,
                    cursor.last_time.map(|time| time.0),
                ],
            )?;
        }
        Ok(())
    }

    fn envelope(&mut self, envelope: &Incoming<'_>) -> Result<(), StoreError> {
        let count = signed(envelope.events.len() as u64);
        let first_seq = signed(envelope.first_seq);
        let last_seq = first_seq.saturating_add(count) - 1;
        let connection = self.connection;
        let producer = self.producer_of(envelope.producer)?;
        let row = producer.row;
        // Behind the last known envelope nothing can be known or forked; this is nearly always so.
        let is_next = first_seq > producer.last_seq && count > 0 && producer.close.is_none();
        let is_told = std::mem::replace(&mut producer.has_facts, true) && first_seq > 1;
        if !is_told {
            tell_from_header(connection, row, envelope.header)?;
            self.names.forget(row);
        }
        let rivals = if is_next { Vec::new() } else { rivals(connection, row, first_seq, last_seq)? };
        let content = self.put_content(envelope)?;
        if let Some(known) = rivals.iter().find(|rival| rival.digest == envelope.digest) {
            self.applied.known += 1;
            self.content.flush()?;
            self.fill_in(row, known, &envelope.events)?;
            return merge_content(connection, known, content);
        }
        let mut stored = BTreeMap::new();
        for rival in &rivals {
            self.events.flush()?;
            load_events(connection, &rival.events, rival.first_seq, &mut stored)?;
        }
        let events = self.put_events(envelope.producer, first_seq, &envelope.events, &mut stored)?;
        if !rivals.is_empty() {
            let producer = envelope.producer.to_owned();
            self.applied.forks.push(Fork { producer, first_seq: envelope.first_seq, digest: envelope.digest });
        }
        connection.execute(
            "INSERT INTO envelope(producer, first_seq, last_seq, digest, fork, header, events, content) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                row,
                first_seq,
                last_seq,
                envelope.digest.as_bytes(),
                !rivals.is_empty(),
                &map_bytes(envelope.header),
                &events.to_bytes(),
                &content.to_bytes(),
            ],
        )?;
        self.applied.envelopes += 1;
        let close = envelope.header.get("close").and_then(Value::as_text).map(str::to_owned);
        let producer = self.producer_of(envelope.producer)?;
        let is_head = last_seq > producer.last_seq || (count == 0 && last_seq == producer.last_seq);
        if is_head && rivals.is_empty() {
            producer.last_seq = last_seq;
            producer.head = Some(envelope.digest);
            producer.is_head_new = true;
        }
        if close.is_some() && producer.close.is_none() {
            producer.close = close;
            producer.is_close_new = true;
        }
        self.derivation.flush_if_large()
    }

    /// Takes what a reader saw behind the last boundary. An older view than the store's takes nothing away.
    fn pending(&mut self, pending: &Pending<'_>) -> Result<(), StoreError> {
        let producer = self.producer_of(pending.producer)?;
        let (row, sealed) = (producer.row, producer.last_seq);
        if producer.close.is_some() {
            return Ok(());
        }
        for content in &pending.content {
            self.content.put(content)?;
        }
        for (seq, event) in (signed(pending.first_seq)..).zip(&pending.events) {
            if seq <= sealed {
                continue;
            }
            let known = self.producer_of(pending.producer)?.pending.remove(&seq);
            let is_gone = known.is_some() && self.gone.has(event.event.and_then(trace_of))?;
            let kept = match known {
                Some(known) if known.json == event.json || is_gone => known,
                other => {
                    if let Some(known) = other {
                        self.retract(&known)?;
                    }
                    let id = self.put_event(row, event)?;
                    let producer = self.producer_of(pending.producer)?;
                    producer.is_pending_new = true;
                    StoredRow { id, json: event.json.to_vec() }
                }
            };
            self.producer_of(pending.producer)?.pending.insert(seq, kept);
        }
        Ok(())
    }
}

impl Writer<'_> {
    /// The producer's row; a new one where there is none.
    fn producer_of(&mut self, name: &str) -> Result<&mut Producer, StoreError> {
        let at = match self.producer_places.get(name) {
            Some(at) => *at,
            None => {
                let producer = load_producer(self.connection, name)?;
                self.producers.push(producer);
                self.producer_places.insert(name.to_owned(), self.producers.len() - 1);
                self.producers.len() - 1
            }
        };
        self.producers.get_mut(at).ok_or_else(|| StoreError::Engine("a producer went missing".to_owned()))
    }

    /// Puts events in. A pending event, or one that `stored` holds under its number with the same bytes, is that row.
    fn put_events(
        &mut self,
        name: &str,
        first_seq: i64,
        events: &[IncomingEvent<'_>],
        stored: &mut BTreeMap<(i64, i64), StoredRow>,
    ) -> Result<Runs, StoreError> {
        let producer = self.producer_of(name)?;
        let row = producer.row;
        let mut pending = std::mem::take(&mut producer.pending);
        let waiting_before = pending.len();
        let mut ids = Runs::default();
        for (seq, event) in (first_seq..).zip(events) {
            let same = stored.range((seq, i64::MIN)..=(seq, i64::MAX)).find(|(_, row)| is_same(&row.json, event));
            if let Some((_, same)) = same {
                ids.push(same.id);
                continue;
            }
            if let Some(waiting) = pending.remove(&seq) {
                if waiting.json == event.json {
                    ids.push(waiting.id);
                    continue;
                }
                self.retract(&waiting)?;
            }
            ids.push(self.put_event(row, event)?);
        }
        let producer = self.producer_of(name)?;
        producer.is_pending_new |= pending.len() != waiting_before;
        producer.pending = pending;
        Ok(ids)
    }

    /// A copy of a known envelope may hold events and bodies that the first one withheld (TW-DIG-005).
    fn fill_in(&mut self, producer: i64, known: &Rival, events: &[IncomingEvent<'_>]) -> Result<(), StoreError> {
        self.events.flush()?;
        let mut stored = BTreeMap::new();
        load_events(self.connection, &known.events, known.first_seq, &mut stored)?;
        for (row, incoming) in stored.into_values().zip(events) {
            let Some(event) = incoming.event.filter(|_| row.json != incoming.json) else { continue };
            if self.gone.has(trace_of(event))? {
                continue;
            }
            match read_event(&row.json)? {
                None if !row.json.is_empty() => {
                    pack::replace(self.connection, Table::Event, row.id, incoming.json)?;
                    self.derivation.observe(row.id, producer, event)?;
                    self.applied.events += 1;
                }
                Some(known) if matches!(known.body, Body::Withheld(_)) && !matches!(event.body, Body::Withheld(_)) => {
                    pack::replace(self.connection, Table::Event, row.id, incoming.json)?;
                    self.derivation.look_again(event);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn put_event(&mut self, producer: i64, event: &IncomingEvent<'_>) -> Result<i64, StoreError> {
        if let Some(gone) = event.event
            && self.gone.has(trace_of(gone))?
        {
            self.applied.withheld += 1;
            return self.events.push(producer, &[&mark_of(gone)]);
        }
        let id = self.events.push(producer, &[event.json])?;
        if let Some(event) = event.event {
            self.derivation.observe(id, producer, event)?;
        }
        self.applied.events += 1;
        Ok(id)
    }

    /// Takes back an event that turned out otherwise; its place stays empty.
    fn retract(&mut self, row: &StoredRow) -> Result<(), StoreError> {
        self.events.flush()?;
        pack::replace(self.connection, Table::Event, row.id, &[])?;
        self.derivation.retract(row.id, &row.json)
    }

    fn put_content(&mut self, envelope: &Incoming<'_>) -> Result<Runs, StoreError> {
        let mut rows = Runs::default();
        for content in &envelope.content {
            rows.push(self.content.put(content)?);
        }
        Ok(rows)
    }

    fn finish(mut self) -> Result<Applied, StoreError> {
        let mut producers = std::mem::take(&mut self.producers);
        for producer in &mut producers {
            self.finish_producer(producer)?;
        }
        self.events.flush()?;
        self.content.finish()?;
        self.derivation.finish()?;
        Ok(self.applied)
    }

    fn finish_producer(&mut self, producer: &mut Producer) -> Result<(), StoreError> {
        if producer.is_close_new {
            // Nothing follows a close: what was thought to be behind it is not there.
            for (_, row) in std::mem::take(&mut producer.pending) {
                self.retract(&row)?;
                producer.is_pending_new = true;
            }
            let statement = "UPDATE producer SET close = ?2, state = ?3 WHERE id = ?1";
            self.connection
                .execute(statement, params![producer.row, &producer.close, state_number(ProducerState::Closed)])?;
        }
        if producer.is_pending_new {
            save_pending(self.connection, producer)?;
        }
        let (true, Some(head)) = (producer.is_head_new, producer.head) else { return Ok(()) };
        let statement = "UPDATE producer SET last_seq = ?2, head = ?3 WHERE id = ?1";
        self.connection.execute(statement, params![producer.row, producer.last_seq, head.as_bytes()])?;
        append_to_ledger(self.connection, producer.row, &producer.name, unsigned(producer.last_seq), head)
    }
}

/// Whether a stored event is this one, also where something of it was erased since.
fn is_same(stored: &[u8], event: &IncomingEvent<'_>) -> bool {
    const MARK: &[u8] = br#"{"$erased":"#;
    if stored == event.json {
        return true;
    }
    let Some(event) = event.event.filter(|_| stored.windows(MARK.len()).any(|window| window == MARK)) else {
        return false;
    };
    read_event(stored).is_ok_and(|known| known.is_some_and(|known| known.digest() == event.digest()))
}

/// A stored envelope that shares numbers with another one.
struct Rival {
    row: i64,
    first_seq: i64,
    digest: Hash,
    events: Runs,
    content: Runs,
}

fn rivals(connection: &dyn Driver, producer: i64, first_seq: i64, last_seq: i64) -> Result<Vec<Rival>, StoreError> {
    // An empty envelope holds no number; it is the rival of what begins where it does.
    let statement = "SELECT id, first_seq, digest, events, content FROM envelope \
         WHERE producer = ?1 AND (first_seq = ?2 OR (first_seq <= ?3 AND last_seq >= ?2)) ORDER BY first_seq, id";
    connection.all(statement, params![producer, first_seq, last_seq], |row| {
        Ok(Rival {
            row: row.int(0)?,
            first_seq: row.int(1)?,
            digest: Hash(row.bytes(2)?),
            events: runs(row.blob(3)?)?,
            content: runs(row.blob(4)?)?,
        })
    })
}

/// A copy of a known envelope may carry content that the first one lacked.
fn merge_content(connection: &dyn Driver, known: &Rival, content: Runs) -> Result<(), StoreError> {
    if content.iter().all(|row| known.content.iter().any(|known| known == row)) {
        return Ok(());
    }
    let mut rows = BTreeMap::new();
    for contents in [&known.content, &content] {
        super::content::each_hash(connection, contents, |row, hash| _ = rows.insert(hash, row))?;
    }
    let merged: Runs = rows.into_values().collect();
    connection.execute("UPDATE envelope SET content = ?2 WHERE id = ?1", params![known.row, &merged.to_bytes()])?;
    Ok(())
}
