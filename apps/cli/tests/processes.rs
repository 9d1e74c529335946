//! What a reader sees of processes that are killed, and of those that go on in their next file.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test may fail")]

mod common;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use common::{record_agent, recorder, run, start};
use serde_json::Value;
use tracewire_recorder::{Options, Recorder};

const FOLDER: &str = "TRACEWIRE_TEST_FOLDER";

/// Not a test of its own: the process that the next test kills.
#[test]
fn a_child_that_waits_to_be_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let recorder = recorder(folder.as_ref(), "00000000000000ab", "victim");
    record_agent(&recorder);
    let agent = start(&recorder, None, "agent", "doomed", "go");
    let draft = start(&recorder, Some(&agent), "llm", "draft", "write");
    recorder.span_event(&draft, |body| body.texts("chunks", ["one", "two", "three"]));
    println!("\nrecorded");
    // Until the other side of the pipe is closed, or this process is killed, whatever comes first.
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn what_a_killed_process_recorded_is_all_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_child_that_waits_to_be_killed", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "recorded"));
    let alive = run(folder.path(), &["trace"]);
    assert!(alive.out.starts_with("doomed  … in flight"), "{}", alive.out);
    child.kill().unwrap();
    child.wait().unwrap();

    let trace = run(folder.path(), &["trace", "--last"]);
    assert_eq!(trace.code, Some(0), "{}", trace.err);
    assert!(trace.out.starts_with("doomed  ⚠ abandoned"), "{}", trace.out);
    assert!(trace.out.contains("╰ last known: chunk 3, 100 ms in"), "{}", trace.out);
    let json: Value = serde_json::from_str(&run(folder.path(), &["trace", "--json"]).out).unwrap();
    assert_eq!(json["traces"][0]["counts"]["abandoned"], 2);
    assert_eq!(json["traces"][0]["processes"][0]["state"], "dead");
    let list = run(folder.path(), &["list"]);
    assert_eq!(list.out.lines().filter(|line| line.starts_with(['⚠', '✓'])).count(), 2, "{}", list.out);
    let verify = run(folder.path(), &["verify"]);
    assert_eq!(verify.code, Some(0), "{}", verify.out);
    assert!(verify.out.contains("proved to its end, recovered · 1 envelope · 13 events"), "{}", verify.out);
    let doctor = run(folder.path(), &["doctor"]);
    assert!(doctor.out.contains("00000000000000ab-1  dead"), "{}", doctor.out);
    assert_eq!(doctor.code, Some(0), "a process that died is no problem of the recordings: {}", doctor.out);
}

#[test]
fn a_process_that_goes_on_in_its_next_file_is_alive() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        Options { directory: Some(folder.path().to_owned()), file_bytes: 64 << 10, ..Options::for_service("rotating") };
    let recorder = Recorder::open(options).unwrap();
    let agent = start(&recorder, None, "agent", "long-runner", "go");
    let first = recorder.stats().producer;
    for _ in 0..10_000 {
        recorder.log(Some(agent.context()), |body| body.text("message", &"words ".repeat(100)));
        if recorder.stats().producer != first {
            break;
        }
    }
    assert_ne!(recorder.stats().producer, first, "the file was rotated");
    let trace = run(folder.path(), &["trace"]);
    assert!(trace.out.starts_with("long-runner  … in flight"), "{}{}", trace.out, trace.err);
    let json: Value = serde_json::from_str(&run(folder.path(), &["trace", "--json"]).out).unwrap();
    let processes = json["traces"][0]["processes"].as_array().unwrap();
    assert_eq!((processes.len(), &processes[0]["state"]), (1, &"alive".into()), "two files, one process");
    let list: Value = serde_json::from_str(&run(folder.path(), &["list", "--json"]).out).unwrap();
    assert_eq!(list["traces"][0]["state"], "in_flight");
}
