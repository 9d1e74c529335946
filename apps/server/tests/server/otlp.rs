//! OTLP over HTTP: what is answered, and that everything arrives once.

use prost::Message as _;
use serde_json::json;
use tracewire_otlp::opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tracewire_otlp::{Form, encode_traces};
use tracewire_server::{Scope, Server, keys};

use crate::common::{Served, options};
use crate::otlp_support::{gzip, logs, span, text, traces};

#[tokio::test]
async fn every_encoding_and_packing_is_answered_in_kind() {
    for (media, form) in [("application/x-protobuf", Form::Protobuf), ("application/json; charset=utf-8", Form::Json)] {
        for packing in ["identity", "gzip", "zstd"] {
            let served = Served::start().await;
            let body = encode_traces(&traces("research", vec![span(1, 1), span(1, 2)]), form);
            let body = match packing {
                "gzip" => gzip(&body),
                "zstd" => zstd::encode_all(&*body, 3).unwrap(),
                _ => body,
            };
            let answer = served.post_otlp("/v1/traces", media, packing, body).await;
            assert_eq!(
                (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
                (200, form.content_type())
            );
            let expected: &[u8] = if form == Form::Json { b"{}" } else { b"" };
            assert_eq!(answer.bytes().await.unwrap(), expected);
            let trace = served.json("/v1/traces/01010101010101010101010101010101").await;
            assert_eq!(trace["counts"]["spans"], 2, "{media} {packing}");
            assert_eq!(served.json("/v1/traces").await["items"][0]["service"], "research");
        }
    }
}

#[tokio::test]
async fn what_comes_again_changes_nothing_in_any_order() {
    let served = Served::start().await;
    // Children before their parent.
    assert_eq!(served.export(&traces("research", vec![span(1, 3), span(1, 2)])).await, (200, json!({})));
    assert_eq!(served.export(&traces("research", vec![span(1, 1), span(1, 2)])).await, (200, json!({})));
    assert_eq!(served.last_event().await, 6);
    // Another collector gives it another resource.
    assert_eq!(served.export(&traces("gateway", vec![span(1, 1)])).await, (200, json!({})));
    assert_eq!(served.export(&traces("research", vec![span(1, 3), span(1, 3), span(1, 1)])).await, (200, json!({})));
    assert_eq!(served.last_event().await, 6);
    let metrics = served.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("tracewire_otlp_records_total{outcome=\"taken\",signal=\"traces\"} 3"), "{metrics}");
    assert!(metrics.contains("tracewire_otlp_records_total{outcome=\"known\",signal=\"traces\"} 5"), "{metrics}");
    let report = served.verify();
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.producers.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_and_the_rest_is_stored() {
    let served = Served::start().await;
    let mut bad = span(1, 2);
    bad.span_id = vec![0; 8];
    let (status, said) = served.export(&traces("research", vec![span(1, 1), bad.clone()])).await;
    assert_eq!((status, &said["partialSuccess"]["rejectedSpans"]), (200, &json!("1")));
    assert!(said["partialSuccess"]["errorMessage"].as_str().unwrap().contains("otlp_span_id"), "{said}");
    let mut other = span(1, 1);
    other.start_time_unix_nano -= 1;
    let body = encode_traces(&traces("research", vec![bad, other]), Form::Protobuf);
    let answer = served.post_otlp("/v1/traces", "application/x-protobuf", "identity", body).await;
    let said = ExportTraceServiceResponse::decode(answer.bytes().await.unwrap()).unwrap().partial_success.unwrap();
    assert_eq!(said.rejected_spans, 2);
    assert!(said.error_message.contains("0101010101010101 of trace"), "{}", said.error_message);
    assert_eq!(served.last_event().await, 2);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_kind() {
    let served = Served::with(|options| options.limits.unpacked_bytes = 1 << 20).await;
    let zeros = vec![0; 8 << 20];
    for (path, media, packing, body, status, code) in [
        ("/v1/traces", "application/json", "identity", b"{\"resourceSpans\":".to_vec(), 400, 3),
        ("/v1/logs", "application/json", "identity", b"{\"resourceLogs\":7}".to_vec(), 400, 3),
        ("/v1/traces", "application/x-protobuf", "identity", b"\xff\xff".to_vec(), 400, 3),
        ("/v1/traces", "application/x-protobuf", "gzip", b"otter".to_vec(), 400, 3),
        ("/v1/logs", "application/x-protobuf", "br", b"otter".to_vec(), 415, 3),
        ("/v1/traces", "application/x-protobuf", "gzip", gzip(&zeros), 413, 8),
        ("/v1/logs", "application/json", "zstd", zstd::encode_all(&*zeros, 1).unwrap(), 413, 8),
    ] {
        let answer = served.post_otlp(path, media, packing, body).await;
        assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (status, media));
        let body = answer.bytes().await.unwrap();
        let said = match media {
            "application/json" => serde_json::from_slice::<serde_json::Value>(&body).unwrap()["code"].as_i64().unwrap(),
            // The first field of `google.rpc.Status` is its code.
            _ => i64::from(*body.strip_prefix(b"\x08").unwrap().first().unwrap()),
        };
        assert_eq!(said, code, "{path} {media} {packing}");
    }
    let request = served.client.post(served.url("/v1/traces")).header("content-type", "text/plain").body("otter");
    assert_eq!(served.refusal(request).await, (415, "content_type_unsupported".to_owned()));
    assert_eq!(served.last_event().await, 0);
}

#[tokio::test]
async fn a_key_and_limits_go_for_it_too() {
    let folder = tempfile::tempdir().unwrap();
    let (reads, _) = keys::create(folder.path(), "default", Scope::Read, "a screen").unwrap();
    let (writes, _) =
        keys::create(&folder.path().join("projects/team-7"), "team-7", Scope::Write, "a collector").unwrap();
    let mut options = options(folder.path());
    options.require_keys = true;
    options.limits.rate = std::num::NonZeroU32::new(3);
    let server = Server::bind(options).await.unwrap();
    let served = Served { folder, server, client: reqwest::Client::builder().no_proxy().build().unwrap() };
    let body = encode_traces(&traces("research", vec![span(1, 1)]), Form::Json);
    let post = |key: &str| {
        let request = served.client.post(served.url("/v1/traces")).header("content-type", "application/json");
        request.bearer_auth(key).body(body.clone()).send()
    };
    let refused = post("tw_default_0000").await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers().contains_key("www-authenticate")), (401, true));
    let said: serde_json::Value = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
    assert_eq!(said["code"], 16);
    assert_eq!(post(&reads).await.unwrap().status(), 403);
    let mut refused = None;
    for _ in 0..20 {
        let answer = post(&writes).await.unwrap();
        match answer.status().as_u16() {
            200 => {}
            status => {
                refused = Some((status, answer.headers().contains_key("retry-after")));
                break;
            }
        }
    }
    assert_eq!(refused, Some((429, true)));
    assert!(served.folder.path().join("projects/team-7/store.db").is_file());
}

