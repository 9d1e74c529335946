//! One recording in every encoding, there and back.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use tracewire_wire::encoding::{Encoding, ReadOptions, WriteOptions, convert};
use tracewire_wire::recording::{Form, Recording};
use tracewire_wire::toon::Delimiter;
use tracewire_wire::{WireError, json};

const ROWS: &[u8] = br#"[{"b":"=1","a":2},{"a":"x,y","b":null}]"#;

fn written(bytes: &[u8], to: Encoding, options: WriteOptions) -> String {
    let bytes = convert(bytes, (Encoding::Json, &ReadOptions::default()), (to, &options)).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn equal_recordings_have_equal_bytes() {
    let plain = WriteOptions::default();
    for (to, expected) in [
        (Encoding::Json, r#"[{"a":2,"b":"=1"},{"a":"x,y","b":null}]"#),
        (Encoding::Jsonl, "{\"a\":2,\"b\":\"=1\"}\n{\"a\":\"x,y\",\"b\":null}\n"),
        (Encoding::Toon, "[2]{a,b}:\n  2,=1\n  \"x,y\",null"),
        (Encoding::Csv, "a,b\r\n2,=1\r\n\"x,y\",null\r\n"),
    ] {
        assert_eq!(written(ROWS, to, plain), expected, "{}", to.name());
        let recording = Encoding::Json.read(ROWS, &ReadOptions::default()).unwrap();
        assert_eq!(to.write(&recording, &plain).unwrap(), expected.as_bytes(), "{}", to.name());
        let back = to.read(expected.as_bytes(), &ReadOptions::default()).unwrap();
        assert_eq!(json::write(&back.to_value()), json::write(&recording.to_value()), "{}", to.name());
    }
}

#[test]
fn a_value_keeps_the_order_of_its_members() {
    let value = Encoding::Json.read_value(ROWS, &ReadOptions::default()).unwrap();
    let toon = Encoding::Toon.write_value(&value, &WriteOptions::default()).unwrap();
    assert!(toon.starts_with(b"[2]{b,a}:\n"), "{}", String::from_utf8_lossy(&toon));
}

#[test]
fn options_reach_their_encoding() {
    let piped = WriteOptions { delimiter: Delimiter::Pipe, formula_safe: true, indent: Some(4) };
    assert_eq!(written(ROWS, Encoding::Csv, piped), "a|b\r\n2|'=1\r\nx,y|null\r\n");
    assert!(written(ROWS, Encoding::Toon, piped).starts_with("[2|]{a|b}:\n    2|"));
    assert_eq!(written(b"{\"a\":[]}", Encoding::Json, piped), "{\n    \"a\": []\n}");

    let lenient = ReadOptions { is_lenient: true, ..ReadOptions::default() };
    assert_eq!(Encoding::Toon.read(b"[3]: 1,2", &ReadOptions::default()).unwrap_err().code(), "toon_count");
    assert_eq!(json::write(&Encoding::Toon.read_value(b"[3]: 1,2", &lenient).unwrap()), b"[1,2]");
    let tabs = ReadOptions { delimiter: Delimiter::Tab, ..ReadOptions::default() };
    assert_eq!(json::write(&Encoding::Csv.read_value(b"a\tb\n1\t2", &tabs).unwrap()), br#"[{"a":1,"b":2}]"#);
}

#[test]
fn protobuf_tells_items_on_lines_from_a_list_of_them() {
    let (reading, writing) = (ReadOptions::default(), WriteOptions::default());
    let lines = convert(b"1\n\n \r\n2\r\n", (Encoding::Jsonl, &reading), (Encoding::Proto, &writing)).unwrap();
    let list = convert(b"[1,2]", (Encoding::Json, &reading), (Encoding::Proto, &writing)).unwrap();
    assert_ne!(lines, list);
    let form = |bytes: &[u8]| Encoding::Proto.read(bytes, &reading).map(|recording| recording.form);
    assert_eq!((form(&lines), form(&list)), (Ok(Form::Lines), Ok(Form::List)));
    for bytes in [&lines, &list] {
        assert_eq!(convert(bytes, (Encoding::Proto, &reading), (Encoding::Jsonl, &writing)).unwrap(), b"1\n2\n");
        assert_eq!(convert(bytes, (Encoding::Proto, &reading), (Encoding::Proto, &writing)).unwrap(), *bytes);
    }
    let single = convert(b"7", (Encoding::Json, &reading), (Encoding::Proto, &writing)).unwrap();
    assert_eq!(form(&single), Ok(Form::Single));
    let export = Recording { form: Form::Export, items: Vec::new() };
    assert_eq!(Encoding::Jsonl.write(&export, &writing).unwrap(), b"");
}

#[test]
fn a_bad_line_is_placed_in_the_whole_text() {
    let text = b"{\"a\":1}\n\n{\"a\":}\n";
    let error = Encoding::Jsonl.read(text, &ReadOptions::default()).unwrap_err();
    assert_eq!((error.code(), error.offset(), error.line_in(text)), ("json_syntax", Some(14), Some(3)));
}

#[test]
fn names_are_said_where_one_is_unknown() {
    let said = |error: WireError| (error.code(), error.to_string(), error.offset(), error.line());
    let format = r#""yaml" is not one of json, jsonl, toon, csv, proto"#.to_owned();
    assert_eq!(said(Encoding::parse("yaml").unwrap_err()), ("format_unknown", format, None, None));
    let delimiter = r#"";" is not one of comma, tab, pipe"#.to_owned();
    assert_eq!(said(Delimiter::parse(";").unwrap_err()), ("delimiter_unknown", delimiter, None, None));
    for encoding in Encoding::ALL {
        assert_eq!(Encoding::parse(encoding.name()), Ok(encoding));
        for extension in encoding.extensions() {
            assert_eq!(Encoding::of_extension(&extension.to_uppercase()), Some(encoding));
        }
    }
    assert_eq!((Delimiter::parse("|"), Delimiter::parse("tab")), (Ok(Delimiter::Pipe), Ok(Delimiter::Tab)));
    assert_eq!(Encoding::of_extension("parquet"), None);
}
