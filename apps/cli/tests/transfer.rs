//! `export` and `import`: what goes out verifies, and comes in elsewhere as it was.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use common::{Ran, command, populated, record_agent, recorder, run, start};
use serde_json::Value;
use tempfile::TempDir;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::event::Status;
use tracewire_wire::verify::{Report, Verifier};

/// Two runs of one process that share what they say, in two sessions, and a log line of none.
fn two_runs() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "research");
    record_agent(&recorder);
    recorder.log(None, |body| body.text("message", "between the runs"));
    let other = start(&recorder, None, "agent", "other", &"Write about otters. ".repeat(40));
    recorder.end_span(&other, &Status::Ok, |body| body.text("output", "no"));
    recorder.close(None);
    folder
}

fn envelopes(text: &str) -> Vec<Envelope> {
    text.lines().map(|line| Envelope::read(line.as_bytes()).unwrap()).collect()
}

fn verified(envelopes: &[Envelope]) -> Report {
    let mut verifier = Verifier::new();
    envelopes.iter().for_each(|envelope| _ = verifier.push(envelope));
    let report = verifier.finish();
    assert!(report.is_sound(), "{report}");
    report
}

fn import(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    let mut child = command(folder, &[&["import"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn everything_goes_out_as_it_was_sealed_and_comes_in_again() {
    let folder = populated();
    // Before a reader puts it into the store, and it goes.
    let sealed = run(folder.path(), &["seal", "journal/00000000000000a1-1.twj"]);
    let all = run(folder.path(), &["export"]);
    assert_eq!((all.code, all.err.as_str()), (Some(0), ""));
    assert_eq!(all.out, sealed.out, "byte for byte");
    assert!(verified(&envelopes(&all.out)).is_complete());

    let elsewhere = tempfile::tempdir().unwrap();
    let place = elsewhere.path().join("new");
    let dir = place.to_str().unwrap();
    let first = import(elsewhere.path(), &["--dir", dir, "--json"], &all.out);
    let report: Value = serde_json::from_str(&first.out).unwrap();
    assert_eq!(
        (first.code, &report["envelopes"], &report["events"], &report["known"]),
        (Some(0), &1.into(), &10.into(), &0.into())
    );
    assert_eq!(fs::read_to_string(place.join(".gitignore")).unwrap(), "*\n");
    let again = import(elsewhere.path(), &["--dir", dir, "-"], &all.out);
    assert!(again.out.contains("0 envelopes with 0 new events taken · 1 known already"), "{}", again.out);
    assert_eq!(run(elsewhere.path(), &["export", "--dir", dir]).out, all.out);
    let tree = |folder: &Path, dir: &[&str]| {
        let ran = run(folder, &[&["trace", "--json", "--full"], dir].concat());
        let mut document: Value = serde_json::from_str(&ran.out).unwrap();
        document["traces"][0]["processes"].take();
        document
    };
    assert_eq!(tree(elsewhere.path(), &["--dir", dir]), tree(folder.path(), &[]));
}

#[test]
fn a_part_goes_out_with_all_else_withheld_and_verifies() {
    let folder = two_runs();
    for (arguments, staying) in [
        (&["00000000000000000000000000000002"][..], 2),
        (&["00000000000000000000000000000001", "00000000000000000000000000000002"], 12),
        (&["--session", "chat-42"], 12),
        (&["--since", "2026-11-21T04:30:01.100Z"], 2),
        (&["00000000000000000000000000000002", "--until", "2026-11-21T04:30:01.200Z"], 1),
        (&["--until", "2026-11-21T04:30:00.100Z"], 1),
    ] {
        let ran = run(folder.path(), &[&["export"], arguments].concat());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
        let report = verified(&envelopes(&ran.out));
        let producer = &report.producers["00000000000000a1-1"];
        assert_eq!((producer.events, producer.withheld), (staying, 13 - staying), "{arguments:?}: {report}");
        assert!(producer.missing_contents.is_empty(), "{arguments:?}: {report}");
        assert!(!ran.out.contains("between the runs"), "{arguments:?}");
    }
    // What the second run needs goes with it, and what only the first one said does not.
    let second = run(folder.path(), &["export", "00000000000000000000000000000002"]).out;
    assert!(second.contains("Write about otters. Write") && !second.contains("429 too many"), "{second}");
    let nothing = run(folder.path(), &["export", "--until", "2001-01-01", "--output", "none.jsonl"]);
    assert_eq!(nothing.code, Some(3), "{}", nothing.out);
    assert!(!folder.path().join("none.jsonl").exists());
}

#[test]
fn content_of_earlier_envelopes_comes_along() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "research");
    let long = "Write about otters. ".repeat(40);
    let mut last = None;
    // More than one envelope holds.
    for run in 0..200 {
        let agent = start(&recorder, None, "agent", &format!("run {run}"), &long);
        recorder.end_span(&agent, &Status::Ok, |_| {});
        last = Some(agent.context().trace_id);
    }
    recorder.close(None);
    let all = envelopes(&run(folder.path(), &["export"]).out);
    assert!(all.len() > 1 && all.last().unwrap().content.is_empty());
    let part = run(folder.path(), &["export", &last.unwrap().to_string()]);
    let part = envelopes(&part.out);
    let report = verified(&part);
    assert_eq!((part.len(), part[0].content.len()), (1, 1));
    assert!(report.producers["00000000000000a1-1"].missing_contents.is_empty(), "{report}");
}

#[test]
fn a_file_is_written_whole_and_read_in_every_form() {
    let folder = two_runs();
    let out = folder.path().join("out.json");
    let ran = run(folder.path(), &["export", "--last", "1000w", "--output", out.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(ran.out, "✓ 13 events in 1 envelope written to out.json\n");
    let text = fs::read_to_string(&out).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((document["envelopes"].as_array().unwrap().len(), &document["spec"]), (1, &"1.0".into()));
    let pretty = serde_json::to_string_pretty(&document).unwrap();
    let list = document["envelopes"].to_string();
    let line = run(folder.path(), &["export", "--format", "jsonl"]).out;
    for (form, text) in [("document", &text), ("pretty", &pretty), ("list", &list), ("lines", &line)] {
        let place = folder.path().join(form);
        let file = folder.path().join(format!("{form}.in"));
        fs::write(&file, text).unwrap();
        let ran = run(folder.path(), &["import", "--dir", place.to_str().unwrap(), file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{form}: {} {}", ran.out, ran.err);
        assert!(ran.out.starts_with("✓ 1 envelope with 13 new events taken\n"), "{form}: {}", ran.out);
        assert_eq!(run(folder.path(), &["export", "--dir", place.to_str().unwrap()]).out, line, "{form}");
    }
    let bad = run(folder.path(), &["export", "--output", "missing/out.json"]);
    assert_eq!((bad.code, bad.out.as_str()), (Some(4), ""));
    assert!(bad.err.contains("missing/out.json") && bad.err.contains("its folder is there"), "{}", bad.err);
    assert!(
        !fs::read_dir(folder.path()).unwrap().any(|entry| entry.unwrap().path().to_string_lossy().contains("partial"))
    );
}

#[test]
fn bad_lines_are_named_and_all_others_taken() {
    let folder = populated();
    let good = run(folder.path(), &["export"]).out;
    let changed = good.replace("429 too many", "200 too many");
    let lines =
        format!("this is no JSON\n\n{changed}{{\"events\":[]}}\n{good}[{},7]\n\"\u{1b}[31m\"\n", good.trim_end());
    fs::write(folder.path().join("lines.jsonl"), &lines).unwrap();
    let place = folder.path().join("new");
    let ran = run(folder.path(), &["import", "--dir", place.to_str().unwrap(), "lines.jsonl"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    insta::assert_snapshot!(ran.out.replace(place.to_str().unwrap(), "DIR"));
    assert_eq!(run(folder.path(), &["export", "--dir", place.to_str().unwrap()]).out, good);
    let missing =
        run(folder.path(), &["import", "--dir", folder.path().join("none").to_str().unwrap(), "nobody.jsonl"]);
    assert_eq!(missing.code, Some(4), "{}", missing.err);
    assert!(missing.err.contains("nobody.jsonl") && !folder.path().join("none").exists(), "{}", missing.err);
}

#[test]
fn what_is_not_sealed_yet_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000b2", "live");
    let agent = start(&recorder, None, "agent", "at-work", "go");
    for arguments in [&["export"][..], &["export", &agent.context().trace_id.to_string()]] {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""), "{arguments:?}");
        assert!(
            ran.err.contains("1 event of processes at work fit, and are not sealed yet [not_sealed]"),
            "{}",
            ran.err
        );
    }
    recorder.close(None);
    assert_eq!(run(folder.path(), &["export"]).code, Some(0));
}
