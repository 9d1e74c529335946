//! RFC 8785: the official vectors, and the first million of its official numbers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::Path;
use tracewire_wire::json::{self, Numbers, ReadOptions};
use tracewire_wire::value::Value;

const ECMA: ReadOptions = ReadOptions { max_depth: 128, max_bytes: 1 << 20, numbers: Numbers::Ecma };

#[test]
fn official_vectors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/jcs");
    for name in ["arrays", "french", "structures", "unicode", "values", "weird"] {
        let input = std::fs::read(folder.join(format!("input/{name}.json"))).unwrap();
        let output = std::fs::read_to_string(folder.join(format!("output/{name}.json"))).unwrap();
        let written = json::write(&json::read(&input, &ECMA).unwrap());
        assert_eq!(String::from_utf8(written.clone()).unwrap(), output, "{name}");
        let hex: String = std::fs::read_to_string(folder.join(format!("outhex/{name}.txt"))).unwrap();
        let expected: Vec<u8> = hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        assert_eq!(written, expected, "{name}");
    }
}

/// The sequence of doubles that cyberphone/json-canonicalization describes: fixed ones, 2,000 in a row, then the words of
/// repeated SHA-256.
fn official_numbers() -> impl Iterator<Item = f64> {
    let fixed =
        include_str!("vectors/jcs/es6-fixed-numbers.txt").lines().map(|line| u64::from_str_radix(line, 16).unwrap());
    let in_a_row = (0..2000).map(|at| 0x0010_0000_0000_0000 + at);
    let mut block = [0u8; 32];
    let hashed = std::iter::from_fn(move || {
        block = Sha256::digest(block).into();
        Some(block.as_chunks::<8>().0.to_vec())
    });
    let hashed = hashed.flatten().map(u64::from_le_bytes);
    let usable = |number: &f64| number.is_finite() && *number != 0.0;
    fixed.chain(in_a_row).map(f64::from_bits).chain(hashed.map(f64::from_bits).filter(usable))
}

#[test]
fn official_numbers_up_to_a_million() {
    let published = [
        (1_000, "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687"),
        (10_000, "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892"),
        (100_000, "22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7"),
        (1_000_000, "49415fee2c56c77864931bd3624faad425c3c577d6d74e89a83bc725506dad16"),
    ];
    let mut hash = Sha256::new();
    let mut line = String::new();
    for (at, number) in official_numbers().take(1_000_000).enumerate() {
        line.clear();
        let written = json::write(&Value::Double(number));
        writeln!(line, "{:x},{}", number.to_bits(), std::str::from_utf8(&written).unwrap()).unwrap();
        hash.update(&line);
        if let Some((_, expected)) = published.iter().find(|(lines, _)| *lines == at + 1) {
            let found: String = hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, *expected, "after {} lines", at + 1);
        }
    }
}
