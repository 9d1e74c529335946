//! The real server over a real PostgreSQL: the answers that it gives over SQLite, and what happens when the database goes away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

#[path = "../server/common.rs"]
#[allow(dead_code, reason = "shared with the tests over SQLite, which use all of it")]
mod common;
#[path = "../server/otlp_support.rs"]
#[allow(dead_code, reason = "as above")]
mod otlp_support;
#[path = "../../../../core/postgres/tests/postgres/server.rs"]
#[allow(dead_code, reason = "shared with the store's own tests")]
mod server;

use common::{Served, envelopes, problem};
use otlp_support::{span, traces};
use server::Server;

async fn served_over(database: &Server) -> Served {
    let url = database.url();
    Served::with(|options| options.database = Some(url)).await
}

#[tokio::test]
async fn the_answers_are_those_over_sqlite() {
    let database = Server::start().unwrap();
    let (over_postgres, over_sqlite) = (served_over(&database).await, Served::start().await);
    let mut trace_ids = Vec::new();
    for (process, service) in [("00000000000000a1", "research"), ("00000000000000b2", "support")] {
        let (sent, trace_id) = envelopes(process, service);
        trace_ids.push(trace_id);
        for served in [&over_postgres, &over_sqlite] {
            served.send(&sent).await;
        }
    }
    for served in [&over_postgres, &over_sqlite] {
        served.counted().await;
    }
    let since = "since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z";
    let [one, other] = [&trace_ids[0], &trace_ids[1]];
    for path in [
        "/v1/traces".to_owned(),
        "/v1/traces?service=support".to_owned(),
        "/v1/traces?session=chat-42&limit=1".to_owned(),
        format!("/v1/traces/{one}"),
        format!("/v1/traces/{one}/events"),
        format!("/v1/traces/{one}/export?format=json"),
        format!("/v1/compare?a={one}&b={other}"),
        "/v1/sessions".to_owned(),
        "/v1/search?q=otter".to_owned(),
        "/v1/producers".to_owned(),
        format!("/v1/facets?{since}"),
        format!("/v1/analytics/overview?{since}"),
        format!("/v1/analytics/groups?by=tool&{since}"),
        format!("/v1/analytics/series?step=1h&by=kind&{since}"),
    ] {
        let [there, here] = [&over_postgres, &over_sqlite].map(|served| served.get(&path));
        let (there, here) = (there.await, here.await);
        assert_eq!((there.status(), here.status()), (200.try_into().unwrap(), 200.try_into().unwrap()), "{path}");
        let [there, here] = [there.text().await.unwrap(), here.text().await.unwrap()];
        // Who is alive and what is verified is looked for at other moments.
        if path != "/v1/producers" {
            assert_eq!(there, here, "{path}");
        }
    }
    let gone = over_postgres.client.delete(over_postgres.url(&format!("/v1/traces/{one}"))).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    assert_eq!(over_postgres.json("/v1/traces").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_is_lost_where_the_database_goes_away() {
    let mut database = Server::start().unwrap();
    let served = served_over(&database).await;
    let (first, first_id) = envelopes("00000000000000a1", "research");
    let (second, second_id) = envelopes("00000000000000b2", "support");
    served.send(&first).await;
    assert_eq!(served.export(&traces("shop", vec![span(1, 1), span(1, 2)])).await.0, 200);
    database.kill();
    let sent = served.post("application/x-ndjson", common::lines(&second)).send().await.unwrap();
    let (status, said, headers) = problem(sent).await;
    assert_eq!((status, &said["code"]), (503, &"store_unavailable".into()));
    assert_eq!(headers["retry-after"], "2");
    let asked = served.client.get(served.url("/v1/traces"));
    assert_eq!(served.refusal(asked).await, (503, "store_unavailable".to_owned()));
    assert_eq!(served.export(&traces("shop", vec![span(2, 1)])).await.0, 503);
    database.restart().unwrap();
    // Both are sent again, as senders do: what was there already is known.
    served.send(&second).await;
    assert_eq!(served.export(&traces("shop", vec![span(1, 1), span(1, 2), span(2, 1)])).await.0, 200);
    for trace_id in [first_id, second_id, "01".repeat(16), "02".repeat(16)] {
        assert_eq!(served.get(&format!("/v1/traces/{trace_id}")).await.status(), 200, "{trace_id}");
    }
    assert_eq!(served.json(&format!("/v1/traces/{}", "01".repeat(16))).await["counts"]["spans"], 2);
    served.server.stop().await;
}
