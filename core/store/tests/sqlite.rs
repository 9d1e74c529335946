//! The SQLite engine: the shared suite, and what only a file can suffer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod suite;

use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use suite::maker::{Made, Maker, start, trace_id, workload};
use suite::snapshot;
use tempfile::TempDir;
use tracewire_store::erase::{Selection, Sought, carry_out, plan};
use tracewire_store::sql::Engine as _;
use tracewire_store::{Batch, SearchQuery, SqliteStore, Store, search};
use tracewire_wire::redact::Finder;
use tracewire_wire::time::Timestamp;

fn fresh() -> impl FnMut() -> SqliteStore {
    let folder = TempDir::new().unwrap();
    let mut number = 0;
    move || {
        number += 1;
        SqliteStore::open(&folder.path().join(format!("{number}.db"))).unwrap()
    }
}

engine_suite!(fresh());

fn filled(path: &Path) -> SqliteStore {
    let made = workload(50);
    let mut store = SqliteStore::open(path).unwrap();
    store.apply(&Batch { envelopes: made.iter().map(Made::incoming).collect(), ..Batch::default() }).unwrap();
    store
}

fn database() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("folder/store.db");
    (folder, path)
}

/// Every row of the tables, as text.
fn dump(path: &Path, tables: &[&str]) -> String {
    let connection = Connection::open(path).unwrap();
    let mut out = String::new();
    for table in tables {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows: Vec<String> = statement
            .query_map([], |row| (0..columns).map(|at| row.get_ref(at).map(|value| format!("{value:?}"))).collect())
            .unwrap()
            .map(|row: Result<Vec<String>, _>| row.unwrap().join(" "))
            .collect();
        rows.sort();
        out += &format!("{table}\n{}\n", rows.join("\n"));
    }
    out
}

const DERIVED: [&str; 12] = [
    "trace",
    "trace_event",
    "span",
    "span_key",
    "span_key_old",
    "label",
    "loss",
    "loose",
    "loose_label",
    "tally",
    "series",
    "bucket",
];

#[test]
fn what_follows_from_events_can_be_made_anew() {
    let (_folder, path) = database();
    let mut store = filled(&path);
    let before = dump(&path, &DERIVED);
    store.rebuild().unwrap();
    assert_eq!(dump(&path, &DERIVED), before);
    assert!(before.len() > 5000);
    store.check().unwrap();
}

#[test]
fn a_database_of_an_earlier_version_is_brought_to_this_one() {
    let (_folder, path) = database();
    let mut store = filled(&path);
    let before = snapshot(&mut store);
    drop(store);
    // Version 1 held facts only.
    let connection = Connection::open(&path).unwrap();
    for table in DERIVED.into_iter().chain(["removed"]) {
        connection.execute_batch(&format!("DROP TABLE {table}")).unwrap();
    }
    connection.pragma_update(None, "user_version", 1).unwrap();
    drop(connection);
    let mut store = SqliteStore::open(&path).unwrap();
    assert_eq!(snapshot(&mut store), before);
    assert_eq!(store.stats().unwrap().version, 6);
    store.check().unwrap();
}

#[test]
fn a_database_that_knew_no_agents_learns_them() {
    let (_folder, path) = database();
    drop(filled(&path));
    let before = dump(&path, &DERIVED);
    assert!(before.contains("Integer(3) Text"), "the workload names an agent");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "DROP TABLE loose; DROP TABLE loose_label; DROP INDEX trace_by_last; DELETE FROM label WHERE what = 3;
             DROP TABLE tally; DROP TABLE removed; DROP TABLE series; DROP TABLE bucket; DROP INDEX trace_stale;
             ALTER TABLE trace DROP COLUMN cost; ALTER TABLE trace DROP COLUMN unpriced; ALTER TABLE trace DROP COLUMN models;
             ALTER TABLE trace DROP COLUMN agents; ALTER TABLE trace DROP COLUMN stale;",
        )
        .unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    drop(connection);
    drop(SqliteStore::open(&path).unwrap());
    assert_eq!(dump(&path, &DERIVED), before);
}

