//! Measures the canonical writer, the reader and the addressing of content on generated events.
//!
//! `cargo run --release -p tracewire-wire --example throughput` prints one JSON row per figure.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::time::Instant;
use tracewire_wire::content;
use tracewire_wire::event::{Body, Event};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;

/// Events of an agent's run: ids, times, attributes, a few numbers and texts of a sentence or two.
fn uniform(count: usize) -> String {
    let event = |at: usize| {
        format!(
            r#"{{"body":{{"attributes":{{"gen_ai.operation.name":"chat","gen_ai.request.model":"model-{}","gen_ai.request.temperature":0.{},"gen_ai.usage.input_tokens":{},"server.address":"api.example.com"}},"name":"step {at}","output":"{}\n{{\"score\": {}.{}}}"}},"duration_nanos":{},"kind":"llm","seq":{},"span_id":"{:016x}","status":"ok","time":"2026-11-21T04:30:00.{:09}Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.end"}}"#,
            at % 7,
            at % 10,
            at * 37 % 9001,
            "The otter is a semiaquatic mammal; it eats fish. ".repeat(at % 4),
            at % 100,
            at * 7919 % 100_000,
            at * 1_000_003,
            at + 1,
            at + 1,
            at * 7,
        )
    };
    format!("[{}]", (0..count).map(event).collect::<Vec<_>>().join(","))
}

/// A conversation of long texts, as prompts are.
fn texts(count: usize) -> String {
    let message = |at: usize| {
        let text = format!("Turn {at}. ") + &"Otters hold hands — “so they do not drift apart”.\\n".repeat(20);
        format!(r#"{{"content":"{text}","role":"{}"}}"#, if at.is_multiple_of(2) { "user" } else { "assistant" })
    };
    format!("[{}]", (0..count).map(message).collect::<Vec<_>>().join(","))
}

/// Best of nine, in MB/s.
fn megabytes_per_second(bytes: usize, mut run: impl FnMut()) -> f64 {
    let once = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    let best = (0..9).map(|_| once(&mut run)).fold(f64::INFINITY, f64::min);
    bytes as f64 / 1e6 / best
}

fn row(subject: &str, metric: &str, value: f64) {
    println!(
        r#"{{"bench":"wire","subject":"{subject}","version":"{}","metric":"{metric}","unit":"MB/s","value":{value:.0}}}"#,
        env!("CARGO_PKG_VERSION")
    );
}

fn main() {
    for (name, text) in [("events", uniform(10_000)), ("messages", texts(4_000))] {
        let bytes = text.as_bytes();
        let options = ReadOptions::default();
        let value = json::read(bytes, &options).unwrap();
        let length = json::write(&value).len();
        let mut out = Vec::with_capacity(length);
        row(name, "read", megabytes_per_second(bytes.len(), || drop(black_box(json::read(bytes, &options)))));
        row(
            name,
            "write",
            megabytes_per_second(length, || {
                out.clear();
                json::write_to(&value, &mut out);
                black_box(&out);
            }),
        );
        row(
            name,
            "serde_json read",
            megabytes_per_second(bytes.len(), || drop(black_box(serde_json::from_slice::<serde_json::Value>(bytes)))),
        );
        let theirs: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        row(name, "serde_json write", megabytes_per_second(length, || drop(black_box(serde_json::to_vec(&theirs)))));
        if name == "events" {
            let Value::List(items) = value else { continue };
            let events: Vec<Event> = items.into_iter().map(|item| Event::from_value(item).unwrap()).collect();
            row(
                name,
                "event write",
                megabytes_per_second(length, || {
                    out.clear();
                    events.iter().for_each(|event| event.write_to(&mut out));
                    black_box(&out);
                }),
            );
            row(
                name,
                "event digest",
                megabytes_per_second(length, || {
                    events.iter().for_each(|event| _ = black_box(event.digest()));
                }),
            );
            let mut fresh: Vec<Vec<Event>> = (0..9).map(|_| events.clone()).collect();
            row(
                name,
                "externalise, write and digest",
                megabytes_per_second(length, || {
                    out.clear();
                    for mut event in fresh.pop().unwrap_or_default() {
                        let Body::Present(body) = &mut event.body else { continue };
                        let hash = content::externalise(body, 256, &mut |_, bytes| drop(black_box(bytes)));
                        event.write_to(&mut out);
                        black_box(event.digest_with(Some(hash)));
                    }
                }),
            );
        }
    }
}
