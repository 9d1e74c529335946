//! What `validate::fix` mends, and what it leaves alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::path::Path;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::validate::{self, Fixer, Options, RULES};
use tracewire_wire::value::Value;

fn read(text: &str) -> Value {
    json::read(text.as_bytes(), &ReadOptions::default()).unwrap()
}

fn fixed(text: &str) -> (String, Vec<String>) {
    let (value, mended) = validate::fix(read(text));
    let mended = mended.iter().map(|one| format!("{} {} {}", one.rule.code, one.pointer, one.message)).collect();
    (String::from_utf8(json::write(&value)).unwrap(), mended)
}

#[test]
fn form_spelling_and_names_are_mended() {
    let (text, mended) = fixed(
        r#"{"body":{"attributes":{"gen_ai.system":"openai"},"level":"WARN","usage":{"input_tokens":null}},"kind":"generation",
            "parent_id":null,"seq":1,"span_id":"B7AD6B7169203331","time":"2026-11-21T05:30:00+01:00",
            "trace_id":"0AF7651916CD43DD8448EB211C80319C","type":"span.start"}"#,
    );
    assert_eq!(
        text,
        r#"{"body":{"attributes":{"gen_ai.provider.name":"openai"},"level":"warning","usage":{"input_tokens":null}},"kind":"llm","seq":1,"span_id":"b7ad6b7169203331","time":"2026-11-21T04:30:00.000000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}"#,
        "`usage` is no member of a start, and nobody knows what it means there"
    );
    assert_eq!(
        mended,
        [
            r#"TW0104 /trace_id now "0af7651916cd43dd8448eb211c80319c""#,
            r#"TW0104 /span_id now "b7ad6b7169203331""#,
            "TW0114 /parent_id left out",
            r#"TW0107 /time now "2026-11-21T04:30:00.000000000Z""#,
            r#"TW0603 /kind now "llm""#,
            r#"TW0605 /body/level now "warning""#,
            "TW0601 /body/attributes/gen_ai.system now `gen_ai.provider.name`",
        ]
    );
    assert_eq!(fixed(&text), (text.clone(), Vec::new()), "what is mended stays");
}

#[test]
fn what_would_have_to_be_guessed_stays() {
    for text in [
        r#"{"seq":1,"time":"yesterday","type":"log"}"#,
        r#"{"kind":"thought","seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"span.start"}"#,
        r#"{"body":{"attributes":{"gen_ai.provider.name":"azure","gen_ai.system":"openai"}},"seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"log"}"#,
        r#"{"body":{"attributes":{"gen_ai.prompt":"hello"}},"seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"log"}"#,
        r#"{"body":{"name":null},"seq":1,"span_id":"b7ad6b7169203331","time":"2026-11-21T04:30:00.000000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.update"}"#,
        r#"{"span_id":"0xB7AD","seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"log"}"#,
    ] {
        let (fixed, mended) = fixed(text);
        assert_eq!((read(&fixed), mended), (read(text), Vec::new()), "{text}");
    }
}

#[test]
fn the_bad_examples_of_rules_that_can_be_fixed_are_good_afterwards() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/findings");
    let mut seen = 0;
    for rule in RULES.iter().filter(|rule| rule.can_fix) {
        let page = std::fs::read_to_string(folder.join(format!("{}.md", rule.code))).unwrap();
        let bad = page.split_once("\n## Bad\n\n```json\n").unwrap().1.split_once("```").unwrap().0;
        let mut fixer = Fixer::new();
        let mut text = Vec::new();
        for line in bad.lines() {
            let mut value = read(line);
            fixer.fix(&mut value);
            text.extend(json::write(&value));
            text.push(b'\n');
        }
        let report = validate::validate(&text, &Options { level: rule.level, ..Options::default() });
        assert_eq!(report.findings, [], "{}", rule.code);
        seen += 1;
    }
    assert!(seen > 10);
}

const EVENT: &str =
    r#"{"seq":SEQ,"time":"2026-11-21T04:30:00.000000000Z","trace_id":"0AF7651916CD43DD8448EB211C80319C","type":"log"}"#;

fn envelope(first: u64, prev: Option<&str>) -> Value {
    let prev = prev.map_or_else(String::new, |prev| format!(r#""prev":"{prev}","#));
    let event = EVENT.replace("SEQ", &first.to_string());
    let text = format!(
        r#"{{"events":[{event}],"first_seq":{first},{prev}"producer":"p-1","resource":{{}},"seal":1,"spec":"1.0"}}"#
    );
    read(&text)
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.as_map().unwrap().get(name).and_then(Value::as_text)
}

/// The digest over bytes in which ids are upper-case, as their emitter computed it.
fn with_digest(mut value: Value, other: Option<&str>) -> Value {
    let Value::Map(map) = &mut value else { panic!("an envelope is a map") };
    let zero = format!("sha256:{}", "0".repeat(64));
    map.insert("digest".to_owned(), other.unwrap_or(&zero).into());
    let report = validate::validate(&json::write(&value), &Options::default());
    let Value::Map(map) = &mut value else { panic!("an envelope is a map") };
    if other.is_none() {
        let finding = report.findings.iter().find(|finding| finding.rule.code == "TW0405").unwrap();
        let digest = finding.message.rsplit(' ').next().unwrap().to_owned();
        map.insert("digest".to_owned(), digest.into());
    }
    value
}

#[test]
fn a_chain_that_was_right_is_one_again() {
    let mut first = with_digest(envelope(1, None), None);
    let old = member(&first, "digest").unwrap().to_owned();
    let mut second = with_digest(envelope(2, Some(&old)), None);
    let mut fixer = Fixer::new();
    let codes = |mended: Vec<validate::Finding>| mended.iter().map(|one| one.rule.code).collect::<Vec<_>>();
    assert_eq!(codes(fixer.fix(&mut first)), ["TW0104", "TW0405"]);
    assert_eq!(codes(fixer.fix(&mut second)), ["TW0104", "TW0406", "TW0405"]);
    assert_ne!(member(&first, "digest"), Some(&*old));
    assert_eq!(member(&second, "prev"), member(&first, "digest"));
    let text = [json::write(&first), json::write(&second)].join(&b'\n');
    assert_eq!(validate::validate(&text, &Options::default()).findings, []);
}

#[test]
fn a_digest_that_was_wrong_stays_wrong_unless_asked() {
    let wrong = format!("sha256:{}", "1".repeat(64));
    let bad = with_digest(envelope(1, None), Some(&wrong));
    let mut kept = bad.clone();
    assert_eq!(Fixer::new().fix(&mut kept).len(), 1);
    assert_eq!(member(&kept, "digest"), Some(&*wrong));
    let mut anew = bad;
    Fixer::redigesting().fix(&mut anew);
    assert_eq!(validate::validate(&json::write(&anew), &Options::default()).findings, []);
    let mut without = envelope(1, Some(&wrong));
    Fixer::redigesting().fix(&mut without);
    assert_eq!(validate::validate(&json::write(&without), &Options::default()).findings, []);
}
