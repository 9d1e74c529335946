//! What is erased after the fact: gone from the store, from its files and from copies, and what is left verifies.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::path::Path;
use std::sync::Arc;

use common::{ORIGIN, Ran, recorder, run, settle, start};
use serde_json::Value;
use tempfile::TempDir;
use tracewire_recorder::clock::Moment;
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_recorder::{Options, Recorder};
use tracewire_wire::event::Status;
use tracewire_wire::time::Timestamp;

const ANN: &str = "ann@example.com";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap()
}

/// Two runs: one whose input is long and whose tool is named after somebody, one that says nothing of anybody.
fn record(recorder: &Recorder) {
    let long = format!("Write to {ANN} about the otters. ").repeat(12);
    let agent = start(recorder, None, "agent", "research-agent", &long);
    let mail = start(recorder, Some(&agent), "tool", &format!("mail {ANN}"), "hello");
    recorder.end_span(&mail, &Status::Ok, |body| body.text("output", "sent"));
    recorder.end_span(&agent, &Status::Ok, |body| body.text("output", &format!("asked {ANN}")));
    let other = start(recorder, None, "agent", "other-agent", &"How do otters keep warm? ".repeat(20));
    recorder.end_span(&other, &Status::Ok, |body| body.text("output", "fur"));
}

fn recorded() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "research");
    record(&recorder);
    recorder.close(None);
    folder
}

/// Whether any file of the folder holds it.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

fn shown(ran: &Ran, folder: &Path) -> String {
    settle(&format!("exit {:?}\n{}{}", ran.code.unwrap(), ran.out, ran.err), folder)
}

#[test]
fn what_rules_find_is_erased_and_the_rest_verifies() {
    let folder = recorded();
    let dry = run(folder.path(), &["redact", "@email", "@phone", "--dry-run"]);
    insta::assert_snapshot!("dry", shown(&dry, folder.path()));
    assert!(holds(folder.path(), ANN));
    let ran = run(folder.path(), &["redact", "@email", "@phone", "--yes"]);
    insta::assert_snapshot!("erased", shown(&ran, folder.path()));
    assert!(!holds(folder.path(), ANN), "neither the database nor its log has it");
    assert!(holds(folder.path(), "How do otters"));
    insta::assert_snapshot!("verified", shown(&run(folder.path(), &["verify"]), folder.path()));
    let export = run(folder.path(), &["export"]).out;
    assert!(
        export.contains(r#"{"$erased":"sha256:"#) && export.contains("otters keep warm") && !export.contains("ann@")
    );
    let again = run(folder.path(), &["redact", "@email", "--yes"]);
    assert_eq!((again.code, again.out.as_str()), (Some(0), "✓ nothing found in 2 traces\n"));
    let tree = run(folder.path(), &["trace", "--last", "--full"]);
    assert_eq!((tree.code, tree.out.contains("ann@")), (Some(0), false));
}

#[test]
fn programs_are_told_what_was_erased() {
    let folder = recorded();
    let dry = json(&run(folder.path(), &["redact", "@email", "--dry-run", "--json"]));
    let email = serde_json::json!([{"bodies": 1, "contents": 2, "findings": 14, "rule": "email", "traces": 1}]);
    assert_eq!((&dry["rules"], &dry["erased"], &dry["looked_at"]), (&email, &Value::Null, &2.into()));
    let ran = json(&run(folder.path(), &["redact", "@email", "--yes", "--json"]));
    assert_eq!(ran["rules"], email);
    let erased = serde_json::json!({"bodies": 1, "bytes": 518, "contents": 1, "parts": 1});
    assert_eq!((&ran["erased"], &ran["wiped"], &ran["unsealed"]), (&erased, &true.into(), &0.into()));
    assert_eq!((&ran["journals"], &ran["headers"]), (&Value::Array(vec![]), &Value::Array(vec![])));
}

#[test]
fn nobody_is_asked_without_a_terminal() {
    let folder = recorded();
    let ran = run(folder.path(), &["redact", "@email"]);
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    assert!(ran.err.contains("nothing was erased") && ran.err.contains("[not_confirmed]"), "{}", ran.err);
    assert!(run(folder.path(), &["export"]).out.contains(ANN));
}

#[test]
fn a_session_or_a_trace_alone() {
    let folder = recorded();
    let traces = json(&run(folder.path(), &["list", "--json"]))["traces"].clone();
    let id = |at: usize| traces[at]["trace_id"].as_str().unwrap().to_owned();
    let none = run(folder.path(), &["redact", "@email", "--trace", &id(0), "--yes"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), "✓ nothing found in 1 trace\n"), "{}", none.err);
    let all = run(folder.path(), &["redact", "--all-content", "--trace", &id(0), "--yes", "--json"]);
    assert_eq!((all.code, &json(&all)["contents"]), (Some(0), &2.into()), "{}", all.err);
    let export = run(folder.path(), &["export"]).out;
    assert!(
        export.contains(ANN) && !export.contains("keep warm") && export.contains("other-agent"),
        "names are no content"
    );
    assert_eq!(run(folder.path(), &["verify"]).code, Some(0));
    let session = run(folder.path(), &["redact", "@email", "--session", "chat-42", "--yes", "--json"]);
    assert_eq!((session.code, &json(&session)["bodies"]), (Some(0), &1.into()));
    let nobody = run(folder.path(), &["redact", "@email", "--user", "nobody", "--yes"]);
    assert_eq!(nobody.code, Some(3), "{}", nobody.out);
    assert!(nobody.err.contains("nothing recorded fits redact --user nobody"), "{}", nobody.err);
}

