//! Makes the seeds of `core/fuzz/corpus` from the project's vectors and cases: `cargo run --example seeds` in `core/fuzz`.
//!
//! Few and small: libFuzzer finds the rest by itself, and what an earlier run found is kept below the target directory.

use serde_json::Value;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

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
    let jcs = files(&vectors.join("jcs/input"))?;
    let toon = toon(&vectors.join("toon/decode"), "input")?;
    let values = toon_values(&vectors.join("toon/encode"))?;
    let events = documents(&cases.join("event.jsonl"))?;
    let envelopes = documents(&cases.join("envelope.jsonl"))?;
    keep(&corpus, "json", [jcs.clone(), values.clone()].concat())?;
    keep(&corpus, "toon_value", [jcs, values].concat())?;
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
    Ok(())
}

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
