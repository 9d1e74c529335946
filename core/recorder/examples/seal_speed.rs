//! How fast a journal is sealed, without rules of redaction and with all of them: megabytes of text a second.
//!
//! `cargo run --profile dist -p tracewire-recorder --example seal_speed` prints a line of JSON for each.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

use std::sync::Arc;
use std::time::Instant;
use tracewire_recorder::journal::{Directory, JournalReader};
use tracewire_recorder::seal::Sealer;
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_recorder::{Options, Recorder, Redaction, StartSpan};
use tracewire_wire::event::Status;

/// What an agent says: prose, numbers, addresses of pages, a little of what detectors look for.
const TURN: &str = "The otters of the northern river were counted on 2026-11-21 at 04:30 by three people; 1,204 were seen, \
    which is 7.5 % more than in 2024 (see https://example.org/otters/2026?page=3#table-2). Write to ann@example.com or call \
    +49 170 1234567 for the raw figures. Request 01HZX3V9Q4: {\"tool\":\"search\",\"arguments\":{\"query\":\"otter river count\",\"limit\":20}} \
    took 1250 ms and returned 17 rows, ids 10231 to 10247. ";

const ROUNDS: usize = 5;

fn journal(rules: &[&str]) -> (tempfile::TempDir, std::path::PathBuf, u64) {
    let folder = tempfile::tempdir().unwrap();
    let redact = Redaction { rules: rules.iter().map(|rule| (*rule).to_owned()).collect(), ..Redaction::default() };
    let recorder = Recorder::open(Options {
        directory: Some(folder.path().to_owned()),
        redact,
        file_bytes: 1 << 30,
        sources: Arc::new(Scripted::new(Script::default())),
        ..Options::for_service("bench")
    })
    .unwrap();
    let mut bytes = 0;
    for turn in 0..8_000 {
        let text = format!("{turn}: {}", TURN.repeat(1 + turn % 4));
        bytes += 2 * text.len() as u64;
        let start = StartSpan { parent: None, kind: "llm", correlation_id: None };
        let span = recorder.start_span(start, |body| body.text("input", &text));
        recorder.end_span(&span, &Status::Ok, |body| body.text("output", &text));
    }
    recorder.close(None);
    let path = Directory::at(folder.path()).journals().unwrap().remove(0);
    (folder, path, bytes)
}

fn megabytes_a_second(rules: &[&str]) -> f64 {
    let (_folder, path, bytes) = journal(rules);
    let mut rates: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let mut reader = JournalReader::open(&path).unwrap();
            let mut sealer = Sealer::new(reader.header());
            let began = Instant::now();
            let mut sealed = 0;
            while let Some(item) = reader.next().unwrap() {
                sealed += sealer.push(&item).map_or(0, |sealed| sealed.events.len());
            }
            assert_eq!(sealed, 16_000);
            bytes as f64 / 1e6 / began.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates.get(ROUNDS / 2).copied().unwrap_or_default()
}

fn main() {
    row("seal.text", megabytes_a_second(&[]));
    row("seal.text.all_detectors", megabytes_a_second(&["@all"]));
}

fn row(metric: &str, value: f64) {
    println!(
        r#"{{"bench":"record","subject":"tracewire-rust","version":"{}","metric":"{metric}","unit":"MB/s","value":{value:.1}}}"#,
        env!("CARGO_PKG_VERSION")
    );
}
