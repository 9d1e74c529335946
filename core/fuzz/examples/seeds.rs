//! Makes the seeds of `core/fuzz/corpus` from the project's vectors and cases: `cargo run --example seeds` in `core/fuzz`.
//!
//! Few and small: libFuzzer finds the rest by itself, and what an earlier run found is kept below the target directory.

use prost::Message as _;
use serde_json::Value;
use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tracewire_otlp as otlp;
use tracewire_otlp::Form::{Json as JSON, Protobuf as PROTOBUF};

type Outcome = Result<(), Box<dyn Error>>;

/// Of each family of vectors, so many at equal distances.
const MOST: usize = 24;
/// Longer ones would slow every run.
const LONGEST: usize = 1_500;

fn main() -> Outcome {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let corpus = core.join("fuzz/corpus");
    let vectors = core.join("wire/tests/vectors");
    let cases = core.join("../spec/schema/cases");
    let limits = otlp::Limits::default();
    let jcs = files(&vectors.join("jcs/input"))?;
    let toon = toon(&vectors.join("toon/decode"), "input")?;
    let values = toon_values(&vectors.join("toon/encode"))?;
    let events = documents(&cases.join("event.jsonl"))?;
    let envelopes = documents(&cases.join("envelope.jsonl"))?;
    keep(&corpus, "json", [jcs.clone(), values.clone()].concat())?;
    keep(&corpus, "toon_value", [jcs.clone(), values].concat())?;
    keep(&corpus, "toon", toon.clone())?;
    keep(&corpus, "event", events.clone())?;
    keep(&corpus, "envelope", envelopes.clone())?;
    keep(&corpus, "validate", [thinned(events.clone()), envelopes.clone()].concat())?;
    keep(&corpus, "csv", CSV.iter().map(|text| text.as_bytes().to_vec()).collect())?;
    let prefixed = |kind: u8, texts: &[Vec<u8>]| {
        texts.iter().step_by(17).map(|text| [&[kind], text.as_slice()].concat()).collect::<Vec<_>>()
    };
    let csv: Vec<Vec<u8>> = CSV.iter().map(|text| text.as_bytes().to_vec()).collect();
    keep(
        &corpus,
        "stream",
        [prefixed(5, &envelopes), prefixed(16, &events), prefixed(3, &toon), prefixed(34, &csv)].concat(),
    )?;
    let proto = [jcs.clone(), thinned(events.clone()), envelopes.clone()].concat();
    keep(&corpus, "proto", proto.iter().filter_map(|text| protobuf(text)).collect())?;
    keep(&corpus, "cbor", CBOR.iter().map(|hex| bytes(hex)).collect())?;
    let record = |hex: &str| framed(0, &bytes(hex));
    let (mark, close) = (framed(200, b""), framed(228, &bytes(CLOSE)));
    let files = vec![
        [record(START), record(LOG), mark.clone(), record(LOG), close.clone()].concat(),
        CBOR.iter().flat_map(|hex| record(hex)).collect(),
        // A byte that is not what it was, in the middle.
        [record(LOG), record(LOG), framed(255, b"x"), close].concat(),
        tracewire_fuzz::decoders::journal::file(&[record(START), mark, record(LOG)].concat()),
    ];
    keep(&corpus, "journal", files)?;
    keep(
        &corpus,
        "otlp_traces",
        both(SPANS, |text| Ok(otlp::encode_traces(&otlp::decode_traces(text, JSON, &limits)?, PROTOBUF)))?,
    )?;
    keep(&corpus, "otlp_logs", both(RECORDS, |text| Ok(otlp::decode_logs(text, JSON, &limits)?.encode_to_vec()))?)?;
    let folder = core.join("../conformance/cases");
    let rules = rules(&folder.join("redaction-rules"))?;
    keep(&corpus, "detect", rules.iter().map(|(_, text)| text.clone().into_bytes()).collect())?;
    keep(&corpus, "rule", rules.iter().map(|(rule, text)| format!("{rule}\n{text}").into_bytes()).collect())?;
    keep(
        &corpus,
        "statement",
        [heads(&folder.join("signing"))?, KEYS.iter().map(|key| key.as_bytes().to_vec()).collect()].concat(),
    )?;
    let packed = |body: &[u8]| -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
        let mut gzip = flate2::write::GzEncoder::new(vec![1], flate2::Compression::best());
        gzip.write_all(body)?;
        let zstd = [&[2], zstd::encode_all(body, 3)?.as_slice()].concat();
        Ok(vec![[&[0], body].concat(), gzip.finish()?, zstd])
    };
    keep(&corpus, "body", [packed(b"")?, packed(SPANS[0].as_bytes())?, packed(&vec![0; 70_000])?].concat())?;
    Ok(())
}

