//! OTLP over gRPC, asked by the client that is made from the same definitions.

use tonic::codec::CompressionEncoding;
use tonic::transport::Channel;
use tonic::{Code, Request};
use tracewire_otlp::opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use tracewire_otlp::opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tracewire_server::{GrpcPort, Options, Scope, Server, keys};

use crate::common::{Served, options};
use crate::otlp_support::{logs, span, traces};

fn with_grpc(options: &mut Options) {
    options.grpc_port = GrpcPort::Exactly(0);
}

async fn channel(served: &Served) -> Channel {
    let address = served.server.grpc_address().unwrap();
    Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

#[tokio::test]
async fn spans_and_logs_arrive_once_however_they_are_packed() {
    let served = Served::with(with_grpc).await;
    let channel = channel(&served).await;
    let plain = TraceServiceClient::new(channel.clone());
    let gzip = TraceServiceClient::new(channel.clone()).send_compressed(CompressionEncoding::Gzip);
    let zstd = TraceServiceClient::new(channel.clone()).send_compressed(CompressionEncoding::Zstd);
    for mut client in [plain, gzip, zstd] {
        let answer = client.export(traces("research", vec![span(1, 2), span(1, 1)])).await.unwrap();
        assert_eq!(answer.into_inner().partial_success, None);
    }
    let mut client = LogsServiceClient::new(channel);
    for _ in 0..2 {
        client.export(logs("research", &["falling back"])).await.unwrap();
    }
    assert_eq!(served.last_event().await, 5);
    // And what came over HTTP is known here.
    served.export(&traces("research", vec![span(1, 1), span(1, 2)])).await;
    assert_eq!(served.last_event().await, 5);
    let trace = served.json("/v1/traces/01010101010101010101010101010101").await;
    assert_eq!((&trace["counts"]["spans"], &trace["counts"]["logs"]), (&2.into(), &1.into()));
}

#[tokio::test]
async fn what_is_rejected_is_told() {
    let served = Served::with(with_grpc).await;
    let mut bad = span(1, 2);
    bad.trace_id = vec![7];
    let mut client = TraceServiceClient::new(channel(&served).await);
    let answer = client.export(traces("research", vec![span(1, 1), bad])).await.unwrap();
    assert_eq!(answer.into_inner().partial_success.unwrap().rejected_spans, 1);
}

#[tokio::test]
async fn too_much_is_refused_before_it_is_unpacked() {
    let served = Served::with(|options| {
        with_grpc(options);
        options.limits.unpacked_bytes = 1 << 20;
    })
    .await;
    let mut large = span(1, 1);
    large.name = "otter".repeat(1 << 20);
    let channel = channel(&served).await;
    let mut client = TraceServiceClient::new(channel.clone()).send_compressed(CompressionEncoding::Zstd);
    let refused = client.export(traces("research", vec![large.clone()])).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused}");
    let mut client = TraceServiceClient::new(channel);
    let refused = client.export(traces("research", vec![large])).await.unwrap_err();
    // Not "out of range": of that senders believe that it passes.
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused}");
    assert_eq!(served.last_event().await, 0);
}

#[tokio::test]
async fn a_key_is_shown_as_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let (key, _) = keys::create(folder.path(), "default", Scope::Write, "a collector").unwrap();
    let (reads, _) = keys::create(folder.path(), "default", Scope::Read, "a screen").unwrap();
    let mut options = options(folder.path());
    with_grpc(&mut options);
    options.require_keys = true;
    let server = Server::bind(options).await.unwrap();
    let served = Served { folder, server, client: reqwest::Client::builder().no_proxy().build().unwrap() };
    let mut client = TraceServiceClient::new(channel(&served).await);
    let request = |key: Option<&str>| {
        let mut request = Request::new(traces("research", vec![span(1, 1)]));
        if let Some(key) = key {
            request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
        }
        request
    };
    for (shown, expected) in [(None, Code::Unauthenticated), (Some(reads.as_str()), Code::PermissionDenied)] {
        assert_eq!(client.export(request(shown)).await.unwrap_err().code(), expected);
    }
    client.export(request(Some(&key))).await.unwrap();
}

#[tokio::test]
async fn another_service_is_none_and_another_name_is_refused() {
    let served = Served::with(with_grpc).await;
    let mut channel = channel(&served).await;
    let mut ask = async |path: &str, host: Option<&str>, body: Vec<u8>| {
        let body = tonic::body::Body::new(http_body_util::Full::new(bytes::Bytes::from(body)));
        let mut request = axum::http::Request::post(path).header("content-type", "application/grpc");
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let ready = tower::ServiceExt::ready(&mut channel).await.unwrap();
        let answer = tower::Service::call(ready, request.body(body).unwrap()).await.unwrap();
        (answer.status().as_u16(), answer.headers()["grpc-status"].to_str().unwrap().to_owned())
    };
    let service = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    for (path, host, body, code) in [
        ("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", None, vec![], "12"),
        (service, Some("evil.example"), vec![], "7"),
        (service, None, vec![1, 0, 0], "13"),
        (service, None, vec![0, 0, 0, 0, 2, 0xff, 0xff], "3"),
    ] {
        assert_eq!(ask(path, host, body).await, (200, code.to_owned()), "{path} {host:?}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_keeps_nobody_from_the_rest() {
    let first = Served::with(with_grpc).await;
    let port = first.server.grpc_address().unwrap().port();
    let second = Served::with(|options| options.grpc_port = GrpcPort::IfFree(port)).await;
    assert_eq!(second.server.grpc_address(), None);
    second.json("/v1/health").await;
    let folder = tempfile::tempdir().unwrap();
    let mut named = options(folder.path());
    named.grpc_port = GrpcPort::Exactly(port);
    let Err(refused) = Server::bind(named).await else { panic!("two listen there") };
    assert_eq!(refused.code(), "listen");
}
