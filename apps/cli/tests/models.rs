//! `tokens`, and `trace --format toon --max-tokens`: what language models read.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use common::{Ran, command, populated, record_agent, recorder, run, start, usage};
use serde_json::Value;
use tempfile::TempDir;
use tracewire_insight::tokens::{Encoding, count};
use tracewire_wire::event::Status;

fn with_input(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    let mut command = command(folder, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Who refuses its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap().into()
}

/// An agent of more than five hundred steps: it reads pages; page 83 is empty, because the library is rate limited, and the
/// summary of it fails.
fn long_run() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "reader");
    let agent = start(&recorder, None, "agent", "read-library", "Summarise all pages");
    for page in 0..84 {
        let turn = start(&recorder, Some(&agent), "chain", &format!("page {page}"), "");
        let is_last = page == 83;
        let text = if is_last { String::new() } else { format!("Otters keep warm, page {page}. ").repeat(30) };
        let fetch = start(&recorder, Some(&turn), "http", "fetch_page", &format!("https://library.example/{page}"));
        if is_last {
            recorder.log(Some(fetch.context()), |body| {
                body.text("message", "429 from library.example, going on with an empty page");
                body.text("level", "warning");
            });
        }
        recorder.end_span(&fetch, &Status::Ok, |body| body.text("output", &text));
        for part in 0..3 {
            let embed = start(&recorder, Some(&turn), "embedding", "embed", &format!("{text}{part}"));
            recorder.end_span(&embed, &Status::Ok, |body| usage(body, 40, 0));
        }
        let summary = start(&recorder, Some(&turn), "llm", "summarise", &text);
        if is_last {
            recorder.end_span(&summary, &Status::Error, |body| {
                body.text("status_message", "SchemaError: summary has no field `claims`");
            });
            recorder.end_span(&turn, &Status::Error, |_| {});
        } else {
            recorder.end_span(&summary, &Status::Ok, |body| {
                body.text("output", "Otters have dense fur.");
                usage(body, 300, 12);
            });
            recorder.end_span(&turn, &Status::Ok, |_| {});
        }
    }
    recorder.end_span(&agent, &Status::Error, |body| body.text("status_message", "stopped at page 83"));
    recorder.close(None);
    folder
}

fn shown_count(text: &str) -> usize {
    count(text, Encoding::O200k)
}

#[test]
fn each_form_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<String> =
        (0..20).map(|row| format!(r#"{{"id":{row},"name":"search","status":"ok","ms":{}}}"#, row * 7)).collect();
    fs::write(folder.path().join("events.json"), format!("[{}]", rows.join(","))).unwrap();
    let ran = run(folder.path(), &["tokens", "events.json"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out);
    let same = with_input(folder.path(), &["tokens", "-", "--from", "jsonl", "--json"], &rows.join("\n"));
    let document: Value = serde_json::from_str(&same.out).unwrap();
    assert_eq!((&document["baseline"], &document["encoding"]), (&"json".into(), &"o200k".into()));
    assert_eq!(document["forms"][0]["difference_percent"], 0);
    let compact: Value = serde_json::from_str(&format!("[{}]", rows.join(","))).unwrap();
    assert_eq!(document["forms"][0]["tokens"], shown_count(&serde_json::to_string(&compact).unwrap()));
}

#[test]
fn a_value_is_written_in_the_form_with_the_fewest_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let rows = r#"[{"id":1,"name":"otter"},{"id":2,"name":"heron"},{"id":3,"name":"seal"}]"#;
    let table = "[3]{id,name}:\n  1,otter\n  2,heron\n  3,seal\n";
    for (format, input, output) in [
        ("pick", rows, table),
        ("pick", "[1, 2]", "[1,2]\n"),
        ("toon", "[1, 2]", "[2]: 1,2\n"),
        ("csv", r#"[{"a":1}]"#, "a\r\n1\r\n"),
    ] {
        let ran = with_input(folder.path(), &["tokens", "-", "--format", format], input);
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), output), "{format} {input} {}", ran.err);
    }
    let ran = with_input(folder.path(), &["tokens", "-", "--format", "csv"], "{}");
    assert_eq!(ran.code, Some(2), "{}", ran.err);
}

