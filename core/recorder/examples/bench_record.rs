//! How long a record takes: a start with 8 attributes and 1 kB of input, an end with 1 kB of output, both with the kernel when
//! the call returns. Prints one JSON row for each figure.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its findings")]

use std::time::Instant;
use tracewire_recorder::{Options, Recorder, StartSpan};
use tracewire_wire::event::Status;

const SPANS: usize = 50_000;

fn main() {
    let folder = std::env::args().nth(1).map_or_else(std::env::temp_dir, Into::into);
    let folder = folder.join(format!("tracewire-bench-{}", std::process::id()));
    let options = Options { directory: Some(folder.clone()), quota_bytes: 8 << 30, ..Options::for_service("bench") };
    let recorder = match Recorder::open(options) {
        Ok(recorder) => recorder,
        Err(error) => return eprintln!("{error}"),
    };
    let (input, output) = ("i".repeat(1000), "o".repeat(1000));
    for number in 0..2_000 {
        span(&recorder, number, &input, &output);
    }
    let before = resident_bytes();
    let mut spans = Vec::with_capacity(SPANS);
    for number in 0..SPANS {
        spans.push(span(&recorder, number, &input, &output));
    }
    let growth = resident_bytes().saturating_sub(before).saturating_sub(SPANS as u64 * 8);
    spans.sort_unstable();
    let report = recorder.close(None);
    if report.written != 2 * (SPANS as u64 + 2_000) || !report.dropped.is_empty() {
        eprintln!("not everything was written: {report:?}");
    }
    let microseconds = |rank: usize| spans.get(rank).copied().unwrap_or_default() as f64 / 1000.0;
    row("span_p50", "us", microseconds(SPANS / 2));
    row("span_p99", "us", microseconds(SPANS * 99 / 100));
    row("record_p50", "us", microseconds(SPANS / 2) / 2.0);
    row("memory_growth_50000_spans", "MB", growth as f64 / 1e6);
    let _ = std::fs::remove_dir_all(folder);
}

fn span(recorder: &Recorder, number: usize, input: &str, output: &str) -> u64 {
    let began = Instant::now();
    let start = StartSpan { parent: None, kind: "tool", correlation_id: None };
    let span = recorder.start_span(start, |body| {
        body.text("name", "bench");
        body.map("attributes", |map| {
            map.key("tool.name");
            map.text("search");
            map.key("tool.version");
            map.text("1.2.3");
            map.key("attempt");
            map.int(number as i64);
            map.key("score");
            map.double(0.75);
            map.key("cached");
            map.bool(false);
            map.key("user");
            map.text("someone@example.org");
            map.key("region");
            map.text("eu-west-1");
            map.key("shard");
            map.int(7);
        });
        body.text("input", input);
    });
    recorder.end_span(&span, &Status::Ok, |body| body.text("output", output));
    began.elapsed().as_nanos() as u64
}

fn row(metric: &str, unit: &str, value: f64) {
    println!(
        r#"{{"bench":"record","subject":"tracewire-rust","version":"{}","metric":"{metric}","unit":"{unit}","value":{value:.3}}}"#,
        env!("CARGO_PKG_VERSION")
    );
}

/// Resident memory of this process, from `/proc/self/statm`; 0 elsewhere.
fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4096
}