#[tokio::test]
async fn log_records_are_stored_once_and_alike_ones_are_counted() {
    let served = Served::start().await;
    let send = async |served: &Served, said: &[&str]| {
        let body = logs("research", said).encode_to_vec();
        let answer = served.post_otlp("/v1/logs", "application/x-protobuf", "identity", body).await;
        assert_eq!(answer.status(), 200);
    };
    send(&served, &["falling back", "falling back", "done"]).await;
    assert_eq!(served.last_event().await, 3);
    send(&served, &["falling back", "falling back", "done"]).await;
    assert_eq!(served.last_event().await, 3);
    send(&served, &["falling back", "falling back", "falling back"]).await;
    assert_eq!(served.last_event().await, 4);
    let events = served.json("/v1/traces/01010101010101010101010101010101/events").await;
    let said: Vec<&str> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["event"]["body"]["message"].as_str().unwrap())
        .collect();
    assert_eq!(said, ["falling back", "falling back", "done", "falling back"]);
    // The next server knows them from the store.
    let Served { folder, server, client } = served;
    server.stop().await;
    let served = Served { server: Server::bind(options(folder.path())).await.unwrap(), folder, client };
    send(&served, &["falling back", "falling back", "falling back", "done", "another"]).await;
    assert_eq!(served.last_event().await, 5);
}