#[test]
fn ragged_lists_cost_less_after_a_transformation() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<String> = (0..40)
        .map(|row| {
            if row % 9 == 0 {
                format!(r#"{{"id":{row},"name":"a"}}"#)
            } else {
                format!(r#"{{"id":{row},"name":"a","ms":5}}"#)
            }
        })
        .collect();
    let ran = with_input(folder.path(), &["tokens", "-", "--json"], &format!("[{}]", rows.join(",")));
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let difference = |name: &str| {
        let forms = document["forms"].as_array().unwrap();
        forms.iter().find(|form| form["form"] == name).unwrap()["difference_percent"].as_f64().unwrap()
    };
    assert!(difference("toon") > 0.0 && difference("toon-grouped") < -20.0 && difference("toon-filled") < -20.0);
    assert_eq!(document["pick"], "json");
}

#[test]
fn what_cannot_be_counted_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, input, code, says) in [
        (&["tokens", "-"][..], "[1,", 4, "json_end"),
        (&["tokens", "-", "--from", "jsonl"], "{}\n{", 4, "line 2"),
        (&["tokens", "missing.json"], "", 4, "missing.json"),
        (&["tokens", "-", "--baseline", "csv"], "{}", 2, "no_baseline"),
        (&["tokens", "-", "--baseline", "xml"], "{}", 2, "toon-tab"),
        (&["tokens", "-", "--encoding", "gpt-5"], "{}", 2, "o200k and cl100k"),
    ] {
        let ran = with_input(folder.path(), arguments, input);
        assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{arguments:?}");
        assert!(ran.err.contains(says), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn a_short_trace_is_shown_whole() {
    let folder = populated();
    let ran = run(folder.path(), &["trace", "--last", "--format", "toon", "--max-tokens", "2000"]);
    assert_eq!((ran.code, ran.err), (Some(0), format!("{} of 2,000 tokens (o200k)\n", shown_count(&ran.out))));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn a_long_trace_keeps_the_budget_and_tells_the_failure() {
    let folder = long_run();
    for most in [300, 500, 1000, 4000, 20_000] {
        for encoding in [Encoding::O200k, Encoding::Cl100k] {
            let ran = run(
                folder.path(),
                &["trace", "--last", "--max-tokens", &most.to_string(), "--encoding", encoding.name()],
            );
            let tokens = count(&ran.out, encoding);
            let said = ran.err.replace(',', "");
            assert_eq!((ran.code, said), (Some(0), format!("{tokens} of {most} tokens ({})\n", encoding.name())));
            assert!(tokens <= most, "{tokens} > {most}");
            assert!(most > 4000 || tokens > most * 3 / 5, "{tokens} of {most}");
            for (least, said) in [(0, "SchemaError: summary has no field"), (0, "page 83"), (500, "429 from library")] {
                assert!(most < least || ran.out.contains(said), "{most} {said}\n{}", ran.out);
            }
        }
    }
    let ran = run(folder.path(), &["trace", "--last", "--max-tokens", "1000"]);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn what_is_left_out_can_be_asked_for_as_the_page_says() {
    let folder = long_run();
    let page = run(folder.path(), &["trace", "--max-tokens", "400"]).out;
    let line = |name: &str| {
        let line = page.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap();
        line.trim_start_matches(": ").split(' ').skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let more = line("for_more");
    let ran = run(folder.path(), &more.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(shown_count(&ran.out) <= 1000 && ran.out.len() > page.len());
    // The step of the failure, as it is called at the head of the page.
    let head = page.lines().find(|line| line.starts_with("failed_first")).unwrap();
    let id = head.split(['(', ')']).nth(1).unwrap();
    let one: Vec<String> = line("for_one_step").into_iter().map(|word| word.replace("ID", id)).collect();
    let ran = run(folder.path(), &one.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.out.contains("steps: 1\n") && ran.out.ends_with("left_out:\n  steps: 0\n  details: 0\n  bytes: 0\n"),
        "{}",
        ran.out
    );
    // The same step as a picture.
    let picture = run(folder.path(), &["trace", "--step", id]);
    assert!(picture.out.starts_with("summarise  ✗ error"), "{}", picture.out);
}

#[test]
fn too_few_tokens_name_the_least() {
    let folder = long_run();
    let ran = run(folder.path(), &["trace", "--max-tokens", "20"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("too_few_tokens"), "{}", ran.err);
    let least = ran.err.trim().rsplit(' ').next().unwrap().to_owned();
    let ran = run(folder.path(), &["trace", "--max-tokens", &least]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(shown_count(&ran.out), least.parse::<usize>().unwrap());
}

#[test]
fn forms_and_refusals() {
    let folder = long_run();
    let json = run(folder.path(), &["trace", "--format", "json", "--max-tokens", "900"]);
    let page: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(page["steps"], 506);
    assert!(shown_count(&json.out) <= 900);
    let counted = run(folder.path(), &["trace", "--format", "pick", "--max-tokens", "900", "--json"]);
    let counted: Value = serde_json::from_str(&counted.out).unwrap();
    assert_eq!(counted["format"], "toon");
    assert_eq!(counted["tokens"], shown_count(counted["text"].as_str().unwrap()));
    assert_eq!(counted["rows"].as_u64().unwrap() + counted["left_out"]["steps"].as_u64().unwrap(), 506);
    for (arguments, code, says) in [
        (&["trace", "--step", "ffffff"][..], 3, "no_step"),
        (&["trace", "--step", "00000000"], 2, "type more digits"),
        (&["trace", "--max-tokens", "900", "--full"], 2, "cannot be used with"),
        (&["trace", "--format", "xml"], 2, "toon, json, pick"),
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{arguments:?} {}", ran.err);
        assert!(ran.err.contains(says), "{arguments:?}: {}", ran.err);
    }
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000b2", "reader");
    record_agent(&recorder);
    record_agent(&recorder);
    recorder.close(None);
    let ran = run(folder.path(), &["trace", "--session", "chat-42", "--format", "toon"]);
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    assert!(ran.err.contains("several_traces"), "{}", ran.err);
}
