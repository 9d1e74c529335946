//! Literal traces for tests of the picture.

use std::fmt::Write as _;

use tracewire_insight::process::Processes;
use tracewire_insight::{Located, Tree};
use tracewire_store::{ProducerFacts, ProducerRow, ProducerState};
use tracewire_wire::event::Event;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// 2026-11-21T04:30:00Z
pub(crate) const ORIGIN: i64 = 1_795_235_400_000_000_000;
pub(crate) const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Each line: producer, seq, type, milliseconds, span, parent, kind, status, duration in milliseconds, body; `-` is absent.
pub(crate) fn events(lines: &str) -> Vec<(String, Event)> {
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

/// A process of one file: its key, service, pid and state.
pub(crate) fn producer(name: &str, service: &str, pid: i64, state: ProducerState) -> ProducerRow {
    let text = |name: &str, value: Value| Map::from_iter([(name.to_owned(), value)]);
    ProducerRow {
        name: name.to_owned(),
        facts: ProducerFacts {
            resource: text("service.name", service.into()),
            origin: text("pid", Value::Int(pid)),
            ..ProducerFacts::default()
        },
        state,
        process_state: state,
        close: None,
        cursor: None,
        last_seq: 0,
        head: None,
        pending: 0,
    }
}

/// The tree, eight seconds after its origin.
pub(crate) fn tree<'a>(events: &'a [(String, Event)], processes: &Processes) -> Tree<'a> {
    let located: Vec<Located<'a>> = events.iter().map(|(producer, event)| Located { producer, event }).collect();
    Tree::build(
        TRACE.parse().unwrap(),
        &located,
        &|producer| processes.life(producer),
        Timestamp(ORIGIN + 8_000_000_000),
    )
}