/// Each as JSON and as protobuf, behind the byte that says which.
fn both(
    texts: &[&str],
    protobuf: impl Fn(&[u8]) -> Result<Vec<u8>, Box<dyn Error>>,
) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut seeds = Vec::new();
    for text in texts {
        seeds.push([&[1], text.as_bytes()].concat());
        seeds.push([&[0], protobuf(text.as_bytes())?.as_slice()].concat());
    }
    Ok(seeds)
}

/// Spans of several conventions, with events, links and values of every kind.
const SPANS: &[&str] = &[
    r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"schemaUrl":"u","scopeSpans":[{"scope":{"name":"s","version":"1","attributes":[{"key":"k","value":{"intValue":"1"}}]},"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","parentSpanId":"eee19b7ec3c1b173","traceState":"a=1","flags":769,"name":"chat","kind":3,"startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000001000000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":7}},{"key":"x","value":{"arrayValue":{"values":[{"boolValue":true},{"doubleValue":1.5},{"bytesValue":"aGk="},{}]}}},{"key":"y","value":{"kvlistValue":{"values":[{"key":"$ref","value":{"doubleValue":"NaN"}}]}}}],"events":[{"timeUnixNano":"1700000000500000000","name":"exception","attributes":[{"key":"exception.message","value":{"stringValue":"late"}}]}],"links":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b175"}],"status":{"code":2,"message":"m"}}]}]}]}"#,
    r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"o","startTimeUnixNano":"1","attributes":[{"key":"openinference.span.kind","value":{"stringValue":"LLM"}},{"key":"llm.input_messages.0.message.role","value":{"stringValue":"user"}},{"key":"llm.input_messages.0.message.content","value":{"stringValue":"hi"}},{"key":"input.value","value":{"stringValue":"[{\"role\":\"user\"}]"}},{"key":"input.mime_type","value":{"stringValue":"application/json"}},{"key":"llm.token_count.prompt","value":{"intValue":"9"}},{"key":"tag.tags","value":{"arrayValue":{"values":[{"stringValue":"t"}]}}}]}]}]}]}"#,
    r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b176","name":"p","startTimeUnixNano":"1","endTimeUnixNano":"2","attributes":[{"key":"gen_ai.prompt.0.role","value":{"stringValue":"user"}},{"key":"gen_ai.prompt.0.content","value":{"stringValue":"hi"}},{"key":"gen_ai.completion.0.content","value":{"stringValue":"ho"}},{"key":"gen_ai.usage.cost","value":{"doubleValue":0.25}},{"key":"session.id","value":{"stringValue":"s"}},{"key":"tracewire.otlp.types","value":{"stringValue":"{}"}}]},{"traceId":"","spanId":"00"}]}]}]}"#,
];

/// Records: a line, an event of a trace, what agents tell.
const RECORDS: &[&str] = &[
    r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000","severityNumber":9,"severityText":"INFO","body":{"stringValue":"falling back"},"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"},{"observedTimeUnixNano":"1700000000000000000","eventName":"gen_ai.client.inference.operation.details","traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","attributes":[{"key":"gen_ai.usage.input_tokens","value":{"intValue":"7"}},{"key":"gen_ai.input.messages","value":{"arrayValue":{"values":[]}}}]}]}]}]}"#,
    r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"claude-code"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000","body":{"stringValue":"claude_code.api_request"},"attributes":[{"key":"event.name","value":{"stringValue":"api_request"}},{"key":"prompt.id","value":{"stringValue":"p"}},{"key":"session.id","value":{"stringValue":"s"}},{"key":"model","value":{"stringValue":"claude-sonnet-4-5"}},{"key":"cost_usd","value":{"stringValue":"0.05"}},{"key":"duration_ms","value":{"stringValue":"1200"}},{"key":"input_tokens","value":{"stringValue":"7"}}]}]}]}]}"#,
    r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000","eventName":"gen_ai.evaluation.result","traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","attributes":[{"key":"gen_ai.evaluation.name","value":{"stringValue":"n"}},{"key":"gen_ai.evaluation.score.value","value":{"doubleValue":0.5}}]},{"timeUnixNano":"1700000000000000000","body":{"kvlistValue":{"values":[{"key":"a","value":{"bytesValue":"aGk="}}]}}}]}]}]}"#,
];

const CSV: &[&str] = &[
    "id,name\r\n1,plan\r\n2,\"say \"\"hi\"\"\"\r\n",
    "a,b\n,null\n\"\",1\n",
    "\u{feff}seq,type,time,body\n1,log,2026-11-21T04:30:00.123456789Z,\"{\"\"message\"\":\"\"a\"\"}\"\n",
    "a\tb\n[1,2]\t{\"x\":1}\n",
];

