//! Rules of redaction from a recorder's options to envelopes: when the journal is sealed, and before a record is written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::sync::Arc;
use tempfile::TempDir;
use tracewire_recorder::journal::{Directory, Header, JournalReader};
use tracewire_recorder::seal::Sealer;
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_recorder::{Options, Recorder, Redact, RedactAt, Redaction, StartSpan, testing};
use tracewire_wire::event::Status;

fn redaction(rules: &[&str], at: RedactAt) -> Redaction {
    Redaction {
        rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
        key: Some("a long enough pepper".to_owned()),
        at,
    }
}

fn options(folder: &TempDir, redact: Redaction) -> Options {
    let sources = Arc::new(Scripted::new(Script::default()));
    Options { directory: Some(folder.path().to_owned()), redact, sources, ..Options::for_service("demo") }
}

/// Records one step that says more than it should; gives the journal, and the one envelope of it.
fn recorded(rules: &[&str], at: RedactAt) -> (Vec<u8>, String) {
    let folder = TempDir::new().unwrap();
    let recorder = Recorder::open(options(&folder, redaction(rules, at))).unwrap();
    let start = StartSpan { parent: None, kind: "tool", correlation_id: Some("chat 7") };
    let span = recorder.start_span(start, |body| {
        body.text("name", "write to ann@example.com");
        body.value("input", |walker| {
            walker.begin_map(0);
            walker.key("password");
            walker.text("hunter2");
            walker.key("$card");
            walker.text("4111 1111 1111 1111");
            walker.key("arguments");
            walker.text(r#"{"password":"hunter2","to":"ann@example.com"}"#);
            walker.key("size");
            walker.double(0.5);
            walker.key("raw");
            walker.bytes(&[0xff, 0]);
            walker.end_map(0);
        });
    });
    recorder.end_span(&span, &Status::Ok, |body| body.text("output", "sent"));
    recorder.close(None);
    let journals = Directory::at(folder.path()).journals().unwrap();
    let sealed = testing::seal(folder.path()).unwrap();
    assert_eq!((journals.len(), sealed.envelopes.len()), (1, 1));
    (fs::read(&journals[0]).unwrap(), String::from_utf8(sealed.envelopes[0].clone()).unwrap())
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// An envelope without what is not the same in both ways of applying rules.
fn events(envelope: &str) -> &str {
    let from = envelope.find("\"events\":").unwrap();
    envelope.get(from..envelope.find(",\"first_seq\"").unwrap()).unwrap()
}

const RULES: [&str; 3] = ["password", "@email -> hash", "@card"];

#[test]
fn the_seal_removes_what_rules_find() {
    let (journal, envelope) = recorded(&RULES, RedactAt::Seal);
    assert!(holds(&journal, "ann@example.com"), "until it is sealed the file holds it");
    assert!(!holds(&journal, "enough pepper"), "the key stands in no file");
    insta::assert_snapshot!(events(&envelope));
    assert!(envelope.contains("\"seal\":2,"));
}

#[test]
fn what_is_found_before_a_record_is_written_reaches_no_disk() {
    let (journal, envelope) = recorded(&RULES, RedactAt::Record);
    for secret in ["ann@example.com", "4111", "hunter2"] {
        assert!(!holds(&journal, secret), "{secret}");
    }
    assert_eq!(events(&envelope), events(&recorded(&RULES, RedactAt::Seal).1));
    assert!(envelope.contains("\"seal\":1,"), "the seal has nothing to do");
}

#[test]
fn keys_alone_are_of_the_first_seal() {
    let (_, envelope) = recorded(&["password", "key:$card"], RedactAt::Seal);
    assert!(envelope.contains("\"seal\":1,"));
    assert!(
        envelope.contains(r#""password":{"$redacted":"key"}"#) && envelope.contains(r#""$$card":{"$redacted":"key"}"#)
    );
    assert!(envelope.contains("hunter2"), "texts are looked at by the second");
}

#[test]
fn rules_that_cannot_be_applied_are_refused_when_a_recorder_opens() {
    let folder = TempDir::new().unwrap();
    for (rule, code, message) in [
        (
            "@mail",
            "redact_rule",
            "option redact cannot be used: \"@mail\" is no rule: there is no detector mail; for a key of that name write key:@mail",
        ),
        (
            "id:/a(?!b)/",
            "redact_pattern",
            "option redact cannot be used: looking ahead, which needs backtracking, is refused at byte 5",
        ),
    ] {
        let error = Recorder::open(options(&folder, redaction(&[rule], RedactAt::Seal))).err().unwrap();
        assert_eq!((error.code(), error.to_string().as_str()), (code, message));
    }
    let short = Redaction { key: Some("fifteen bytes!!".to_owned()), ..redaction(&["@email -> hash"], RedactAt::Seal) };
    let error = Recorder::open(options(&folder, short)).err().unwrap();
    assert_eq!(error.code(), "redact_rule");
    assert!(error.to_string().contains("there is no key of at least 16 bytes"), "{error}");
    let without_key = Redaction { key: None, ..redaction(&["@email -> hash"], RedactAt::Record) };
    let error = Recorder::in_memory(options(&folder, without_key)).err().unwrap();
    assert!(error.code() == "redact_rule" && error.to_string().ends_with("set redact_key"), "{error}");
}

#[test]
fn a_file_of_rules_that_nobody_knows_shows_nothing() {
    let (journal, _) = recorded(&RULES, RedactAt::Seal);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("0000000000000001-1.twj");
    fs::write(&path, journal).unwrap();
    let mut reader = JournalReader::open(&path).unwrap();
    let redact = Redact { rules: vec!["@later".to_owned()], ..Redact::default() };
    let mut sealer = Sealer::new(&Header { redact, ..reader.header().clone() });
    assert!(!sealer.can_seal());
    while let Some(item) = reader.next().unwrap() {
        assert!(sealer.push(&item).is_none());
    }
    let shown: Vec<&str> = sealer.pending().iter().map(|event| std::str::from_utf8(&event.json).unwrap()).collect();
    assert_eq!(shown.len(), 2);
    assert!(shown[0].contains(r#""input":{"$redacted":"rules"},"name":{"$redacted":"rules"}"#), "{}", shown[0]);
}
