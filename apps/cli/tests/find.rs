//! `query` and `sessions`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use common::{populated, run};
use serde_json::Value;

#[test]
fn query_shows_rows_newest_first() {
    let folder = populated();
    let ran = run(folder.path(), &["query"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn query_finds_by_every_condition() {
    let folder = populated();
    let rows = |arguments: &[&str]| -> Vec<String> {
        let ran = run(folder.path(), &[&["query", "--json"], arguments].concat());
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.err);
        let page: Value = serde_json::from_str(&ran.out).unwrap();
        let name = |row: &Value| row.get("name").unwrap_or(&row["body"]["message"]).as_str().unwrap().to_owned();
        page["rows"].as_array().unwrap().iter().map(name).collect()
    };
    for (arguments, expected) in [
        (&["--kind", "llm"][..], &["draft", "plan"][..]),
        (&["--status", "error"], &["fetch_page"]),
        (&["--event-type", "log"], &["falling back"]),
        (&["--event-type", "span.event"], &["draft"]),
        (&["--text", "TOO MANY"], &["fetch_page"]),
        (&["--session", "chat-42", "--kind", "tool"], &["fetch_page"]),
        (&["--session", "nobody"], &[]),
        (&["--service", "research", "--kind", "agent"], &["research-agent"]),
        (&["--where", "level=warning"], &[]),
        (&["--since", "2026-11-21T04:30:00.500Z", "--until", "2026-11-21T04:30:00.700Z"], &["draft", "falling back"]),
        (&["--agent-id", "nobody"], &[]),
        (&["--correlation", "nobody"], &[]),
        (&["-n", "1", "--kind", "llm"], &["draft"]),
    ] {
        assert_eq!(rows(arguments), expected, "{arguments:?}");
    }
}

#[test]
fn query_goes_on_with_the_command_that_it_suggests() {
    let folder = populated();
    let first = run(folder.path(), &["query", "-n", "2", "--session", "chat-42", "--text", "o", "--where", "n=1"]);
    assert_eq!(first.code, Some(3), "{}", first.out);
    assert!(first.err.contains("nothing recorded fits query --session chat-42 --text o --where n=1"), "{}", first.err);
    assert!(first.err.contains("leave a condition out"), "{}", first.err);
    let first = run(folder.path(), &["query", "-n", "2", "--session", "chat-42"]);
    let next = first.out.lines().find(|line| line.contains("--cursor")).unwrap();
    let command = next.trim().strip_prefix("tracewire ").unwrap().split("   ").next().unwrap();
    let second = run(folder.path(), &[&command.split(' ').collect::<Vec<_>>()[..], &["-n", "2"]].concat());
    assert_eq!(second.code, Some(0), "{}", second.err);
    let whole = run(folder.path(), &["query"]).out;
    let rows = |text: &str| text.lines().filter(|line| line.contains("21 Nov")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!([rows(&first.out), rows(&second.out)].concat(), rows(&whole)[..4]);
}

#[test]
fn what_cannot_be_asked_is_named() {
    let folder = populated();
    for (arguments, named) in [
        (&["--where", "model"][..], "NAME=VALUE is expected"),
        (&["--last", "yesterday"], "a number and a unit is expected, such as 90s"),
        (&["--since", "soon"], "2026-11-21T04:30:00Z is expected"),
        (&["--last", "1h", "--since", "2026-11-21"], "cannot be used with"),
        (&["--limit", "0"], "`limit`: 1 to 10000 is expected"),
        (&["--cursor", "elsewhere"], "`cursor`: the `next` of an earlier page is expected"),
    ] {
        let ran = run(folder.path(), &[&["query"], arguments].concat());
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.err.contains(named), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn sessions_have_a_line_each() {
    let folder = populated();
    let ran = run(folder.path(), &["sessions"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out);
    let document: Value = serde_json::from_str(&run(folder.path(), &["sessions", "--json"]).out).unwrap();
    assert_eq!(document["more"], false);
    let session = &document["sessions"][0];
    assert_eq!((&session["session_id"], &session["runs"]), (&"chat-42".into(), &1.into()));
    assert_eq!(
        (&session["spans"], &session["failed_spans"], &session["output_tokens"]),
        (&4.into(), &1.into(), &86.into())
    );
}

#[test]
fn without_sessions_one_is_told_how_to_name_one() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = common::recorder(folder.path(), "00000000000000a1", "research");
    recorder.log(None, |body| body.text("message", "alone"));
    recorder.close(None);
    let ran = run(folder.path(), &["sessions"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""));
    assert!(ran.err.contains("tracewire.session(session_id=\"chat-42\")"), "{}", ran.err);
    assert!(run(folder.path(), &["query"]).out.contains("log alone"));
}
