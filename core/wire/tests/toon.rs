//! TOON's official cases (tests/vectors/toon, MIT) in both directions.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::path::Path;
use tracewire_wire::json::{self, Numbers, ReadOptions};
use tracewire_wire::toon::{DecodeOptions, Delimiter, EncodeOptions, decode, encode};
use tracewire_wire::value::Value;

/// Values as JavaScript has them: every number a double.
fn read(bytes: &[u8]) -> Value {
    json::read(bytes, &ReadOptions { numbers: Numbers::Ecma, ..ReadOptions::default() }).unwrap()
}

fn cases(folder: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/toon").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let document = read(&std::fs::read(&file).unwrap());
        let Some(Value::List(tests)) = document.as_map().unwrap().get("tests") else { panic!("{file:?}") };
        for test in tests {
            let name = test.as_map().unwrap().get("name").and_then(Value::as_text).unwrap();
            cases.push((format!("{}: {name}", file.file_stem().unwrap().display()), test.clone()));
        }
    }
    cases
}

fn option<'a>(case: &'a Value, name: &str) -> Option<&'a Value> {
    case.as_map()?.get("options")?.as_map()?.get(name)
}

fn indent(case: &Value) -> usize {
    option(case, "indentSize").and_then(Value::as_int).map_or(2, |indent| usize::try_from(indent).unwrap())
}

#[test]
fn official_cases_are_encoded() {
    let cases = cases("encode");
    for (name, case) in &cases {
        let delimiter = match option(case, "delimiter").and_then(Value::as_text) {
            Some("\t") => Delimiter::Tab,
            Some("|") => Delimiter::Pipe,
            _ => Delimiter::Comma,
        };
        let map = case.as_map().unwrap();
        let text = encode(map.get("input").unwrap(), &EncodeOptions { delimiter, indent: indent(case) });
        assert_eq!(Some(text.as_str()), map.get("expected").and_then(Value::as_text), "{name}");
    }
    assert_eq!(cases.len(), 179);
}

#[test]
fn official_cases_are_decoded() {
    let cases = cases("decode");
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        let map = case.as_map().unwrap();
        let is_strict = option(case, "strict") != Some(&Value::Bool(false));
        let options =
            DecodeOptions { is_strict, indent: indent(case), numbers: Numbers::Ecma, ..DecodeOptions::default() };
        let text = map.get("input").and_then(Value::as_text).unwrap();
        let decoded = decode(text.as_bytes(), &options);
        let is_right = match map.get("shouldError") {
            Some(Value::Bool(true)) => decoded.as_ref().is_err_and(|error| error.code().starts_with("toon_")),
            // With the order of keys, which equality does not regard.
            _ => format!("{:?}", decoded.as_ref().ok()) == format!("{:?}", map.get("expected")),
        };
        if !is_right {
            wrong.push(format!("{name}\n{text}\n{decoded:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(cases.len(), 359);
}

#[test]
fn long_names_are_not_repeated_without_end() {
    let table = |rows: usize| format!("[{rows}]{{{}}}:{}", "n".repeat(100_000), "\n  1".repeat(rows));
    let read = |rows: usize| decode(table(rows).as_bytes(), &DecodeOptions::default());
    // 16 MiB of names: what JSON says in so many bytes comes back from TOON.
    let value = read(167).unwrap();
    assert_eq!(encode(&value, &EncodeOptions::default()), table(167));
    let error = read(168).unwrap_err();
    assert_eq!((error.code(), error.line()), ("toon_too_large", Some(169)));
}
