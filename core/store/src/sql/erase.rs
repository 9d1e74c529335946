//! What is erased of events and content, for good: marks with the same digests stand in its place (section 8 of the spec).

use super::derive::{Derivation, read_event};
use super::driver::{Driver, params};
use super::names::Names;
use super::pack::{self, Table};
use super::producer::runs;
use super::{content, loose, signed, unsigned};
use crate::error::StoreError;
use crate::labels::trace_of;
use crate::model::{Erased, ErasedPart, Erasure};
use crate::packed::Runs;
use std::collections::BTreeSet;
use tracewire_wire::erase::{erase_all_slots, erase_body_of, erase_slots};
use tracewire_wire::event::{Body, Event};
use tracewire_wire::id::Hash;

/// Contents that go in one transaction.
const CONTENTS_AT_ONCE: usize = 500;
/// Events that do.
const EVENTS_AT_ONCE: usize = 2_000;

/// What is done in one transaction.
pub(super) enum Part {
    Contents(Vec<Hash>),
    Holders(Vec<Hash>),
    Events(Vec<i64>),
}

/// The parts of an erasure: others may write in between. Content first: it is what people said.
pub(super) fn in_parts(erasure: &Erasure) -> Vec<Part> {
    let hashes = |hashes: &BTreeSet<Hash>| hashes.iter().copied().collect::<Vec<Hash>>();
    let contents = hashes(&erasure.contents);
    let holders = hashes(&erasure.holders);
    let events: Vec<i64> = erasure.events.keys().map(|id| signed(*id)).collect();
    let contents = contents.chunks(CONTENTS_AT_ONCE).map(|some| Part::Contents(some.to_vec()));
    let holders = holders.chunks(CONTENTS_AT_ONCE).map(|some| Part::Holders(some.to_vec()));
    let events = events.chunks(EVENTS_AT_ONCE).map(|some| Part::Events(some.to_vec()));
    contents.chain(holders).chain(events).collect()
}

impl Part {
    /// Does it, inside a transaction.
    pub(super) fn carry_out(&self, connection: &dyn Driver, erasure: &Erasure) -> Result<Erased, StoreError> {
        let mut erased = Erased::default();
        let goes = |hash: &Hash| erasure.contents.contains(hash);
        match self {
            Part::Contents(hashes) => {
                for hash in hashes {
                    if let Some(bytes) = content::erase(connection, hash)? {
                        erased.contents += 1;
                        erased.bytes += bytes;
                    }
                }
            }
            Part::Holders(hashes) => {
                for hash in hashes {
                    erased.holders += u64::from(content::erase_inside(connection, hash, &goes)?);
                }
            }
            Part::Events(rows) => events(connection, rows, erasure, &mut erased)?,
        }
        Ok(erased)
    }
}

fn events(connection: &dyn Driver, rows: &[i64], erasure: &Erasure, erased: &mut Erased) -> Result<(), StoreError> {
    let waiting = pending(connection)?;
    let rows: Runs = rows.iter().copied().filter(|row| !waiting.contains(row)).collect();
    let mut told = Vec::new();
    for run in rows.0 {
        pack::edit(connection, Table::Event, run, |row, json| {
            let asked = erasure.events.get(&unsigned(row));
            // One that was deleted since says nothing any more.
            let (Some(asked), Some(mut event)) = (asked, read_event(json)?) else { return Ok(None) };
            let before = event.clone();
            if !erase(&mut event, asked.part, erasure) {
                return Ok(None);
            }
            if asked.part == ErasedPart::Body {
                erased.bodies += 1;
                told.push((row, before, event.clone()));
            } else {
                erased.events += 1;
            }
            let mut written = Vec::new();
            event.write_to(&mut written);
            Ok(Some(written))
        })?;
    }
    // What follows from bodies follows from what is left.
    let names = Names::new(connection);
    let mut derivation = Derivation::new(connection, &names)?;
    for (row, before, after) in &told {
        if trace_of(before).is_some() {
            derivation.look_again(before);
        } else {
            loose::drop(connection, *row, before)?;
            loose::keep(connection, *row, after)?;
        }
    }
    derivation.finish()
}

/// True where there was something to erase.
fn erase(event: &mut Event, part: ErasedPart, erasure: &Erasure) -> bool {
    match (part, &mut event.body) {
        (ErasedPart::Body, _) => erase_body_of(event),
        (ErasedPart::Inline, Body::Present(body)) => erase_slots(body, &|hash| erasure.contents.contains(hash)),
        (ErasedPart::Slots, Body::Present(body)) => erase_all_slots(body),
        _ => false,
    }
}

/// Rows of events that no envelope holds yet.
fn pending(connection: &dyn Driver) -> Result<BTreeSet<i64>, StoreError> {
    let waiting = connection.all("SELECT events FROM pending", params![], |row| runs(row.blob(0)?))?;
    Ok(waiting.iter().flat_map(Runs::iter).collect())
}
