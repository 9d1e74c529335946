//! `run`: the program's own input, outputs, signals and exit code, and what it recorded.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test may fail")]

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use common::{command, populated, record_agent, recorder, run, settle, start};
use serde_json::Value;

/// Not a test of its own: the program that the tests run.
#[test]
fn a_program_that_records() {
    let Some(what) = std::env::var_os("TRACEWIRE_TEST_PROGRAM") else { return };
    let folder = std::env::var_os("TRACEWIRE_DIR").unwrap();
    let recorder = recorder(folder.as_ref(), "00000000000000c7", "program");
    match what.to_str().unwrap() {
        "whole" => {
            record_agent(&recorder);
            recorder.close(None);
        }
        "two" => {
            record_agent(&recorder);
            start(&recorder, None, "agent", "second", "go");
            recorder.close(None);
        }
        _ => {
            start(&recorder, None, "agent", "doomed", "go");
            println!("\nrecorded {}", std::process::id());
            // Until the other side of the pipe is closed, or this process is killed.
            let _ = std::io::stdin().read(&mut [0]);
        }
    }
}

/// The words that make this test's own binary be that program.
fn program() -> Vec<String> {
    let own = std::env::current_exe().unwrap().to_string_lossy().into_owned();
    [own.as_str(), "--exact", "a_program_that_records", "--nocapture"].map(str::to_owned).to_vec()
}

fn running(folder: &std::path::Path, what: &str, options: &[&str]) -> Command {
    let program = program();
    let words: Vec<&str> = program.iter().map(String::as_str).collect();
    let mut command = command(folder, &[&["run"], options, &["--"], &words[..]].concat());
    command.env("TRACEWIRE_TEST_PROGRAM", what).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn the_tree_is_drawn_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let ran: common::Ran = running(folder.path(), "whole", &[]).output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("test result: ok"), "its own output: {}", ran.out);
    let pid = ran.err.split("pid ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    insta::assert_snapshot!(settle(&ran.err, folder.path()).replace(&format!("pid {pid}"), "pid PID"));
}

#[test]
fn only_what_the_program_recorded_is_drawn() {
    let folder = populated();
    let ran: common::Ran = running(folder.path(), "two", &["--json"]).output().unwrap().into();
    let document: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(document["exit_code"], 0);
    // The first of them has the id of a trace that was there before, made by the same script.
    let names =
        document["traces"].as_array().unwrap().iter().map(|trace| trace["nodes"].as_array().unwrap().last().unwrap());
    assert_eq!(names.map(|node| node["name"].clone()).collect::<Vec<_>>(), ["draft", "second"]);
    let quiet: common::Ran = running(folder.path(), "none", &["--quiet"]).stdin(Stdio::null()).output().unwrap().into();
    assert_eq!((quiet.code, quiet.err.as_str()), (Some(0), ""));
}

#[test]
fn input_outputs_and_surroundings_are_the_programs_own() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"cat; echo "$TRACEWIRE_DIR|$TRACEWIRE_SERVICE|$TRACEWIRE_SESSION_ID"; echo wrong >&2; exit 7"#;
    let mut child = command(folder.path(), &["run", "--service", "s", "--session", "chat", "--", "sh", "-c", script])
        .env("PATH", std::env::var("PATH").unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"said\n").unwrap();
    let ran: common::Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(7));
    assert_eq!(ran.out, format!("said\n{}|s|chat\n", folder.path().to_string_lossy()));
    assert!(ran.err.starts_with("wrong\n! tracewire: nothing was recorded; is tracewire imported"), "{}", ran.err);
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is made for nothing");
}

#[test]
fn what_cannot_be_started_has_the_codes_of_shells() {
    let folder = tempfile::tempdir().unwrap();
    for (program, code) in [("no-such-program-anywhere", 127), ("/", 126)] {
        let ran = run(folder.path(), &["run", "--", program]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{}", ran.err);
        assert!(ran.err.contains(&format!("{program} cannot be started")), "{}", ran.err);
    }
    assert_eq!(run(folder.path(), &["run"]).code, Some(2));
}

/// Starts the program and waits until it has recorded. Gives what keeps it waiting, and the program's own process id.
fn waiting(folder: &std::path::Path) -> (Child, (ChildStdin, BufReader<ChildStdout>), String) {
    let mut child = running(folder, "wait", &[]).spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("recorded ") {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0, "it ended");
    }
    let pid = line.trim().split(' ').next_back().unwrap().to_owned();
    (child, (stdin, out), pid)
}

fn signal(name: &str, pid: &str) {
    assert!(Command::new("kill").args([name, pid]).status().unwrap().success());
}

#[test]
fn a_program_that_is_killed_leaves_its_tree() {
    let folder = tempfile::tempdir().unwrap();
    let (child, _pipes, pid) = waiting(folder.path());
    signal("-KILL", &pid);
    let ran = child.wait_with_output().unwrap();
    let err = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(137), "{err}");
    assert!(err.contains("doomed  ⚠ abandoned"), "{err}");
}

#[test]
fn signals_are_handed_on_and_the_tree_comes_all_the_same() {
    for (name, code) in [("-TERM", 143), ("-INT", 130), ("-HUP", 129)] {
        let folder = tempfile::tempdir().unwrap();
        let (child, _pipes, _) = waiting(folder.path());
        signal(name, &child.id().to_string());
        let ran = child.wait_with_output().unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(code), "{name}: {err}");
        assert!(err.contains("doomed  ⚠ abandoned"), "{name}: {err}");
    }
}
