//! The store itself: copies, room, what is deleted.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{populated, recorder, run, start};
use serde_json::Value;
use tracewire_wire::event::Status;

fn json(out: &str) -> Value {
    serde_json::from_str(out).unwrap()
}

#[test]
fn a_copy_is_made_and_put_back() {
    let folder = populated();
    let copy = folder.path().join("copy.db");
    let ran = run(folder.path(), &["db", "backup", copy.to_str().unwrap()]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let again = run(folder.path(), &["db", "backup", copy.to_str().unwrap()]);
    assert_eq!(again.code, Some(4), "{}", again.out);
    assert!(again.err.contains("it is there already"), "{}", again.err);

    let elsewhere = tempfile::tempdir().unwrap();
    let restored = run(elsewhere.path(), &["db", "restore", copy.to_str().unwrap(), "--json"]);
    assert_eq!((restored.code, json(&restored.out)["traces"].as_u64()), (Some(0), Some(1)), "{}", restored.err);
    let list = |path| json(&run(path, &["list", "--json"]).out)["traces"].clone();
    assert_eq!(list(elsewhere.path()), list(folder.path()));
    // What is there is not replaced by mistake.
    let ran = run(folder.path(), &["db", "restore", copy.to_str().unwrap()]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("[would_replace]") && ran.err.contains("--force"), "{}", ran.err);
    assert_eq!(run(folder.path(), &["db", "restore", copy.to_str().unwrap(), "--force"]).code, Some(0));
}

#[test]
fn what_is_no_copy_changes_nothing() {
    let folder = populated();
    run(folder.path(), &["list"]);
    let before = run(folder.path(), &["list", "--json"]).out;
    let bad = folder.path().join("bad.db");
    std::fs::write(&bad, "no database at all").unwrap();
    let ran = run(folder.path(), &["db", "restore", bad.to_str().unwrap(), "--force"]);
    assert_eq!(ran.code, Some(4), "{}", ran.out);
    let ran = run(folder.path(), &["db", "restore", "/nowhere/at/all.db", "--force"]);
    assert_eq!(ran.code, Some(4), "{}", ran.out);
    assert_eq!(run(folder.path(), &["list", "--json"]).out, before);
}

#[test]
fn deleted_traces_are_gone_and_what_is_left_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "research");
    let mut ids = Vec::new();
    for name in ["kept", "secret"] {
        let agent = start(&recorder, None, "agent", name, &format!("{name} words ").repeat(60));
        recorder.end_span(&agent, &Status::Ok, |body| body.text("output", name));
        ids.push(agent.context().trace_id.to_string());
    }
    recorder.close(None);
    let ran = run(folder.path(), &["db", "delete", &ids[1], "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let removed = json(&ran.out);
    assert_eq!((&removed["traces"], &removed["events"], &removed["contents"]), (&1.into(), &2.into(), &1.into()));
    assert!(!run(folder.path(), &["list"]).out.contains("secret"));
    assert_eq!(run(folder.path(), &["trace", &ids[1]]).code, Some(3));
    assert_eq!(run(folder.path(), &["verify"]).code, Some(0));
    assert!(!run(folder.path(), &["export"]).out.contains("secret"));
    assert_eq!(run(folder.path(), &["db", "vacuum"]).code, Some(0));
    let bytes = std::fs::read(folder.path().join("store.db")).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("secret words"));
}

#[test]
fn what_is_too_old_goes() {
    let folder = populated();
    // The clock of the recording stands in the past of every clock of today.
    let ran = run(folder.path(), &["db", "retain", "--age", "520w"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "✓ 0 traces, 0 events, 0 B of content removed\n"));
    let ran = run(folder.path(), &["db", "retain", "--size", "1kB", "--json"]);
    assert_eq!(json(&ran.out)["traces"], 1, "{}", ran.out);
    assert_eq!(run(folder.path(), &["db", "retain"]).code, Some(2));
    assert_eq!(run(folder.path(), &["db", "retain", "--size", "many"]).code, Some(2));
}

#[test]
fn a_store_says_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let migrate = || run(folder.path(), &["db", "migrate"]);
    assert!(migrate().out.contains("a new store of version"));
    assert!(migrate().out.contains("already"));
}

#[test]
fn what_the_settings_do_not_keep_goes_when_somebody_looks() {
    let folder = populated();
    let file = folder.path().join("tracewire.toml");
    std::fs::write(&file, "retain_age = \"520w\"\nretain_size = \"1 GB\"\n").unwrap();
    let listed = run(folder.path(), &["list", "--json"]);
    assert_eq!((json(&listed.out)["traces"].as_array().unwrap().len(), listed.err.as_str()), (1, ""));
    // What cannot be used removes nothing.
    std::fs::write(&file, "retain_age = \"a while\"\n").unwrap();
    let listed = run(folder.path(), &["list", "--json"]);
    assert_eq!(json(&listed.out)["traces"].as_array().unwrap().len(), 1);
    assert!(listed.err.starts_with("nothing is removed: retain_age"), "{}", listed.err);
    std::fs::write(&file, "retain_size = \"1 kB\"\n").unwrap();
    let ran = run(folder.path(), &["list"]);
    assert!(ran.err.starts_with("kept no longer, by retain_age or retain_size: 1 trace, "), "{}", ran.err);
    assert_eq!(ran.code, Some(3));
    assert_eq!(run(folder.path(), &["verify"]).code, Some(0), "digests are left");
}
