//! The validator on any input: it never fails, says the same however the input is handed over, and its memory is bounded.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use proptest::prelude::*;
use tracewire_wire::json;
use tracewire_wire::validate::{self, Bounds, Expect, Level, Options, Validator, inspect};
use tracewire_wire::value::Value;

const START: &str = r#"{"body":{"attributes":{"gen_ai.system":"openai"},"input":{"system":"x"},"name":"a"},"kind":"tool","parent_id":"b7ad6b7169203331","seq":1,"span_id":"00f067aa0ba902b7","time":"2026-11-21T04:30:00.000000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}"#;
const END: &str = r#"{"body":{"cost":{"total":"1"},"usage":{"cache_read_input_tokens":3,"input_tokens":1}},"duration_nanos":1,"seq":2,"span_id":"00f067aa0ba902b7","status":"ok","time":"2026-11-21T04:30:01.000000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.end"}"#;

fn envelope() -> String {
    let hash = format!("sha256:{}", "a".repeat(64));
    format!(
        r#"{{"close":"exited","content":{{"{hash}":{{"value":[{{"role":"user"}}]}}}},"digest":"{hash}","events":[{START},{END},{{"$withheld":"{hash}"}}],"first_seq":1,"prev":"{hash}","producer":"p-1","resource":{{}},"seal":1,"spec":"1.0"}}"#
    )
}

fn options(level: Level) -> Options {
    Options { level, ..Options::default() }
}

/// A text in which some bytes were replaced, left out or repeated.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let texts = prop::sample::select(vec![START.to_owned(), END.to_owned(), envelope(), format!("[{START},{END}]")]);
    let changes = prop::collection::vec((any::<prop::sample::Index>(), 0usize..4, any::<u8>()), 0..6);
    (texts, changes).prop_map(|(text, changes)| {
        let mut bytes = text.into_bytes();
        for (at, how, byte) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => _ = bytes.remove(at),
                2 => bytes.insert(at, b"{}[]\",:0-$\n"[usize::from(byte) % 11]),
                _ => bytes.truncate(at),
            }
        }
        bytes
    })
}

/// Another value in the place of a member somewhere in a document.
fn replaced() -> impl Strategy<Value = Value> {
    let others = prop::sample::select(vec![
        "null",
        "true",
        "-1",
        "0",
        "0.5",
        "1e300",
        "18446744073709551616",
        r#""""#,
        r#""x""#,
        "[]",
        "[null]",
        "{}",
        r#"{"$ref":"x"}"#,
        r#"{"$int":"1"}"#,
        r#"{"$cut":1}"#,
        r#"{"events":[]}"#,
    ]);
    let texts = prop::sample::select(vec![START.to_owned(), END.to_owned(), envelope()]);
    (texts, any::<prop::sample::Index>(), others).prop_map(|(text, at, other)| {
        let mut value = json::read(text.as_bytes(), &json::ReadOptions::default()).unwrap();
        let mut places = Vec::new();
        count(&mut value, &mut places);
        let at = at.index(places.len());
        let other = json::read(other.as_bytes(), &json::ReadOptions::default()).unwrap();
        replace(&mut value, &mut { at }, &other);
        value
    })
}

fn count(value: &mut Value, places: &mut Vec<()>) {
    places.push(());
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| count(item, places)),
        Value::Map(map) => map.iter_mut().for_each(|(_, value)| count(value, places)),
        _ => {}
    }
}

