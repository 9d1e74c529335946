//! Who is let in: hosts, origins, keys, limits.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tracewire_server::{Scope, Server, keys};

use crate::common::{Served, envelopes, lines, options, problem};

#[tokio::test]
async fn a_name_that_is_not_the_servers_is_not_answered() {
    let served = Served::with(|options| options.allowed_hosts = vec!["traces.example.com".to_owned()]).await;
    let ask = |host: &str| served.client.get(served.url("/v1/traces")).header("host", host.to_owned());
    assert_eq!(ask("localhost:4318").send().await.unwrap().status(), 200);
    assert_eq!(ask("traces.example.com").send().await.unwrap().status(), 200);
    assert_eq!(served.refusal(ask("evil.example")).await, (421, "host_not_allowed".to_owned()));
}

#[tokio::test]
async fn pages_of_others_are_not_answered_and_named_ones_are() {
    let served = Served::with(|options| options.allowed_origins = vec!["https://app.example.com".to_owned()]).await;
    let ask = |origin: &str| served.client.get(served.url("/v1/traces")).header("origin", origin.to_owned());
    assert_eq!(ask(&served.server.url()).send().await.unwrap().status(), 200);
    assert_eq!(served.refusal(ask("https://evil.example")).await, (403, "origin_not_allowed".to_owned()));
    let named = ask("https://app.example.com").send().await.unwrap();
    assert_eq!(
        (named.status().as_u16(), &named.headers()["access-control-allow-origin"]),
        (200, &"https://app.example.com".parse().unwrap())
    );
    let before = served
        .client
        .request(reqwest::Method::OPTIONS, served.url("/v1/envelopes"))
        .header("origin", "https://app.example.com")
        .header("access-control-request-method", "POST")
        .send()
        .await
        .unwrap();
    assert_eq!(before.status(), 204);
    assert!(before.headers()["access-control-allow-headers"].to_str().unwrap().contains("content-encoding"));
}

