//! Every command on nothing, on an empty folder, on recordings, and on damaged ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;

use common::{command, populated, record_agent, recorder, run, settle, start};
use serde_json::Value;

const READERS: [&[&str]; 13] = [
    &["cost"],
    &["cost", "explain", "abcd"],
    &["trace"],
    &["trace", "--last"],
    &["trace", "abcd"],
    &["list"],
    &["tail", "--no-follow"],
    &["verify"],
    &["trace", "--session", "chat-42"],
    &["query", "--kind", "tool"],
    &["sessions"],
    &["export"],
    &["export", "--session", "chat-42", "--output", "out.jsonl"],
];

#[test]
fn on_nothing_every_reader_says_what_to_do_next_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (place, missing) in [("missing", true), ("empty", false)] {
        let directory = folder.path().join(place);
        if !missing {
            fs::create_dir(&directory).unwrap();
        }
        for arguments in READERS {
            let ran = run(folder.path(), &[arguments, &["--dir", directory.to_str().unwrap()]].concat());
            assert_eq!(ran.code, Some(3), "{arguments:?} {}", ran.err);
            assert_eq!(ran.out, "");
            assert!(ran.err.contains("import tracewire\n    tracewire.init()\n"), "{}", ran.err);
            assert!(ran.err.contains("tracewire trace --last --dir "), "{}", ran.err);
        }
        assert_eq!(directory.exists(), !missing, "a reader makes no folder");
        assert!(missing || fs::read_dir(&directory).unwrap().next().is_none(), "a reader makes no store");
    }
}

#[test]
fn on_nothing_json_readers_say_so_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["trace", "--json"]);
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""));
    assert_eq!(error["error"]["code"], "no_data");
}

#[test]
fn doctor_on_nothing_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["doctor"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    insta::assert_snapshot!(settle(&ran.out, folder.path()));
}