/// A research agent with two processes, a sub-agent, a stream, and a tool that fails.
pub(crate) const RESEARCH: &str = r#"
    6f1c09b2d4e8a375-1 1 span.start 0 a1 - agent - - {"name":"research-agent","session_id":"chat-42","input":"How do otters keep warm?"}
    6f1c09b2d4e8a375-1 2 span.start 12 b1 a1 llm - - {"name":"plan","attributes":{"gen_ai.request.model":"gpt-5-mini"},"input":{"messages":[{"role":"user","content":"How do otters keep warm?"}]}}
    6f1c09b2d4e8a375-1 3 span.end 1890 b1 - - ok 1878 {"output":{"role":"assistant","content":"Search, read, then write."},"usage":{"input_tokens":1240,"output_tokens":86},"cost":{"currency":"USD","total":"0.00148"}}
    6f1c09b2d4e8a375-1 4 span.start 1900 b2 a1 tool - - {"name":"search","input":{"query":"otter fur insulation"}}
    93ab4e0c11d07f52-1 1 span.start 1934 c1 b2 tool - - {"name":"tools/call search","input":{"query":"otter fur insulation"}}
    93ab4e0c11d07f52-1 2 event 1936 c2 c1 - - - {"name":"mcp.tool.called","data":{"tool":"search"}}
    93ab4e0c11d07f52-1 3 span.end 2480 c1 - - ok 546 {"output":["Otter fur","Sea otter","日本のカワウソ"]}
    6f1c09b2d4e8a375-1 5 span.end 2521 b2 - - ok 621 {"output":["Otter fur","Sea otter","日本のカワウソ"]}
    6f1c09b2d4e8a375-1 6 span.start 2530 b3 a1 tool - - {"name":"fetch_page","input":{"url":"https://example.org/otter-fur"}}
    6f1c09b2d4e8a375-1 7 span.event 2841 b3 - - - - {"exception":{"type":"RateLimitError","message":"429 too many requests, retry after 30 s","stacktrace":"Traceback (most recent call last):\n  File \"agent.py\", line 41, in fetch_page\nRateLimitError: 429"}}
    6f1c09b2d4e8a375-1 8 span.end 2842 b3 - - error 312 {"status_message":"429 too many requests, retry after 30 s"}
    6f1c09b2d4e8a375-1 9 log 2843 a1 - - - - {"message":"falling back to the cache","level":"warning"}
    6f1c09b2d4e8a375-1 10 log 2844 a1 - - - - {"message":"cache opened","level":"debug"}
    6f1c09b2d4e8a375-1 11 span.start 2850 b4 a1 agent - - {"name":"writer","input":{"facts":3}}
    6f1c09b2d4e8a375-1 12 span.start 2860 d1 b4 llm - - {"name":"draft","attributes":{"gen_ai.request.model":"gpt-5"},"input":{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Write about otter fur."}]}}
    6f1c09b2d4e8a375-1 13 span.event 3170 d1 - - - - {"chunks":["Otters","have"]}
    6f1c09b2d4e8a375-1 14 span.event 4000 d1 - - - - {"chunks":["the","densest","fur"]}
    6f1c09b2d4e8a375-1 15 span.end 6950 d1 - - ok 4090 {"output":{"role":"assistant","content":"Otters have the densest fur of all mammals."},"usage":{"input_tokens":2310,"output_tokens":410,"cache_read_input_tokens":1100},"cost":{"currency":"USD","total":"0.0312"}}
    6f1c09b2d4e8a375-1 16 span.start 6960 d2 b4 guardrail - - {"name":"check_claims"}
    6f1c09b2d4e8a375-1 17 span.end 6998 d2 - - ok 38 {"output":true}
    6f1c09b2d4e8a375-1 18 span.end 7010 b4 - - ok 4160 {"output":"Otters have the densest fur of all mammals."}
    6f1c09b2d4e8a375-1 19 feedback 7100 a1 - - - - {"feedback_id":"f1","name":"helpful","value":true}
    6f1c09b2d4e8a375-1 20 span.end 7050 a1 - - ok 7050 {"output":"Otters have the densest fur of all mammals."}
"#;

/// The same agent, killed while it wrote.
pub(crate) const KILLED: &str = r#"
    6f1c09b2d4e8a375-1 1 span.start 0 a1 - agent - - {"name":"research-agent","input":"How do otters keep warm?"}
    6f1c09b2d4e8a375-1 2 span.start 12 b1 a1 llm - - {"name":"plan"}
    6f1c09b2d4e8a375-1 3 span.end 1890 b1 - - ok 1878 {"output":"Search."}
    6f1c09b2d4e8a375-1 4 span.start 1900 b2 a1 agent - - {"name":"writer"}
    6f1c09b2d4e8a375-1 5 span.start 1910 c1 b2 llm - - {"name":"draft","attributes":{"gen_ai.request.model":"gpt-5"}}
    6f1c09b2d4e8a375-1 6 span.event 2200 c1 - - - - {"chunks":["Otters","have","the"]}
    6f1c09b2d4e8a375-1 7 span.event 2950 c1 - - - - {"chunks":["densest"]}
    93ab4e0c11d07f52-1 1 span.start 1950 c2 b2 tool - - {"name":"watch"}
    aaab4e0c11d07f52-1 1 span.start 1990 c3 b2 tool - - {"name":"remote"}
    6f1c09b2d4e8a375-1 8 loss 2960 - - - - - {"reason":"quota","count":3}
"#;

/// Producers of both.
pub(crate) fn processes(state: ProducerState) -> Processes {
    let rows = [
        producer("6f1c09b2d4e8a375-1", "research", 4121, state),
        producer(
            "93ab4e0c11d07f52-1",
            "mcp-server",
            4133,
            if state == ProducerState::Dead { ProducerState::Alive } else { state },
        ),
        producer("aaab4e0c11d07f52-1", "elsewhere", 7, ProducerState::Unknown),
    ];
    Processes::new(rows.iter().map(ProducerRow::seen))
}
