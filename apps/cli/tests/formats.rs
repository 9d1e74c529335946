//! `export` in every format: envelopes that verify, and events as rows with their content in place.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use common::{Ran, command, populated, run};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;
use tracewire_wire::csv;
use tracewire_wire::json;

fn events(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let ran = run(folder, &[&["export", "--events", "--format", "jsonl"], arguments].concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn rows(path: &Path) -> Vec<BTreeMap<String, Field>> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        row.get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect()
    });
    rows.collect()
}

#[test]
fn events_have_their_content_in_place() {
    let folder = populated();
    let events = events(folder.path(), &[]);
    assert_eq!(events.len(), 10);
    assert!(events.iter().all(|event| event["producer"] == "00000000000000a1-1" && event["seq"].is_u64()));
    let draft = events.iter().find(|event| event["body"]["name"] == "draft").unwrap();
    assert_eq!(draft["body"]["input"], "Write about otters. ".repeat(40));
    let list: Value =
        serde_json::from_str(&run(folder.path(), &["export", "--events", "--format", "json"]).out).unwrap();
    assert_eq!(list.as_array().unwrap(), &events);
    let ran = run(folder.path(), &["export", "--events", "-o", "events.binpb"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(run(folder.path(), &["convert", "events.binpb", "--to", "json"]).out.trim_end(), list.to_string());
}

#[test]
fn csv_is_one_event_a_row() {
    let folder = populated();
    let text = run(folder.path(), &["export", "--format", "csv"]).out;
    let header = "producer,seq,type,time,trace_id,span_id,parent_id,kind,status,duration_nanos,nonce,body,other\r\n";
    assert!(text.starts_with(header), "{text}");
    let table = csv::decode(text.as_bytes(), &csv::DecodeOptions::default()).unwrap();
    let found: Value = serde_json::from_slice(&json::write(&table)).unwrap();
    assert_eq!(found.as_array().unwrap(), &events(folder.path(), &[]));
    let ran = run(folder.path(), &["export", "-o", "all.tsv"]);
    assert_eq!(ran.out, "✓ 10 events in 1 envelope written to all.tsv\n");
    let tabs = fs::read_to_string(folder.path().join("all.tsv")).unwrap();
    assert!(tabs.starts_with(&header.replace(',', "\t")), "{tabs}");
}

#[test]
fn toon_of_events_is_a_table_of_what_is_said() {
    let folder = populated();
    let ran = run(folder.path(), &["export", "--events", "--format", "toon"]);
    insta::assert_snapshot!(ran.out);
    fs::write(folder.path().join("events.toon"), &ran.out).unwrap();
    let back = run(folder.path(), &["convert", "events.toon", "--to", "json"]);
    let back: Value = serde_json::from_str(&back.out).unwrap();
    assert_eq!(back.as_array().unwrap().len(), 10);
    assert!(back[0].get("cost").is_none(), "a column in which nothing stands is left out");
}

#[test]
fn parquet_has_typed_columns() {
    let folder = populated();
    let path = folder.path().join("all.parquet");
    let ran = run(folder.path(), &["export", "-o", "all.parquet"]);
    assert_eq!(ran.out, "✓ 10 events in 1 envelope written to all.parquet\n", "{}", ran.err);
    let events = events(folder.path(), &[]);
    let rows = rows(&path);
    assert_eq!(rows.len(), events.len());
    for (row, event) in rows.iter().zip(&events) {
        for name in ["producer", "type", "trace_id", "span_id", "parent_id", "kind", "status"] {
            let expected = event[name].as_str().map_or(Field::Null, |text| Field::Str(text.to_owned()));
            assert_eq!(row[name], expected, "{name} of {event}");
        }
        assert_eq!(row["seq"], Field::Long(event["seq"].as_i64().unwrap()));
        assert_eq!(row["duration_nanos"], event["duration_nanos"].as_i64().map_or(Field::Null, Field::Long));
        assert_eq!(row["service"], Field::Str("research".to_owned()));
        assert_eq!(row["other"], Field::Null);
        match &row["body"] {
            Field::Str(body) => assert_eq!(serde_json::from_str::<Value>(body).unwrap(), event["body"]),
            other => assert!(event.get("body").is_none(), "{other}"),
        }
    }
    let plan = rows.iter().find(|row| row["input_tokens"] != Field::Null).unwrap();
    assert_eq!((&plan["input_tokens"], &plan["output_tokens"]), (&Field::Long(1240), &Field::Long(86)));
    let schema = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let schema = schema.metadata().file_metadata().schema_descr().root_schema().clone();
    let mut text = Vec::new();
    parquet::schema::printer::print_schema(&mut text, &schema);
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
}

#[test]
fn filters_are_those_of_envelopes() {
    let folder = populated();
    for (arguments, staying) in [
        (&["00000000000000000000000000000001"][..], 10),
        (&["--session", "chat-42"], 10),
        (&["--since", "2026-11-21T04:30:00.800Z"], 2),
        (&["--until", "2026-11-21T04:30:00.100Z"], 1),
    ] {
        assert_eq!(events(folder.path(), arguments).len(), staying, "{arguments:?}");
        let ran = run(folder.path(), &[&["export", "-o", "part.parquet"], arguments].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert_eq!(rows(&folder.path().join("part.parquet")).len(), staying, "{arguments:?}");
    }
    for format in ["json", "jsonl", "toon", "csv", "proto", "parquet"] {
        for events in [&[][..], &["--events"]] {
            let arguments = [&["export", "--until", "2001-01-01", "--format", format], events].concat();
            let ran = run(folder.path(), &arguments);
            assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""), "{arguments:?}");
            let ran = run(folder.path(), &[&arguments[..], &["-o", "none"]].concat());
            assert_eq!(ran.code, Some(3));
            assert!(!folder.path().join("none").exists());
        }
    }
}

#[test]
fn a_pipe_takes_what_a_file_does() {
    let folder = populated();
    for format in ["json", "jsonl", "toon", "csv", "proto", "parquet"] {
        let piped = command(folder.path(), &["export", "--format", format]).output().unwrap();
        assert_eq!(piped.status.code(), Some(0), "{format}");
        let ran = run(folder.path(), &["export", "--format", format, "--output", "file"]);
        assert_eq!(ran.code, Some(0), "{format}: {}", ran.err);
        assert!(piped.stdout == fs::read(folder.path().join("file")).unwrap(), "{format}");
        let mut child = command(folder.path(), &["export", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{format}: its reader went away");
    }
    assert!(fs::read(folder.path().join("file")).unwrap().starts_with(b"PAR1"));
}
