//! What the SDKs send, in every encoding and packing, and what is answered.

use std::io::Write as _;

use serde_json::json;
use tracewire_wire::encoding::{Encoding, ReadOptions, WriteOptions, convert};

use crate::common::{Served, envelopes, lines, problem};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// As the SDKs post: one envelope a line, gzip.
#[tokio::test]
async fn a_batch_of_an_sdk_is_stored_once_however_often_it_comes() {
    let served = Served::start().await;
    let (sent, trace_id) = envelopes("00000000000000a1", "research");
    for _ in 0..2 {
        let answer = served
            .post("application/x-ndjson", gzip(&lines(&sent)))
            .header("content-encoding", "gzip")
            .header("user-agent", "tracewire-python/0.1.0")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let said: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(said, json!({"envelopes": sent.len(), "events": 7, "needed": []}));
    }
    let trace = served.json(&format!("/v1/traces/{trace_id}")).await;
    assert_eq!(trace["counts"]["events"], 0);
    assert_eq!(
        (&trace["counts"]["spans"], &trace["counts"]["failed"], &trace["counts"]["logs"]),
        (&json!(3), &json!(1), &json!(1))
    );
    assert_eq!(served.json("/v1/health").await["store"]["last_event"], 7);
}

#[tokio::test]
async fn every_encoding_of_envelopes_is_read() {
    let (sent, _) = envelopes("00000000000000a1", "research");
    let all = lines(&sent);
    let jsonl = (Encoding::Jsonl, &ReadOptions::default());
    for (media, encoding, packing) in [
        ("application/json; charset=utf-8", Encoding::Json, "gzip"),
        ("application/x-protobuf", Encoding::Proto, "zstd"),
        ("text/toon", Encoding::Toon, "identity"),
        ("application/x-ndjson", Encoding::Jsonl, "zstd"),
    ] {
        let served = Served::start().await;
        let body = convert(&all, jsonl, (encoding, &WriteOptions::default())).unwrap();
        let body = match packing {
            "gzip" => gzip(&body),
            "zstd" => zstd::encode_all(&*body, 3).unwrap(),
            _ => body,
        };
        let answer = served.post(media, body).header("content-encoding", packing).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{media}");
        assert_eq!(served.json("/v1/health").await["store"]["last_event"], 7, "{media}");
    }
    let served = Served::start().await;
    let one = served.post("application/json", sent[0].clone()).send().await.unwrap();
    assert_eq!(one.status(), 200);
}

#[tokio::test]
async fn what_is_not_sound_is_named_and_the_rest_is_stored() {
    let served = Served::start().await;
    let (mut sent, trace_id) = envelopes("00000000000000a1", "research");
    let mut forged = sent[0].clone();
    let at = forged.windows(9).position(|part| part == b"falling b").unwrap();
    forged[at] = b'c';
    sent.push(forged);
    sent.push(b"{\"events\":[".to_vec());
    sent.push(b"{\"producer\":7}".to_vec());
    let (status, said, _) = problem(served.post("application/x-ndjson", lines(&sent)).send().await.unwrap()).await;
    assert_eq!((status, &said["code"]), (422, &json!("envelopes_rejected")));
    assert_eq!((&said["envelopes"], &said["events"], &said["rejected_count"]), (&json!(1), &json!(7), &json!(3)));
    let rejected = said["rejected"].as_array().unwrap();
    let place = |at: usize| (rejected[at]["line"].as_u64().unwrap(), rejected[at]["code"].as_str().unwrap());
    assert_eq!([place(0), place(1), place(2)], [(2, "digest"), (3, "json_end"), (4, "member_type")]);
    assert_eq!(rejected[2]["pointer"], "/producer");
    served.json(&format!("/v1/traces/{trace_id}")).await;
}

