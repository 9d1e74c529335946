//! How many spans a second go from OTLP into the store: `cargo run --release -p tracewire-server --example otlp_speed`.
//!
//! Four connections send batches of 512 spans of about two kilobytes. The clock stops when the last one is answered, which is when it
//! is durable and can be asked for.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example")]

use std::time::{Duration, Instant};

use reqwest::Client;
use tracewire_otlp::opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use tracewire_otlp::opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use tracewire_otlp::opentelemetry_proto::tonic::resource::v1::Resource;
use tracewire_otlp::opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use tracewire_otlp::{Form, encode_traces};
use tracewire_recorder::journal::Directory;
use tracewire_server::{Options, Server};

const CONNECTIONS: u64 = 4;
const BATCHES: u64 = 60;
const SPANS: u64 = 512;
/// Spans of a trace.
const OF_A_TRACE: u64 = 16;

fn text(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) }),
        ..KeyValue::default()
    }
}

fn count(key: &str, value: i64) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(Value::IntValue(value)) }),
        ..KeyValue::default()
    }
}

fn span(number: u64) -> Span {
    let trace = u128::from(number / OF_A_TRACE + 1);
    // What people ask differs, what they are told to be does not.
    let input = format!(
        r#"[{{"role":"system","content":"{}"}},{{"role":"user","content":"Question {number}: {}"}}]"#,
        "You are an otter. ".repeat(20),
        "shall we row to the lock? ".repeat(20)
    );
    let output =
        format!(r#"[{{"role":"assistant","content":"Answer {number}: {}"}}]"#, "yes, before it rains. ".repeat(15));
    Span {
        trace_id: trace.to_be_bytes().to_vec(),
        span_id: (number + 1).to_be_bytes().to_vec(),
        parent_span_id: if number.is_multiple_of(OF_A_TRACE) {
            vec![]
        } else {
            (number - number % OF_A_TRACE + 1).to_be_bytes().to_vec()
        },
        name: "chat gpt-5-mini".to_owned(),
        kind: 3,
        start_time_unix_nano: 1_795_235_400_000_000_000 + number * 1_000_000,
        end_time_unix_nano: 1_795_235_400_900_000_000 + number * 1_000_000,
        attributes: vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.request.model", "gpt-5-mini"),
            text("gen_ai.response.model", "gpt-5-mini-2025-08-07"),
            text("gen_ai.response.id", &format!("chatcmpl-{number:016x}")),
            text("gen_ai.input.messages", &input),
            text("gen_ai.output.messages", &output),
            count("gen_ai.usage.input_tokens", 240),
            count("gen_ai.usage.output_tokens", 90),
            text("server.address", "api.openai.com"),
            count("server.port", 443),
        ],
        ..Span::default()
    }
}

fn body(batch: u64) -> Vec<u8> {
    let spans = (batch * SPANS..(batch + 1) * SPANS).map(span).collect();
    let resource = Some(Resource { attributes: vec![text("service.name", "research")], ..Resource::default() });
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let group = ResourceSpans { resource, scope_spans, ..ResourceSpans::default() };
    encode_traces(&ExportTraceServiceRequest { resource_spans: vec![group] }, Form::Protobuf)
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { port: 0, ..Options::new(Directory::at(folder.path())) };
    let server = Server::bind(options).await.unwrap();
    let url = server.url();
    let bodies: Vec<Vec<u8>> = (0..CONNECTIONS * BATCHES).map(body).collect();
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    println!("{} spans, {} bytes each", bodies.len() as u64 * SPANS, bytes as u64 / (bodies.len() as u64 * SPANS));
    for round in ["new", "known"] {
        let began = Instant::now();
        let mut senders = Vec::new();
        for connection in 0..CONNECTIONS {
            let own: Vec<Vec<u8>> =
                bodies.iter().skip(usize::try_from(connection).unwrap()).step_by(4).cloned().collect();
            let url = format!("{url}/v1/traces");
            senders.push(tokio::spawn(async move {
                let client = Client::builder().no_proxy().build().unwrap();
                let mut took = Vec::new();
                for body in own {
                    let sent = Instant::now();
                    let request = client.post(&url).header("content-type", "application/x-protobuf").body(body);
                    assert_eq!(request.send().await.unwrap().status(), 200);
                    took.push(sent.elapsed());
                }
                took
            }));
        }
        let mut took: Vec<Duration> = Vec::new();
        for sender in senders {
            took.extend(sender.await.unwrap());
        }
        let seconds = began.elapsed().as_secs_f64();
        took.sort();
        let at = |part: usize| took.get(took.len() * part / 100).copied().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "a rate, for people")]
        let rate = (bodies.len() as u64 * SPANS) as f64 / seconds;
        println!("{round:6} {rate:>8.0} spans/s, a batch p50 {:?}, p99 {:?}", at(50), at(99));
    }
    let last = format!("{url}/v1/traces/{:032x}", u128::from(CONNECTIONS * BATCHES * SPANS / OF_A_TRACE));
    let client = Client::builder().no_proxy().build().unwrap();
    assert_eq!(client.get(last).send().await.unwrap().status(), 200);
    server.stop().await;
}
