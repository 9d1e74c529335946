//! What is read item by item is what the readers of whole documents read, wherever the pieces are cut; what is written
//! block by block is what is written of the whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use proptest::prelude::*;
use tracewire_wire::WireError;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::recording::{Form, Item, Recording};
use tracewire_wire::stream::{Encoding, ItemReader, ListWriter, Shape, Step, StreamOptions};
use tracewire_wire::toon::{self, DecodeOptions, Delimiter, EncodeOptions};
use tracewire_wire::value::{Map, Value};

/// Nothing is read whole, and blocks are as small as can be.
fn streaming() -> StreamOptions {
    StreamOptions { whole_bytes: 0, block_bytes: 0, ..StreamOptions::default() }
}

fn read(
    encoding: Encoding,
    text: &[u8],
    piece: usize,
    options: StreamOptions,
) -> Result<(Form, Vec<Value>), WireError> {
    let mut reader = ItemReader::new(encoding, options);
    let mut pieces = text.chunks(piece.max(1));
    let mut values = Vec::new();
    loop {
        match reader.next()? {
            Step::Item(item) => {
                assert!(reader.form().is_some(), "the form is known with the first item");
                values.push(item.into_value());
            }
            Step::More => match pieces.next() {
                Some(piece) => reader.push(piece),
                None => reader.end(),
            },
            Step::End => return Ok((reader.form().unwrap_or_default(), values)),
        }
    }
}

/// The form and items of a whole document.
fn parts(value: Value) -> (Form, Vec<Value>) {
    let Recording { form, items } = Recording::from_value(value);
    (form, items.into_iter().map(Item::into_value).collect())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from_i64),
        any::<f64>().prop_map(Value::from_f64),
        "[a-c \"\\\\\\[\\]{}:,#\\-\n\r\té\u{feff}]{0,8}".prop_map(Value::Text),
        Just(Value::Text("x".repeat(100))),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec(("[a-c]{1,2}|[ :\"\\[]", inner), 0..4)
                .prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

fn row() -> impl Strategy<Value = Value> {
    let cell = prop_oneof![
        any::<i64>().prop_map(Value::from_i64),
        "[a-c,:\"\n\\- ]{0,4}".prop_map(Value::Text),
        Just(Value::Null)
    ];
    (cell.clone(), cell.clone(), cell, any::<bool>()).prop_map(|(a, b, c, is_turned)| {
        let inner = Value::Map(Map::from_iter([("c d".to_owned(), c)]));
        let mut entries = vec![("a".to_owned(), a), ("b".to_owned(), b), ("inner".to_owned(), inner)];
        if is_turned {
            entries.reverse();
        }
        Value::Map(entries.into_iter().collect())
    })
}

/// Documents of every form: lists of any kind, exports, anything else.
fn document() -> impl Strategy<Value = Value> {
    let export = |items: Vec<Value>| {
        Value::Map(Map::from_iter([("envelopes".to_owned(), Value::List(items)), ("spec".to_owned(), "1.0".into())]))
    };
    prop_oneof![
        2 => value(),
        2 => prop::collection::vec(value(), 0..6).prop_map(Value::List),
        1 => prop::collection::vec(row(), 0..6).prop_map(Value::List),
        1 => prop::collection::vec(any::<i32>().prop_map(|number| Value::Int(number.into())), 0..6).prop_map(Value::List),
        2 => prop::collection::vec(value(), 0..4).prop_map(export),
        1 => prop::collection::vec(row(), 0..4).prop_map(export),
    ]
}

/// The same value with white space, as other writers print it.
fn pretty(value: &Value) -> Vec<u8> {
    let parsed: serde_json::Value = serde_json::from_slice(&json::write(value)).unwrap();
    serde_json::to_vec_pretty(&parsed).unwrap()
}

fn delimiter() -> impl Strategy<Value = Delimiter> {
    prop::sample::select(vec![Delimiter::Comma, Delimiter::Tab, Delimiter::Pipe])
}

/// One byte changed, left out or put in; or the end cut off; or a line twice.
fn damaged(text: &[u8], place: prop::sample::Index, byte: u8, how: u8) -> Vec<u8> {
    let mut text = text.to_vec();
    if text.is_empty() {
        return vec![byte];
    }
    let at = place.index(text.len());
    match how % 5 {
        0 => text[at] = byte,
        1 => _ = text.remove(at),
        2 => text.insert(at, byte),
        3 => text.truncate(at),
        _ => {
            let mut lines: Vec<Vec<u8>> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            let line = lines[at % lines.len()].clone();
            lines.insert(at % lines.len(), if byte.is_ascii_digit() { Vec::new() } else { line });
            text = lines.join(&b'\n');
        }
    }
    text
}

