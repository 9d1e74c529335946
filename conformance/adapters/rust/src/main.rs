//! The conformance adapter of the Rust crates: requests in JSON Lines become calls of their public API, answers are what it gives.

#![allow(clippy::print_stdout, reason = "answers go to standard output")]

mod record;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tracewire_recorder::RecorderError;
use tracewire_wire::WireError;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::erase::{self, Removal};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::recording::{Form, Recording};
use tracewire_wire::verify::Verifier;
use tracewire_wire::{csv, id::Hash, proto, toon};

/// Why there is no result.
pub enum Refused {
    /// The implementation says that its input is wrong, with its code.
    Error(&'static str, String),
    /// Rust has nothing that the case asks for.
    Skipped(String),
}

fn main() -> std::io::Result<()> {
    for line in std::io::stdin().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let mut answer = match request["do"].as_str() {
            Some("start") => json!({
                "name": "tracewire-rust", "version": env!("CARGO_PKG_VERSION"), "language": "Rust", "protocol": "1.0",
                "capabilities": ["record", "seal", "verify", "withhold", "convert:json", "convert:jsonl", "convert:proto",
                                 "convert:toon", "convert:csv"],
            }),
            _ => match run(&request["case"]) {
                Ok(result) => json!({ "result": result }),
                Err(Refused::Error(code, message)) => json!({ "error": { "code": code, "message": message } }),
                Err(Refused::Skipped(reason)) => json!({ "skipped": reason }),
            },
        };
        answer["id"] = request["id"].clone();
        println!("{answer}");
    }
    Ok(())
}

fn run(case: &Value) -> Result<Value, Refused> {
    let named = |name: &str| case[name].as_str().unwrap_or_default();
    match named("operation") {
        "record" => record::run(&case["settings"], &case["script"]),
        "seal" => record::seal(&bytes(&case["journal"])?),
        "convert" => Ok(json!({ "bytes": text(&convert(&bytes(&case["bytes"])?, named("from"), named("to"), &case["options"])?) })),
        "verify" => {
            let mut verifier = Verifier::new();
            for envelope in items(&case["envelopes"]) {
                verifier.push(&Envelope::read(&bytes(envelope)?)?);
            }
            let report = verifier.finish();
            let mut codes: Vec<&str> = report.findings.iter().map(|finding| finding.code).collect();
            codes.sort_unstable();
            codes.dedup();
            Ok(json!({ "sound": report.is_sound(), "complete": report.is_complete(), "findings": codes }))
        }
        "withhold" => {
            let mut envelope = Envelope::read(&bytes(&case["envelope"])?)?;
            let removal = if named("mark") == "erased" { Removal::Erase } else { Removal::Withhold };
            for hash in items(&case["contents"]) {
                let hash: Hash = hash.as_str().unwrap_or_default().parse()?;
                erase::remove_content(&mut envelope, &hash, removal);
            }
            for seq in items(&case["bodies"]).iter().filter_map(Value::as_u64) {
                erase::remove_body(&mut envelope, seq, removal);
            }
            for seq in items(&case["events"]).iter().filter_map(Value::as_u64) {
                erase::withhold_event(&mut envelope, seq);
            }
            Ok(json!({ "envelope": text(&envelope.write()) }))
        }
        other => Err(Refused::Skipped(format!("operation {other}"))),
    }
}

fn convert(bytes: &[u8], from: &str, to: &str, options: &Value) -> Result<Vec<u8>, Refused> {
    let delimiter = match options["delimiter"].as_str() {
        Some("tab") => toon::Delimiter::Tab,
        Some("pipe") => toon::Delimiter::Pipe,
        _ => toon::Delimiter::Comma,
    };
    let recording = match from {
        "json" => Recording::from_value(json::read(bytes, &ReadOptions::default())?),
        "toon" => {
            let is_strict = options["lenient"] != true;
            Recording::from_value(toon::decode(bytes, &toon::DecodeOptions { is_strict, ..Default::default() })?)
        }
        "csv" => Recording::from_value(csv::decode(bytes, &csv::DecodeOptions::default())?),
        "proto" => proto::decode(bytes)?,
        _ => {
            let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            let values: Result<_, WireError> = lines.map(|line| json::read(line, &ReadOptions::default())).collect();
            Recording { form: Form::Lines, ..Recording::from_value(tracewire_wire::value::Value::List(values?)) }
        }
    };
    Ok(match to {
        "json" => json::write(&recording.to_value()),
        "toon" => toon::encode(&recording.to_value(), &toon::EncodeOptions { delimiter, ..Default::default() }).into_bytes(),
        "csv" => {
            let formula_safe = options["formula_safe"] == true;
            csv::encode(&recording.to_value(), &csv::EncodeOptions { formula_safe, ..Default::default() })?.into_bytes()
        }
        "proto" => proto::encode(&recording),
        _ => recording.items.iter().flat_map(|item| [json::write(&item.to_value()), vec![b'\n']].concat()).collect(),
    })
}

/// The elements of a list; none where there is no list.
pub fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Bytes in base64.
pub fn bytes(value: &Value) -> Result<Vec<u8>, Refused> {
    BASE64.decode(value.as_str().unwrap_or_default()).map_err(|error| Refused::Skipped(error.to_string()))
}

/// Bytes as base64.
pub fn text(bytes: &[u8]) -> Value {
    BASE64.encode(bytes).into()
}

impl From<WireError> for Refused {
    fn from(error: WireError) -> Self {
        Refused::Error(error.code(), error.to_string())
    }
}

impl From<RecorderError> for Refused {
    fn from(error: RecorderError) -> Self {
        Refused::Error(error.code(), error.to_string())
    }
}
