//! The validator: JSON Lines of events and of envelopes, by speed and by memory.

use crate::events::{Envelopes, Producer};
use crate::measure::{Subject, Work, print};
use std::io::{BufRead as _, BufReader, Write as _};
use tracewire_wire::validate::{Level, Options, Report, Validator};

const OPTIONS: fn() -> Options = || Options { level: Level::Semantic, ..Options::default() };

/// How much longer the long file is than what speed is measured on, which must not show in its memory.
const TIMES: usize = 20;

/// Measures in memory; and a file of a hundred megabytes as a file is read, in a process of its own.
pub fn run(is_quick: bool, rounds: usize) -> Result<(), String> {
    let size = if is_quick { 500_000 } else { 5_000_000 };
    for (name, lines) in [("events", events as fn(usize) -> Vec<u8>), ("envelopes", envelopes)] {
        let text = lines(size);
        expect_silence(name, &validate(&text))?;
        let metric = format!("{name}.semantic");
        Work { bench: "validate", metric, bytes: text.len(), subjects: vec![Subject::ours(|| validate(&text))] }
            .run(rounds);
        for times in [1, TIMES] {
            let megabytes = peak(&lines(size * times))?;
            let metric = format!("{name}.peak_of_{}_mb", size * times / 1_000_000);
            print("validate", "tracewire", env!("CARGO_PKG_VERSION"), &metric, "MB", megabytes);
        }
    }
    Ok(())
}

fn events(size: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(size + 4096);
    for event in Producer::new(3) {
        event.write_to(&mut text);
        text.push(b'\n');
        // A span that has begun ends, and a whole trace is there.
        if text.len() >= size && event.seq.is_multiple_of(16) {
            break;
        }
    }
    text
}

fn envelopes(size: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(size + 65536);
    for envelope in Envelopes::new(4) {
        text.extend_from_slice(&envelope.write());
        text.push(b'\n');
        if text.len() >= size {
            break;
        }
    }
    text
}

fn validate(text: &[u8]) -> Report {
    let mut validator = Validator::new(OPTIONS());
    for (line, number) in text.split_inclusive(|byte| *byte == b'\n').zip(1..) {
        validator.push_line(line, number);
    }
    validator.finish()
}

fn expect_silence(name: &str, report: &Report) -> Result<(), String> {
    match report.findings.first() {
        Some(finding) => Err(format!("{name}: {} at line {:?}: {}", finding.rule.code, finding.line, finding.message)),
        None => Ok(()),
    }
}

/// The memory of a process that validates this, in megabytes.
fn peak(text: &[u8]) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut child = std::process::Command::new(program)
        .arg("validate-input")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text).map_err(|error| error.to_string())?;
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| format!("no size of memory: {text}"))
}

/// Validates standard input line by line and prints the most memory that the process had, in megabytes.
pub fn input() -> Result<(), String> {
    let mut validator = Validator::new(OPTIONS());
    let mut input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let mut line = Vec::new();
    let mut number = 0;
    while input.read_until(b'\n', &mut line).map_err(|error| error.to_string())? > 0 {
        number += 1;
        validator.push_line(&line, number);
        if let Some(finding) = validator.drain().first() {
            return Err(finding.message.clone());
        }
        line.clear();
    }
    drop(validator.finish());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    println!("{}", peak.ok_or("only Linux tells a process how much memory it had")? / 1e3);
    Ok(())
}
