//! The store in a PostgreSQL database: what is done with it from a terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, reason = "a test may fail")]
#![cfg(unix)]

mod common;
#[path = "../../../core/postgres/tests/postgres/server.rs"]
mod server;

use common::{populated, run};
use serde_json::Value;
use tracewire_postgres::PostgresStore;
use tracewire_recorder::journal::Directory;
use tracewire_store::{Store as _, TraceFilter, sweep};

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
    assert_eq!((&made["from"], &made["to"]), (&Value::Null, &1.into()));
    assert!(db(&["migrate"]).1.contains("version 1 already"));
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
