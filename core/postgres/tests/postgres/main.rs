//! The PostgreSQL engine: the suite that it shares with SQLite, and what only a server can suffer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a test may fail"
)]

mod server;
#[path = "../../../store/tests/suite/mod.rs"]
mod suite;
mod tls;

use libtest_mimic::{Arguments, Failed, Trial};
use server::Server;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use suite::maker::{Made, Maker, start, trace_id, workload};
use suite::snapshot;
use tracewire_postgres::PostgresStore;
use tracewire_store::sql::Engine as _;
use tracewire_store::{Batch, SqliteStore, Store, StoreError};

/// Gives each store a schema of its own.
static NUMBER: AtomicU32 = AtomicU32::new(0);

fn fresh(url: &str) -> impl FnMut() -> PostgresStore + use<> {
    let url = url.to_owned();
    move || PostgresStore::open(&url, &project()).unwrap()
}

fn project() -> String {
    format!("test {} \"quoted\"", NUMBER.fetch_add(1, Ordering::Relaxed))
}

macro_rules! trials {
    ($url:expr; $($name:ident),* $(,)?) => {
        vec![$({
            let url = $url.clone();
            Trial::test(stringify!($name), move || {
                suite::$name(&mut fresh(&url));
                Ok(())
            })
        }),*]
    };
}

fn main() {
    let arguments = Arguments::from_args();
    let mut server = Server::start().unwrap_or_else(|reason| panic!("{reason}"));
    let url = server.url();
    let mut trials = every_promise! { trials, url };
    for (name, test) in OWN {
        let url = url.clone();
        trials.push(Trial::test(*name, move || test(&url)));
    }
    trials.push(Trial::test("the_way_is_as_safe_as_it_is_asked_to_be", tls::the_way_is_as_safe_as_it_is_asked_to_be));
    let mut conclusion = libtest_mimic::run(&arguments, trials);
    // It takes the server down, so nothing else may run beside it.
    let is_asked = arguments.filter.as_ref().is_none_or(|filter| LAST.contains(filter.as_str()));
    if !arguments.list && is_asked {
        let outcome = catch_unwind(AssertUnwindSafe(|| a_lost_server_has_a_code_and_comes_back(&mut server)));
        println!("test {LAST} ... {}", if outcome.is_ok() { "ok" } else { "FAILED" });
        conclusion.num_failed += u64::from(outcome.is_err());
    }
    drop(server);
    conclusion.exit();
}

const LAST: &str = "a_lost_server_has_a_code_and_comes_back";

type Test = fn(&str) -> Result<(), Failed>;

