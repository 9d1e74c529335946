//! Journals flipped bit by bit. A reader may lose what was flipped, no more, and must say so.

use crate::fleet::{Direct, Hunt, Pipe, hunt};
use crate::found::{Found, Record};
use crate::oracle::Rule;
use crate::round::Round;
use crate::scenarios::deaths::named;
use anyhow::{Context as _, Result};
use serde_json::json;
use std::time::{Duration, Instant};
use tracewire_recorder::journal::{Directory, Item, JournalReader};

/// A reader that takes longer than this for some kilobytes hangs.
const LONGEST: Duration = Duration::from_secs(5);

/// A whole journal, as it is read before it is changed.
struct Original {
    bytes: Vec<u8>,
    /// Where the first item begins.
    first: u64,
    /// Where each record's frame begins and ends.
    frames: Vec<(u64, u64)>,
    records: Vec<(String, u32, u64, u32)>,
}

fn key(record: &Record) -> (String, u32, u64, u32) {
    (record.worker.to_string(), record.lane, record.number, record.digest)
}

pub fn flips(round: &mut Round<'_>) -> Result<()> {
    let options = json!({ "kind": "end", "units": 2, "sizes": [4] });
    let small = journal(round, &options)?;
    let bits = small.bytes.len() as u64 * 8;
    let some = if round.kit.is_short { 7 } else { 1 };
    for bit in (0..bits).step_by(some) {
        flip(round, &small, bit);
        if round.findings.len() > 20 {
            return Ok(());
        }
    }
    round.count("bits flipped", bits / some as u64);
    let options = json!({ "kind": "end", "units": 60, "sizes": [4, 400, 3000] });
    let large = journal(round, &options)?;
    let times = round.size(100, 2000);
    for _ in 0..times {
        let bit = round.chance.u64(..large.bytes.len() as u64 * 8);
        flip(round, &large, bit);
    }
    round.count("bits flipped", times as u64);
    Ok(())
}

/// What a worker leaves: one closed journal.
fn journal(round: &mut Round<'_>, options: &serde_json::Value) -> Result<Original> {
    let directory = round.directory();
    if directory.exists() {
        std::fs::remove_dir_all(&directory)?;
    }
    let command = round.rust(options)?;
    let plan = Hunt { victims: 1, at_once: 1, longest: None, early: None };
    let starter = Direct(|worker: &str, seed: u64| named(&command, worker, seed));
    let hunted = hunt(starter, Pipe::new()?, plan, &mut round.chance)?;
    let path = Directory::at(&directory).journals()?.pop().context("no journal was written")?;
    let mut reader = JournalReader::open(&path)?;
    let first = reader.offset();
    let mut frames = Vec::new();
    while let Some(item) = reader.next()? {
        if let Item::Record { offset, end_offset, .. } = item {
            frames.push((offset, end_offset));
        }
    }
    let bytes = std::fs::read(&path)?;
    let found = read(bytes.clone())?;
    let records: Vec<_> = found.records.iter().map(key).collect();
    if records.len() as u64 != hunted.said.kept() || records.len() != frames.len() {
        round.find(Rule::Missing, "the journal is not whole before it is changed");
    }
    round.tally.records += hunted.said.kept();
    Ok(Original { bytes, first, frames, records })
}

fn read(bytes: Vec<u8>) -> Result<Found> {
    let mut found = Found::default();
    found.journal(JournalReader::of_bytes(bytes))?;
    Ok(found)
}

fn flip(round: &mut Round<'_>, original: &Original, bit: u64) {
    let mut bytes = original.bytes.clone();
    if let Some(byte) = bytes.get_mut((bit / 8) as usize) {
        *byte ^= 1 << (bit % 8);
    }
    let started = Instant::now();
    let found = read(bytes);
    if started.elapsed() > LONGEST {
        round.find(Rule::Behaviour, format!("bit {bit}: the reader took {:?}", started.elapsed()));
    }
    judge(round, original, bit, found);
}

/// What may be lost is the record that the bit belongs to; what is lost must be said.
fn judge(round: &mut Round<'_>, original: &Original, bit: u64, found: Result<Found>) {
    let at = bit / 8;
    let mut wrong = |rule, message: String| round.find(rule, format!("bit {bit}, byte {at}: {message}"));
    let found = match found {
        Ok(found) => found,
        // The header cannot be read: the file is reported whole.
        Err(_) if at < original.first => return,
        Err(error) => return wrong(Rule::Behaviour, format!("{error:#}")),
    };
    let records: Vec<_> = found.records.iter().map(key).collect();
    let hit = original.frames.iter().position(|(from, to)| (*from..*to).contains(&at));
    let rest: Vec<_> = original
        .records
        .iter()
        .enumerate()
        .filter(|(index, _)| Some(*index) != hit)
        .map(|(_, key)| key.clone())
        .collect();
    if records == original.records {
        if hit.is_some() {
            wrong(Rule::Changed, "a frame was changed and passes for whole".to_owned());
        }
    } else if records == rest {
        if found.damaged == 0 && found.torn == 0 {
            wrong(Rule::Counts, "a record is lost and nothing says so".to_owned());
        }
    } else {
        let invented = records.iter().find(|key| !original.records.contains(key));
        match invented {
            Some(key) => wrong(Rule::Invented, format!("{key:?} was not recorded")),
            None => wrong(Rule::Missing, format!("{} of {} records are left", records.len(), original.records.len())),
        }
    }
    found.problems.iter().for_each(|problem| wrong(Rule::Invented, problem.clone()));
}
