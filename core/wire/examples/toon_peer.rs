//! Answers lines of JSON with lines of JSON, so that another implementation of TOON can be compared with ours.
//!
//! ```text
//! {"encode": value, "delimiter": ","}      →  {"text": "…"}
//! {"decode": "text", "strict": true}       →  {"value": …} or {"error": "toon_…"}
//! ```
//!
//! Numbers are doubles, as JavaScript has them. Driven by `tests/peers/toon.mjs`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for tests")]

use std::io::{BufRead as _, Write as _};
use tracewire_wire::json::{self, Numbers, ReadOptions};
use tracewire_wire::toon::{DecodeOptions, Delimiter, EncodeOptions, decode, encode};
use tracewire_wire::value::{Map, Value};

fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let options = ReadOptions { numbers: Numbers::Ecma, max_depth: 512, ..ReadOptions::default() };
        let question = json::read(line.unwrap().as_bytes(), &options).unwrap();
        let answer = Value::Map(answer(question.as_map().unwrap()));
        // Written as it is, not sorted: the order of keys is part of the answer.
        writeln!(out, "{}", ordered(&answer)).unwrap();
        out.flush().unwrap();
    }
}

fn answer(question: &Map) -> Map {
    if let Some(value) = question.get("encode") {
        let delimiter = match question.get("delimiter").and_then(Value::as_text) {
            Some("\t") => Delimiter::Tab,
            Some("|") => Delimiter::Pipe,
            _ => Delimiter::Comma,
        };
        let text = encode(value, &EncodeOptions { delimiter, ..EncodeOptions::default() });
        return Map::from_iter([("text".to_owned(), Value::Text(text))]);
    }
    let text = question.get("decode").and_then(Value::as_text).unwrap();
    let is_strict = question.get("strict") != Some(&Value::Bool(false));
    let options = DecodeOptions { is_strict, numbers: Numbers::Ecma, ..DecodeOptions::default() };
    match decode(text.as_bytes(), &options) {
        Ok(value) => Map::from_iter([("value".to_owned(), value)]),
        Err(error) => Map::from_iter([("error".to_owned(), Value::from(error.code()))]),
    }
}

/// JSON with keys in the order of the value.
fn ordered(value: &Value) -> String {
    match value {
        Value::List(items) => format!("[{}]", items.iter().map(ordered).collect::<Vec<_>>().join(",")),
        Value::Map(map) => {
            let entry =
                |(key, value): &(String, Value)| format!("{}:{}", ordered(&Value::from(key.as_str())), ordered(value));
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(","))
        }
        primitive => String::from_utf8(json::write(primitive)).unwrap(),
    }
}