#[test]
fn trace_draws_the_tree() {
    let folder = populated();
    let ran = run(folder.path(), &["trace", "--last"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(settle(&ran.out, folder.path()));
}

#[test]
fn traces_are_found_by_every_name_they_have() {
    let folder = populated();
    let last = run(folder.path(), &["trace"]).out;
    let id = "00000000000000000000000000000001";
    for arguments in
        [&["trace", id][..], &["trace", &id[..12]], &["show", "--last"], &["trace", "--session", "chat-42"]]
    {
        let ran = run(folder.path(), arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out.lines().next(), last.lines().next());
    }
    let span = run(folder.path(), &["trace", "0000000000000003"]);
    assert!(span.out.starts_with("fetch_page  ✗ error"), "{}", span.out);
    for (arguments, code) in [
        (&["trace", "ffff"][..], 3),
        (&["trace", "nothex"], 2),
        (&["trace", "\u{1b}[31m"], 2),
        (&["trace", "--session", "nobody"], 3),
        (&["trace", "--correlation", "nobody"], 3),
        (&["list", "--session", "nobody"], 3),
        (&["list", "--open"], 3),
        (&["verify", "--producer", "zz"], 3),
        (&["trace", "abcd", "--last"], 2),
        (&["frobnicate"], 2),
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{arguments:?}");
        assert!(!ran.err.contains('\u{1b}'), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn json_is_json_and_says_the_same() {
    let folder = populated();
    let parsed = |arguments: &[&str]| -> Value {
        let ran = run(folder.path(), arguments);
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {} {}", ran.out, ran.err))
    };
    let trace = &parsed(&["trace", "--last", "--json"])["traces"][0];
    assert_eq!(trace["counts"]["spans"], 4);
    assert_eq!(trace["counts"]["failed"], 1);
    assert_eq!(trace["usage"]["input_tokens"], 1240);
    assert_eq!(trace["nodes"][0]["name"], "research-agent");
    assert_eq!(trace["nodes"][0]["depth"], 0);
    assert_eq!(trace["nodes"][1]["parent_id"], trace["nodes"][0]["span_id"]);
    assert_eq!(trace["nodes"][0]["body"], Value::Null, "what went in and out is only in --full");
    let full = &parsed(&["trace", "--full", "--json"])["traces"][0];
    assert_eq!(full["nodes"][0]["body"]["input"], "How do otters keep warm?");
    let draft = full["nodes"].as_array().unwrap().iter().find(|node| node["name"] == "draft").unwrap();
    assert_eq!(draft["body"]["input"].as_str().unwrap().len(), 800, "content is put back");

    let list = parsed(&["list", "--json"]);
    assert_eq!(list["traces"][0]["trace_id"], "00000000000000000000000000000001");
    assert_eq!(list["traces"][0]["state"], "ok");
    let verify = parsed(&["verify", "--json"]);
    assert_eq!(verify["sound"], true);
    assert_eq!(verify["producers"]["00000000000000a1-1"]["close"], "exited");
    let doctor = parsed(&["doctor", "--json"]);
    assert_eq!((&doctor["problems"], &doctor["directory"]["exists"]), (&0.into(), &true.into()));
    let tail = run(folder.path(), &["tail", "--json", "--no-follow", "--from-start"]);
    let types: Vec<Value> =
        tail.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["event"]["type"].clone()).collect();
    assert_eq!(types.first(), Some(&"span.start".into()));
    assert_eq!(types.len(), 10);
}

#[test]
fn list_shows_a_line_for_each_trace() {
    let folder = populated();
    let ran = run(folder.path(), &["list"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn verify_says_what_is_proved() {
    let folder = populated();
    let ran = run(folder.path(), &["verify"]);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn tail_shows_the_past_indented() {
    let folder = populated();
    let ran = run(folder.path(), &["tail", "--no-follow", "--from-start"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    insta::assert_snapshot!(ran.out);
    assert_eq!(run(folder.path(), &["tail", "--no-follow", "-n", "3"]).out.lines().count(), 3);
}

#[test]
fn what_is_at_work_is_seen_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000b2", "live");
    let agent = start(&recorder, None, "agent", "at-work", "go");
    let ran = run(folder.path(), &["trace"]);
    assert!(ran.out.starts_with("at-work  … in flight"), "{}{}", ran.out, ran.err);
    let doctor = run(folder.path(), &["doctor"]);
    assert!(doctor.out.contains("00000000000000b2-1  alive"), "{}", doctor.out);
    assert_eq!(doctor.code, Some(0));
    let verify = run(folder.path(), &["verify"]);
    assert!(verify.out.contains("1 event not sealed yet"), "{}", verify.out);
    recorder.close(None);
    let ran = run(folder.path(), &["trace"]);
    assert!(ran.out.starts_with("at-work  ⚠ abandoned"), "{}{}", ran.out, ran.err);
    assert!(!agent.has_ended());
}

#[test]
fn tail_follows_processes_and_ends_quietly() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing is there yet: it waits.
    let mut child =
        command(folder.path(), &["tail", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut waiting = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut waiting).unwrap();
    assert!(waiting.starts_with("waiting for the first recording"), "{waiting}");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    let one = recorder(folder.path(), "00000000000000c1", "one");
    let two = recorder(folder.path(), "00000000000000c2", "two");
    let span = start(&one, None, "agent", "first", "");
    assert_eq!(next()["event"]["body"]["name"], "first");
    start(&two, Some(&span), "tool", "second", "");
    let second = next();
    assert_eq!(
        (&second["event"]["body"]["name"], &second["producer"]),
        (&"second".into(), &"00000000000000c2-1".into())
    );
    #[cfg(unix)]
    {
        // The shell's own `kill`: a bare machine has no other.
        let kill = format!("kill -INT {}", child.id());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    #[cfg(not(unix))]
    child.kill().unwrap();
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = populated();
    for arguments in [&["trace", "--full"][..], &["tail", "--from-start"], &["completions", "bash"]] {
        let mut child =
            command(folder.path(), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        if arguments[0] == "tail" {
            // Its first lines may be in the pipe before it closes; the next ones are not.
            let recorder = recorder(folder.path(), "00000000000000d1", "more");
            record_agent(&recorder);
        }
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let folder = populated();
    let has_color = |arguments: &[&str]| run(folder.path(), arguments).out.contains('\u{1b}');
    assert!(!has_color(&["trace"]));
    assert!(has_color(&["trace", "--color", "always"]));
    assert!(!has_color(&["trace", "--color", "never"]));
    assert!(!has_color(&["list", "--color", "auto"]));
    assert!(has_color(&["query", "--color", "always"]) && !has_color(&["query"]) && !has_color(&["sessions"]));
}

#[test]
fn terminals_without_unicode_get_ascii() {
    let folder = populated();
    for arguments in [
        &["trace"][..],
        &["list"],
        &["query"],
        &["sessions"],
        &["verify"],
        &["config"],
        &["doctor"],
        &["tail", "--no-follow"],
    ] {
        let ran: common::Ran = command(folder.path(), arguments).env("LANG", "C").output().unwrap().into();
        assert!(ran.out.is_ascii(), "{}", ran.out);
    }
}

#[test]
fn hostile_recordings_reach_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = "\u{1b}[2J\u{7}\u{9b}31m\u{202e}gnp.exe\u{2066}\r\n\u{1b}]0;title\u{7}";
    let recorder = recorder(folder.path(), "00000000000000e1", hostile);
    let span = start(&recorder, None, hostile, hostile, hostile);
    recorder.log(Some(span.context()), |body| {
        body.text("message", hostile);
        body.text("level", hostile);
    });
    recorder.end_span(&span, &tracewire_wire::event::Status::Error, |body| body.text("status_message", hostile));
    recorder.close(None);
    fs::write(folder.path().join("journal").join("a\u{1b}[31mb.twj"), "hostile").unwrap();
    for arguments in [
        &["trace"][..],
        &["trace", "--full"],
        &["list"],
        &["query"],
        &["query", "--text", hostile],
        &["sessions"],
        &["tail", "--no-follow", "--from-start"],
        &["verify"],
        &["doctor"],
    ] {
        let ran = run(folder.path(), arguments);
        for text in [&ran.out, &ran.err] {
            let found = text.chars().find(|c| {
                c.is_control() && *c != '\n' || matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            });
            assert_eq!(found, None, "{arguments:?}: {text}");
        }
    }
}

#[test]
fn damage_is_found_named_and_outlived() {
    let folder = tempfile::tempdir().unwrap();
    let live = recorder(folder.path(), "00000000000000f1", "live");
    record_agent(&live);
    let journal = folder.path().join("journal");
    // A copy under another process's name is not what its header says; a file of text is no journal; half a header is none either.
    let bytes = fs::read(journal.join("00000000000000f1-1.twj")).unwrap();
    fs::write(journal.join("00000000000000f2-1.twj"), &bytes[..40]).unwrap();
    fs::write(journal.join("00000000000000f3-1.twj"), "this is no journal, whoever says so").unwrap();
    let doctor = run(folder.path(), &["doctor"]);
    assert_eq!(doctor.code, Some(1), "{}", doctor.out);
    for named in ["00000000000000f2-1.twj at offset", "00000000000000f3-1.twj at offset 0", "[journal_foreign]"] {
        assert!(doctor.out.contains(named), "{named}: {}", doctor.out);
    }
    let json: Value = serde_json::from_str(&run(folder.path(), &["doctor", "--json"]).out).unwrap();
    assert_eq!(json["files"].as_array().unwrap().len(), 2);
    // What is whole is read all the same, and what cannot be read is not passed over in silence.
    assert_eq!(run(folder.path(), &["trace"]).code, Some(0));
    let verify = run(folder.path(), &["verify"]);
    assert_eq!(verify.code, Some(1), "{}", verify.out);
    assert_eq!(
        fs::read(journal.join("00000000000000f3-1.twj")).unwrap(),
        b"this is no journal, whoever says so",
        "nothing is overwritten"
    );
}

#[test]
fn a_flipped_bit_costs_one_record_and_is_told_for_ever() {
    let folder = populated();
    let path = folder.path().join("journal/00000000000000a1-1.twj");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(8).position(|window| window == b"429 too ").unwrap();
    bytes[at] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let first = run(folder.path(), &["doctor"]);
    assert_eq!(first.code, Some(1), "{}", first.out);
    assert!(
        first.out.contains("00000000000000a1-1.twj at offset") && first.out.contains("[journal_damaged]"),
        "{}",
        first.out
    );
    // The file is in the store by now, and its loss with it.
    let second = run(folder.path(), &["doctor"]);
    assert_eq!(second.code, Some(1), "{}", second.out);
    assert!(second.out.contains("damaged: 1 loss event"), "{}", second.out);
    let trace = run(folder.path(), &["trace"]);
    assert!(trace.out.contains("tool fetch_page · abandoned"), "its end is lost, all else is there: {}", trace.out);
    assert!(trace.out.contains("llm draft · 2 chunks"), "{}", trace.out);
    let verify = run(folder.path(), &["verify"]);
    assert_eq!(verify.code, Some(0), "{}", verify.out);
    assert!(verify.out.contains("1 loss event: what could not be kept, or not be read"), "{}", verify.out);
}

#[test]
fn a_store_that_is_none_is_named_by_doctor_and_by_all() {
    let folder = populated();
    fs::write(folder.path().join("store.db"), "no database at all, but long enough to be looked at twice by anybody")
        .unwrap();
    let ran = run(folder.path(), &["trace"]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(ran.err.contains("[store_"), "{}", ran.err);
    let doctor = run(folder.path(), &["doctor"]);
    assert_eq!(doctor.code, Some(1), "{}", doctor.err);
    assert!(doctor.out.contains("00000000000000a1-1"), "journals tell who is there: {}", doctor.out);
}

#[test]
fn envelopes_that_were_changed_are_broken() {
    let folder = populated();
    assert_eq!(run(folder.path(), &["verify"]).code, Some(0));
    // Somebody turns a word in the database into another of the same length.
    let path = folder.path().join("store.db");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(20).position(|window| window == b"429 too many request").unwrap();
    bytes[at..at + 3].copy_from_slice(b"200");
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(&bytes).unwrap();
    drop(file);
    let ran = run(folder.path(), &["verify"]);
    assert_eq!(ran.code, Some(1), "{}", ran.out);
    assert!(ran.out.contains("broken"), "{}", ran.out);
}
