//! Every error code can happen, and is listed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeSet;
use tracewire_wire::WireError;
use tracewire_wire::body::SpanStart;
use tracewire_wire::csv::{self, Delimiter};
use tracewire_wire::encoding;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::event::Event;
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::proto;
use tracewire_wire::redact::Redactor;
use tracewire_wire::sign::PublicKey;
use tracewire_wire::statement::Head;
use tracewire_wire::stream::{Encoding, ItemReader, StreamOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::toon::{self, DecodeOptions};
use tracewire_wire::value::Value;

const TIME: &str = "2026-11-21T04:30:00.000000000Z";
const ZEROS: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

fn json(bytes: &[u8]) -> WireError {
    json::read(bytes, &ReadOptions { max_bytes: 5000, ..ReadOptions::default() }).unwrap_err()
}

fn toon(text: &str) -> WireError {
    toon::decode(text.as_bytes(), &DecodeOptions::default()).unwrap_err()
}

fn csv(text: &str) -> WireError {
    csv::decode(text.as_bytes(), &csv::DecodeOptions::default()).unwrap_err()
}

fn proto_event(bytes: &[u8]) -> WireError {
    proto::decode_event(&[b"\x1a\x00", bytes].concat()).unwrap_err()
}

/// A recording of lists in a list, so many deep.
fn nested_proto(depth: usize) -> Vec<u8> {
    let field = |number: u8, mut rest: Vec<u8>| {
        let mut length = rest.len();
        let mut key = vec![number << 3 | 2];
        while length >= 0x80 {
            key.push(length as u8 | 0x80);
            length >>= 7;
        }
        key.push(length as u8);
        key.append(&mut rest);
        key
    };
    let value =
        (0..depth).fold(Vec::new(), |inner, _| field(5, if inner.is_empty() { inner } else { field(1, inner) }));
    field(2, field(3, value))
}

fn item() -> WireError {
    let mut reader = ItemReader::new(Encoding::Json, StreamOptions { max_item_bytes: 2, ..StreamOptions::default() });
    reader.push(format!("[\"{}\"", "x".repeat(2 << 20)).as_bytes());
    reader.next().unwrap_err()
}

fn event(members: &str) -> WireError {
    Event::read(format!(r#"{{"seq":1,"time":"{TIME}","type":"span.start",{members}}}"#).as_bytes()).unwrap_err()
}

fn body(body: &str) -> WireError {
    let event =
        Event::read(format!(r#"{{"body":{body},"seq":1,"time":"{TIME}","type":"span.start"}}"#).as_bytes()).unwrap();
    event.body_as::<SpanStart>().unwrap_err()
}

fn envelope(members: &str) -> WireError {
    let text = format!(
        r#"{{"digest":"{ZEROS}","events":[],"first_seq":1,"producer":"p","resource":{{}},"seal":1,"spec":"1.0",{members}}}"#
    );
    // A member that is given takes the place of the one that is there.
    let (name, _) = members.split_once(':').unwrap();
    let kept = text.replacen(&format!(r#""spec":"1.0",{name}"#), name, usize::from(name == "\"spec\""));
    Envelope::read(kept.as_bytes()).unwrap_err()
}

#[test]
fn every_code_happens_and_is_listed() {
    let long = "9".repeat(4097);
    let nested: String = (0..200).map(|depth| format!("{}a:\n", "  ".repeat(depth))).collect();
    let errors = [
        body(&format!(r#"{{"$erased":"{ZEROS}"}}"#)),
        body(r#"{"name":1}"#),
        envelope(&format!(r#""content":{{"{ZEROS}":{{}}}}"#)),
        item(),
        csv("a,a\n"),
        csv("\""),
        csv("a\rb"),
        csv("a\"b"),
        csv::encode(&Value::Null, &csv::EncodeOptions::default()).unwrap_err(),
        csv(&format!("{}\n{}", "n".repeat(100_000), "1\n".repeat(1000))),
        csv::decode(b"\xc3", &csv::DecodeOptions::default()).unwrap_err(),
        csv("a,b\n1"),
        Delimiter::parse("dash").unwrap_err(),
        Envelope::read(b"{}").unwrap_err(),
        Envelope::read(b"[]").unwrap_err(),
        Event::read(b"{}").unwrap_err(),
        Event::read(b"[]").unwrap_err(),
        encoding::Encoding::parse("xml").unwrap_err(),
        "sha256:00".parse::<Hash>().unwrap_err(),
        json(b"\"\n\""),
        json(br#"{"a":1,"a":1}"#),
        json(b"["),
        json(br#""\x""#),
        json(long.as_bytes()),
        json(b"01"),
        json(br#""\udc00""#),
        json(b"truth"),
        json("[".repeat(129).as_bytes()),
        json(&[b' '; 5001]),
        json(b"1 1"),
        json(b"\xc3"),
        "ed25519:00".parse::<PublicKey>().unwrap_err(),
        event(r#""kind":null"#),
        json(b"1e999"),
        proto_event(b"\x08\x01\x08\x01"),
        proto_event(b"\xa2\x06\x03\x0a\x01a\xa2\x06\x03\x0a\x01a"),
        proto_event(b"\xa2\x06\x06\x0a\x04kind"),
        proto_event(b"\x08"),
        proto_event(b"\x00"),
        proto_event(b"\x22\x01a"),
        proto::decode(b"\x12\x00").unwrap_err(),
        proto::decode(&nested_proto(600)).unwrap_err(),
        proto::ItemReader::with_limit(9).next_item(b"\x12\x0a", false).unwrap_err(),
        proto::decode(b"\x1a\x00").unwrap_err(),
        proto_event(b"\x12\x01\xff"),
        proto_event(b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
        proto_event(b"\x0a\x00"),
        Redactor::new(&[], &["/(a)\\1/".to_owned()], None).err().unwrap(),
        Redactor::new(&[], &["@nobody".to_owned()], None).err().unwrap(),
        "0000000000000000".parse::<SpanId>().unwrap_err(),
        envelope(r#""spec":"2.0""#),
        Head::read(br#"{"statement":"head"}"#).unwrap_err(),
        "now".parse::<Timestamp>().unwrap_err(),
        toon("a[2]:\n  - 1\n\n  - 2"),
        toon("a[2]: 1"),
        toon("a: 1\na: 2"),
        toon(r#"a: "\x""#),
        toon("a[x]: 1"),
        toon("a:\n b: 1"),
        toon("a: \"b"),
        toon(&nested),
        // More than 16 MiB of names in the rows.
        toon(&format!("[200]{{{}}}:{}", "n".repeat(100_000), "\n  1".repeat(200))),
        toon("[]\nx"),
        toon::decode(b"a: \xc3", &DecodeOptions::default()).unwrap_err(),
        toon("a[1]{b,c}:\n  1"),
        "00".parse::<TraceId>().unwrap_err(),
    ];
    let happened: BTreeSet<&str> = errors.iter().map(WireError::code).collect();
    let listed: Vec<&str> = WireError::CODES.iter().map(|(code, _)| *code).collect();
    assert!(listed.is_sorted());
    assert_eq!(happened.into_iter().collect::<Vec<_>>(), listed);
}

#[test]
fn shapes_name_their_place() {
    for (error, expected) in [
        (event(r#""kind":5"#), "/kind: a text is expected, this is a number"),
        (event(r#""trace_id":"XY""#), "/trace_id: 32 lower-case hex digits, not all zero, are expected"),
        (event(r#""body":[]"#), "/body: a body is a map, this is a list"),
        (
            envelope(r#""content":{"sha256:1":{"value":1}}"#),
            "/content/sha256:1: `sha256:` and 64 lower-case hex digits are expected",
        ),
        (
            envelope(&format!(r#""content":{{"{ZEROS}":{{"$erased":"{}"}}}}"#, ZEROS.replace('0', "1"))),
            &format!("/content/{ZEROS}: what was erased or withheld has the hash under which it stands"),
        ),
        (envelope(r#""close":1"#), "/close: a text is expected, this is a number"),
        (envelope(r#""spec":"1.""#), "/spec: a version 1.x of the specification is expected"),
    ] {
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.offset(), None);
    }
    let bad = format!(
        r#"{{"digest":"{ZEROS}","events":[{{"seq":1,"time":"{TIME}","type":7}}],"first_seq":1,"producer":"p","resource":{{}},"seal":1,"spec":"1.0"}}"#
    );
    assert_eq!(
        Envelope::read(bad.as_bytes()).unwrap_err().to_string(),
        "/events/0/type: a text is expected, this is a number"
    );
}