#[test]
fn what_is_not_asked_for_right_is_named() {
    let folder = recorded();
    for (arguments, code, said) in [
        (&["redact"][..], 2, "required"),
        (&["redact", "--all-content"], 2, "[no_selection]"),
        (&["redact", "@nobody"], 2, "[redact_rule]"),
        (&["redact", "/(a)\\1/"], 2, "[redact_pattern]"),
        (&["redact", "@email", "--all-content"], 2, "cannot be used with"),
        (&["redact", "@email", "--trace", "ffff"], 3, "[not_found]"),
        (&["redact", "@email", "--file", "none.jsonl"], 4, "[file]"),
        (&["redact", "@email", "-o", "out.jsonl"], 2, "--file"),
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn a_process_at_work_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "research");
    record(&recorder);
    let ran = run(folder.path(), &["redact", "@email", "--yes"]);
    insta::assert_snapshot!("at_work", shown(&ran, folder.path()));
    // Nobody is asked where nothing goes yet.
    let again = run(folder.path(), &["redact", "@email"]);
    insta::assert_snapshot!("at_work_again", shown(&again, folder.path()));
    // What was not sealed is there yet, but for content, which is erased for good.
    recorder.close(None);
    let ran = run(folder.path(), &["redact", "@email", "--yes"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(!holds(folder.path(), ANN));
    assert_eq!(run(folder.path(), &["verify"]).code, Some(0));
}

#[test]
fn what_cannot_be_reached_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let script = Script {
        process: "00000000000000a1".to_owned(),
        start: Moment { wall: Timestamp(ORIGIN), monotonic_nanos: 0 },
        step_nanos: 100_000_000,
        ..Script::default()
    };
    let mut options = Options::for_service("research");
    options.resource.insert("team.contact".to_owned(), ANN.into());
    let recorder = Recorder::open(Options {
        directory: Some(folder.path().to_owned()),
        sources: Arc::new(Scripted::new(script)),
        host_sinks: vec!["collector".to_owned()],
        ..options
    });
    let recorder = recorder.unwrap();
    record(&recorder);
    recorder.close(None);
    let ran = run(folder.path(), &["redact", "@email", "--yes"]);
    insta::assert_snapshot!("out_of_reach", shown(&ran, folder.path()));
    let again = run(folder.path(), &["redact", "@email", "--yes"]);
    assert_eq!(again.code, Some(1), "{}", again.out);
    assert!(
        again.out.starts_with("✓ nothing found in 2 traces\n! 00000000000000a1-1: email in the attributes"),
        "{}",
        again.out
    );
}

#[test]
fn copies_are_written_without_it_in_every_format() {
    let folder = recorded();
    for name in ["run.jsonl", "run.json", "run.toon", "run.binpb"] {
        let path = folder.path().join(name);
        let path = path.to_str().unwrap();
        assert_eq!(run(folder.path(), &["export", "-o", path]).code, Some(0));
        assert!(std::fs::read(path).unwrap().windows(4).any(|window| window == b"ann@"));
        let out = folder.path().join(format!("clean-{name}"));
        let out = out.to_str().unwrap();
        let ran = run(folder.path(), &["redact", "@email", "--file", path, "-o", out]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert!(!std::fs::read(out).unwrap().windows(4).any(|window| window == b"ann@"), "{name}");
        let verified = run(folder.path(), &["verify", out]);
        assert_eq!(verified.code, Some(0), "{}", verified.out);
        assert!(verified.out.contains("erased, proved by hash, not seen"), "{}", verified.out);
        // Over itself only where somebody says so.
        assert_eq!(run(folder.path(), &["redact", "@email", "--file", path, "-o", path]).code, Some(2));
        assert_eq!(run(folder.path(), &["redact", "@email", "--file", path, "-o", path, "--yes"]).code, Some(0));
        assert_eq!(std::fs::read(path).unwrap(), std::fs::read(out).unwrap(), "{name}");
    }
    let ran = run(folder.path(), &["redact", "@email", "--file", "run.jsonl"]);
    assert_eq!((ran.code, ran.out.as_bytes()), (Some(0), &std::fs::read(folder.path().join("run.jsonl")).unwrap()[..]));
    let csv = run(folder.path(), &["redact", "@email", "--file", "run.jsonl", "-o", "run.csv"]);
    assert_eq!((csv.code, csv.err.contains("CSV holds events one by one")), (Some(2), true), "{}", csv.err);
    std::fs::write(folder.path().join("no.json"), "[1]").unwrap();
    assert_eq!(run(folder.path(), &["redact", "@email", "--file", "no.json"]).code, Some(4));
    let bent = std::fs::read_to_string(folder.path().join("run.jsonl")).unwrap().replace("other-agent", "other_agent");
    std::fs::write(folder.path().join("bent.jsonl"), bent).unwrap();
    let bent = run(folder.path(), &["redact", "@email", "--file", "bent.jsonl"]);
    assert_eq!((bent.code, bent.err.contains("[broken]")), (Some(1), true), "{}", bent.err);
}
