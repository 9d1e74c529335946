//! Who is answered and does not read: ended, and nothing is held for them.

use std::time::Duration;

use reqwest::Client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tracewire_otlp::opentelemetry_proto::tonic::trace::v1::Span;
use tracewire_otlp::{Form, encode_traces};

use crate::common::Served;
use crate::otlp_support::{span, text, traces};

/// Nothing takes so long but what never ends.
const LONG: Duration = Duration::from_secs(120);

/// A server that waits for nobody, and a trace on it that no socket's buffers hold.
async fn with_a_large_trace(connections: usize, live: usize) -> Served {
    let served = Served::with(|options| {
        options.limits.write_time = Duration::from_millis(50);
        options.limits.connections = connections;
        options.limits.live = live;
    })
    .await;
    let large = |number: u8| Span { attributes: vec![text("note", &"otter ".repeat(150_000))], ..span(7, number) };
    let body = encode_traces(&traces("research", (1..=16).map(large).collect()), Form::Protobuf);
    let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let sent = client.post(served.url("/v1/traces")).header("content-type", "application/x-protobuf").body(body);
    assert_eq!(sent.header("connection", "close").send().await.unwrap().status(), 200);
    served
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, what).await.expect("it never ends")
}

fn trace() -> String {
    format!("/v1/traces/{}", "07".repeat(16))
}

/// Asks, sees that an answer begins, and reads no more.
async fn ask_and_read_nothing(served: &Served, path: &str, headers: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut socket = socket.connect(served.server.address()).await.unwrap();
    socket.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").as_bytes()).await.unwrap();
    let mut begun = [0; 12];
    socket.read_exact(&mut begun).await.unwrap();
    assert!(matches!(&begun, b"HTTP/1.1 200" | b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&begun));
    socket
}

/// Waits for a place among those who follow.
async fn a_place_is_free(served: &Served) {
    let free = async { while served.get("/v1/live").await.status() == 503 {} };
    soon(free).await;
}

#[tokio::test]
async fn an_answer_that_nobody_reads_ends_with_its_connection() {
    let served = with_a_large_trace(1, 1).await;
    let silent = ask_and_read_nothing(&served, &trace(), "").await;
    // There is one place alone, so that this is heard when the other one is gone.
    let mut next = TcpStream::connect(served.server.address()).await.unwrap();
    next.write_all(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut said = String::new();
    soon(next.read_to_string(&mut said)).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    drop(silent);
}

#[tokio::test]
async fn who_follows_and_does_not_read_loses_the_place() {
    let served = with_a_large_trace(16, 1).await;
    let silent = ask_and_read_nothing(&served, "/v1/live?after=0", "").await;
    a_place_is_free(&served).await;
    drop(silent);
}

#[tokio::test]
async fn so_does_who_follows_over_a_socket() {
    let served = with_a_large_trace(16, 1).await;
    let headers = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let silent = ask_and_read_nothing(&served, "/v1/live/ws?after=0", headers).await;
    a_place_is_free(&served).await;
    drop(silent);
}

/// The connection lives and answers pings; only the stream is given no room.
#[tokio::test]
async fn so_does_who_follows_over_a_stream_of_http_2() {
    let served = with_a_large_trace(16, 1).await;
    let client = Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let silent = soon(client.get(served.url("/v1/live?after=0")).send()).await.unwrap();
    assert_eq!(silent.status(), 200);
    a_place_is_free(&served).await;
    drop(silent);
}
