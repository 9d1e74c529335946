//! Adapters that misbehave: each case fails with what happened, and the next one is asked all the same.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tracewire_conformance::adapter::{Adapter, Launch};
use tracewire_conformance::case::{Ask, Case, Expected};
use tracewire_conformance::judge::Outcome;
use tracewire_conformance::known::Known;
use tracewire_conformance::suite;

/// A shell that answers `start`, and each case by what its name says. It reads the name and the id with no more than a shell has.
const SCRIPT: &str = r#"
while IFS= read -r line; do
  id=${line##*\"id\":}; id=${id%%[!0-9]*}
  case $line in
    *'"do":"start"'*) echo "{\"id\":$id,\"name\":\"scripted\",\"version\":\"1\",\"language\":\"sh\",\"protocol\":\"1.0\",\"capabilities\":[\"convert:json\"]}";;
    *a/dies*) echo 'out of memory' >&2; exit 3;;
    *a/hangs*) echo 'still thinking' >&2; read -r never;;
    *a/garbage*) echo 'Traceback (most recent call last)';;
    *a/wrong-id*) echo "{\"id\":99,\"result\":{\"bytes\":\"MQ==\"}}";;
    *a/two-answers*) echo "{\"id\":$id,\"result\":{\"bytes\":\"MQ==\"},\"skipped\":\"x\"}";;
    *a/skips-silently*) echo "{\"id\":$id,\"skipped\":\"\"}";;
    *a/skips*) echo "{\"id\":$id,\"skipped\":\"has no \\u001b[2Jcsv\"}";;
    *a/refuses*) echo "{\"id\":$id,\"error\":{\"code\":\"json_end\",\"message\":\"no\"}}";;
    *a/wrong-bytes*) echo "{\"id\":$id,\"result\":{\"bytes\":\"MS4w\"}}";;
    *a/no-base64*) echo "{\"id\":$id,\"result\":{\"bytes\":\"M\"}}";;
    *a/where*) echo "$(pwd) $(ls | wc -l) $SECRET $KEPT $TZ" >&2; exit 1;;
    *) echo "{\"id\":$id,\"result\":{\"bytes\":\"MQ==\"}}";;
  esac
done
"#;

fn case(name: &str) -> Case {
    let request = json!({ "operation": "convert", "from": "json", "to": "json", "bytes": "MQ==" });
    let expected = Expected::Bytes { member: "bytes", bytes: b"1".to_vec() };
    Case {
        name: name.to_owned(),
        about: "It answers.".to_owned(),
        requirements: vec!["TW-JSON-001".to_owned()],
        asks: vec![Ask { what: String::new(), request, expected }],
    }
}

fn launch() -> Launch {
    let mut launch = Launch::new(["sh", "-c", SCRIPT]);
    launch.answer_within = Duration::from_secs(20);
    launch
}

/// What became of these cases, each in one line; one process after the other.
fn said(launch: &Launch, names: &[&str]) -> Vec<String> {
    let cases: Vec<Case> = names.iter().map(|name| case(name)).collect();
    let results = suite::run(launch, &cases, &Known::default(), 1).unwrap();
    let row = |outcome: &Outcome| match outcome {
        Outcome::Failed(failure) => {
            format!("{} | {}", failure.summary, failure.details.trim().replace('\n', " / ")).trim_end().to_owned()
        }
        other => format!("{other:?}"),
    };
    results.rows.iter().map(|row_of| row(&row_of.outcome)).collect()
}

