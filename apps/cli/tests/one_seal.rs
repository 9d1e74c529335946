//! Whoever seals a journal makes the same bytes: a worker, the calling thread, a later process, the command line, two at once.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tracewire_recorder::journal::Directory;
use tracewire_recorder::ship::sink::SinkOptions;
use tracewire_recorder::{Mode, Options, Recorder, StartSpan};
use tracewire_wire::event::Status;

fn open(folder: &Path, mode: Mode) -> Recorder {
    let sink = SinkOptions::JsonLines { path: folder.join("out.jsonl") };
    let options =
        Options { directory: Some(folder.join("traces")), mode, sinks: vec![sink], ..Options::for_service("seal") };
    Recorder::open(options).unwrap()
}

fn record(recorder: &Recorder, steps: usize) {
    for number in 0..steps {
        let start = StartSpan { parent: None, kind: "tool", correlation_id: None };
        let span = recorder.start_span(start, |body| {
            body.text("name", "work");
            body.text("input", &format!("{} {}", number % 7, "words ".repeat(80)));
        });
        recorder.end_span(&span, &Status::Ok, |body| body.int("output", number as i64));
    }
}

/// The lines that a sink or a command got of one producer.
fn lines_of(producer: &str, text: &str) -> Vec<String> {
    let mark = format!(r#""producer":"{producer}""#);
    text.lines().filter(|line| line.contains(&mark)).map(str::to_owned).collect()
}

#[test]
fn everybody_makes_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let sink = folder.path().join("out.jsonl");

    // The worker delivers while the program goes on.
    let recorder = open(folder.path(), Mode::Background);
    record(&recorder, 700);
    let began = Instant::now();
    let is_begun = || sink.metadata().is_ok_and(|found| found.len() > 0);
    while !is_begun() && began.elapsed() < Duration::from_secs(30) {
        std::thread::yield_now();
    }
    let early = fs::read_to_string(&sink).unwrap();
    record(&recorder, 700);
    let report = recorder.close(None);
    assert_eq!((report.written, report.sealed, report.sent, report.pending), (2800, 2800, 2800, 0));
    let by_worker = fs::read_to_string(&sink).unwrap();
    assert!(by_worker.starts_with(&early) && early.lines().count() > 0);

    // The command line, two processes at once.
    let journals = Directory::at(folder.path().join("traces")).journals().unwrap();
    let seal = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tracewire"));
        command.arg("seal").args(&journals).stdout(Stdio::piped()).spawn().unwrap()
    };
    let (first, second) = (seal(), seal());
    for process in [first, second] {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success());
        assert!(output.stdout == by_worker.as_bytes(), "the command line made other bytes than the worker");
    }

    // A later recorder, on its own thread: the cursor is gone, so the sink gets all of it again.
    fs::remove_file(&sink).unwrap();
    fs::remove_dir_all(folder.path().join("traces/acks")).unwrap();
    let later = open(folder.path(), Mode::Inline);
    record(&later, 1);
    let again = fs::read_to_string(&sink).unwrap();
    for journal in &journals {
        let producer = journal.file_stem().unwrap().to_string_lossy().into_owned();
        let expected = lines_of(&producer, &by_worker);
        assert!(!expected.is_empty() && lines_of(&producer, &again) == expected, "{producer} has other bytes inline");
    }
}
