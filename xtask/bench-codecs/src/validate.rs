//! The validator: JSON Lines of events and of envelopes, by speed and by memory.

use crate::events::{Envelopes, Producer};
use crate::measure::{Subject, Work, print};
use std::io::{BufRead as _, BufReader, BufWriter, Write};
use tracewire_wire::validate::{Level, Options, Report, Validator};

const OPTIONS: fn() -> Options = || Options { level: Level::Semantic, ..Options::default() };

/// Writes about so many bytes of lines.
type Lines = fn(usize, &mut dyn Write) -> std::io::Result<()>;

/// Measures in memory; and two long files, of which the second is twice the first, as files are read: in processes of their own.
pub fn run(is_quick: bool, rounds: usize) -> Result<(), String> {
    let size = if is_quick { 500_000 } else { 5_000_000 };
    for (name, lines) in [("events", events as Lines), ("envelopes", envelopes)] {
        let mut text = Vec::new();
        lines(size, &mut text).map_err(|error| error.to_string())?;
        expect_silence(name, &validate(&text))?;
        let metric = format!("{name}.semantic");
        Work { bench: "validate", metric, bytes: text.len(), subjects: vec![Subject::ours(|| validate(&text))] }
            .run(rounds);
        // Only Linux tells a process how much memory it had.
        for times in [20, 40].into_iter().filter(|_| cfg!(target_os = "linux")) {
            let megabytes = peak(lines, size * times)?;
            let metric = format!("{name}.peak_of_{}_mb", size * times / 1_000_000);
            print("validate", "tracewire", env!("CARGO_PKG_VERSION"), &metric, "MB", megabytes);
        }
    }
    Ok(())
}

fn events(size: usize, out: &mut dyn Write) -> std::io::Result<()> {
    let (mut line, mut written) = (Vec::new(), 0);
    for event in Producer::new(3) {
        line.clear();
        event.write_to(&mut line);
        line.push(b'\n');
        out.write_all(&line)?;
        written += line.len();
        // A span that has begun ends, and a whole trace is there.
        if written >= size && event.seq.is_multiple_of(16) {
            break;
        }
    }
    Ok(())
}

fn envelopes(size: usize, out: &mut dyn Write) -> std::io::Result<()> {
    let mut written = 0;
    for envelope in Envelopes::new(4) {
        let mut line = envelope.write();
        line.push(b'\n');
        out.write_all(&line)?;
        written += line.len();
        if written >= size {
            break;
        }
    }
    Ok(())
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

/// The memory of a process that validates so many bytes, in megabytes.
fn peak(lines: Lines, size: usize) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut child = std::process::Command::new(program)
        .arg("validate-input")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(input) = child.stdin.take() {
        let mut input = BufWriter::with_capacity(1 << 16, input);
        lines(size, &mut input).and_then(|()| input.flush()).map_err(|error| error.to_string())?;
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
    println!("{}", peak.ok_or("the system does not say how much memory there was")? / 1e3);
    Ok(())
}