#[test]
fn what_an_adapter_does_wrong_fails_its_case_alone() {
    let names = [
        "a/dies",
        "a/fine",
        "a/garbage",
        "a/wrong-id",
        "a/fine-again",
        "a/two-answers",
        "a/skips-silently",
        "a/skips",
        "a/refuses",
        "a/no-base64",
        "a/last",
    ];
    insta::assert_snapshot!(said(&launch(), &names).join("\n"), @r##"
    the adapter ended without an answer (exit status: 3) | its standard error: / out of memory
    Passed
    a line of its output is no JSON: `Traceback (most recent call last)` |
    an answer repeats the id of its request: 2 expected, 99 came |
    Passed
    an answer has one of: `result`, `error`, `skipped` |
    skipped without a reason |
    Skipped("has no \\u{1b}[2Jcsv")
    a result expected, error json_end came | no
    the result is not as the protocol has it: this is no base64 with padding: Invalid input length: 1 |
    Passed
    "##);
}

#[test]
fn wrong_bytes_are_shown() {
    insta::assert_snapshot!(said(&launch(), &["a/wrong-bytes"]).join("\n").replace(" / ", "\n"), @r"
    bytes: differs from byte 1 on | expected  31 (its end)  |1|
    actual    31 2e 30  |1.0|
                 ^^ byte 1; 1 bytes expected, 3 bytes actual
    the same value, written in another way: expected 1, actual 1.0
    ");
}

#[test]
fn who_hangs_is_ended_and_the_next_case_goes_on() {
    let mut launch = launch();
    launch.answer_within = Duration::from_millis(300);
    let said = said(&launch, &["a/hangs", "a/fine"]);
    assert_eq!(said[0], "no answer came within 0.3 s | its standard error: / still thinking");
    // On a machine that is very busy even a good answer may take longer.
    assert!(said[1] == "Passed" || said[1].starts_with("no answer came"), "{said:?}");
}

#[test]
fn an_endless_line_is_refused() {
    let mut launch = Launch::new(["sh", "-c", "read -r line; cat /dev/zero"]);
    launch.start_within = Duration::from_secs(60);
    let fault = Adapter::start(&launch).err().unwrap();
    assert_eq!(fault.summary, "an answer is longer than 64 MiB");
}

#[test]
fn who_reads_nothing_is_ended_too() {
    let mut launch = Launch::new(["sh", "-c", "exec sleep 1000"]);
    launch.start_within = Duration::from_millis(50);
    let fault = Adapter::start(&launch).err().unwrap();
    assert!(fault.is_timeout);
}

#[test]
fn what_an_adapter_started_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    let script = format!("sleep 1000 & echo $! > '{}'; {SCRIPT}", pid_file.display());
    let adapter = Adapter::start(&Launch::new(["sh", "-c", &script])).unwrap();
    let pid = std::fs::read_to_string(&pid_file).unwrap().trim().to_owned();
    drop(adapter);
    // Whoever is ended and waits for its parent to look is a zombie; that is as good as gone.
    let is_gone = || match std::fs::read_to_string(Path::new("/proc").join(&pid).join("stat")) {
        Ok(stat) => stat.contains(") Z "),
        Err(_) => true,
    };
    for _ in 0..10_000 {
        if is_gone() || !Path::new("/proc").exists() {
            return;
        }
        std::thread::yield_now();
    }
    assert!(is_gone());
}

#[test]
fn an_adapter_starts_in_an_empty_folder_and_a_bare_environment() {
    let mut launch = launch();
    launch.kept = vec!["CARGO_PKG_NAME".to_owned()];
    let script = SCRIPT.replace("$SECRET", "${CARGO_MANIFEST_DIR-none}").replace("$KEPT", "$CARGO_PKG_NAME");
    launch.command = ["sh", "-c", &script].map(str::to_owned).to_vec();
    let said = said(&launch, &["a/where"]).join("");
    let words: Vec<&str> = said.rsplit(" / ").next().unwrap().split_whitespace().collect();
    assert!(words[0].contains("conformance-"), "{said}");
    assert_eq!(words[1..], ["0", "none", "tracewire-conformance", "Asia/Kathmandu"]);
}

#[test]
fn what_cannot_be_started_is_said() {
    let fault = |launch: Launch| Adapter::start(&launch).err().unwrap().summary;
    assert!(fault(Launch::new(["no-such-program-here"])).starts_with("`no-such-program-here` cannot be started: "));
    assert_eq!(fault(Launch::new(Vec::<String>::new())), "no command is given");
    let newer = SCRIPT.replace("\\\"protocol\\\":\\\"1.0\\\"", "\\\"protocol\\\":\\\"2.0\\\"");
    assert_eq!(fault(Launch::new(["sh", "-c", &newer])), "it speaks protocol 2.0, and the runner 1.0");
}

#[test]
fn cases_beyond_what_it_claims_are_not_asked() {
    let mut other = case("a/garbage");
    other.asks[0].request["to"] = Value::from("toon");
    let results = suite::run(&launch(), &[other], &Known::default(), 4).unwrap();
    assert_eq!(results.rows[0].outcome, Outcome::OutOfScope);
}
