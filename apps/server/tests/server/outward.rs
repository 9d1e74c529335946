//! What goes out arrives as it was, however the other side answers first.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::post;
use tracewire_server::GrpcPort;
use tracewire_server::outward::spans::{Resources, Wanted, gather};
use tracewire_server::outward::{Reply, Sender, Target};
use tracewire_store::{SqliteStore, Store as _, TraceFilter};

use crate::common::Served;
use crate::otlp_support::{span, traces};

/// All spans of a server's store, as requests.
fn spans(served: &Served) -> Vec<Vec<u8>> {
    let store = SqliteStore::open(&served.folder.path().join("store.db")).unwrap();
    let found = store.traces(&TraceFilter::default()).unwrap();
    let ids: BTreeSet<_> = found.traces.iter().map(|row| row.trace_id).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let gathered = gather(&store, &ids, &Wanted::All, &mut Resources::default()).unwrap();
    assert_eq!((gathered.open, gathered.loose), (0, 0));
    gathered.batches.iter().map(|batch| batch.protobuf()).collect()
}

fn sender(target: Target, patience: u64) -> Sender {
    Sender::new(target, Duration::from_secs(patience)).unwrap()
}

#[tokio::test]
async fn spans_are_the_same_at_the_other_side() {
    let from = Served::start().await;
    from.export(&traces("research", (1..=40).map(|number| span(1 + number / 8, number)).collect())).await;
    let sent = spans(&from);
    let to = Served::with(|options| options.grpc_port = GrpcPort::Exactly(0)).await;
    let grpc = format!("grpc://{}", to.server.grpc_address().unwrap());
    for address in [to.server.url(), grpc] {
        let sender = sender(Target::otlp(&address, &[], false).unwrap(), 5);
        for body in &sent {
            assert_eq!(sender.send(body, |_, _| ()).await.unwrap(), Reply::default(), "{address}");
        }
        assert_eq!(to.last_event().await, 80, "{address}");
    }
    assert_eq!(spans(&to), sent);
}

#[tokio::test]
async fn what_is_not_taken_is_told() {
    let to = Served::with(|options| options.grpc_port = GrpcPort::Exactly(0)).await;
    to.export(&traces("research", vec![span(1, 1)])).await;
    let mut other = span(1, 1);
    other.start_time_unix_nano += 7;
    let body = prost::Message::encode_to_vec(&traces("research", vec![other]));
    for address in [to.server.url(), format!("grpc://{}", to.server.grpc_address().unwrap())] {
        let sender = sender(Target::otlp(&address, &[], false).unwrap(), 5);
        let reply = sender.send(&body, |_, _| ()).await.unwrap();
        assert_eq!(reply.rejected, 1);
        assert!(reply.message.unwrap().contains("began at another time"));
        let refused = sender.send(b"\xff\xff", |_, _| ()).await.unwrap_err();
        assert_eq!(refused.code(), "outward_refused", "{refused}");
        assert!(refused.to_string().contains("otlp_protobuf"), "{refused}");
    }
}

#[tokio::test]
async fn who_cannot_take_it_now_is_asked_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let answer = move || {
        let number = count.fetch_add(1, Ordering::SeqCst);
        async move {
            match number {
                0 => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]).into_response(),
                1 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response(),
                _ => StatusCode::OK.into_response(),
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/v1/traces", post(answer))).await });
    let mut later = Vec::new();
    let sender = sender(Target::otlp(&address, &[], false).unwrap(), 5);
    let reply = sender.send(b"", |reason, wait| later.push((reason.to_owned(), wait))).await.unwrap();
    assert_eq!((reply, asked.load(Ordering::SeqCst)), (Reply::default(), 3));
    let reasons: Vec<&str> = later.iter().map(|(reason, _)| reason.as_str()).collect();
    assert_eq!(reasons, ["503 Service Unavailable", "429 Too Many Requests"]);
}

#[tokio::test]
async fn nobody_waits_longer_than_was_said() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://user:secret@{}", listener.local_addr().unwrap());
    drop(listener);
    let sender = sender(Target::otlp(&address, &[], false).unwrap(), 0);
    let refused = sender.send(b"", |_, _| ()).await.unwrap_err();
    assert_eq!(refused.code(), "outward_unreachable");
    assert!(!refused.to_string().contains("secret"), "{refused}");
}