#[tokio::test]
async fn every_answer_keeps_browsers_safe() {
    let served = Served::start().await;
    for path in ["/", "/docs", "/v1/traces", "/v1/nothing", "/openapi.json"] {
        let answer = served.get(path).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        // WebAssembly is all that is allowed besides.
        let rest = policy.replace("script-src 'self' 'wasm-unsafe-eval';", "");
        assert!(rest.starts_with("default-src 'self';") && !rest.contains("unsafe"), "{path}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers()["x-frame-options"], "DENY", "{path}");
    }
    let named = served.client.get(served.url("/v1/traces")).header("x-request-id", "mine-1").send().await.unwrap();
    assert_eq!(named.headers()["x-request-id"], "mine-1");
    let forged = served.client.get(served.url("/v1/traces")).header("x-request-id", "a b").send().await.unwrap();
    assert_eq!(forged.headers()["x-request-id"].len(), 16);
}

#[tokio::test]
async fn beyond_this_machine_a_key_is_needed_to_begin_and_to_ask() {
    let folder = tempfile::tempdir().unwrap();
    let everywhere = || {
        let mut options = options(folder.path());
        options.host = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        options
    };
    let Err(refused) = Server::bind(everywhere()).await else { panic!("it serves everybody") };
    assert_eq!(refused.code(), "keys_required");
    let (key, made) = keys::create(folder.path(), "default", Scope::Write, "a laptop").unwrap();
    let server = Server::bind(everywhere()).await.unwrap();
    let served = Served { folder, client: reqwest::Client::builder().no_proxy().build().unwrap(), server };
    let ask = |path: &str| served.client.get(served.url(path));
    let (status, said, headers) = problem(ask("/v1/traces").send().await.unwrap()).await;
    assert_eq!((status, said["code"].as_str()), (401, Some("unauthorized")));
    assert_eq!(headers["www-authenticate"], "Bearer realm=\"tracewire\"");
    assert_eq!(ask("/v1/traces").bearer_auth(&key).send().await.unwrap().status(), 200);
    assert_eq!(ask("/v1/traces").bearer_auth(key.replace("default", "other")).send().await.unwrap().status(), 401);
    assert_eq!(ask("/v1/traces").basic_auth("x", Some(&key)).send().await.unwrap().status(), 401);
    // What holds nobody's data needs none.
    assert_eq!(ask("/docs").send().await.unwrap().status(), 200);
    let health: serde_json::Value =
        serde_json::from_slice(&ask("/v1/health").send().await.unwrap().bytes().await.unwrap()).unwrap();
    assert!(health.get("store").is_none() && health["status"] == "ok");
    let id = "00000000000000000000000000000001";
    let delete = served.client.delete(served.url(&format!("/v1/traces/{id}"))).bearer_auth(&key);
    assert_eq!(served.refusal(delete).await, (403, "scope".to_owned()));
    keys::revoke(served.folder.path(), &made.id).unwrap();
    assert_eq!(ask("/v1/traces").bearer_auth(&key).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn projects_see_nothing_of_each_other() {
    let served = Served::start().await;
    let team = served.folder.path().join("projects/team");
    let (read, _) = keys::create(&team, "team", Scope::Read, "").unwrap();
    let (write, _) = keys::create(&team, "team", Scope::Write, "").unwrap();
    let (sent, trace_id) = envelopes("00000000000000a1", "research");
    let send = |key: &str| served.post("application/x-ndjson", lines(&sent)).bearer_auth(key.to_owned());
    assert_eq!(served.refusal(send(&read)).await, (403, "scope".to_owned()));
    assert_eq!(send(&write).send().await.unwrap().status(), 200);
    let path = format!("/v1/traces/{trace_id}");
    assert_eq!(served.get(&path).await.status(), 404);
    let found = served.client.get(served.url(&path)).bearer_auth(&read).send().await.unwrap();
    assert_eq!(found.status(), 200);
    // A wrong key is none, also where none is needed.
    assert_eq!(served.client.get(served.url(&path)).bearer_auth("tw_x").send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let served = Served::with(|options| options.limits.rate = NonZeroU32::new(3)).await;
    let mut refused = None;
    for _ in 0..50 {
        let answer = served.get("/v1/traces").await;
        if answer.status() == 429 {
            refused = Some(answer);
            break;
        }
    }
    let (_, said, headers) = problem(refused.unwrap()).await;
    assert_eq!((&said["code"], &headers["retry-after"]), (&"rate_limited".into(), &"1".parse().unwrap()));
}

/// What comes over a socket until the other side closes it.
async fn rest(mut socket: TcpStream) -> String {
    let mut said = Vec::new();
    socket.read_to_end(&mut said).await.unwrap();
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn who_never_ends_a_request_is_not_waited_for() {
    let served = Served::with(|options| {
        options.limits.head_time = Duration::from_millis(50);
        options.limits.request_time = Duration::from_millis(100);
    })
    .await;
    let mut head = TcpStream::connect(served.server.address()).await.unwrap();
    head.write_all(b"GET /v1/traces HTTP/1.1\r\nHost: local").await.unwrap();
    // Nothing is said to half a head: the connection ends.
    assert_eq!(rest(head).await, "");
    let mut body = TcpStream::connect(served.server.address()).await.unwrap();
    let begun = "POST /v1/envelopes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                 Content-Type: application/json\r\nContent-Length: 100\r\n\r\n[";
    body.write_all(begun.as_bytes()).await.unwrap();
    let said = rest(body).await;
    assert!(said.starts_with("HTTP/1.1 408") && said.contains("body_timeout"), "{said}");
    // Senders of OTLP would drop what that is said to.
    let mut spans = TcpStream::connect(served.server.address()).await.unwrap();
    spans.write_all(begun.replace("/v1/envelopes", "/v1/traces").as_bytes()).await.unwrap();
    let told = rest(spans).await;
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("request_timeout"), "{told}");
    assert!(told.contains("retry-after: 2"), "{told}");
    assert!(said.contains("connection: close") && said.contains("content-type: application/problem+json"), "{said}");
}

#[tokio::test]
async fn a_question_that_takes_too_long_is_ended() {
    let served = Served::with(|options| options.limits.query_time = Duration::ZERO).await;
    let ask = served.client.get(served.url("/v1/traces"));
    assert_eq!(served.refusal(ask).await, (503, "query_timeout".to_owned()));
}

#[tokio::test]
async fn more_requests_than_are_borne_are_told_to_come_back() {
    let served = Served::with(|options| options.limits.requests = 1).await;
    let mut waiting = TcpStream::connect(served.server.address()).await.unwrap();
    let begun = "POST /v1/envelopes HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\
                 Content-Type: application/json\r\nContent-Length: 2\r\n\r\n";
    waiting.write_all(begun.as_bytes()).await.unwrap();
    // The server asks for the body: the request is under way.
    let mut said = [0; 25];
    waiting.read_exact(&mut said).await.unwrap();
    assert!(said.starts_with(b"HTTP/1.1 100 Continue"));
    let ask = served.client.get(served.url("/v1/traces"));
    assert_eq!(served.refusal(ask).await, (503, "busy".to_owned()));
    waiting.write_all(b"[]").await.unwrap();
    let mut answer = [0; 12];
    waiting.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}
