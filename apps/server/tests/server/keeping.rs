//! What is kept no longer.

use std::time::Duration;

use serde_json::Value;
use tracewire_server::{Options, Scope, Server, keys};
use tracewire_store::{Retention, SqliteStore, Store as _, TraceFilter};

use crate::common::{Served, envelopes, lines, options};

/// Everything is older than a time to come.
const NOTHING: Retention = Retention { age_nanos: Some(i64::MIN / 4), bytes: None };

/// Waits until so many traces were removed.
async fn removed(served: &Served, traces: u64) -> Value {
    loop {
        let retention = served.json("/v1/health").await["retention"].clone();
        if retention["removed_traces"] == traces && retention["last"].is_string() {
            return retention;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_too_old_goes_at_the_start_and_is_counted() {
    let served = Served::start().await;
    assert!(served.json("/v1/health").await.get("retention").is_none(), "everything is kept");
    for process in ["00000000000000a1", "00000000000000b2"] {
        served.send(&envelopes(process, "research").0).await;
    }
    let Served { folder, server, client } = served;
    server.stop().await;
    let mut again = options(folder.path());
    again.retention = NOTHING;
    let served = Served { server: Server::bind(again).await.unwrap(), folder, client };
    let retention = removed(&served, 2).await;
    assert_eq!((&retention["removed_events"], retention.get("failing")), (&14.into(), None));
    assert_eq!(retention["age_seconds"], i64::MIN / 4 / 1_000_000_000);
    assert!(retention["removed_bytes"].as_u64().unwrap() > 300, "{retention}");
    assert_eq!(served.json("/v1/traces").await["items"], serde_json::json!([]));
    let metrics = served.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("tracewire_removed_traces_total 2\n"), "{metrics}");
    assert!(served.verify().is_complete(), "digests are left");
    served.server.stop().await;
}

#[tokio::test]
async fn what_comes_later_goes_when_it_is_looked_again() {
    let served = Served::with(|options| {
        options.retention = NOTHING;
        options.limits.retain_every = Duration::from_millis(10);
    })
    .await;
    for (process, so_far) in [("00000000000000a1", 1), ("00000000000000b2", 2)] {
        served.send(&envelopes(process, "research").0).await;
        removed(&served, so_far).await;
    }
    served.server.stop().await;
}

#[tokio::test]
async fn what_is_too_old_goes_from_projects_that_nobody_asks_for() {
    let served = Served::start().await;
    let team = served.folder.path().join("projects/team-7");
    let (key, _) = keys::create(&team, "team-7", Scope::Write, "").unwrap();
    let (sent, _) = envelopes("00000000000000a1", "research");
    let sent = served.post("application/x-ndjson", lines(&sent)).bearer_auth(key).send().await.unwrap();
    assert_eq!(sent.status(), 200);
    let Served { folder, server, .. } = served;
    server.stop().await;
    let left = || SqliteStore::open(&team.join("store.db")).unwrap().traces(&TraceFilter::default()).unwrap().traces;
    assert_eq!(left().len(), 1);
    let server = Server::bind(Options { retention: NOTHING, ..options(folder.path()) }).await.unwrap();
    while !left().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn the_oldest_go_while_there_is_too_much() {
    let served = Served::with(|options| {
        options.retention = Retention { age_nanos: None, bytes: Some(1) };
        options.limits.retain_every = Duration::from_millis(10);
    })
    .await;
    served.send(&envelopes("00000000000000a1", "research").0).await;
    assert_eq!(removed(&served, 1).await["bytes"], 1);
    served.server.stop().await;
}

#[tokio::test]
async fn a_size_is_not_kept_where_nobody_knows_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.database = Some("postgres://nobody@localhost:1/nothing".to_owned());
    options.retention.bytes = Some(1 << 30);
    let Err(refused) = Server::bind(options).await else { panic!("it serves") };
    assert_eq!(refused.code(), "retain_size");
}
