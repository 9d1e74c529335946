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

/// Writes a key that is no text.
fn keyed(walker: &mut Walker<'_>, write: impl FnOnce(&mut Walker<'_>)) {
    if walker.begin_key() {
        write(walker);
        walker.end_key();
    }
}

/// Writes a list of two.
fn pair(walker: &mut Walker<'_>, first: impl FnOnce(&mut Walker<'_>), second: impl FnOnce(&mut Walker<'_>)) {
    if walker.begin_list(0) {
        first(walker);
        second(walker);
        walker.end_list(0);
    }
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
            keyed(w, |w| w.int(1));
            w.int(key);
        }
        w.key("1");
        w.text("text");
        keyed(w, |w| w.double(0.5));
        w.null();
        keyed(w, |w| pair(w, |w| w.int(1), |w| w.text("a")));
        w.bool(false);
        keyed(w, |w| w.null());
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
    let key = seen_within(&short, |w| {
        w.begin_map(0);
        keyed(w, |w| pair(w, |w| w.text("otters"), |w| w.bytes(&[0; 6])));
        w.text("12345");
        w.end_map(0);
    });
    let whole = r#"{"[\"otters\",{\"$bytes\":\"AAAAAAAA\"}]":{"$cut":"1234","missing_bytes":1}}"#;
    assert_eq!(key, whole, "nor is what a key is made of");
    assert_eq!(seen_within(&short, |w| w.decimal("123.456")), r#"{"$decimal":"123.456"}"#);
    assert_eq!(seen_within(&short, |w| w.time("2026-01-01")), r#"{"$time":"2026-01-01"}"#);
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
    assert!(careless.ends_with(r#"],"missing_items":501}"#));
}

/// What readers see of a value written by a host that never asks for what is left.
fn with_nodes(nodes: u32, write: impl FnOnce(&mut Walker<'_>)) -> String {
    seen_within(&Limits { nodes, ..Limits::default() }, write)
}

#[test]
fn what_is_open_when_nothing_is_left_is_cut_there() {
    let map = |w: &mut Walker<'_>| {
        if !w.begin_map(0) {
            return;
        }
        w.key("role");
        w.text("user");
        w.key("x");
        pair(w, |w| w.int(1), |w| w.int(2));
        w.key("y");
        w.int(3);
        w.end_map(0);
    };
    assert_eq!(with_nodes(0, map), r#"{"$cut":null}"#);
    assert_eq!(with_nodes(1, map), r#"{"$cut":{},"missing_items":3}"#);
    assert_eq!(with_nodes(2, map), r#"{"$cut":{"role":{"$cut":null}},"missing_items":2}"#);
    assert_eq!(with_nodes(3, map), r#"{"$cut":{"role":"user"},"missing_items":2}"#);
    assert_eq!(with_nodes(4, map), r#"{"$cut":{"role":"user","x":{"$cut":null}},"missing_items":1}"#);
    assert_eq!(with_nodes(5, map), r#"{"$cut":{"role":"user","x":{"$cut":[],"missing_items":2}},"missing_items":1}"#);
    assert_eq!(with_nodes(7, map), r#"{"$cut":{"role":"user","x":[1,2]},"missing_items":1}"#);
    assert_eq!(with_nodes(8, map), r#"{"role":"user","x":[1,2],"y":{"$cut":null}}"#);
    assert_eq!(with_nodes(9, map), r#"{"role":"user","x":[1,2],"y":3}"#);
    let list = |w: &mut Walker<'_>| {
        w.begin_list(0);
        w.int(1);
        pair(w, |w| w.int(2), |w| w.int(3));
        w.int(4);
        w.end_list(0);
    };
    assert_eq!(with_nodes(2, list), r#"{"$cut":[1],"missing_items":2}"#);
    assert_eq!(with_nodes(3, list), r#"{"$cut":[1,{"$cut":[],"missing_items":2}],"missing_items":1}"#);
    assert_eq!(with_nodes(6, list), "[1,[2,3],4]");
}

#[test]
fn what_a_key_is_made_of_counts_and_is_nested() {
    let map = |w: &mut Walker<'_>| {
        w.begin_map(0);
        keyed(w, |w| pair(w, |w| w.int(1), |w| w.int(2)));
        w.int(3);
        w.key("k");
        w.int(4);
        w.end_map(0);
    };
    assert_eq!(with_nodes(1, map), r#"{"$cut":{},"missing_items":2}"#);
    assert_eq!(with_nodes(4, map), r#"{"$cut":{"[1,2]":{"$cut":null}},"missing_items":1}"#);
    assert_eq!(with_nodes(5, map), r#"{"$cut":{"[1,2]":3},"missing_items":1}"#);
    assert_eq!(with_nodes(7, map), r#"{"[1,2]":3,"k":4}"#);
    let flat = Limits { depth: 1, ..Limits::default() };
    assert_eq!(seen_within(&flat, map), r#"{"k":4,"{\"$cut\":null,\"missing_depth\":1}":3}"#);
}

#[test]
fn a_key_that_does_not_fit_into_the_record_is_not_halved() {
    let limits = Limits { record_bytes: 8, ..Limits::default() };
    let written = seen_within(&limits, |w| {
        w.begin_map(0);
        w.key("a");
        w.int(1);
        w.key("a key that is far too long");
        w.int(2);
        w.key("b");
        w.int(3);
        w.end_map(0);
    });
    assert_eq!(written, r#"{"$cut":{"a":1},"missing_items":2}"#);
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
    // All that is below it, too: lists, sets, other tags and keys.
    assert_eq!(read("d9 7457 a1 60 81 a1 61 24 00").as_deref(), Ok(r#"{"":[{"$":0}]}"#));
    assert_eq!(read("d9 7457 a1 60 d90102 81 a1 61 24 00").as_deref(), Ok(r#"{"":[{"$":0}]}"#));
    assert_eq!(read("d9 7457 a1 60 c5 a1 61 24 00").as_deref(), Ok(r#"{"":{"$cbor":5,"value":{"$":0}}}"#));
    assert_eq!(read("d9 7457 a1 a1 61 24 00 01").as_deref(), Ok(r#"{"{\"$\":0}":1}"#));
    assert_eq!(read("c0 62 61ff").as_deref(), Ok("{\"$time\":\"a\u{FFFD}\"}"));
    assert_eq!(read("d9 7457 a1 63 2461ff 01").as_deref(), Ok("{\"$a\u{FFFD}\":1}"));
    for refused in [
        "",
        "5f 41 00 ff",
        "e0",
        "1c",
        "9f 01",
        "7a ffffffff",
        "9b ffffffffffffffff",
        "ff",
        "c2 01",
        "c0 01",
        "d90102 01",
        "d90102 a0",
        "d97457 01",
    ] {
        assert!(read(refused).is_err(), "{refused}");
    }
    assert!(read(&"81".repeat(100_000)).unwrap_err().contains("nested too deep"));
    assert!(read(&"c6".repeat(100_000)).unwrap_err().contains("nested too deep"));
}

#[test]
fn a_mark_of_a_cut_says_how_much_and_of_what() {
    for (written, seen) in [
        ("d97458 82 61 61 02", r#"{"$cut":"a","missing_bytes":2}"#),
        ("d97458 9f 41 00 01 ff", r#"{"$cut":{"$bytes":"AA=="},"missing_bytes":1}"#),
        ("d97458 f6", r#"{"$cut":null}"#),
        ("82 07 d97458 01", r#"{"$cut":[7],"missing_items":1}"#),
        ("a2 61 61 07 f7 02", r#"{"$cut":{"a":7},"missing_items":2}"#),
        ("a1 f7 1b ffffffffffffffff", r#"{"$cut":{},"missing_items":{"$int":"18446744073709551615"}}"#),
    ] {
        assert_eq!(read(written).as_deref(), Ok(seen), "{written}");
    }
    for refused in [
        // Cuts of nothing, and of less.
        "d97458 82 61 61 00",
        "d97458 82 61 61 20",
        "81 d97458 00",
        "81 d97458 20",
        "a1 f7 00",
        "a1 f7 20",
        "a1 f7 61 61",
        "a1 f7 f6",
        // The mark of a list or map that goes on.
        "82 d97458 01 07",
        "a2 f7 01 61 61 07",
        // Of anything else.
        "d97458 01",
        "d97458 f5",
        "d97458 61 61",
        "d97458 a0",
        "d97458 80",
        "d97458 81 61 61",
        "d97458 82 a0 01",
        "d97458 82 f6 01",
        "d97458 83 61 61 01 01",
        "d97458 d90102 80",
    ] {
        assert!(read(refused).is_err(), "{refused}");
    }
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
