//! Protobuf: literal bytes, whatever is written reads back, and any bytes give an answer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod common;

use common::strategies::{envelope, event, value};
use common::{json, read};
use proptest::prelude::*;
use std::path::Path;
use tracewire_wire::WireError;
use tracewire_wire::proto::{self, ItemReader};
use tracewire_wire::recording::{Form, Item, Recording};
use tracewire_wire::stream::{self, Encoding, Step, StreamOptions};
use tracewire_wire::toon;
use tracewire_wire::value::Value;

/// JSON → protobuf → TOON → JSON.
fn around(document: &Value) -> Value {
    let bytes = proto::encode(&Recording::from_value(document.clone()));
    let recording = proto::decode(&bytes).unwrap();
    assert_eq!(proto::encode(&recording), bytes, "bytes are written in one way");
    let text = toon::encode(&recording.to_value(), &toon::EncodeOptions::default());
    toon::decode(text.as_bytes(), &toon::DecodeOptions::default()).unwrap()
}

/// Every JSON document among the tests' vectors and the specification's examples.
fn vectors() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push((path.display().to_string(), read(&std::fs::read(&path).unwrap())));
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
}

#[test]
fn every_vector_comes_around() {
    let vectors = vectors();
    assert!(vectors.len() >= 35, "{}", vectors.len());
    for (name, document) in vectors {
        assert_eq!(json(&around(&document)), json(&document), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_value_comes_around(value in value()) {
        prop_assert_eq!(json(&around(&value)), json(&value));
    }

    #[test]
    fn envelopes_come_around(envelope in envelope(), form in prop::sample::select(vec![Form::Single, Form::List, Form::Export])) {
        prop_assert_eq!(&proto::decode_envelope(&proto::encode_envelope(&envelope)), &Ok(envelope.clone()));
        let document = Recording { form, items: vec![Item::Envelope(Box::new(envelope.clone()))] }.to_value();
        let back = around(&document);
        prop_assert_eq!(json(&back), json(&document));
        let items = Recording::from_value(back).items;
        let [Item::Envelope(back)] = items.as_slice() else { panic!("an envelope is expected") };
        prop_assert_eq!(back.compute_digest(), envelope.digest);
    }

    #[test]
    fn events_come_around(event in event()) {
        let bytes = proto::encode_event(&event);
        let back = proto::decode_event(&bytes).unwrap();
        prop_assert_eq!(&back, &event);
        prop_assert_eq!(proto::encode_event(&back), bytes);
        prop_assert_eq!(back.digest(), event.digest());
    }
}

/// Fields of a later version, in an event, in its body and in a value; then what the JSON of it is.
#[test]
fn fields_of_a_later_version_are_kept() {
    let bytes = [
        &b"\x12\x08span.end\x1a\x00"[..],
        // The body: `status_message`, `output` with a kind of value that is not known, and field 90.
        b"\x72\x11\x0a\x02ok\x1a\x03\xda\x05\x00\xd2\x05\x05later",
        // Field 99, a varint, and field 4000, eight bytes.
        b"\x98\x06\x07\x81\xfa\x01\x01\x02\x03\x04\x05\x06\x07\x08",
    ]
    .concat();
    let event = proto::decode_event(&bytes).unwrap();
    assert_eq!(
        json(&event.to_value()),
        r#"{"$fields":{"$bytes":"mAYHgfoBAQIDBAUGBwg="},"body":{"$fields":{"$bytes":"0gUFbGF0ZXI="},"output":{"$fields":{"$bytes":"2gUA"}},"status_message":"ok"},"seq":0,"time":"1970-01-01T00:00:00.000000000Z","type":"span.end"}"#
    );
    assert_eq!(proto::encode_event(&event), bytes);
}

/// A member `$fields` that holds no such fields is one like any other.
#[test]
fn forged_fields_are_members() {
    for forged in [
        r#"{"$bytes":""}"#,
        // `seq`, which is known; a length beyond the end; a group; no base64; no bytes.
        r#"{"$bytes":"CAE="}"#,
        r#"{"$bytes":"0gUF"}"#,
        r#"{"$bytes":"0wU="}"#,
        r#"{"$bytes":"0gUA!"}"#,
        r#""0gUA""#,
    ] {
        let text = format!(
            r#"{{"$fields":{forged},"body":{{"$fields":{forged},"input":{{"$fields":{forged},"value":1}}}},"seq":1,"time":"1970-01-01T00:00:00.000000000Z","type":"span.start"}}"#
        );
        let document = read(text.as_bytes());
        assert_eq!(json(&around(&document)), json(&document));
    }
    for text in [
        r#"{"$fields":{"$bytes":"2gUA"},"value":null}"#,
        r#"{"$fields":{"$bytes":"2gUA"},"value":{"$fields":{"$bytes":"2gUA"}}}"#,
        r#"{"$fields":{"$bytes":"2gUA"},"value":{"a":1}}"#,
        r#"{"$fields":{"$bytes":"2gUA"},"other":1}"#,
        r#"{"a":1,"$fields":{"$bytes":"2gUA"}}"#,
    ] {
        let document = read(text.as_bytes());
        assert_eq!(json(&around(&document)), json(&document));
    }
}

/// Each field stands in one place; what a message cannot keep is refused; the place is named.
#[test]
fn what_no_writer_makes_is_refused() {
    let time = b"\x1a\x00";
    for (bytes, expected) in [
        (&b"\x08\x01\x08\x01"[..], "proto_duplicate_field: field 1 of Event stands twice, or in two places at byte 4"),
        (b"\x5a\x00\x62\x00", "proto_duplicate_field: an event has one body at byte 4"),
        (
            b"\x5a\x06\x12\x00\x0a\x00\x12\x00",
            "proto_duplicate_field: field 2 of SpanStart stands twice, or in two places at byte 8",
        ),
        (b"\x0d\x00\x00\x00\x00", "proto_wire_type: field 1 of Event has another type at byte 2"),
        (b"\x5a\x02\x08\x00", "proto_wire_type: field 1 of SpanStart has another type at byte 4"),
        (
            b"\xa2\x06\x05\x0a\x01a\x18\x00",
            "proto_unknown_field: a pair of a map has no such field, and cannot keep it at byte 8",
        ),
        (
            b"\xa2\x06\x05\x0a\x03seq",
            "proto_duplicate_key: `seq` has a field of its own, and cannot be in `other` at byte 0",
        ),
        (b"\x22\x02ab", "proto_length: 16 bytes are expected, these are 2 at byte 3"),
        (b"\x2a\x08\x00\x00\x00\x00\x00\x00\x00\x00", "span_id: an id is not all zero at byte 3"),
        (b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "member_type: an integer of 0 to 2^53 − 1 is expected at byte 3"),
        (b"\x73\x74", "proto_wire_type: field 14 of Event has another type at byte 2"),
        (b"\xd3\x05", "proto_wire_type: groups are not part of proto3 at byte 4"),
        (b"\x12\x05log", "proto_end: the bytes end inside a field at byte 3"),
        (b"\x12\x02\x61\xff", "proto_utf8: ill-formed UTF-8 at byte 5"),
    ] {
        let error = proto::decode_event(&[time, bytes].concat()).unwrap_err();
        assert_eq!(format!("{}: {error}", error.code()), expected);
    }
    for (bytes, code) in [
        (&b""[..], "event_member_missing"),
        (b"\x1a\x06\x10\x80\x94\xeb\xdc\x03", "time"),
        (b"\x1a\x06\x08\xff\xff\xff\xff\x7f", "time"),
        (b"\x1a\x04\x08\x01\x08\x01", "proto_duplicate_field"),
        (b"\x1a\x02\x18\x01", "proto_unknown_field"),
    ] {
        assert_eq!(proto::decode_event(bytes).unwrap_err().code(), code, "{bytes:?}");
    }
    // A body of another type than the event's, wherever the type stands.
    for (bytes, code) in [
        (&b"\x12\x03log\x1a\x00\x5a\x00"[..], Some("body_shape")),
        (b"\x5a\x00\x1a\x00\x12\x03log", Some("body_shape")),
        (b"\x12\x05later\x1a\x00\x82\x01\x00", Some("body_shape")),
        (b"\x12\x03log\x1a\x00\x82\x01\x00", None),
        (b"\x12\x05later\x1a\x00\xa2\x01\x00", None),
        // A writer that does not know the type.
        (b"\x12\x03log\x1a\x00\xa2\x01\x00", None),
        // A lone key.
        (b"\x12\x03log\x1a\x00\x0a", Some("proto_end")),
    ] {
        assert_eq!(proto::decode_event(bytes).err().map(|error| error.code()), code, "{bytes:?}");
    }
    let digest = [&b"\x4a\x20"[..], &[1; 32]].concat();
    for (bytes, code) in [
        (&b""[..], "envelope_member_missing"),
        (&[b"\x0a\x032.0", digest.as_slice()].concat(), "spec_version"),
        (&[b"\x0a\x031.0\x5a\x00", digest.as_slice()].concat(), "proto_missing"),
        (&[b"\x0a\x031.0\x62\x00", digest.as_slice()].concat(), "proto_missing"),
        (&[b"\x0a\x031.0\x62\x22\x0a\x20", [2; 32].as_slice(), digest.as_slice()].concat(), "content_shape"),
        (&[b"\x0a\x031.0\x62\x24\x18\x09\x0a\x20", [2; 32].as_slice(), digest.as_slice()].concat(), "content_shape"),
    ] {
        assert_eq!(proto::decode_envelope(bytes).unwrap_err().code(), code, "{bytes:?}");
    }
}

/// Fields in another order, long numbers, lists that are packed or not: the same event.
#[test]
fn fields_are_read_in_any_form_that_protobuf_allows() {
    let canonical = b"\x08\x01\x12\x06metric\x1a\x02\x10\x01\x8a\x01\x1b\x32\x19\x2a\x10\x00\x00\x00\x00\x00\x00\xe0\x3f\x00\x00\x00\x00\x00\x00\xf0\x3f\x32\x05\x01\x02\xac\x02\x03";
    let event = proto::decode_event(canonical).unwrap();
    assert_eq!(
        json(&event.to_value()),
        r#"{"body":{"histogram":{"bounds":[0.5,1],"counts":[1,2,300,3]}},"seq":1,"time":"1970-01-01T00:00:00.000000001Z","type":"metric"}"#
    );
    assert_eq!(proto::encode_event(&event), canonical);
    let other = [
        &b"\x8a\x01\x22\x32\x20\x30\x01\x32\x03\x02\xac\x02\x32\x00\x30\x83\x80\x00"[..],
        b"\x29\x00\x00\x00\x00\x00\x00\xe0\x3f\x2a\x08\x00\x00\x00\x00\x00\x00\xf0\x3f",
        b"\x1a\x06\x10\x81\x80\x80\x80\x00\x12\x06metric\x08\x81\x00",
    ]
    .concat();
    let read = proto::decode_event(&other).unwrap();
    assert_eq!(read, event);
}

#[test]
fn values_are_read_as_deep_as_json() {
    let nested = |depth: usize| (0..depth).fold(Value::Null, |inner, _| Value::List(vec![inner]));
    let bytes = |depth| proto::encode(&Recording { form: Form::Single, items: vec![Item::Value(nested(depth))] });
    assert_eq!(proto::decode(&bytes(512)).unwrap().to_value(), nested(512));
    assert_eq!(proto::decode(&bytes(513)).unwrap_err().code(), "proto_too_deep");
}

#[test]
fn recordings_of_lines_may_be_joined() {
    let one = Recording { form: Form::Lines, items: vec![Item::Value(Value::Int(1))] };
    let joined = proto::decode(&[proto::encode(&one), proto::encode(&one)].concat()).unwrap();
    assert_eq!(joined.items, [Item::Value(Value::Int(1)), Item::Value(Value::Int(1))]);
    assert_eq!(proto::decode(b"").unwrap(), Recording::default());
    assert_eq!(proto::decode(b"\x08\x01\x08\x01").unwrap_err().code(), "proto_duplicate_field");
    assert_eq!(proto::decode(b"\x08\x04").unwrap_err().code(), "proto_unknown_field");
}

#[test]
fn a_single_item_is_one() {
    for (bytes, code) in [
        (&b"\x08\x01\x12\x02\x1a\x00"[..], None),
        (b"\x12\x02\x1a\x00\x08\x01", None),
        (b"\x08\x01", Some("proto_missing")),
        (b"\x08\x01\x12\x02\x1a\x00\x12\x02\x1a\x00", Some("proto_missing")),
        (b"\x12\x02\x1a\x00\x12\x02\x1a\x00\x08\x01", Some("proto_missing")),
        (b"\x0a", Some("proto_end")),
        (b"\x0a\x00", Some("proto_wire_type")),
        // Items in two places; two things in an item, and a field of a later version.
        (b"\x12\x02\x1a\x00\x08\x02\x12\x02\x1a\x00", Some("proto_duplicate_field")),
        (b"\x12\x04\x1a\x00\x1a\x00", Some("proto_duplicate_field")),
        (b"\x12\x04\x1a\x00\x20\x00", Some("proto_unknown_field")),
    ] {
        let expected = proto::decode(bytes).err();
        assert_eq!(expected.as_ref().map(WireError::code), code, "{bytes:?}");
        let mut reader = stream::ItemReader::new(Encoding::Proto, StreamOptions::default());
        let mut found = None;
        for piece in bytes.chunks(1) {
            reader.push(piece);
            while found.is_none() {
                match reader.next() {
                    Ok(Step::Item(_)) => {}
                    Ok(_) => break,
                    Err(error) => found = Some(error),
                }
            }
        }
        reader.end();
        while found.is_none() {
            match reader.next() {
                Ok(Step::End) => break,
                Ok(_) => {}
                Err(error) => found = Some(error),
            }
        }
        // The same fault in the same place.
        assert_eq!(found, expected, "{bytes:?} in pieces");
    }
}

fn recording() -> impl Strategy<Value = Recording> {
    let item = prop_oneof![
        value().prop_map(Item::from_value),
        event().prop_map(|event| Item::Event(Box::new(event))),
        envelope().prop_map(|envelope| Item::Envelope(Box::new(envelope))),
    ];
    let form = prop::sample::select(vec![Form::Lines, Form::List, Form::Export]);
    (form, prop::collection::vec(item, 0..4)).prop_map(|(form, items)| Recording { form, items })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Written item by item it is the same, and read in pieces too.
    #[test]
    fn recordings_come_the_same_in_pieces(recording in recording(), sizes in prop::collection::vec(1..40usize, 1..9)) {
        let mut bytes = Vec::new();
        proto::write_header(recording.form, &mut bytes);
        recording.items.iter().for_each(|item| proto::write_item(item, &mut bytes));
        prop_assert_eq!(&proto::encode(&recording), &bytes);
        prop_assert_eq!(&proto::decode(&bytes), &Ok(recording.clone()));

        let (mut reader, mut items) = (ItemReader::new(), Vec::new());
        let (mut from, mut to, mut sizes) = (0, 0, sizes.into_iter().cycle());
        loop {
            let is_last = to == bytes.len();
            match reader.next_item(&bytes[from..to], is_last).unwrap() {
                (None, 0) if is_last => break,
                (None, 0) => to = (to + sizes.next().unwrap()).min(bytes.len()),
                (item, length) => {
                    from += length;
                    items.extend(item);
                }
            }
        }
        prop_assert_eq!(Recording { form: reader.form(), items }, recording);
    }

    /// What was cut or damaged is refused or is a recording, which is written in one way like any other.
    #[test]
    fn damaged_bytes_give_an_answer(
        recording in recording(), cut in prop::option::of(any::<prop::sample::Index>()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 0..4),
    ) {
        let mut bytes = proto::encode(&recording);
        if let Some(place) = cut.filter(|_| !bytes.is_empty()) {
            bytes.truncate(place.index(bytes.len()));
        }
        for (place, byte, what) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => _ = bytes.remove(at),
            }
        }
        match proto::decode(&bytes) {
            Ok(read) => {
                let again = proto::encode(&read);
                let second = proto::decode(&again).unwrap();
                prop_assert_eq!(proto::encode(&second), again);
                prop_assert_eq!(json(&second.to_value()), json(&read.clone().to_value()));
                prop_assert_eq!(json(&Recording::from_value(read.clone().to_value()).to_value()), json(&read.to_value()));
            }
            Err(error) => prop_assert!(error.offset().is_some_and(|offset| offset <= bytes.len()), "{error:?}"),
        }
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0..0x30u8], 0..80)) {
        let _ = proto::decode(&bytes);
        let _ = proto::decode_event(&bytes);
        let _ = proto::decode_envelope(&bytes);
    }
}
