//! `convert` holds some items and never the file: a list of any length takes at most 64 MB.
//!
//! This is a file of its own because what is measured is the largest child of the process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write as _};
use std::path::Path;
use std::process::Stdio;

use common::{command, populated, run};
use nix::sys::resource::{UsageWho, getrusage};

/// More than may be held, so that whoever holds the file is seen.
const FILE_BYTES: usize = 80_000_000;
/// What may be held, in bytes.
const MEMORY_BYTES: i64 = 64_000_000;

/// The most memory that any child took so far, in bytes.
fn peak() -> i64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() * 1024
}

fn convert(folder: &Path, from: &str, to: &str) {
    let ran = run(folder, &["convert", from, "-o", to]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{from} to {to}");
    assert!(peak() < MEMORY_BYTES, "{from} to {to} took {} bytes", peak());
}

fn is_same(one: &Path, other: &Path) -> bool {
    let (mut one, mut other) = (File::open(one).unwrap(), File::open(other).unwrap());
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let length = one.read(&mut left).unwrap();
        if length == 0 {
            return other.read(&mut right).unwrap() == 0;
        }
        if other.read_exact(&mut right[..length]).is_err() || left[..length] != right[..length] {
            return false;
        }
    }
}

#[test]
fn a_long_list_takes_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut rows = BufWriter::new(File::create(at("rows.jsonl")).unwrap());
    let (mut bytes, mut number) = (0, 0);
    while bytes < FILE_BYTES {
        let text = "Otters hold hands while they sleep, so that they stay together. ".repeat(number % 9);
        let row = format!(
            "{{\"attributes\":{{\"gen_ai.request.model\":\"m-{}\",\"n\":[{number},{}.5]}},\"id\":\"{number:032x}\",\"name\":\"step {number}\",\"output\":\"{text}\",\"seq\":{number}}}\n",
            number % 7,
            number % 100
        );
        rows.write_all(row.as_bytes()).unwrap();
        bytes += row.len();
        number += 1;
    }
    rows.into_inner().unwrap();
    // Each format is read once and written once.
    let chain = ["rows.jsonl", "rows.json", "rows.toon", "rows.binpb", "rows.csv", "again.jsonl"];
    for pair in chain.windows(2) {
        convert(folder.path(), pair[0], pair[1]);
        if pair[0] != "rows.jsonl" {
            fs::remove_file(at(pair[0])).unwrap();
        }
    }
    assert!(is_same(&at("rows.jsonl"), &at("again.jsonl")));

    // What comes through a pipe is kept on the disk.
    let status = command(folder.path(), &["convert", "-", "--to", "toon", "-o", "piped.toon"])
        .stdin(File::open(at("rows.jsonl")).unwrap())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success() && peak() < MEMORY_BYTES, "{} bytes", peak());
    fs::remove_file(at("rows.jsonl")).unwrap();
}

#[test]
fn a_long_export_takes_little_memory() {
    let folder = populated();
    let at = |name: &str| folder.path().join(name);
    let line = run(folder.path(), &["export"]).out;
    let mut export = BufWriter::new(File::create(at("all.json")).unwrap());
    export.write_all(b"{\"envelopes\":[").unwrap();
    for number in 0..FILE_BYTES / line.len() {
        let comma = if number > 0 { "," } else { "" };
        export.write_all([comma, line.trim_end()].concat().as_bytes()).unwrap();
    }
    export.write_all(b"],\"spec\":\"1.0\"}\n").unwrap();
    export.into_inner().unwrap();
    for (from, to) in [("all.json", "all.toon"), ("all.toon", "all.binpb"), ("all.binpb", "again.json")] {
        convert(folder.path(), from, to);
    }
    assert!(is_same(&at("all.json"), &at("again.json")));
}