const OWN: &[(&str, Test)] = &[
    ("what_follows_from_events_can_be_made_anew", |url| {
        let mut store = filled(fresh(url)());
        let before = snapshot(&mut store);
        store.rebuild().unwrap();
        assert_eq!(snapshot(&mut store), before);
        assert!(before.len() > 5000);
        Ok(())
    }),
    ("what_takes_too_long_is_ended", |url| {
        let mut store = filled(fresh(url)());
        store.answer_until(Some(Instant::now() + Duration::from_millis(50))).unwrap();
        let ended = store.look(&mut |connection| {
            connection.prepare("SELECT CAST(1 AS BIGINT) FROM pg_sleep(3600)")?.query(&[], &mut |_| Ok(true))
        });
        assert_eq!(ended.unwrap_err().code(), "query_timeout");
        assert_eq!(store.producers().unwrap_err().code(), "query_timeout");
        store.answer_until(None).unwrap();
        assert!(!store.producers().unwrap().is_empty());
        Ok(())
    }),
    ("projects_are_apart", |url| {
        assert!(!filled(fresh(url)()).producers().unwrap().is_empty());
        assert!(fresh(url)().producers().unwrap().is_empty());
        Ok(())
    }),
    ("it_gives_what_sqlite_gives", |url| {
        let folder = tempfile::TempDir::new().unwrap();
        let mut sqlite = SqliteStore::open(&folder.path().join("store.db")).unwrap();
        let made = workload(200);
        sqlite.apply(&Batch { envelopes: made.iter().map(Made::incoming).collect(), ..Batch::default() }).unwrap();
        let mut store = fresh(url)();
        store.apply(&Batch { envelopes: made.iter().map(Made::incoming).collect(), ..Batch::default() }).unwrap();
        assert_eq!(snapshot(&mut store), snapshot(&mut sqlite));
        Ok(())
    }),
    ("another_writer_is_waited_for_and_then_named", |url| {
        let project = project();
        let mut store = filled(PostgresStore::open(url, &project).unwrap());
        let mut other = PostgresStore::open(url, &project).unwrap();
        other.wait_at_most(Duration::from_millis(1));
        store
            .change(&mut |_| {
                let error = other.apply(&workload(52)[0].batch()).unwrap_err();
                assert_eq!((error.code(), error.is_retryable()), ("store_locked", true), "{error}");
                // Readers are not kept out.
                assert!(!other.producers().unwrap().is_empty());
                Ok(())
            })
            .unwrap();
        other.apply(&workload(52)[0].batch()).unwrap();
        Ok(())
    }),
    ("what_fails_midway_changes_nothing", |url| {
        let mut store = filled(fresh(url)());
        let before = snapshot(&mut store);
        let made = workload(51);
        let error = store.write(&mut |ingest| {
            made.iter().try_for_each(|made| ingest.envelope(&made.incoming()))?;
            Err(StoreError::DiskFull)
        });
        assert_eq!(error.unwrap_err().code(), "store_disk_full");
        assert_eq!(snapshot(&mut store), before);
        Ok(())
    }),
    ("what_cannot_be_opened_has_a_code", |url| {
        let code = |url: &str| PostgresStore::open(url, "default").unwrap_err().code();
        assert_eq!(code("this is no address"), "store_cannot_open");
        assert_eq!(code("host=/nowhere user=tracewire"), "store_unavailable");
        assert_eq!(code(&format!("{url} dbname=missing")), "store_cannot_open");
        Ok(())
    }),
    ("texts_with_any_character_are_taken", |url| {
        let mut store = fresh(url)();
        let mut maker = Maker::new("aaaa000000000001-1");
        let step = start(1, 1, 1, 0, "tool", r#"{"name":"nul \u0000 and \ud83e\udda6","session_id":"a'b\"c"}"#);
        store.apply(&maker.seal(vec![step]).batch()).unwrap();
        let row = store.trace(trace_id(1)).unwrap().unwrap();
        assert_eq!(row.name.as_deref(), Some("nul \u{fffd} and \u{1f9a6}"));
        assert_eq!(row.session_id.as_deref(), Some("a'b\"c"));
        let event = &store.events(trace_id(1)).unwrap()[0].event;
        assert!(String::from_utf8(tracewire_wire::json::write(&event.to_value())).unwrap().contains(r"nul \u0000"));
        Ok(())
    }),
];

fn filled(mut store: PostgresStore) -> PostgresStore {
    let made = workload(50);
    store.apply(&Batch { envelopes: made.iter().map(Made::incoming).collect(), ..Batch::default() }).unwrap();
    store
}

fn a_lost_server_has_a_code_and_comes_back(server: &mut Server) {
    let project = project();
    let mut store = filled(PostgresStore::open(&server.url(), &project).unwrap());
    store.make_durable().unwrap();
    let before = snapshot(&mut store);
    server.kill();
    let made = workload(51);
    let batch = Batch { envelopes: made.iter().map(Made::incoming).collect(), ..Batch::default() };
    let error = store.apply(&batch).unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("store_unavailable", true), "{error}");
    assert_eq!(PostgresStore::open(&server.url(), &project).unwrap_err().code(), "store_unavailable");
    server.restart().unwrap();
    assert_eq!(snapshot(&mut PostgresStore::open(&server.url(), &project).unwrap()), before);
    assert_eq!(store.apply(&batch).unwrap().envelopes, made.len() as u64);
}