fn some_byte() -> impl Strategy<Value = u8> {
    prop_oneof![prop::sample::select(b"[]{}\":,-#0 \n\t|e\\x".to_vec()), any::<u8>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn json_is_the_same_in_pieces(value in document(), piece in 1usize..200, is_pretty in any::<bool>()) {
        let text = if is_pretty { pretty(&value) } else { json::write(&value) };
        let expected = parts(value);
        for encoding in [Encoding::Json, Encoding::AnyJson] {
            for options in [streaming(), StreamOptions::default()] {
                prop_assert_eq!(&read(encoding, &text, piece, options).unwrap(), &expected);
            }
        }
    }

    #[test]
    fn damaged_json_is_refused_in_pieces_as_it_is_whole(
        value in document(), place in any::<prop::sample::Index>(), byte in some_byte(), how in any::<u8>(), piece in 1usize..200
    ) {
        let text = damaged(&json::write(&value), place, byte, how);
        let whole = json::read(&text, &ReadOptions::default()).map(parts);
        let found = read(Encoding::Json, &text, piece, streaming());
        match (whole, found) {
            (Ok(whole), Ok(found)) => prop_assert_eq!(found, whole),
            (Ok(_), Err(error)) => prop_assert_eq!(error.code(), "item_too_large"),
            (Err(_), Err(error)) => prop_assert!(error.line().is_some()),
            (Err(error), Ok(_)) => prop_assert!(false, "{} is read in pieces: {}", String::from_utf8_lossy(&text), error),
        }
    }

    #[test]
    fn lines_are_the_same_however_they_are_named(values in prop::collection::vec(value(), 0..6), piece in 1usize..200) {
        let text: Vec<u8> = values.iter().flat_map(|value| [json::write(value), b"\n".to_vec()].concat()).collect();
        let expected = (Form::Lines, values.clone());
        prop_assert_eq!(&read(Encoding::Jsonl, &text, piece, StreamOptions::default()).unwrap(), &expected);
        let starts_as_list = matches!(values.first(), Some(Value::List(_)));
        if values.len() > 1 {
            prop_assert_eq!(&read(Encoding::AnyJson, &text, piece, StreamOptions::default()).unwrap(), &expected);
            if !starts_as_list {
                prop_assert_eq!(&read(Encoding::AnyJson, &text, piece, streaming()).unwrap(), &expected);
            }
        }
    }

    #[test]
    fn toon_is_the_same_in_pieces(value in document(), delimiter in delimiter(), piece in 1usize..200, block_bytes in 0usize..200) {
        let text = toon::encode(&value, &EncodeOptions { delimiter, ..EncodeOptions::default() });
        let expected = parts(toon::decode(text.as_bytes(), &DecodeOptions::default()).unwrap());
        for options in [StreamOptions { block_bytes, ..streaming() }, StreamOptions::default()] {
            prop_assert_eq!(&read(Encoding::Toon, text.as_bytes(), piece, options).unwrap(), &expected);
        }
    }

    #[test]
    fn damaged_toon_is_refused_in_pieces_as_it_is_whole(
        value in document(), delimiter in delimiter(), place in any::<prop::sample::Index>(), byte in some_byte(), how in any::<u8>(),
        piece in 1usize..200, block_bytes in 0usize..100, is_strict in any::<bool>(),
    ) {
        let text = toon::encode(&value, &EncodeOptions { delimiter, ..EncodeOptions::default() });
        let text = damaged(text.as_bytes(), place, byte, how);
        let options = DecodeOptions { is_strict, ..DecodeOptions::default() };
        let whole = toon::decode(&text, &options).map(parts);
        let found = read(Encoding::Toon, &text, piece, StreamOptions { toon: options, block_bytes, ..streaming() });
        match (whole, found) {
            (Ok(whole), Ok(found)) => prop_assert_eq!(found, whole, "{}", String::from_utf8_lossy(&text)),
            (Ok(_), Err(error)) => prop_assert_eq!(error.code(), "item_too_large", "{} {}", String::from_utf8_lossy(&text), error),
            (Err(_), Err(error)) => prop_assert!(error.line().is_some()),
            (Err(error), Ok(_)) => prop_assert!(false, "{} is read in pieces: {}", String::from_utf8_lossy(&text), error),
        }
    }

    #[test]
    fn toon_is_written_in_blocks_as_it_is_whole(
        value in document(), delimiter in delimiter(), block in 1usize..4, indent in prop::sample::select(vec![2usize, 4])
    ) {
        let options = EncodeOptions { delimiter, indent };
        let whole = toon::encode(&value, &options);
        let (form, items) = parts(value);
        let mut shape = Shape::default();
        items.iter().for_each(|item| shape.add(item));
        let key = (form == Form::Export).then_some("envelopes");
        let mut writer = ListWriter::new(key, shape, options);
        let mut out = Vec::new();
        items.chunks(block).for_each(|block| writer.items(block.to_vec(), &mut out));
        writer.finish(&mut out);
        if key.is_some() {
            out.extend_from_slice(b"\nspec: \"1.0\"");
        }
        if form != Form::Single {
            prop_assert_eq!(String::from_utf8(out).unwrap(), whole);
        }
    }

    #[test]
    fn protobuf_is_the_same_in_pieces(value in document(), piece in 1usize..100) {
        let recording = Recording::from_value(value);
        let bytes = tracewire_wire::proto::encode(&recording);
        let values = recording.items.iter().map(Item::to_value).collect();
        prop_assert_eq!(read(Encoding::Proto, &bytes, piece, streaming()).unwrap(), (recording.form, values));
        // A recording that is cut short is seen, unless it is cut between two items.
        let cut = bytes.get(..bytes.len().saturating_sub(piece)).unwrap_or_default();
        let whole = tracewire_wire::proto::decode(cut).map(|it| (it.form, it.items.len()));
        let found = read(Encoding::Proto, cut, piece, streaming()).map(|(form, values)| (form, values.len()));
        prop_assert_eq!(found, whole);
    }

    #[test]
    fn csv_is_the_same_in_pieces(rows in prop::collection::vec(row(), 0..6), piece in 1usize..100) {
        let rows = Value::List(rows);
        let text = tracewire_wire::csv::encode(&rows, &Default::default()).unwrap();
        let found = read(Encoding::Csv, text.as_bytes(), piece, streaming()).unwrap();
        prop_assert_eq!(found, (Form::List, parts(rows).1));
    }
}

#[test]
fn a_place_is_a_line_of_the_file_and_a_byte_in_it() {
    let long = format!("[\n  {{\"a\": \"{}\"}},\n  {{\"a\": 1,, \"b\": 2}}\n]", "x".repeat(5000));
    for (encoding, text, expected) in [
        (Encoding::Json, long.as_str(), "line 3: a key is expected at byte 10"),
        (Encoding::Json, "", "line 1: there is nothing; a value is expected at byte 0"),
        (Encoding::Json, "[1] 2", "line 1: bytes follow the value at byte 4"),
        (Encoding::Json, "[1,\n2", "line 2: the text ends inside a value at byte 1"),
        (Encoding::AnyJson, "{}\n[1,]\n", "line 2: a value is expected at byte 3"),
        (Encoding::Jsonl, "{}\n\n{\"a\":\n1}", "line 3: the text ends where a value is expected at byte 5"),
        (Encoding::Toon, "# c\n\n[2]{a,b}:\n  1,2\n  1\n", "line 5: a row of 1 cells; the header names 2"),
        (Encoding::Toon, "[3]:\n  - a: 1\n  - b: 1\n", "line 1: 3 items are declared, 2 are there"),
        (Encoding::Toon, "[2]:\n  - a: 1\n\n  - b: 1\n", "line 4: a blank line stands inside a list"),
        (Encoding::Toon, "[1]:\n  - a: 1\nb: 1\n", "line 3: this line belongs to nothing before it"),
        (Encoding::Csv, "a,b\r\n1,2\r\n3\r\n", "line 3: a row of 1 cells in a table of 2 columns"),
    ] {
        for piece in [1, 7, 10_000] {
            let error = read(encoding, text.as_bytes(), piece, streaming()).unwrap_err();
            assert_eq!(error.to_string(), expected, "{text:.40} in pieces of {piece}");
        }
    }
}

#[test]
fn lines_of_white_space_are_no_items() {
    let numbers = |of: &[i64]| of.iter().map(|number| Value::Int(*number)).collect::<Vec<_>>();
    for (text, expected) in
        [("", numbers(&[])), ("\r", numbers(&[])), ("\r\n", numbers(&[])), (" \t\r\n\n1\r\n \n2\r", numbers(&[1, 2]))]
    {
        for piece in [1, 1000] {
            let (form, values) = read(Encoding::Jsonl, text.as_bytes(), piece, streaming()).unwrap();
            assert_eq!((form, values), (Form::Lines, expected.clone()), "{text:?}");
        }
    }
}

#[test]
fn a_toon_document_begins_behind_its_blank_lines_however_it_comes() {
    let read = |document: &str, piece: usize| {
        let options = StreamOptions { whole_bytes: 0, block_bytes: 64, ..StreamOptions::default() };
        let mut reader = ItemReader::new(Encoding::Toon, options);
        let mut pieces = document.as_bytes().chunks(piece);
        let mut values = Vec::new();
        loop {
            match reader.next() {
                Ok(Step::Item(item)) => values.push(String::from_utf8(json::write(&item.to_value())).unwrap()),
                Ok(Step::More) => match pieces.next() {
                    Some(bytes) => reader.push(bytes),
                    None => reader.end(),
                },
                Ok(Step::End) => return values.join(" "),
                Err(error) => return error.to_string(),
            }
        }
    };
    for piece in [1, 2, 3, 5, 100] {
        assert_eq!(read("  \n\n[2]{a,b}:\n  1,2\n  3,4\n", piece), r#"{"a":1,"b":2} {"a":3,"b":4}"#);
        // One mark before the document is dropped, and no second one.
        assert_eq!(read("\u{feff}[1]:\n  - 1\n", piece), "1");
        assert_eq!(read("\u{feff}\u{feff}\n", piece), "\"\u{feff}\"");
        // What looks like the header of a table, and is none for the reader of whole documents.
        assert_eq!(read("  \n[3]{a\\\",b}:\n\n", piece), r#""[3]{a\\\",b}:""#);
    }
}

#[test]
fn one_huge_value_is_refused_with_a_code() {
    let options = StreamOptions { max_item_bytes: 1 << 20, ..streaming() };
    let text = "x".repeat(3 << 20);
    for (encoding, text) in [
        (Encoding::Json, format!("{{\"a\":\"{text}\"}}")),
        (Encoding::Json, format!("[1,\"{text}\"]")),
        (Encoding::Json, format!("{{\"envelopes\":[],\"other\":\"{text}\",\"spec\":\"1.0\"}}")),
        (Encoding::AnyJson, format!("{{\"a\":\"{text}\"}}\n{{}}")),
        (Encoding::Jsonl, format!("{{\"a\":\"{text}\"}}\n")),
        (Encoding::Toon, format!("a: {text}\n")),
        (Encoding::Toon, format!("[1]:\n  - {text}")),
        (Encoding::Csv, format!("a,b\r\n1,\"{text}\"\r\n")),
    ] {
        let error = read(encoding, text.as_bytes(), 1 << 16, options).unwrap_err();
        assert_eq!((error.code(), error.line().is_some()), ("item_too_large", true), "{text:.40}");
    }
}

/// An envelope that is just below 16 MiB in canonical JSON, in every encoding that holds it (TW-LIM-003).
#[test]
fn an_envelope_of_16_mib_is_read() {
    let event = |seq: usize, text: usize| {
        let text = "x".repeat(text);
        format!(r#"{{"body":{{"message":"{text}"}},"seq":{seq},"time":"2026-11-21T04:30:00.000000000Z","type":"log"}}"#)
    };
    let events: Vec<String> = (1..=16).map(|seq| event(seq, (1 << 20) - 200)).collect();
    let digest = format!("sha256:{}", "0".repeat(64));
    let text = format!(
        r#"{{"digest":"{digest}","events":[{}],"first_seq":1,"producer":"p-1","resource":{{}},"seal":1,"spec":"1.0"}}"#,
        events.join(",")
    );
    assert!(text.len() > (16 << 20) - 4096 && text.len() <= 16 << 20, "{}", text.len());
    let envelope = Envelope::read(text.as_bytes()).unwrap();
    assert_eq!(envelope.write(), text.as_bytes());
    let value = json::read(text.as_bytes(), &ReadOptions::default()).unwrap();
    let recording = Recording::from_value(value.clone());
    assert!(matches!(recording.items.as_slice(), [Item::Envelope(_)]));
    for (encoding, bytes) in [
        (Encoding::Json, text.clone().into_bytes()),
        (Encoding::Jsonl, [text.as_bytes(), b"\n"].concat()),
        (Encoding::Toon, toon::encode(&value, &EncodeOptions::default()).into_bytes()),
        (Encoding::Proto, tracewire_wire::proto::encode(&recording)),
    ] {
        let (_, values) = read(encoding, &bytes, 1 << 20, StreamOptions::default()).unwrap();
        assert!(values == [value.clone()], "{encoding:?}");
    }
    let row = Value::List(vec![value]);
    let csv = tracewire_wire::csv::encode(&row, &Default::default()).unwrap();
    assert!(tracewire_wire::csv::decode(csv.as_bytes(), &Default::default()).unwrap() == row);
}

#[test]
fn nesting_is_bounded_in_pieces_as_it_is_whole() {
    for levels in [127, 128, 129] {
        let text = ["[".repeat(levels), "]".repeat(levels)].concat();
        let whole = json::read(text.as_bytes(), &ReadOptions::default());
        let found = read(Encoding::Json, text.as_bytes(), 64, streaming());
        assert_eq!(found.is_ok(), whole.is_ok(), "{levels}");
        let text = format!("{{\"envelopes\":{text},\"spec\":\"1.0\"}}");
        let whole = json::read(text.as_bytes(), &ReadOptions::default());
        assert_eq!(read(Encoding::Json, text.as_bytes(), 64, streaming()).is_ok(), whole.is_ok(), "{levels}");
    }
}
