//! Measures protobuf beside code that prost generates of the same messages: to and from the types of each.
//!
//! `cargo run --release -p tracewire-wire --example proto_speed` prints one JSON row per figure.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use prost::Message as _;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::proto;
use tracewire_wire::recording::Recording;

/// What prost generates of the messages.
#[allow(clippy::all, clippy::pedantic)]
mod v1 {
    include!("../tests/oracle/tracewire.v1.rs");
}

/// Events of one shape: ids, times, attributes, a few numbers and texts of a sentence or two.
fn uniform(count: usize) -> String {
    let event = |at: usize| {
        format!(
            r#"{{"body":{{"attributes":{{"gen_ai.operation.name":"chat","gen_ai.request.model":"model-{}","gen_ai.request.temperature":0.{},"gen_ai.usage.input_tokens":{},"server.address":"api.example.com"}},"output":"{}"}},"duration_nanos":{},"kind":"llm","seq":{},"span_id":"{:016x}","status":"ok","time":"2026-11-21T04:30:00.{:09}Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.end"}}"#,
            at % 7,
            at % 10,
            at * 37 % 9001,
            "The otter is a semiaquatic mammal; it eats fish. ".repeat(at % 4),
            at * 1_000_003,
            at + 1,
            at + 1,
            at * 7,
        )
    };
    format!("[{}]", (0..count).map(event).collect::<Vec<_>>().join(","))
}

/// Envelopes of traces: starts and ends, conversations nested in inputs, usage and cost.
fn nested(count: usize) -> String {
    let mut envelopes = Vec::new();
    for at in 0..count {
        let mut events = String::new();
        for span in 0..8 {
            let comma = if span > 0 { "," } else { "" };
            let ids = format!(
                r#""span_id":"{:016x}","time":"2026-11-21T04:30:{:02}.000000000Z","trace_id":"{:032x}""#,
                at * 8 + span + 1,
                span,
                at + 1
            );
            let _ = write!(
                events,
                r#"{comma}{{"body":{{"attributes":{{"gen_ai.request.model":"model-1"}},"input":{{"messages":[{{"content":[{{"text":"Turn {span} of {at}. Otters hold hands so they do not drift apart.","type":"text"}}],"role":"user"}},{{"content":"fine","role":"assistant","tool_calls":[{{"function":{{"arguments":"{{}}","name":"search"}},"id":"call-{span}"}}]}}]}},"name":"step {span}","tags":["a","b"]}},"kind":"llm","seq":{},{ids},"type":"span.start"}},{{"body":{{"cost":{{"currency":"USD","total":"0.0{span}"}},"output":{{"content":"done {at}","role":"assistant"}},"usage":{{"input_tokens":{},"output_tokens":{span}}}}},"duration_nanos":{},"seq":{},"status":"ok",{ids},"type":"span.end"}}"#,
                span * 2 + 1,
                at * 7,
                at * 1_000_003,
                span * 2 + 2,
            );
        }
        envelopes.push(format!(
            r#"{{"digest":"sha256:{:064x}","events":[{events}],"first_seq":1,"producer":"p-{at}","resource":{{"service.name":"research"}},"seal":1,"spec":"1.0"}}"#,
            at + 1
        ));
    }
    format!("[{}]", envelopes.join(","))
}

/// Best of fifteen rounds, in seconds: each round runs both, so that both meet the same neighbours.
fn best_of_both(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    let mut best = (f64::INFINITY, f64::INFINITY);
    for _ in 0..15 {
        let start = Instant::now();
        ours();
        let between = Instant::now();
        theirs();
        best.1 = best.1.min(between.elapsed().as_secs_f64());
        best.0 = best.0.min((between - start).as_secs_f64());
    }
    best
}

fn row(subject: &str, metric: &str, unit: &str, value: f64) {
    println!(
        r#"{{"bench":"proto","subject":"{subject}","version":"{}","metric":"{metric}","unit":"{unit}","value":{value:.2}}}"#,
        env!("CARGO_PKG_VERSION")
    );
}

fn main() {
    for (name, text) in [("uniform", uniform(12_500)), ("nested", nested(700))] {
        let recording = Recording::from_value(json::read(text.as_bytes(), &ReadOptions::default()).unwrap());
        let bytes = proto::encode(&recording);
        let theirs = v1::Recording::decode(bytes.as_slice()).unwrap();
        assert_eq!(theirs.encode_to_vec(), bytes);
        row(name, "json", "MB", text.len() as f64 / 1e6);
        row(name, "protobuf", "MB", bytes.len() as f64 / 1e6);
        let decode = best_of_both(
            || drop(black_box(proto::decode(&bytes))),
            || drop(black_box(v1::Recording::decode(bytes.as_slice()))),
        );
        let encode =
            best_of_both(|| drop(black_box(proto::encode(&recording))), || drop(black_box(theirs.encode_to_vec())));
        for (metric, (ours, prost)) in [("decode", decode), ("encode", encode)] {
            row(name, metric, "MB/s", bytes.len() as f64 / 1e6 / ours);
            row(name, &format!("{metric} by prost"), "MB/s", bytes.len() as f64 / 1e6 / prost);
            row(name, &format!("{metric} time over prost's"), "ratio", ours / prost);
        }
    }
}
