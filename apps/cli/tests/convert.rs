//! `convert`: every value goes through every general format and comes back the same; what cannot is refused, with its place.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use common::{Ran, command, populated, run};
use proptest::prelude::*;
use tempfile::TempDir;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Converts what comes through a pipe.
fn piped(folder: &Path, arguments: &[&str], input: &[u8]) -> (Option<i32>, Vec<u8>, String) {
    let mut child = command(folder, &[&["convert"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // It may end before it has read everything.
    let writer = std::thread::spawn(move || _ = stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
}

/// A file through a chain of formats, each step a file; gives the bytes of the last.
fn through(folder: &Path, first: &str, chain: &[&str]) -> Vec<u8> {
    let mut name = first.to_owned();
    for (step, extension) in chain.iter().enumerate() {
        let next = format!("{step}.{extension}");
        let ran = run(folder, &["convert", &name, "-o", &next]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{name} to {next}");
        name = next;
    }
    fs::read(folder.join(name)).unwrap()
}

/// Every way from JSON and back.
const CHAINS: [&[&str]; 5] = [
    &["binpb", "toon", "json"],
    &["toon", "binpb", "json"],
    &["toon", "json"],
    &["binpb", "json"],
    &["json", "toon", "toon", "binpb", "binpb", "json"],
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from_i64),
        any::<f64>().prop_map(Value::from_f64),
        "\\PC{0,12}|[ \"\\\\:,#\\-\n\r\t]{0,6}".prop_map(Value::Text),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec(("[a-c]{1,2}|\\$int|\\PC{0,4}", inner), 0..4)
                .prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn any_value_comes_back_byte_for_byte(values in prop::collection::vec(value(), 0..4), is_single in any::<bool>()) {
        let folder = folder();
        let document = match values.first() {
            Some(value) if is_single => value.clone(),
            _ => Value::List(values.clone()),
        };
        let text = [json::write(&document), b"\n".to_vec()].concat();
        fs::write(folder.path().join("in.json"), &text).unwrap();
        for chain in CHAINS {
            prop_assert_eq!(through(folder.path(), "in.json", chain), &text[..], "{:?}", chain);
        }
        // JSON Lines hold a list, and do not say that a value stood alone.
        let lines = through(folder.path(), "in.json", &["jsonl"]);
        let expected = match document {
            Value::List(_) => text,
            single => [json::write(&Value::List(vec![single])), b"\n".to_vec()].concat(),
        };
        fs::write(folder.path().join("in.jsonl"), &lines).unwrap();
        for chain in [&["json"][..], &["binpb", "json"], &["toon", "jsonl", "binpb", "jsonl", "json"]] {
            prop_assert_eq!(through(folder.path(), "in.jsonl", chain), &expected[..], "{:?}", chain);
        }
        prop_assert_eq!(through(folder.path(), "in.jsonl", &["binpb", "toon", "json", "jsonl"]), lines);
    }

    #[test]
    fn a_table_comes_back_byte_for_byte(rows in prop::collection::vec(prop::collection::vec(("[a-c]", value()), 1..4), 1..5)) {
        let folder = folder();
        let rows = rows.into_iter().map(|row| Value::Map(row.into_iter().collect::<Map>())).collect();
        let text = [json::write(&Value::List(rows)), b"\n".to_vec()].concat();
        fs::write(folder.path().join("in.json"), &text).unwrap();
        for chain in [&["csv", "json"][..], &["tsv", "json"], &["csv", "toon", "csv", "binpb", "csv", "jsonl", "json"]] {
            prop_assert_eq!(through(folder.path(), "in.json", chain), &text[..], "{:?}", chain);
        }
    }
}

#[test]
fn recordings_come_back_byte_for_byte() {
    let folder = populated();
    for (extension, chains) in [
        ("json", &[&["binpb", "toon", "json"][..], &["toon", "json"]][..]),
        ("jsonl", &[&["binpb", "toon", "jsonl"][..], &["toon", "json", "jsonl"], &["csv", "jsonl"]]),
        ("toon", &[&["json", "binpb", "toon"][..]]),
        ("binpb", &[&["json", "toon", "binpb"][..]]),
    ] {
        let name = format!("all.{extension}");
        let ran = run(folder.path(), &["export", "-o", &name]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        let bytes = fs::read(folder.path().join(&name)).unwrap();
        for chain in chains {
            assert!(through(folder.path(), &name, chain) == bytes, "{name} {chain:?}");
        }
    }
    // What was exported as anything can be imported again by way of JSON.
    let lines = through(folder.path(), "all.binpb", &["jsonl"]);
    assert_eq!(lines, fs::read(folder.path().join("all.jsonl")).unwrap());
    let protobuf = fs::read(folder.path().join("all.binpb")).unwrap();
    let lines = fs::read(folder.path().join("all.jsonl")).unwrap();
    assert!(protobuf.len() < lines.len(), "{} {}", protobuf.len(), lines.len());
}

#[test]
fn every_vector_comes_back() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/wire/tests/vectors");
    let folder = folder();
    let mut seen = 0;
    for sub in ["jcs/input", "toon/encode", "toon/decode"] {
        for entry in fs::read_dir(vectors.join(sub)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, folder.path().join("given.json")).unwrap();
            let expected = through(folder.path(), "given.json", &["json"]);
            fs::write(folder.path().join("in.json"), &expected).unwrap();
            assert!(through(folder.path(), "in.json", CHAINS[0]) == expected, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn the_first_bytes_tell_what_comes_through_a_pipe() {
    let folder = folder();
    for (input, to, expected) in [
        (&b"{\"b\":1,\"a\":[]}"[..], "json", &b"{\"a\":[],\"b\":1}\n"[..]),
        (b"{\"a\":1}\n{\"a\":2}\n", "json", b"[{\"a\":1},{\"a\":2}]\n"),
        (b"[{\"a\":1},{\"a\":2}]", "jsonl", b"{\"a\":1}\n{\"a\":2}\n"),
        (b"[{\"a\":1},{\"a\":2}]", "toon", b"[2]{a}:\n  1\n  2"),
        (b"[2]{a}:\n  1\n  2\n", "csv", b"a\r\n1\r\n2\r\n"),
        (b"a,b\r\n1,x\r\n", "json", b"[{\"a\":1,\"b\":\"x\"}]\n"),
        (b"name: otter\n", "json", b"{\"name\":\"otter\"}\n"),
        (b"{\"envelopes\":[],\"spec\":\"1.0\"}", "toon", b"envelopes: []\nspec: \"1.0\""),
        (b"[]", "toon", b"[]"),
        (b"[]", "csv", b""),
        (b"[]", "jsonl", b""),
        (b"[1,[2]]", "toon", b"[2]:\n  - 1\n  - [1]: 2"),
    ] {
        let (code, out, err) = piped(folder.path(), &["--to", to, "-"], input);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{}", String::from_utf8_lossy(input));
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(expected));
    }
    let (_, proto, _) = piped(folder.path(), &["--to", "proto", "-"], b"[1,\"a\"]");
    let (code, out, _) = piped(folder.path(), &["--to", "json", "-"], &proto);
    assert_eq!((code, &out[..]), (Some(0), &b"[1,\"a\"]\n"[..]));
}

#[test]
fn tables_are_written_as_asked() {
    let folder = folder();
    let rows = br#"[{"a":"x|y","b":"=1+1"},{"a":"p,q","b":"2"}]"#;
    for (arguments, expected) in [
        (&["--to", "toon", "--delimiter", "pipe"][..], "[2|]{a|b}:\n  \"x|y\"|=1+1\n  p,q|\"2\""),
        (&["--to", "toon", "--delimiter", "tab"], "[2\t]{a\tb}:\n  x|y\t=1+1\n  p,q\t\"2\""),
        (&["--to", "csv"], "a,b\r\nx|y,=1+1\r\n\"p,q\",\"\"\"2\"\"\"\r\n"),
        (&["--to", "csv", "--delimiter", "pipe", "--formula-safe"], "a|b\r\n\"x|y\"|'=1+1\r\np,q|\"\"\"2\"\"\"\r\n"),
    ] {
        let (code, out, err) = piped(folder.path(), &[arguments, &["-"]].concat(), rows);
        assert_eq!((code, String::from_utf8(out).unwrap().as_str(), err.as_str()), (Some(0), expected, ""));
    }
    let (code, out, _) =
        piped(folder.path(), &["--from", "csv", "--to", "json", "--delimiter", "tab", "-"], b"a\tb\n1\tx\n");
    assert_eq!((code, &out[..]), (Some(0), &b"[{\"a\":1,\"b\":\"x\"}]\n"[..]));
    let wrong = b"[3]{a}:\n  1\n  2\n";
    let (code, _, err) = piped(folder.path(), &["--to", "json", "-"], wrong);
    assert_eq!(code, Some(4), "{err}");
    assert!(err.contains("--lenient"), "{err}");
    let (code, out, _) = piped(folder.path(), &["--to", "json", "--lenient", "-"], wrong);
    assert_eq!((code, &out[..]), (Some(0), &b"[{\"a\":1},{\"a\":2}]\n"[..]));
}

#[test]
fn what_is_wrong_has_a_code_a_place_and_a_way_out() {
    let folder = folder();
    for (name, text, to, code, what) in [
        ("a.json", &b"{\"a\":1,}"[..], "toon", 4, "error: a.json: line 1: a key is expected at byte 7 [json_syntax]"),
        (
            "a.json",
            b"{\"a\":\n[1,2",
            "jsonl",
            4,
            "error: a.json: line 2: the text ends inside a value at byte 4 [json_end]",
        ),
        ("a.json", b"", "toon", 4, "error: a.json: line 1: there is nothing; a value is expected at byte 0 [json_end]"),
        (
            "a.json",
            b"1\n2\n",
            "toon",
            4,
            "error: a.json: line 2: bytes follow the value at byte 0 [json_trailing]\ngive --from jsonl",
        ),
        ("a.json", b"\xef\xbb\xbf{}", "toon", 4, "[json_syntax]"),
        (
            "a.jsonl",
            b"{}\n\n{\"a\":\"\\ud800\"}\n",
            "json",
            4,
            "error: a.jsonl: line 3: a surrogate without its other half at byte 6 [json_surrogate]",
        ),
        ("a.jsonl", b"{}\n{\"a\":\"x", "toon", 4, "error: a.jsonl: line 2: "),
        (
            "a.toon",
            b"[2]:\n  - a: 1\n",
            "json",
            4,
            "error: a.toon: line 1: 2 items are declared, 1 are there [toon_count]",
        ),
        (
            "a.csv",
            b"a,b\r\n1,2\r\n3\r\n",
            "json",
            4,
            "error: a.csv: line 3: a row of 1 cells in a table of 2 columns [csv_width]",
        ),
        ("a.json", b"{\"a\":1}", "csv", 4, "CSV holds a list of maps, this is a map: choose json or toon [csv_shape]"),
        ("a.json", b"[{\"a\":1},7]", "csv", 4, "error: a.json: /1: a row of CSV is a map, this is a number"),
        ("a.binpb", b"\x12\x7f\x01", "json", 4, "[proto_end]"),
        ("a.binpb", b"\x12\x02\xff\xff", "json", 4, "error: a.binpb: "),
        (
            "a.bin",
            b"\x00\x01\x02",
            "json",
            2,
            "error: a.bin: neither its name nor its first bytes say what it is [format_unknown]\nname the format",
        ),
        ("a.bin", b"", "json", 2, "error: a.bin: there is nothing in it [format_unknown]"),
        (
            "a.parquet",
            b"PAR1....PAR1",
            "json",
            2,
            "error: a.parquet: this is Parquet, which is not read here [format_unknown]",
        ),
        ("a.txt", b"\xff\xfe{\0}\0", "json", 2, "error: a.txt: this is UTF-16 text, which is not read here"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
        fs::write(folder.path().join("out"), "as it was").unwrap();
        let ran = run(folder.path(), &["convert", name, "--to", to, "-o", "out"]);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (Some(code), ""),
            "{name} {}: {}",
            String::from_utf8_lossy(text),
            ran.err
        );
        assert!(ran.err.contains(what), "{} instead of {what}", ran.err);
        assert!(ran.err.lines().count() >= 2, "no way out: {}", ran.err);
        let json = run(folder.path(), &["convert", name, "--to", to, "-o", "out", "--json"]);
        let error: serde_json::Value = serde_json::from_str(&json.err).unwrap();
        assert!(ran.err.contains(error["error"]["code"].as_str().unwrap()), "{}", json.err);
        // Nothing half written, and nothing beside it.
        assert_eq!(fs::read_to_string(folder.path().join("out")).unwrap(), "as it was");
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.retain(|left| left != "out" && left != name && !left.to_string_lossy().starts_with("a."));
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn files_are_replaced_whole_and_in_place() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("a.json"), "[{\"b\": 1, \"a\": 2}]").unwrap();
    let ran = run(folder.path(), &["convert", "a.json", "-o", "a.json"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "✓ 1 item written to a.json as json\n", ""));
    assert_eq!(fs::read_to_string(at("a.json")).unwrap(), "[{\"a\":2,\"b\":1}]\n");
    // Read twice and written in its own place.
    let ran = run(folder.path(), &["convert", "a.json", "--to", "toon", "-o", "a.json", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["items"], &report["format"], &report["path"]), (&1.into(), &"toon".into(), &"a.json".into()));
    assert_eq!(fs::read_to_string(at("a.json")).unwrap(), "[1]{a,b}:\n  2,1");
    for (arguments, code, what) in [
        (&["a.json", "--to", "json", "-o", "none/out.json"][..], 4, "its folder is there"),
        (&["a.json", "--to", "json", "-o", "."], 4, "[file]"),
        (&["none.json", "--to", "json"], 4, "none.json"),
        (&[".", "--from", "json", "--to", "json"], 4, "[file]"),
        (&["a.json", "-o", "out.unknown"], 2, "its name does not say a format"),
        (&["a.json", "-o", "out.parquet"], 2, "its name does not say a format"),
        (&["a.json"], 2, "--to"),
        (&["a.json", "--to", "xml"], 2, "json, jsonl, toon, csv, proto"),
    ] {
        let ran = run(folder.path(), &[&["convert"], arguments].concat());
        assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(what), "{arguments:?}: {}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn links_devices_and_rights_stay_what_they_are() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("a.json"), "1").unwrap();
    fs::write(at("real.json"), "old").unwrap();
    fs::set_permissions(at("real.json"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("real.json", at("link.json")).unwrap();
    assert_eq!(run(folder.path(), &["convert", "a.json", "-o", "link.json"]).code, Some(0));
    assert!(fs::symlink_metadata(at("link.json")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(at("real.json")).unwrap(), "1\n");
    assert_eq!(fs::metadata(at("real.json")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(run(folder.path(), &["convert", "a.json", "--to", "json", "-o", "/dev/null"]).code, Some(0));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder();
    let lines: String = (0..200_000).map(|number| format!("{{\"number\":{number}}}\n")).collect();
    fs::write(folder.path().join("a.jsonl"), lines).unwrap();
    for to in ["json", "toon", "csv", "proto"] {
        let mut child = command(folder.path(), &["convert", "a.jsonl", "--to", to])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{to}");
    }
}

#[test]
fn versions_may_be_mixed() {
    let folder = populated();
    assert_eq!(run(folder.path(), &["export", "-o", "one.jsonl"]).code, Some(0));
    let known = fs::read_to_string(folder.path().join("one.jsonl")).unwrap();
    let later =
        known.replace("\"spec\":\"1.0\"", "\"spec\":\"1.7\"").replace("\"events\":[{", "\"events\":[{\"zeta\":[1],");
    let other = known.replace("\"spec\":\"1.0\"", "\"spec\":\"2.0\"");
    let mixed = run_canonical(&folder, &[&known, &later, &other, "{\"no\":\"envelope\"}\n"].concat());
    assert_eq!(mixed.lines().count(), 4);
    assert_eq!(through(folder.path(), "in.jsonl", &["binpb", "toon", "binpb", "jsonl"]), mixed.as_bytes());
}

fn run_canonical(folder: &TempDir, lines: &str) -> String {
    fs::write(folder.path().join("in.jsonl"), lines).unwrap();
    assert_eq!(run(folder.path(), &["convert", "in.jsonl", "-o", "in.jsonl"]).code, Some(0));
    fs::read_to_string(folder.path().join("in.jsonl")).unwrap()
}
