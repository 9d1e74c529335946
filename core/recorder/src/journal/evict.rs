//! Room in a directory that is full: the oldest files that nobody writes go, delivered or not, and what was in them is counted.

use super::ack::{acknowledged, remove_if_acknowledged};
use super::directory::Directory;
use super::item::Item;
use super::liveness::{Liveness, liveness};
use super::lock::{open_writable, try_exclusive};
use super::reader::JournalReader;
use crate::cbor::Decoder;
use std::fs;
use std::path::Path;
use tracewire_wire::value::Value;

/// What a record of a loss begins with behind the head of its map: the texts `type` and `loss`.
const LOSS: &[u8] = b"\x64type\x64loss";

/// What was in a file that had to go, as far as a sink still waited for it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Evicted {
    pub(super) producer: String,
    /// Records, those of losses not counted.
    pub(super) records: u64,
    /// Bytes of their payloads.
    pub(super) record_bytes: u64,
    /// What it told of losses: reason, count and bytes.
    pub(super) losses: Vec<(String, u64, u64)>,
}

/// Removes the oldest files that nobody writes until `wanted` bytes are free or none is left; gives what was in them.
pub(super) fn evict(directory: &Directory, wanted: u64) -> Vec<Evicted> {
    let (mut evicted, mut free) = (Vec::new(), 0);
    let mut files: Vec<_> = directory
        .journals()
        .unwrap_or_default()
        .into_iter()
        .filter_map(|path| Some((JournalReader::open(&path).ok()?.header().created, path)))
        .collect();
    files.sort_by_key(|(created, _)| created.0);
    for (_, path) in files {
        if free >= wanted {
            break;
        }
        let bytes = fs::metadata(&path).map_or(0, |found| found.len());
        if let Some(lost) = remove(directory, &path) {
            free += bytes;
            evicted.extend((lost != Evicted::default()).then_some(lost));
        }
    }
    evicted
}

/// Removes one file; `None` where somebody writes it, or may, or removes it at this moment.
fn remove(directory: &Directory, path: &Path) -> Option<Evicted> {
    let reader = JournalReader::open(path).ok()?;
    let header = reader.header().clone();
    if let Ok(true) = remove_if_acknowledged(directory, &header.producer) {
        return Some(Evicted::default());
    }
    if !matches!(liveness(path, &header), Liveness::Closed | Liveness::Dead) {
        return None;
    }
    // Held until the file is gone, so that of several processes that need room one counts it.
    let file = open_writable(path).ok()?;
    if !try_exclusive(&file).ok()? {
        return None;
    }
    let has = |sink: &String| acknowledged(directory, &header.producer, sink).unwrap_or(0);
    let delivered = header.sinks.iter().map(has).min().unwrap_or(0);
    let lost = contents(reader, header.producer, delivered);
    fs::remove_file(path).ok()?;
    let _ = fs::remove_dir_all(directory.path().join("acks").join(&lost.producer));
    Some(lost)
}

/// What is in a journal behind the offset that its receivers have.
fn contents(mut reader: JournalReader, producer: String, delivered: u64) -> Evicted {
    let mut lost = Evicted { producer, ..Evicted::default() };
    while let Ok(Some(item)) = reader.next() {
        let Item::Record { end_offset, payload, .. } = item else { continue };
        if end_offset <= delivered {
            continue;
        }
        match loss(payload) {
            Some(told) => lost.losses.push(told),
            None => {
                lost.records += 1;
                lost.record_bytes += payload.len() as u64;
            }
        }
    }
    lost
}

/// What a record tells of a loss, if it is one.
fn loss(payload: &[u8]) -> Option<(String, u64, u64)> {
    if !payload.get(..32.min(payload.len()))?.windows(LOSS.len()).any(|part| part == LOSS) {
        return None;
    }
    let Ok(Value::Map(record)) = Decoder::new(payload).value() else { return None };
    let body = record.get("body").and_then(Value::as_map).unwrap_or(&record);
    let number = |name| body.get(name).and_then(Value::as_u64).unwrap_or(0);
    Some((body.get("reason")?.as_text()?.to_owned(), number("count"), number("bytes")))
}
