//! The store in a PostgreSQL database: what is done with it from a terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, reason = "a test may fail")]
#![cfg(unix)]

mod common;
#[path = "../../../core/postgres/tests/postgres/server.rs"]
mod server;

use std::path::Path;
use std::sync::Arc;

use common::{populated, run};
use serde_json::Value;
use tracewire_insight::prices::Prices;
use tracewire_postgres::PostgresStore;
use tracewire_recorder::journal::Directory;
use tracewire_store::{Store as _, Sweeper, TraceFilter, sweep};

#[test]
fn a_database_is_looked_after() {
    let database = server::Server::start().unwrap();
    let url = database.url();
    let folder = populated();
    let db = |arguments: &[&str]| {
        let ran = run(folder.path(), &[&["db", "--database", &url], arguments].concat());
        (ran.code, ran.out, ran.err)
    };
    let json = |arguments: &[&str]| -> Value {
        let (code, out, err) = db(&[arguments, &["--json"]].concat());
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str(&out).unwrap()
    };
    let made = json(&["migrate"]);
    assert_eq!((&made["from"], &made["to"]), (&Value::Null, &2.into()));
    assert!(db(&["migrate"]).1.contains("version 2 already"));
    let mut store = PostgresStore::open(&url, "default").unwrap();
    sweep(&mut store, &Directory::at(folder.path()), &mut ()).unwrap();
    let traces = store.traces(&TraceFilter::default()).unwrap().traces;
    let id = traces[0].trace_id.to_string();
    assert_eq!(json(&["retain", "--age", "520w"])["traces"], 0);
    // Each project has tables of its own.
    let (code, _, err) = db(&["delete", &id[..8], "--project", "other"]);
    assert_eq!((code, err.contains("fits")), (Some(3), true), "{err}");
    assert_eq!(json(&["delete", &id[..8]])["traces"], 1);
    assert!(store.traces(&TraceFilter::default()).unwrap().traces.is_empty());
    assert!(json(&["vacuum"])["bytes_after"].as_u64().unwrap() > 0);
    for copy in ["backup", "restore"] {
        let (code, _, err) = db(&[copy, "copy.db"]);
        assert_eq!(
            (code, err.contains("pg_dump --format=custom --schema='tracewire_default'")),
            (Some(2), true),
            "{err}"
        );
    }
    let (code, _, err) = db(&["retain", "--size", "1GB"]);
    assert_eq!((code, err.contains("--age")), (Some(2), true), "{err}");
    assert_eq!(db(&["migrate", "--project", "../x"]).0, Some(2));
    assert_eq!(run(folder.path(), &["db", "migrate", "--project", "team"]).code, Some(2), "it is one of a database");
}

#[test]
fn a_database_is_read_as_a_directory_is() {
    let database = server::Server::start().unwrap();
    let url = database.url();
    // What is swept is in the journals no more, so each store has recordings of its own, which are the same.
    let (folder, same, elsewhere) = (populated(), populated(), tempfile::tempdir().unwrap());
    let mut store = PostgresStore::open(&url, "default").unwrap();
    let prices = Arc::new(Prices::bundled().clone());
    Sweeper::new(Directory::at(same.path())).with_prices(prices).sweep(&mut store, &mut ()).unwrap();
    let id = store.traces(&TraceFilter::default()).unwrap().traces[0].trace_id.to_string();
    let window = ["--since", "2026-11-01T00:00:00Z", "--until", "2026-12-01T00:00:00Z"];
    for arguments in [
        vec!["list"],
        vec!["trace", &id],
        vec!["trace", "--session", "chat-42"],
        vec!["sessions"],
        vec!["query", "--text", "otter"],
        [vec!["stats", "--by", "name"], window.to_vec()].concat(),
        vec!["cost", "--by", "trace"],
        vec!["cost", "explain"],
        vec!["cost", "recompute"],
        vec!["diff", &id, &id],
        vec!["verify"],
        vec!["export", "--format", "jsonl"],
    ] {
        let read = |from: &Path, more: &[&str]| {
            let ran = run(from, &[&arguments[..], more].concat());
            assert_eq!(ran.err, "", "{arguments:?}");
            (ran.code, ran.out)
        };
        let json = if arguments[0] == "export" { vec![] } else { vec!["--json"] };
        let here = read(folder.path(), &json);
        let there = read(elsewhere.path(), &[&json[..], &["--database", &url]].concat());
        assert!(here.1.len() > 20, "{arguments:?}: {here:?}");
        assert_eq!(there, here, "{arguments:?}");
    }
    let ran = run(elsewhere.path(), &["list", "--database", &url, "--project", "other"]);
    assert_eq!((ran.code, ran.err.contains("(project other)")), (Some(3), true), "{}", ran.err);
    let ran = run(elsewhere.path(), &["list", "--project", "other"]);
    assert_eq!((ran.code, ran.err.contains("--database")), (Some(2), true), "{}", ran.err);
}
