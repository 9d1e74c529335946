//! What an SDK records on this machine is seen without any network.

use std::time::Duration;

use serde_json::json;

use crate::common::{Served, record, recorder};

/// Nothing takes so long but what never comes.
const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn what_is_recorded_beside_the_server_is_seen_while_it_goes_on() {
    let served = Served::start().await;
    let mut live = served.get("/v1/live?after=0").await;
    let recorder = recorder(served.folder.path(), "00000000000000c1", "research");
    record(&recorder);
    crate::common::start(&recorder, None, "agent", "goes-on");
    let mut seen = String::new();
    while !(seen.contains("goes-on") && seen.contains("event: trace")) {
        let chunk = tokio::time::timeout(LONG, live.chunk()).await.expect("nothing more comes").unwrap();
        seen.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
    }
    let traces = served.json("/v1/traces?open=true").await;
    assert_eq!((&traces["items"][0]["name"], &traces["items"][0]["state"]), (&json!("goes-on"), &json!("in_flight")));
    recorder.close(None);
}

#[tokio::test]
async fn what_was_recorded_before_is_there() {
    let served = Served::start().await;
    let folder = served.folder;
    served.server.stop().await;
    let recorder = recorder(folder.path(), "00000000000000c1", "research");
    record(&recorder);
    recorder.close(None);
    let server = tracewire_server::Server::bind(crate::common::options(folder.path())).await.unwrap();
    let served = Served { folder, client: served.client, server };
    let mut live = served.get("/v1/live?after=0").await;
    assert!(tokio::time::timeout(LONG, live.chunk()).await.expect("nothing comes").unwrap().is_some());
    assert_eq!(served.json("/v1/traces").await["items"][0]["service"], "research");
}
