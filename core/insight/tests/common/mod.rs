//! Events written as lines, and trees written as outlines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![allow(dead_code, reason = "each test file uses its part")]

use std::fmt::Write as _;

use tracewire_insight::{Form, Located, ProducerState, State, Tree};
use tracewire_wire::event::Event;
use tracewire_wire::id::TraceId;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::time::Timestamp;

/// 2026-11-21T04:30:00Z
pub const ORIGIN: i64 = 1_795_235_400_000_000_000;
pub const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Each line: producer, seq, type, milliseconds, span, parent, kind, status, duration in milliseconds, body; `-` is absent.
pub fn events(lines: &str) -> Vec<(String, Event)> {
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(event).collect()
}

fn event(line: &str) -> (String, Event) {
    let mut columns = line.splitn(10, ' ');
    let mut next = || columns.next().unwrap_or("-");
    let (producer, seq, event_type, millis) = (next(), next(), next(), next());
    let time = Timestamp(ORIGIN + (millis.parse::<f64>().unwrap() * 1e6) as i64);
    let mut text = format!(r#"{{"seq":{seq},"type":"{event_type}","time":"{time}","trace_id":"{TRACE}""#);
    for (name, column) in [("span_id", next()), ("parent_id", next())] {
        if column != "-" {
            write!(text, r#","{name}":"{column:0>16}""#).unwrap();
        }
    }
    for (name, column) in [("kind", next()), ("status", next())] {
        if column != "-" {
            write!(text, r#","{name}":"{column}""#).unwrap();
        }
    }
    let duration = next();
    if duration != "-" {
        write!(text, r#","duration_nanos":{}"#, (duration.parse::<f64>().unwrap() * 1e6) as i64).unwrap();
    }
    let body = next();
    if body != "-" {
        write!(text, r#","body":{body}"#).unwrap();
    }
    text.push('}');
    let value = json::read(text.as_bytes(), &ReadOptions::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    (producer.to_owned(), Event::from_value(value).unwrap())
}

pub fn trace_id() -> TraceId {
    TRACE.parse().unwrap()
}

pub fn located(events: &[(String, Event)]) -> Vec<Located<'_>> {
    events.iter().map(|(producer, event)| Located { producer, event }).collect()
}

/// Producers tell their state by their name's first letter; now is ten seconds after the origin.
pub fn state(producer: &str) -> ProducerState {
    match producer.as_bytes().first() {
        Some(b'a') => ProducerState::Alive,
        Some(b'c') => ProducerState::Closed,
        Some(b'd') => ProducerState::Dead,
        _ => ProducerState::Unknown,
    }
}

pub fn tree(events: &[(String, Event)]) -> Tree<'_> {
    Tree::build(trace_id(), &located(events), &state, Timestamp(ORIGIN + 10_000_000_000))
}

/// One line for each node: what it is, when (milliseconds), and everything about it that is not as usual.
pub fn outline(tree: &Tree<'_>) -> String {
    let millis = |nanos: u64| nanos as f64 / 1e6;
    let since = |time: Timestamp| (time.0 - ORIGIN) as f64 / 1e6;
    let mut text = format!("{:?} usage {:?} cost {:?}\n", tree.counts, tree.usage, tree.cost.as_ref().map(money));
    for step in tree.walk() {
        let node = &tree.nodes[step.index];
        write!(text, "{:indent$}{}", "", node.name().unwrap_or("?"), indent = step.depth * 2).unwrap();
        if node.form != Form::Span {
            write!(text, " ({:?})", node.form).unwrap();
        }
        write!(text, " {}..{}", since(node.start), since(node.end)).unwrap();
        if node.form == Form::Span {
            write!(text, " self {}", millis(node.self_nanos)).unwrap();
            if node.on_critical_path {
                write!(text, " critical {}", millis(node.critical_nanos)).unwrap();
            }
        }
        if node.state != State::Ended {
            write!(text, " {:?}", node.state).unwrap();
        }
        for (mark, word) in [(node.slow, "slow"), (node.failed, "failed"), (node.failure_origin, "origin")] {
            if mark {
                write!(text, " {word}").unwrap();
            }
        }
        if let Some(message) = node.failure_message() {
            write!(text, " {message:?}").unwrap();
        }
        if let Some(usage) = node.usage_total {
            write!(text, " {}→{} tokens", usage.input, usage.output).unwrap();
        }
        if let Some(cost) = &node.cost_total {
            write!(text, " {}", money(cost)).unwrap();
        }
        if node.chunks > 0 {
            write!(text, " {} chunks, first {:?}", node.chunks, node.time_to_first_chunk_nanos.map(millis)).unwrap();
        }
        if let Some(last) = &node.last_known {
            write!(text, " last {:?} at {}", last.what, since(last.time)).unwrap();
        }
        if !node.oddities.is_empty() {
            write!(text, " {:?}", node.oddities).unwrap();
        }
        text.push('\n');
    }
    text
}

fn money(money: &tracewire_insight::Money) -> String {
    money.0.iter().map(|(currency, amount)| format!("{amount} {currency}")).collect::<Vec<_>>().join(" + ")
}
