//! How fast recordings are validated on one core: `cargo run --release … --example validate_speed [FILE]`.
//!
//! Without a file it makes JSON Lines of events, and of envelopes of 256 events, each about 20 MB.

#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::validate::{self, Fixer, Level, Options};

const BYTES: usize = 20 << 20;

fn events() -> Vec<String> {
    let mut events = Vec::new();
    let mut bytes = 0;
    for step in 0u64.. {
        let (trace, span, seq) = (step / 50 + 1, step + 1, step * 2 + 1);
        let parent =
            if step % 50 == 0 { String::new() } else { format!("\"parent_id\":\"{:016x}\",", step / 50 * 50 + 1) };
        let time = |nanos: u64| {
            format!("2026-11-21T{:02}:{:02}:{:02}.{:09}Z", step / 3600 % 24, step / 60 % 60, step % 60, nanos)
        };
        let start = format!(
            "{{\"body\":{{\"attributes\":{{\"gen_ai.operation.name\":\"chat\",\"gen_ai.provider.name\":\"openai\",\"gen_ai.request.max_tokens\":1024,\"gen_ai.request.model\":\"gpt-5\"}},\"input\":\"How do otters keep warm in winter? Step {step} of the plan is to look at what is known of their fur.\",\"name\":\"chat gpt-5\"}},\"kind\":\"llm\",{parent}\"seq\":{seq},\"span_id\":\"{span:016x}\",\"time\":\"{}\",\"trace_id\":\"{trace:032x}\",\"type\":\"span.start\"}}",
            time(0)
        );
        let end = format!(
            "{{\"body\":{{\"output\":\"They have the densest fur of all animals, and it keeps the air in: {step} hairs on a square.\",\"usage\":{{\"cache_read_input_tokens\":512,\"input_tokens\":1240,\"output_tokens\":86}}}},\"duration_nanos\":500000000,\"seq\":{},\"span_id\":\"{span:016x}\",\"status\":\"ok\",\"time\":\"{}\",\"trace_id\":\"{trace:032x}\",\"type\":\"span.end\"}}",
            seq + 1,
            time(500_000_000)
        );
        bytes += start.len() + end.len();
        events.extend([start, end]);
        if bytes > BYTES {
            break;
        }
    }
    events
}

fn envelopes(events: &[String]) -> String {
    let mut text = String::new();
    let mut fixer = Fixer::redigesting();
    for (at, events) in events.chunks(256).enumerate() {
        let envelope = format!(
            "{{\"events\":[{}],\"first_seq\":{},\"producer\":\"6f1c09b2d4e8a375-1\",\"resource\":{{}},\"seal\":1,\"spec\":\"1.0\"}}",
            events.join(","),
            at * 256 + 1
        );
        let mut value = json::read(envelope.as_bytes(), &ReadOptions::default()).unwrap_or_default();
        fixer.fix(&mut value);
        let _ = writeln!(text, "{}", String::from_utf8_lossy(&json::write(&value)));
    }
    text
}

/// Time that this thread has run, where the system says it: a busy machine does not matter then; else the wall clock's.
fn clock() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let start = *START;
    let ran = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = ran.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

fn measure(name: &str, text: &[u8]) {
    for level in [Level::Schema, Level::Semantic, Level::Canonical] {
        let options = Options { level, ..Options::default() };
        let mut best = f64::MAX;
        let mut found = 0;
        for _ in 0..5 {
            let start = clock();
            found = validate::validate(text, &options).findings.len();
            best = best.min((clock() - start).as_secs_f64());
        }
        println!("{name} {}: {:.0} MB/s, {found} findings", level.as_str(), text.len() as f64 / 1e6 / best);
    }
}

fn main() -> std::io::Result<()> {
    if let Some(path) = std::env::args().nth(1) {
        measure(&path, &std::fs::read(&path)?);
        return Ok(());
    }
    let events = events();
    measure("events", events.join("\n").as_bytes());
    measure("envelopes", envelopes(&events).as_bytes());
    Ok(())
}