#[tokio::test]
async fn a_span_may_be_told_before_it_ends() {
    let served = Served::start().await;
    let mut begun = span(1, 1);
    begun.end_time_unix_nano = 0;
    for _ in 0..2 {
        assert_eq!(served.export(&traces("research", vec![begun.clone()])).await, (200, json!({})));
        assert_eq!(served.json("/v1/traces").await["items"][0]["open_spans"], 1);
    }
    let mut ended = span(1, 1);
    ended.attributes.push(crate::otlp_support::text("gen_ai.response.model", "gpt-5-mini"));
    for _ in 0..2 {
        assert_eq!(served.export(&traces("research", vec![ended.clone()])).await, (200, json!({})));
    }
    let row = &served.json("/v1/traces").await["items"][0];
    assert_eq!((&row["spans"], &row["open_spans"]), (&json!(1), &json!(0)));
    let events = served.json("/v1/traces/01010101010101010101010101010101/events").await;
    let types: Vec<&str> =
        events["items"].as_array().unwrap().iter().map(|one| one["event"]["type"].as_str().unwrap()).collect();
    let starts = types.iter().filter(|one| **one == "span.start").count();
    let ends = types.iter().filter(|one| **one == "span.end").count();
    assert_eq!((starts, ends), (1, 1), "{types:?}");
    let span = served.json("/v1/traces/01010101010101010101010101010101/spans/0101010101010101").await;
    assert!(span.to_string().contains("gpt-5-mini"), "{span}");
}

#[tokio::test]
async fn many_at_once_make_sound_chains_in_which_everything_is_once() {
    let served = Served::start().await;
    let sends = (0..32_u8).map(|number| {
        // Each span comes from four requests, each request has spans of two sources.
        let one = traces("research", (1..=20).map(|at| span(1 + number / 4, at)).collect());
        let other = traces("gateway", (21..=30).map(|at| span(1 + number / 4, at)).collect());
        let resource_spans = one.resource_spans.into_iter().chain(other.resource_spans).collect();
        let body = encode_traces(&ExportTraceServiceRequest { resource_spans }, Form::Protobuf);
        let request = served.client.post(served.url("/v1/traces")).header("content-type", "application/x-protobuf");
        let request = request.body(body);
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    for sent in sends.collect::<Vec<_>>() {
        assert_eq!(sent.await.unwrap(), 200);
    }
    assert_eq!(served.last_event().await, 8 * 30 * 2);
    let report = served.verify();
    assert!(report.is_sound() && report.producers.len() == 2, "{report}");
    assert_eq!(report.producers.values().map(|producer| producer.missing_contents.len()).sum::<usize>(), 0);
}

#[tokio::test]
async fn chains_end_with_the_server_and_begin_anew_with_the_next() {
    let served = Served::start().await;
    served.export(&traces("research", vec![span(1, 1)])).await;
    let Served { folder, server, client } = served;
    server.stop().await;
    let served = Served { server: Server::bind(options(folder.path())).await.unwrap(), folder, client };
    let report = served.verify();
    assert!(report.is_complete(), "{report}");
    assert_eq!(served.export(&traces("research", vec![span(1, 1), span(1, 2)])).await, (200, json!({})));
    assert_eq!(served.last_event().await, 4);
    let report = served.verify();
    assert!(report.is_sound() && report.producers.len() == 2, "{report}");
}

#[tokio::test]
async fn what_was_deleted_does_not_come_back() {
    let served = Served::start().await;
    served.export(&traces("research", vec![span(1, 1)])).await;
    let path = "/v1/traces/01010101010101010101010101010101";
    assert_eq!(served.client.delete(served.url(path)).send().await.unwrap().status(), 204);
    assert_eq!(served.export(&traces("research", vec![span(1, 1), span(1, 2)])).await, (200, json!({})));
    assert_eq!(served.get(path).await.status(), 404);
    assert!(served.verify().is_sound());
}

#[tokio::test]
async fn what_is_not_to_be_kept_is_taken_out_before_it_is_sealed() {
    let served = Served::with(|options| options.redact.keys = vec!["api_key".to_owned()]).await;
    let mut said = span(1, 1);
    said.attributes.push(text("api_key", "sk-secret"));
    served.export(&traces("research", vec![said])).await;
    let body = json!({"name": "n", "value": 1, "comment": "fine", "target": {"trace_id": "01".repeat(16)}});
    let judged = served.client.post(served.url("/v1/feedback")).header("content-type", "application/json");
    assert_eq!(judged.body(body.to_string()).send().await.unwrap().status(), 201);
    let trace = served.json(&format!("/v1/traces/{}", "01".repeat(16))).await;
    assert_eq!(trace["nodes"][0]["attributes"]["api_key"], json!({"$redacted": "key"}), "{trace}");
    let store = std::fs::read(served.folder.path().join("store.db-wal")).unwrap_or_default();
    assert!(!String::from_utf8_lossy(&store).contains("sk-secret"));
    assert!(served.verify().is_sound());
}
