//! Values on their way through a record: what a host writes, and what readers see.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use proptest::prelude::*;
use tracewire_recorder::Limits;
use tracewire_recorder::cbor::{Decoder, Scratch, Walker};
use tracewire_wire::json;

/// What readers see of the one value that `write` writes.
fn seen_within(limits: &Limits, write: impl FnOnce(&mut Walker<'_>)) -> String {
    let mut scratch = Scratch::default();
    let mut walker = Walker::new(&mut scratch, limits);
    write(&mut walker);
    let mut decoder = Decoder::new(walker.written());
    let value = decoder.value().unwrap();
    assert!(decoder.is_finished(), "one call in value position is one item");
    String::from_utf8(json::write(&value)).unwrap()
}

fn seen(write: impl FnOnce(&mut Walker<'_>)) -> String {
    seen_within(&Limits::default(), write)
}

/// What readers see of CBOR given as hex.
fn read(hex: &str) -> Result<String, String> {
    let digits: String = hex.split_whitespace().collect();
    let bytes: Vec<u8> =
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect();
    let mut decoder = Decoder::new(&bytes);
    match decoder.value() {
        Ok(value) => Ok(String::from_utf8(json::write(&value)).unwrap()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn scalars() {
    assert_eq!(seen(|w| w.null()), "null");
    assert_eq!(seen(|w| w.bool(true)), "true");
    assert_eq!(seen(|w| w.int(-1)), "-1");
    assert_eq!(seen(|w| w.int(i64::MIN)), r#"{"$int":"-9223372036854775808"}"#);
    assert_eq!(seen(|w| w.uint(u64::MAX)), r#"{"$int":"18446744073709551615"}"#);
    assert_eq!(seen(|w| w.double(1.0)), "1");
    assert_eq!(seen(|w| w.double(-0.0)), "0");
    assert_eq!(seen(|w| w.double(0.1)), "0.1");
    assert_eq!(seen(|w| w.double(f64::NEG_INFINITY)), r#"{"$float":"-Infinity"}"#);
    assert_eq!(seen(|w| w.big_int(false, &[1, 0, 0, 0, 0, 0, 0, 0, 0])), r#"{"$int":"18446744073709551616"}"#);
    assert_eq!(seen(|w| w.big_int(true, &[1, 0, 0, 0, 0, 0, 0, 0, 0])), r#"{"$int":"-18446744073709551616"}"#);
    assert_eq!(seen(|w| w.big_int(true, &[5])), "-5");
    assert_eq!(seen(|w| w.big_int(true, &[0, 0])), "0");
    assert_eq!(seen(|w| w.big_int(false, &[1; 2000])), r#"{"$unserializable":"int","text":"2000 bytes"}"#);
    assert_eq!(seen(|w| w.bytes(b"\x00\xff")), r#"{"$bytes":"AP8="}"#);
    assert_eq!(seen(|w| w.time("2026-01-01")), r#"{"$time":"2026-01-01"}"#);
    assert_eq!(seen(|w| w.decimal("1.10")), r#"{"$decimal":"1.10"}"#);
    assert_eq!(seen(|w| w.unserializable("m.C", None)), r#"{"$unserializable":"m.C"}"#);
    assert_eq!(seen(|w| w.text_lossy(b"a\xED\xA0\x80b")), "\"a\u{FFFD}b\"");
}

#[test]
fn a_users_dollar_is_not_a_tag() {
    let written = seen(|w| {
        w.begin_map(0);
        w.key("$ref");
        w.text("mine");
        w.key("plain");
        w.time("2026-01-01");
        w.end_map(0);
    });
    assert_eq!(written, r#"{"$$ref":"mine","plain":{"$time":"2026-01-01"}}"#);
}

#[test]
fn keys_that_are_not_text_and_keys_that_collide() {
    let written = seen(|w| {
        w.begin_map(0);
        for key in 0..2 {
            w.int(1);
            w.int(key);
        }
        w.key("1");
        w.text("text");
        w.double(0.5);
        w.null();
        w.begin_list(0);
        w.int(1);
        w.text("a");
        w.end_list(0);
        w.bool(false);
        w.null();
        w.text("null");
        w.end_map(0);
    });
    assert_eq!(written, r##"{"0.5":null,"1":0,"1#2":1,"1#3":"text","[1,\"a\"]":false,"null":"null"}"##);
}

#[test]
fn keys_in_keys_do_not_grow_without_bound() {
    // Maps of one entry, each the key of the one around it; the innermost key is a quotation mark.
    let nested = |levels: usize| read(&["a1".repeat(levels), "6122".to_owned(), "f6".repeat(levels)].concat());
    assert_eq!(nested(2).as_deref(), Ok(r#"{"{\"\\\"\":null}":null}"#));
    assert!(nested(5).is_ok());
    assert_eq!(nested(6).unwrap_err(), "record is malformed at byte 5: keys are nested too deep");
}

#[test]
fn sets_are_sorted_by_their_bytes() {
    let written = seen(|w| {
        w.begin_set(0);
        w.text("b");
        w.int(10);
        w.int(9);
        w.text("a");
        w.end_set(0);
    });
    assert_eq!(written, r#"["a","b",10,9]"#);
    let cut = seen(|w| {
        w.begin_set(0);
        w.text("b");
        w.text("a");
        w.end_set(7);
    });
    assert_eq!(cut, r#"{"$cut":["a","b"],"missing_items":7}"#);
}

#[test]
fn cycles_and_depth_are_marked() {
    let written = seen(|w| {
        w.begin_list(7);
        assert!(!w.begin_map(7));
        assert!(!w.begin_set(7));
        w.end_list(0);
    });
    assert_eq!(written, r#"[{"$unserializable":"cycle"},{"$unserializable":"cycle"}]"#);
    let shallow = Limits { depth: 1, ..Limits::default() };
    let written = seen_within(&shallow, |w| {
        w.begin_list(0);
        assert!(!w.begin_list(0));
        w.int(1);
        w.end_list(0);
    });
    assert_eq!(written, r#"[{"$cut":null,"missing_depth":1},1]"#);
}

#[test]
fn what_is_too_long_is_cut_between_characters() {
    let short = Limits { text_bytes: 4, ..Limits::default() };
    let key = seen_within(&short, |w| {
        w.begin_map(0);
        w.key("session");
        w.text("12345");
        w.end_map(0);
    });
    assert_eq!(key, r#"{"session":{"$cut":"1234","missing_bytes":1}}"#, "a key is never cut for its length");
    assert_eq!(seen_within(&short, |w| w.text("aééé")), r#"{"$cut":"aé","missing_bytes":4}"#);
    assert_eq!(seen_within(&short, |w| w.bytes(&[0; 6])), r#"{"$cut":{"$bytes":"AAAAAA=="},"missing_bytes":2}"#);
    let written = seen(|w| {
        w.begin_map(0);
        w.key("list");
        w.begin_list(0);
        w.int(1);
        w.end_list(998);
        w.end_map(3);
    });
    assert_eq!(written, r#"{"$cut":{"list":{"$cut":[1],"missing_items":998}},"missing_items":3}"#);
}

#[test]
fn an_exploding_value_stays_within_its_budget() {
    fn explode(walker: &mut Walker<'_>) {
        if !walker.begin_list(0) {
            return;
        }
        let mut given = 0;
        while given < 10 && walker.has_budget() {
            explode(walker);
            given += 1;
        }
        walker.end_list(10 - given);
    }
    let limits = Limits { nodes: 1000, ..Limits::default() };
    let written = seen_within(&limits, explode);
    assert!(written.len() < 50_000, "{} bytes", written.len());
    assert!(written.contains("missing_items"));
    let careless = seen_within(&limits, |w| {
        w.begin_list(0);
        (0..1500).for_each(|_| w.text("a host that does not ask"));
        w.end_list(0);
    });
    assert!(careless.ends_with(r#"{"$cut":null}]"#));
}

#[test]
fn foreign_cbor_is_read_or_refused() {
    assert_eq!(read("f9 3c00").as_deref(), Ok("1"));
    assert_eq!(read("f9 0001").as_deref(), Ok("5.960464477539063e-8"));
    assert_eq!(read("fa 3fc00000").as_deref(), Ok("1.5"));
    assert_eq!(read("83 01 f7 20").as_deref(), Ok("[1,null,-1]"));
    assert_eq!(read("a1 61 61 01").as_deref(), Ok(r#"{"a":1}"#));
    assert_eq!(read("c0 6a 323032362d30312d3031").as_deref(), Ok(r#"{"$time":"2026-01-01"}"#));
    assert_eq!(read("d9 0400 01").as_deref(), Ok(r#"{"$cbor":1024,"value":1}"#));
    assert_eq!(read("d9 7457 a1 64 24666f6f 01").as_deref(), Ok(r#"{"$foo":1}"#));
    for refused in ["", "5f 41 00 ff", "e0", "1c", "9f 01", "7a ffffffff", "9b ffffffffffffffff", "ff", "c2 01"] {
        assert!(read(refused).is_err(), "{refused}");
    }
    assert!(read(&"81".repeat(100_000)).unwrap_err().contains("nested too deep"));
    assert!(read(&"c6".repeat(100_000)).unwrap_err().contains("nested too deep"));
}

proptest! {
    #[test]
    fn any_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Decoder::new(&bytes).value();
    }

    #[test]
    fn doubles_and_integers_that_are_equal_are_one(number in any::<i64>()) {
        let float = number as f64;
        let exact = i128::from(number) == float as i128;
        prop_assert_eq!(exact, seen(|w| w.int(number)) == seen(|w| w.double(float)));
    }
}
