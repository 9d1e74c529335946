//! Measures the codecs beside others: a row of JSON for each figure of each round, as `cargo xtask bench` reads them.
//!
//! `MB/s` are megabytes of JSON for writing and of the text that is read for reading. What is measured ends with a value or a
//! text; giving up what came out of it is not part of the time.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a command line tool")]

mod events;
mod json;
mod measure;
mod protobuf;
mod samples;
mod toon;
mod validate;

use std::process::ExitCode;
use tracewire_wire::value::Value;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One shape of data, in the forms that are read.
struct Sample {
    name: &'static str,
    value: Value,
    json: Vec<u8>,
}

fn samples(is_quick: bool) -> Vec<Sample> {
    let part = if is_quick { 10 } else { 1 };
    let make = |name, value: Value| Sample { name, json: tracewire_wire::json::write(&value), value };
    vec![
        make("uniform", samples::uniform(samples::UNIFORM_EVENTS / part)),
        make("nested", samples::nested(samples::NESTED_TRACES / part)),
    ]
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    let rounds = if is_quick { 1 } else { 9 };
    let result = match arguments.first().map(String::as_str) {
        Some("toon") => toon::run(&samples(is_quick), rounds),
        Some("json") => json::run(&samples(is_quick), rounds),
        Some("protobuf") => protobuf::run(&samples(is_quick), is_quick, rounds),
        Some("validate") => validate::run(is_quick, rounds),
        Some("validate-input") => validate::input(),
        Some("samples") => write_samples(&samples(is_quick), arguments.get(1).map_or(".", String::as_str)),
        _ => Err("json, toon, protobuf, validate or samples FOLDER is expected, and perhaps --quick".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Writes what others measure with: `uniform.json`, `uniform.toon`, …
fn write_samples(samples: &[Sample], folder: &str) -> Result<(), String> {
    for sample in samples {
        let toon = toon::encode(&sample.value);
        for (ending, bytes) in [("json", sample.json.as_slice()), ("toon", toon.as_bytes())] {
            let path = std::path::Path::new(folder).join(format!("{}.{ending}", sample.name));
            std::fs::write(&path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        }
    }
    Ok(())
}