#[tokio::test]
async fn a_body_that_cannot_be_read_says_why_and_where() {
    let served = Served::with(|options| options.limits.unpacked_bytes = 1 << 20).await;
    let zeros = vec![b' '; 8 << 20];
    for (media, packing, body, expected) in [
        ("application/json", "identity", b"{\"a\":1}}".to_vec(), (400, "json_trailing")),
        ("application/json", "gzip", b"otter".to_vec(), (400, "body_not_gzip")),
        ("application/json", "br", b"otter".to_vec(), (415, "encoding_unsupported")),
        ("text/html", "identity", b"otter".to_vec(), (415, "content_type_unsupported")),
        ("application/x-ndjson", "gzip", gzip(&zeros), (413, "body_too_large")),
        ("application/x-ndjson", "zstd", zstd::encode_all(&*zeros, 1).unwrap(), (413, "body_too_large")),
        ("application/x-ndjson", "identity", zeros, (413, "body_too_large")),
        ("application/json", "identity", b"[".repeat(100_000), (400, "json_too_deep")),
        ("application/x-protobuf", "identity", b"\xff\xff".to_vec(), (400, "proto_end")),
        ("text/csv", "identity", b"seq,type\r\n1,log\r\n".to_vec(), (422, "envelopes_rejected")),
    ] {
        let request = served.post(media, body).header("content-encoding", packing);
        let (status, code) = served.refusal(request).await;
        assert_eq!((status, code.as_str()), expected);
    }
    let request = served.post("application/json", "[1,\n2,]");
    let (_, said, _) = problem(request.send().await.unwrap()).await;
    assert_eq!((&said["offset"], &said["code"]), (&json!(6), &json!("json_syntax")));
    assert_eq!(served.json("/v1/health").await["store"]["last_event"], 0);
}

#[tokio::test]
async fn contents_that_nobody_sent_are_asked_for() {
    let (sent, _) = envelopes("00000000000000a1", "research");
    let whole = tracewire_wire::envelope::Envelope::read(&sent[0]).unwrap();
    let mut without = whole.clone();
    let expected: Vec<String> = std::mem::take(&mut without.content).keys().map(ToString::to_string).collect();
    assert!(!expected.is_empty());
    let served = Served::start().await;
    assert_eq!(served.send(&[without.write()]).await["needed"], json!(expected));
    assert_eq!(served.send(&[whole.write()]).await["needed"], json!([]));
    assert_eq!(served.send(&[without.write()]).await["needed"], json!([]));
}

#[tokio::test]
async fn many_that_come_at_once_are_all_stored() {
    let served = Served::start().await;
    let sends = (0..24).map(|number| {
        let (sent, _) = envelopes(&format!("{:016x}", 0xb00 + number), "research");
        let request = served.post("application/x-ndjson", lines(&sent));
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    for sent in sends.collect::<Vec<_>>() {
        assert_eq!(sent.await.unwrap(), 200);
    }
    assert_eq!(served.json("/v1/health").await["store"]["last_event"], 24 * 7);
    assert_eq!(served.json("/v1/producers").await["items"].as_array().unwrap().len(), 24);
}

#[tokio::test]
async fn where_there_is_no_room_nothing_is_acknowledged_and_nothing_is_lost() {
    let served = Served::with(|options| options.limits.store_bytes = Some(640 << 10)).await;
    let mut stored = Vec::new();
    let refused = loop {
        let (sent, trace_id) = envelopes(&format!("{:016x}", 0xc000 + stored.len()), "research");
        let answer = served.post("application/x-ndjson", lines(&sent)).send().await.unwrap();
        if answer.status() != 200 {
            break answer;
        }
        stored.push(trace_id);
    };
    let (status, said, headers) = problem(refused).await;
    assert_eq!(
        (status, &said["code"], &headers["retry-after"]),
        (503, &json!("store_disk_full"), &"2".parse().unwrap())
    );
    assert!(!stored.is_empty());
    for trace_id in &stored {
        served.json(&format!("/v1/traces/{trace_id}")).await;
    }
    let refused = format!("{:032x}", 0xc000 + stored.len());
    assert_eq!(served.get(&format!("/v1/traces/{refused}")).await.status(), 404);
}
