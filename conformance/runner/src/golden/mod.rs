//! What releases emitted, kept for ever: every later version reads it to the same values.
//!
//! ```text
//! golden/<version>/recording.{json,jsonl,binpb,toon,csv}   all envelopes of all recordings of that release
//!                  journals/<name>.twj, <name>.jsonl       journals, and what they seal to
//!                  digests.txt                             what the files hash to; what verification says of each recording
//! ```
//!
//! A folder is written once, when a version is released, and never changed: `digests.txt` proves it.

mod write;

pub use write::write;

use crate::ConformanceError;
use crate::case::{Ask, Case, Expected, bytes, conversion};
use crate::files::Files;
use serde_json::json;
use std::collections::BTreeSet;
use tracewire_wire::id::Hash;

/// Files with the recording, and their encodings.
const RECORDINGS: [(&str, &str); 5] = [
    ("recording.json", "json"),
    ("recording.jsonl", "jsonl"),
    ("recording.binpb", "proto"),
    ("recording.toon", "toon"),
    ("recording.csv", "csv"),
];

/// What later versions must do with what earlier ones emitted.
const REQUIREMENT: &str = "TW-VER-003";

/// The cases that the folders of all versions are.
///
/// # Errors
/// Where a file is missing or has changed since.
pub fn cases(golden: &Files) -> Result<Vec<Case>, ConformanceError> {
    let versions: BTreeSet<&str> =
        golden.paths().filter_map(|path| path.split_once('/')).map(|(version, _)| version).collect();
    let mut cases = Vec::new();
    for version in versions {
        cases.extend(of_version(version, &golden.below(version))?);
    }
    Ok(cases)
}

fn of_version(version: &str, files: &Files) -> Result<Vec<Case>, ConformanceError> {
    let digests = files.text("digests.txt")?;
    unchanged(files, digests)?;
    let case = |name: &str, about: String, asks: Vec<Ask>| Case {
        name: format!("golden/{version}-{name}"),
        about,
        requirements: vec![REQUIREMENT.to_owned()],
        asks,
    };
    let ask = |request, expected| Ask { what: String::new(), request, expected };
    let whole = files.bytes("recording.json")?;
    let mut cases = Vec::new();
    for (file, encoding) in RECORDINGS {
        let expected = Expected::Bytes { member: "bytes", bytes: whole.to_vec() };
        let asks = vec![ask(conversion(encoding, "json", files.bytes(file)?), expected)];
        cases.push(case(encoding, format!("What version {version} wrote as {encoding} reads as it did."), asks));
    }
    for path in files.paths() {
        let Some(name) = path.strip_prefix("journals/").and_then(|name| name.strip_suffix(".twj")) else { continue };
        let lines = files.text(&format!("journals/{name}.jsonl"))?;
        let envelopes = lines.lines().map(|line| line.as_bytes().to_vec()).collect();
        let request = json!({ "operation": "seal", "journal": bytes::base64(files.bytes(path)?) });
        let asks = vec![ask(request, Expected::Envelopes { envelopes, pending: None })];
        cases.push(case(&format!("journal-{name}"), format!("A journal of version {version} seals as it did."), asks));
    }
    let lines = files.text("recording.jsonl")?;
    let (mut envelopes, mut asks) = (lines.lines(), Vec::new());
    for line in digests.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let ["recording", name, count, sound, complete, findings @ ..] = words.as_slice() else { continue };
        let own: Vec<String> =
            envelopes.by_ref().take(count.parse().unwrap_or(0)).map(|line| bytes::base64(line.as_bytes())).collect();
        let expected = Expected::Report {
            sound: *sound == "sound",
            complete: *complete == "complete",
            proved: None,
            findings: findings.iter().map(|code| (*code).to_owned()).collect(),
        };
        let request = json!({ "operation": "verify", "envelopes": own });
        asks.push(Ask { what: (*name).to_owned(), request, expected });
    }
    cases.push(case("verify", format!("What version {version} recorded verifies as it did."), asks));
    Ok(cases)
}

fn unchanged(files: &Files, digests: &str) -> Result<(), ConformanceError> {
    let wrong = |file: &str, reason: &str| {
        Err(ConformanceError::Content { path: files.root.join(file), reason: reason.to_owned() })
    };
    let mut listed = BTreeSet::new();
    for (file, digest) in digests.lines().filter_map(|line| line.strip_prefix("file ")?.split_once(' ')) {
        if Hash::of(files.bytes(file)?).to_string() != digest {
            return wrong(file, "is not what was released: what a release emitted never changes; take the change back");
        }
        listed.insert(file);
    }
    match files.paths().find(|path| *path != "digests.txt" && !path.ends_with(".md") && !listed.contains(path)) {
        Some(odd) => wrong(odd, "is no file of the release: digests.txt does not name it"),
        None => Ok(()),
    }
}
