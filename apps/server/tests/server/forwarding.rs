//! What comes into one server goes on to another, also over a restart and a time in which the other is away.

use std::time::Duration;

use serde_json::Value;
use tracewire_server::Server;
use tracewire_server::outward::Target;

use crate::common::{Served, envelopes, options, record, recorder, sealed};
use crate::otlp_support::{span, traces};

/// Waits for what must come, and for nothing else.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} did not come");
}

async fn forwarded(served: &Served) -> Value {
    served.json("/v1/health").await["forward"][0].clone()
}

#[tokio::test]
async fn spans_go_on_once_they_have_ended_and_after_a_restart() {
    let to = Served::start().await;
    let target = Target::otlp(&to.server.url(), &[], false).unwrap();
    let from = Served::with(|options| options.forward = vec![target.clone()]).await;
    let mut begun = span(1, 2);
    begun.end_time_unix_nano = 0;
    from.export(&traces("research", vec![span(1, 1), begun])).await;
    until("the first span", async || to.last_event().await == 2).await;
    from.export(&traces("research", vec![span(1, 2)])).await;
    until("the second span", async || to.last_event().await == 4).await;
    until("the count", async || forwarded(&from).await["sent"] == 2).await;
    let metrics = from.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("tracewire_forwarded_total{to=") && metrics.contains("/v1/traces\"} 2"), "{metrics}");
    // What comes while nothing is forwarded goes on later.
    let Served { folder, server, client } = from;
    server.stop().await;
    let from = Served { server: Server::bind(options(folder.path())).await.unwrap(), folder, client };
    from.export(&traces("research", vec![span(1, 3)])).await;
    let Served { folder, server, client } = from;
    server.stop().await;
    let mut again = options(folder.path());
    again.forward = vec![target];
    let from = Served { server: Server::bind(again).await.unwrap(), folder, client };
    until("the third span", async || to.last_event().await == 6).await;
    let trace = to.json("/v1/traces/01010101010101010101010101010101").await;
    assert_eq!((&trace["counts"]["spans"], &trace["counts"]["unknown"]), (&3.into(), &0.into()), "{trace}");
    from.server.stop().await;
}

#[tokio::test]
async fn envelopes_go_on_whole_and_wait_for_one_who_is_away() {
    let to = Served::start().await;
    let address = to.server.address();
    let target = Target::envelopes(&to.server.url(), &[]).unwrap();
    let Served { folder: away, server, client } = to;
    server.stop().await;
    let from = Served::with(|options| options.forward = vec![target]).await;
    let (sent, trace_id) = envelopes("00000000000000a1", "research");
    from.send(&sent).await;
    until("the failure", async || forwarded(&from).await["failing"].is_string()).await;
    let mut back = options(away.path());
    back.port = address.port();
    let to = Served { server: Server::bind(back).await.unwrap(), folder: away, client };
    until("the trace", async || to.get(&format!("/v1/traces/{trace_id}")).await.status() == 200).await;
    until("the end of the failure", async || forwarded(&from).await.get("failing").is_none()).await;
    assert_eq!(to.last_event().await, 7);
    assert!(to.verify().is_complete());
}

#[tokio::test]
async fn envelopes_that_come_late_go_on_too() {
    let to = Served::start().await;
    let target = Target::envelopes(&to.server.url(), &[]).unwrap();
    let from = Served::with(|options| options.forward = vec![target]).await;
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "research");
    for _ in 0..3 {
        record(&recorder);
        recorder.mark();
    }
    recorder.close(None);
    let sealed = sealed(folder.path());
    assert!(sealed.len() >= 3);
    // The second one comes last, after later ones of its producer have gone on.
    for some in [&sealed[..1], &sealed[2..], &sealed[1..2]] {
        from.send(some).await;
        let count = from.last_event().await;
        until("the envelope", async || to.last_event().await == count).await;
    }
    assert!(to.verify().is_complete());
}