fn replace(value: &mut Value, left: &mut usize, other: &Value) {
    if *left == 0 {
        *value = other.clone();
    }
    *left = left.wrapping_sub(1);
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| replace(item, left, other)),
        Value::Map(map) => map.iter_mut().for_each(|(_, value)| replace(value, left, other)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn any_bytes_give_findings_with_places_and_the_same_again(bytes in mutated()) {
        for level in [Level::Schema, Level::Semantic, Level::Canonical] {
            for expect in [Expect::Any, Expect::Event, Expect::Envelope] {
                let options = Options { expect, ..options(level) };
                let report = validate::validate(&bytes, &options);
                let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
                for finding in &report.findings {
                    prop_assert!(finding.fix.is_some() && !finding.message.is_empty());
                    let is_end = finding.rule.code == "TW0902";
                    prop_assert!(is_end || finding.line.is_some_and(|line| line >= 1 && line <= lines.max(1)), "{finding}");
                }
                prop_assert_eq!(&validate::validate(&bytes, &options).findings, &report.findings);
            }
        }
    }

    #[test]
    fn any_value_is_judged_and_mended_without_getting_worse(value in replaced()) {
        let bytes = json::write(&value);
        let errors = |value: &Value| {
            let report = validate::validate(&json::write(value), &options(Level::Schema));
            report.summary.errors
        };
        let before = errors(&value);
        let (fixed, _) = validate::fix(value.clone());
        prop_assert!(errors(&fixed) <= before, "{}", String::from_utf8_lossy(&bytes));
        let (again, mended) = validate::fix(fixed.clone());
        prop_assert_eq!(json::write(&again), json::write(&fixed), "{:?}", mended);
    }

    #[test]
    fn documents_may_be_looked_at_apart_and_put_together(texts in prop::collection::vec(mutated(), 0..5)) {
        let options = options(Level::Canonical);
        let mut whole = Validator::new(options);
        let mut parts = Validator::new(options);
        for (text, line) in texts.iter().zip(1..) {
            whole.push(text, line);
            parts.take(inspect(text, line, &options));
        }
        let (whole, parts) = (whole.finish(), parts.finish());
        prop_assert_eq!(whole.findings, parts.findings);
        prop_assert_eq!(whole.summary, parts.summary);
    }
}

#[test]
fn a_line_says_where_in_a_document_of_many() {
    let text = format!("[\n  {START},\n\n  {END}\n]\n");
    let report = validate::validate(text.as_bytes(), &options(Level::Semantic));
    let shown: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "TW0601 warning at line 2 /0/body/attributes/gen_ai.system: `gen_ai.system` was replaced by `gen_ai.provider.name`",
            "TW0503 error at line 4 /1/body/cost: a cost says its currency, in `currency`",
            "TW0503 error at line 4 /1/body/cost: a cost says where the price comes from, in `price_source`",
            "TW0503 error at line 4 /1/body/cost: a cost says the version of the price list, in `price_version`",
            "TW0501 error at line 4 /1/body/usage: 3 tokens were read from or written to a cache, of 1 read in all",
            "TW0301 warning at line 2 /0: the parent, b7ad6b7169203331, was never seen",
        ]
    );
}

#[test]
fn bounds_are_kept_and_said_and_nothing_wrong_is_said_instead() {
    let bounds = Bounds { spans: 4, contents: 4, producers: 2 };
    let mut validator = Validator::new(Options { bounds, ..Options::default() });
    for span in 0..100u32 {
        let id = format!("{:016x}", span + 1);
        let producer = format!("\"producer\":\"p{span}\",");
        let parent = if span > 50 { r#""parent_id":"0000000000000001","# } else { "" };
        let start = START
            .replace(r#""parent_id":"b7ad6b7169203331","#, parent)
            .replace("00f067aa0ba902b7", &id)
            .replace(r#""attributes":{"gen_ai.system":"openai"},"#, "")
            .replace(r#""seq":1,"#, &format!(r#"{producer}"seq":1,"#));
        let end = END
            .replace("00f067aa0ba902b7", &id)
            .replace(r#""body":{"cost":{"total":"1"},"usage":{"cache_read_input_tokens":3,"input_tokens":1}},"#, "")
            .replace(r#""duration_nanos":1,"#, r#""duration_nanos":1000000000,"#)
            .replace(r#""seq":2,"#, &format!(r#"{producer}"seq":2,"#));
        validator.push(start.as_bytes(), u64::from(span) * 2 + 1);
        validator.push(end.as_bytes(), u64::from(span) * 2 + 2);
    }
    let codes: Vec<(&str, Option<u64>)> =
        validator.finish().findings.iter().map(|finding| (finding.rule.code, finding.line)).collect();
    assert_eq!(codes, [("TW0901", Some(9)), ("TW0901", Some(5))]);
}

#[test]
fn hostile_texts_take_time_in_proportion() {
    for text in [".eyJ", "eyJ-", "glpat-aaaaaaaaaaaaaaaaaaaaaaaaa-", "a://b:", "-----BEGIN ", "{\\\"$ref\\\":"] {
        let line = format!(
            r#"{{"body":{{"message":"{}"}},"seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"log"}}"#,
            text.repeat(200_000)
        );
        let report = validate::validate(line.as_bytes(), &Options::default());
        assert_eq!(report.summary.errors, 0);
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(validate::validate(deep.as_bytes(), &Options::default()).findings[0].rule.code, "TW0004");
    let wide = format!("[{}1]", "1,".repeat(300_000));
    assert_eq!(validate::validate(wide.as_bytes(), &Options::default()).findings.len(), 1000, "so many are kept");
}