/// Whether any file of the database holds these bytes.
fn holds(path: &Path, text: &str) -> bool {
    ["", "-wal", "-shm"].into_iter().any(|end| {
        let file = PathBuf::from(format!("{}{end}", path.display()));
        let bytes = std::fs::read(file).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[test]
fn nothing_of_what_was_erased_is_left_in_the_files() {
    let (_folder, path) = database();
    let mut store = filled(&path);
    let mut maker = Maker::new("aaaa000000000001-1");
    // Long enough for pages of their own, which are given up when the row becomes shorter.
    let long = "otters ".repeat(9_000);
    let body = |said: &str| format!(r#"{{"input":"{said} {long}","name":"{said}","session_id":"{said}"}}"#);
    for trace in 100..120 {
        store.apply(&maker.seal(vec![start(0, trace, 1, 0, "llm", &body("ann@example.com"))]).batch()).unwrap();
    }
    store.tally(None).unwrap();
    assert!(holds(&path, "ann@example.com"));
    // Deleted, and so on pages that nothing uses any more.
    store.delete(&[trace_id(119)], Timestamp(0)).unwrap();
    let finder = Finder::new(&["@email".to_owned()]).unwrap();
    let found = plan(&store, &Selection::default(), Sought::Rules(&finder), &mut |_, _| {}).unwrap();
    assert_eq!((found.contents, found.bodies, found.traces.len()), (1, 19, 19));
    // Somebody reads as long as it takes: the log still holds it, and that is told.
    let reader = Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    reader.query_row("SELECT count(*) FROM event", [], |_| Ok(())).unwrap();
    store.wait_at_most(Duration::ZERO).unwrap();
    let (erased, is_wiped) = carry_out(&mut store, &found.erasure, None).unwrap();
    assert_eq!((erased.contents, erased.bodies, is_wiped), (1, 19, false));
    assert!(holds(&path, "ann@example.com"));
    reader.execute_batch("COMMIT").unwrap();
    assert!(store.wipe().unwrap());
    assert!(!holds(&path, "ann@example.com"));
    assert!(holds(&path, "the same long text"), "what others said is here");
    store.check().unwrap();
}

#[test]
fn a_page_of_the_newest_rows_reads_no_more_than_it_must() {
    let (_folder, path) = database();
    let mut store = SqliteStore::open(&path).unwrap();
    let mut maker = Maker::new("aaaa000000000001-1");
    for number in 1..=300 {
        let step = start(number, number as u128, number as u64, 0, "tool", "{}");
        store.apply(&maker.seal(vec![step]).batch()).unwrap();
    }
    drop(store);
    // The older half cannot be read any more.
    Connection::open(&path).unwrap().execute("UPDATE event SET items = x'00' WHERE id <= 150", []).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    let query = |limit| SearchQuery { limit: Some(limit), ..SearchQuery::default() };
    let page = search(&store, &query(100)).unwrap();
    assert_eq!((page.rows.len(), page.rows[0].trace_id), (100, Some(trace_id(300))));
    assert_eq!(search(&store, &query(200)).unwrap_err().code(), "store_corrupt");
    let older = SearchQuery { cursor: page.next, ..query(40) };
    assert_eq!(search(&store, &older).unwrap().rows[0].trace_id, Some(trace_id(200)));
}

#[test]
fn a_newer_database_is_left_alone() {
    let (_folder, path) = database();
    drop(filled(&path));
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let bytes = std::fs::read(&path).unwrap();
    let error = SqliteStore::open(&path).unwrap_err();
    assert_eq!(error.code(), "store_newer_version");
    assert!(error.to_string().contains("version 99, this program knows versions up to 6"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let (_folder, path) = database();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE theirs(x)").unwrap();
    drop(connection);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(SqliteStore::open(&path).unwrap_err().code(), "store_foreign");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn damage_has_a_code() {
    let (_folder, path) = database();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "no database at all, but long enough to look like something that could be one".repeat(99))
        .unwrap();
    assert_eq!(SqliteStore::open(&path).unwrap_err().code(), "store_corrupt");

    std::fs::remove_file(&path).unwrap();
    drop(filled(&path));
    let mut bytes = std::fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[4096..length].iter_mut().for_each(|byte| *byte ^= 0x5a);
    std::fs::write(&path, bytes).unwrap();
    let outcome = SqliteStore::open(&path).and_then(|store| {
        store.check()?;
        store.producers()
    });
    assert_eq!(outcome.unwrap_err().code(), "store_corrupt");
}

#[test]
fn a_path_that_cannot_be_opened_has_a_code() {
    let folder = TempDir::new().unwrap();
    assert_eq!(SqliteStore::open(folder.path()).unwrap_err().code(), "store_cannot_open");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert_eq!(SqliteStore::open(&file.join("store.db")).unwrap_err().code(), "store_io");
}

#[test]
fn what_takes_too_long_is_ended() {
    let (_folder, path) = database();
    let mut store = filled(&path);
    store.answer_until(Some(Instant::now() + Duration::from_millis(50))).unwrap();
    let ended = store.look(&mut |connection| {
        let endless =
            "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) SELECT count(*) FROM number";
        connection.prepare(endless)?.query(&[], &mut |_| Ok(true))
    });
    assert_eq!(ended.unwrap_err().code(), "query_timeout");
    // What is asked behind it is not begun.
    assert_eq!(store.producers().unwrap_err().code(), "query_timeout");
    store.apply(&workload(51)[0].batch()).unwrap();
    store.answer_until(None).unwrap();
    assert!(!store.producers().unwrap().is_empty());
}

#[test]
fn a_full_disk_changes_nothing() {
    let (_folder, path) = database();
    let mut store = filled(&path);
    let before = snapshot(&mut store);
    let made = workload(51);
    let batch = Batch { envelopes: made.iter().map(Made::incoming).collect(), ..Batch::default() };
    store.limit_bytes(store.stats().unwrap().bytes).unwrap();
    assert_eq!(store.apply(&batch).unwrap_err().code(), "store_disk_full");
    assert_eq!(snapshot(&mut store), before);
    store.limit_bytes(1 << 30).unwrap();
    assert_eq!(store.apply(&batch).unwrap().envelopes, made.len() as u64);
}

#[test]
fn another_writer_is_waited_for_and_then_named() {
    let (_folder, path) = database();
    let mut store = filled(&path);
    store.wait_at_most(Duration::ZERO).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.apply(&workload(52)[0].batch()).unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("store_locked", true));
    // Readers are not kept out.
    assert!(!store.producers().unwrap().is_empty());
    other.execute_batch("COMMIT").unwrap();
    store.apply(&workload(52)[0].batch()).unwrap();
}