/// Values of every kind in the journal's profile.
const CBOR: &[&str] = &[
    "00",
    "3903e7",
    "fb3fb999999999999a",
    "f97e00",
    "6568656c6c6f",
    "4401020304",
    "9f010203ff",
    "a26161016162820203",
    "c249010000000000000000",
    "d9010283030102",
    "d97457a1642472656663786162",
    "d9745882636162630a",
    "9f0102d974580aff",
    "a1010a",
    "a1a1610102f6",
    "bf6161f6ff",
    "a1f705",
    "c074323032362d31312d32315430343a33303a30305a",
];

/// Records: an event of type `log`, and the start of a span.
const LOG: &str = "a3 6474797065 636c6f67 6474696d65 1b18867251edfa0000 64626f6479 a1 676d657373616765 6161";
const START: &str = "a6 6474797065 6a7370616e2e7374617274 6474696d65 1b18867251edfa0000 \
    6874726163655f6964 50000102030405060708090a0b0c0d0e0f 677370616e5f6964 480001020304050607 \
    646b696e64 64746f6f6c 64626f6479 a1 65696e707574 6161";
/// The payload of a close.
const CLOSE: &str = "a1 66726561736f6e 66657869746564";

/// A recording of the document, as protobuf.
fn protobuf(text: &[u8]) -> Option<Vec<u8>> {
    let value = tracewire_wire::json::read(text, &tracewire_wire::json::ReadOptions::default()).ok()?;
    Some(tracewire_wire::proto::encode(&tracewire_wire::recording::Recording::from_value(value)))
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}

/// As the target `journal` takes it: a kind, a length, a payload.
fn framed(kind: u8, payload: &[u8]) -> Vec<u8> {
    [&[kind, payload.len() as u8], payload].concat()
}

fn files(folder: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths.iter().map(fs::read).collect::<Result<_, _>>()?)
}

fn tests(folder: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    let mut tests = Vec::new();
    for file in files(folder)? {
        let document: Value = serde_json::from_slice(&file)?;
        tests.extend(document["tests"].as_array().cloned().unwrap_or_default());
    }
    Ok(tests)
}

fn toon(folder: &Path, member: &str) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    Ok(tests(folder)?.iter().filter_map(|test| Some(test[member].as_str()?.as_bytes().to_vec())).collect())
}

fn toon_values(folder: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    Ok(tests(folder)?.iter().map(|test| test["input"].to_string().into_bytes()).collect())
}

fn documents(file: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let document =
        |line: &str| serde_json::from_str::<Value>(line).map(|case| case["document"].to_string().into_bytes());
    Ok(text.lines().map(document).collect::<Result<_, _>>()?)
}

/// The first rule of each case, and the first long text in its script.
fn rules(folder: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut found = Vec::new();
    for file in files(folder)? {
        let case: Value = serde_json::from_slice(&file)?;
        let rule = case["request"]["settings"]["redact"][0].as_str().unwrap_or_default().to_owned();
        found.push((rule, longest(&case["request"]["script"]).to_owned()));
    }
    Ok(found)
}

fn longest(value: &Value) -> &str {
    let parts: Vec<&str> = match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().map(longest).collect(),
        Value::Object(members) => members.values().map(longest).collect(),
        _ => Vec::new(),
    };
    parts.into_iter().max_by_key(|text| text.len()).unwrap_or_default()
}

fn heads(folder: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut found = Vec::new();
    for file in files(folder)? {
        let case: Value = serde_json::from_slice(&file)?;
        let items = case["request"]["envelopes"].as_array().cloned().unwrap_or_default();
        let texts = items.iter().filter_map(|item| item["text"].as_str());
        found.extend(texts.filter(|text| text.contains("\"statement\"")).map(|text| text.as_bytes().to_vec()));
    }
    Ok(found)
}

/// The pair of RFC 8410, sections 10.1 and 10.3, and a seed.
const KEYS: &[&str] = &[
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n",
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n",
    "0707070707070707070707070707070707070707070707070707070707070707",
];

fn thinned(seeds: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let step = seeds.len().div_ceil(MOST).max(1);
    seeds.into_iter().filter(|seed| seed.len() <= LONGEST).step_by(step).collect()
}

fn keep(corpus: &Path, target: &str, seeds: Vec<Vec<u8>>) -> Outcome {
    let folder = corpus.join(target);
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("seed-")) {
            fs::remove_file(path)?;
        }
    }
    let seeds = thinned(seeds);
    for (at, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{at:02}")), seed)?;
    }
    println!("{target}: {} seeds", seeds.len());
    Ok(())
}
