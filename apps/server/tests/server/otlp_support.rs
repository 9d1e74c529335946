//! Requests of OTLP, and what a server made of them.

use std::io::Write as _;

use reqwest::Response;
use serde_json::Value;
use tracewire_otlp::opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use tracewire_otlp::opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use tracewire_otlp::opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use tracewire_otlp::opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use tracewire_otlp::opentelemetry_proto::tonic::resource::v1::Resource;
use tracewire_otlp::opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use tracewire_otlp::{Form, encode_traces};
use tracewire_store::{SqliteStore, Store as _};
use tracewire_wire::envelope::Envelope;
use tracewire_wire::verify::{Report, Verifier};

use crate::common::{ORIGIN, Served};

pub fn text(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) }),
        ..KeyValue::default()
    }
}

pub fn count(key: &str, value: i64) -> KeyValue {
    let value = Some(AnyValue { value: Some(any_value::Value::IntValue(value)) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

/// A span of a trace: number 1 is the root, each other one its child.
pub fn span(trace: u8, number: u8) -> Span {
    let began = u64::try_from(ORIGIN).unwrap() + u64::from(number) * 1_000_000;
    Span {
        trace_id: vec![trace; 16],
        span_id: vec![number; 8],
        parent_span_id: if number == 1 { vec![] } else { vec![1; 8] },
        name: format!("chat {number}"),
        start_time_unix_nano: began,
        end_time_unix_nano: began + 500_000,
        attributes: vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.input.messages", &format!(r#"[{{"role":"user","content":"{}"}}]"#, "otter ".repeat(60))),
            count("gen_ai.usage.input_tokens", 10),
        ],
        ..Span::default()
    }
}

pub fn resource(service: &str) -> Option<Resource> {
    Some(Resource { attributes: vec![text("service.name", service)], ..Resource::default() })
}

pub fn traces(service: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let group = ResourceSpans { resource: resource(service), scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![group] }
}

pub fn logs(service: &str, said: &[&str]) -> ExportLogsServiceRequest {
    let record = |said: &&str| LogRecord {
        time_unix_nano: u64::try_from(ORIGIN).unwrap(),
        severity_number: 9,
        body: Some(AnyValue { value: Some(any_value::Value::StringValue((*said).to_owned())) }),
        trace_id: vec![1; 16],
        span_id: vec![1; 8],
        ..LogRecord::default()
    };
    let scope_logs = vec![ScopeLogs { log_records: said.iter().map(record).collect(), ..ScopeLogs::default() }];
    let group = ResourceLogs { resource: resource(service), scope_logs, ..ResourceLogs::default() };
    ExportLogsServiceRequest { resource_logs: vec![group] }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

impl Served {
    pub async fn post_otlp(&self, path: &str, media: &'static str, packing: &'static str, body: Vec<u8>) -> Response {
        let request = self.client.post(self.url(path)).header("content-type", media);
        request.header("content-encoding", packing).body(body).send().await.unwrap()
    }

    /// Sends spans and gives the answer, which is JSON.
    pub async fn export(&self, request: &ExportTraceServiceRequest) -> (u16, Value) {
        let body = encode_traces(request, Form::Json);
        let answer = self.post_otlp("/v1/traces", "application/json", "identity", body).await;
        assert_eq!(answer.headers()["content-type"], "application/json");
        (answer.status().as_u16(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
    }

    /// How many events there are.
    pub async fn last_event(&self) -> u64 {
        self.json("/v1/health").await["store"]["last_event"].as_u64().unwrap()
    }

    /// What everything that is stored proves.
    pub fn verify(&self) -> Report {
        let store = SqliteStore::open(&self.folder.path().join("store.db")).unwrap();
        let mut verifier = Verifier::new();
        for producer in store.producers().unwrap() {
            for envelope in store.envelopes(&producer.name, None, 100_000).unwrap() {
                assert!(!envelope.is_fork);
                verifier.push(&Envelope::read(&envelope.bytes).unwrap());
            }
        }
        verifier.finish()
    }
}
