//! How many spans a second are read, on one core: `cargo run --release -p tracewire-otlp --example speed`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example")]

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value as Any};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use tracewire_otlp::opentelemetry_proto;
use tracewire_otlp::{Form, Recorded, WriteOptions, encode_traces, read_traces, write_traces};

/// Spans of a request.
const SPANS: u64 = 1000;

fn attribute(key: &str, value: Any) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), key_strindex: 0 }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Any::StringValue(value.to_owned()))
}

fn request(attributes: Vec<KeyValue>) -> ExportTraceServiceRequest {
    let span = |number: u64| Span {
        trace_id: vec![7; 16],
        span_id: (number + 1).to_be_bytes().to_vec(),
        parent_span_id: vec![1; 8],
        name: "GET /rivers/{id}".to_owned(),
        kind: 2,
        flags: 257,
        start_time_unix_nano: 1_700_000_000_000_000_000 + number,
        end_time_unix_nano: 1_700_000_000_005_000_000 + number,
        attributes: attributes.clone(),
        ..Span::default()
    };
    let spans = ScopeSpans { spans: (0..SPANS).map(span).collect(), ..ScopeSpans::default() };
    let group = ResourceSpans { scope_spans: vec![spans], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![group] }
}

fn measure(what: &str, mut run: impl FnMut()) {
    let start = Instant::now();
    let mut rounds = 0_u32;
    while start.elapsed() < Duration::from_secs(2) {
        run();
        rounds += 1;
    }
    let seconds = start.elapsed().as_secs_f64() / f64::from(rounds);
    println!("{what:28} {:>9.0} spans/s", 1000.0 / seconds);
}

fn main() {
    let small = vec![
        text("http.request.method", "GET"),
        text("url.scheme", "https"),
        text("url.path", "/rivers/7"),
        text("server.address", "localhost"),
        attribute("http.response.status_code", Any::IntValue(200)),
    ];
    let message =
        r#"{"role":"user","parts":[{"type":"text","content":"Shall we row to the lock and back before it rains?"}]}"#;
    let call = vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.request.model", "gpt-5-mini"),
        text("gen_ai.input.messages", &format!("[{}]", [message; 10].join(","))),
        text("gen_ai.output.messages", &format!("[{message}]")),
        attribute("gen_ai.usage.input_tokens", Any::IntValue(1200)),
        attribute("gen_ai.usage.output_tokens", Any::IntValue(90)),
        attribute("gen_ai.request.temperature", Any::DoubleValue(1.0)),
    ];
    for (what, attributes) in [("small", small), ("model call, 11 messages", call)] {
        let request = request(attributes);
        for form in [Form::Protobuf, Form::Json] {
            let body = encode_traces(&request, form);
            let name = format!("{what}, {form:?}");
            measure(&name, || assert_eq!(read_traces(&body, form).unwrap().rejected, []));
        }
        let imported = read_traces(&encode_traces(&request, Form::Protobuf), Form::Protobuf).unwrap();
        let source = imported.sources.first().unwrap();
        let events = source.spans.iter().flat_map(|span| &span.events);
        let recorded: Vec<Recorded<'_>> =
            events.map(|event| Recorded { producer: "p", resource: &source.resource, event }).collect();
        measure(&format!("{what}, written"), || assert_eq!(write_traces(&recorded, &WriteOptions::default()).open, 0));
    }
}
