//! How fast the store is: prints one JSON line for each figure.
//!
//! ```text
//! cargo run --profile dist -p tracewire-store --example store_speed -- [--spans 200000] [--traces 1000000] [--rounds 3]
//! ```
//!
//! A span is two events with 8 attributes, 1 kB of input and 1 kB of output, all different, ten spans a trace, recorded
//! by the real recorder and swept from its journals. The lists are read from a store of so many traces.

#![expect(clippy::print_stdout, reason = "printing figures is all that it does")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run should say where")]

use std::path::Path;
use std::time::Instant;
use tracewire_recorder::journal::Directory;
use tracewire_recorder::{Options, Recorder, StartSpan};
use tracewire_store::{Batch, Incoming, IncomingEvent, SearchQuery, SqliteStore, Store, TraceFilter, search, sweep};
use tracewire_wire::event::{Body, Event, EventType, Status};
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// As in the command line.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 2026-01-01T00:00:00Z.
const EPOCH: i64 = 1_767_225_600_000_000_000;
const SPANS_A_TRACE: u64 = 10;

fn main() {
    let spans = argument("--spans", 200_000);
    let traces = argument("--traces", 1_000_000);
    let rounds = argument("--rounds", 3);
    let folder = std::env::temp_dir().join(format!("tracewire-store-speed-{}", std::process::id()));
    for _ in 0..rounds {
        sweep_speed(&folder.join("sweep"), spans);
    }
    query_speed(&folder.join("query"), traces);
    let _ = std::fs::remove_dir_all(&folder);
}

fn argument(name: &str, default: u64) -> u64 {
    let arguments: Vec<String> = std::env::args().collect();
    let given = arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    given.map_or(default, |text| text.parse().unwrap())
}

fn row(metric: &str, unit: &str, value: f64) {
    let version = env!("CARGO_PKG_VERSION");
    println!(
        r#"{{"bench":"store","subject":"tracewire","version":"{version}","metric":"{metric}","unit":"{unit}","value":{value:.3}}}"#
    );
}

fn sweep_speed(folder: &Path, spans: u64) {
    let _ = std::fs::remove_dir_all(folder);
    record(folder, spans);
    let directory = Directory::at(folder);
    let bytes: u64 = directory.journals().unwrap().iter().map(|path| path.metadata().unwrap().len()).sum();
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let mut store = SqliteStore::open(&folder.join("store.db")).unwrap();
    let report = sweep(&mut store, &directory, &mut ()).unwrap();
    let seconds = began.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - cpu;
    assert_eq!((report.events, &report.problems[..], report.removed), (2 * spans, &[][..], report.journals));
    row("sweep_spans_per_second", "1/s", spans as f64 / seconds);
    if cpu > 0.0 {
        row("sweep_spans_per_cpu_second", "1/s", spans as f64 / cpu);
    }
    row("sweep_journal_bytes_per_second", "B/s", bytes as f64 / seconds);
    row("store_bytes_per_span", "B", store.stats().unwrap().bytes as f64 / spans as f64);
    let _ = std::fs::remove_dir_all(folder);
}

/// Time that this thread ran, without what it waited for the disk; 0 where the system does not say.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()).unwrap_or_default() / 1e9
}

/// What an agent would record, as fast as it can.
fn record(folder: &Path, spans: u64) {
    let mut options = Options { directory: Some(folder.to_owned()), quota_bytes: 1 << 40, ..Options::default() };
    options.resource = Map::from_iter([("service.name".to_owned(), Value::from("bench"))]);
    let recorder = Recorder::open(options).unwrap();
    let text = |number: u64| format!("{number:016x}").repeat(64);
    let mut number = 0;
    while number < spans {
        let mut parent = None;
        for _ in 0..SPANS_A_TRACE.min(spans - number) {
            number += 1;
            let span = recorder.start_span(StartSpan { parent, kind: "tool", correlation_id: None }, |body| {
                body.text("name", "search the web");
                body.map("attributes", |map| {
                    for at in 0..8 {
                        map.key(
                            ["gen_ai.tool.name", "url", "retries", "tenant", "region", "cache", "score", "query"][at],
                        );
                        if at % 2 == 0 { map.text("an attribute's value") } else { map.int(number as i64) }
                    }
                });
                body.text("input", &text(2 * number));
            });
            recorder.end_span(&span, &Status::Ok, |body| body.text("output", &text(2 * number + 1)));
            parent = parent.or(Some(span.context()));
        }
    }
    let report = recorder.close(None);
    assert_eq!((report.written, report.dropped.len()), (2 * spans, 0));
}

fn query_speed(folder: &Path, traces: u64) {
    let mut store = SqliteStore::open(&folder.join("store.db")).unwrap();
    let long = fill(&mut store, traces);
    let filter = TraceFilter { limit: 50, ..TraceFilter::default() };
    let latest = median(500, || assert_eq!(store.traces(&filter).unwrap().traces.len(), 50.min(traces as usize)));
    row(&format!("latest_50_of_{traces}_traces"), "ms", latest);
    let failed = TraceFilter { status: Some(Status::Error), service: Some("bench".to_owned()), ..filter };
    row(&format!("latest_50_failed_of_{traces}_traces"), "ms", median(500, || _ = store.traces(&failed).unwrap()));
    row("trace_of_500_spans_skeleton", "ms", median(200, || assert_eq!(store.spans(long).unwrap().len(), 500)));
    row("trace_of_500_spans", "ms", median(200, || assert_eq!(store.events(long).unwrap().len(), 1000)));
    // The newest rows; those of the middle of the store; rare ones; and what is nowhere, for which all is looked through.
    let middle = EPOCH + traces as i64 * 500_000;
    for (metric, runs, query) in [
        ("search_newest_50", 200, "{}".to_owned()),
        ("search_50_before_the_middle", 100, format!(r#"{{"end_time":{middle}}}"#)),
        ("search_50_failed_tools", 50, r#"{"kind":"tool","status":"error"}"#.to_owned()),
        ("search_agent_that_is_nowhere", 200, r#"{"agent_id":"nobody"}"#.to_owned()),
        ("search_text_that_is_nowhere", 1, r#"{"text":"otter"}"#.to_owned()),
    ] {
        let query = SearchQuery::from_json(&query).unwrap();
        row(&format!("{metric}_of_{traces}_traces"), "ms", median(runs, || _ = search(&store, &query).unwrap()));
    }
}

/// Milliseconds that half of the runs take at most.
fn median(runs: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let began = Instant::now();
            work();
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(runs / 2).copied().unwrap_or_default()
}

/// So many traces of one span each, and one of 500 spans, straight into the store.
fn fill(store: &mut SqliteStore, traces: u64) -> TraceId {
    let header = Map::from_iter([
        ("producer".to_owned(), Value::from("00000000000000aa-1")),
        ("resource".to_owned(), Value::Map(Map::from_iter([("service.name".to_owned(), Value::from("bench"))]))),
    ]);
    let mut first_seq = 1;
    let mut apply = |events: Vec<Event>| {
        let events: Vec<(Event, Vec<u8>)> = events
            .into_iter()
            .map(|event| {
                let mut json = Vec::new();
                event.write_to(&mut json);
                (event, json)
            })
            .collect();
        let envelope = Incoming {
            producer: "00000000000000aa-1",
            header: &header,
            first_seq,
            digest: Hash::of(&first_seq.to_be_bytes()),
            events: events.iter().map(|(event, json)| IncomingEvent { event: Some(event), json }).collect(),
            content: Vec::new(),
        };
        first_seq += events.len() as u64;
        store.apply(&Batch { envelopes: vec![envelope], ..Batch::default() }).unwrap();
    };
    let spread = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17) | 1;
    let mut events = Vec::new();
    for number in 1..=traces {
        let trace = TraceId((u128::from(spread(number)) << 64 | u128::from(number)).to_be_bytes());
        events.extend(span(trace, spread(number), None, number));
        if events.len() >= 20_000 {
            apply(std::mem::take(&mut events));
        }
    }
    let long = TraceId((1u128 << 127).to_be_bytes());
    let root = spread(traces + 1);
    for number in 1..=500 {
        events.extend(span(long, spread(traces + number), (number > 1).then_some(root), number));
    }
    apply(events);
    long
}

fn span(trace: TraceId, id: u64, parent: Option<u64>, number: u64) -> [Event; 2] {
    let time = EPOCH + number as i64 * 1_000_000;
    let reference =
        |what: u64| Value::tagged("$ref", Hash::of(&[number.to_be_bytes(), what.to_be_bytes()].concat()).to_string());
    let mut start = Event::new(EventType::SpanStart, Timestamp(time));
    start.trace_id = Some(trace);
    start.span_id = Some(SpanId(id.to_be_bytes()));
    start.parent_id = parent.map(|parent| SpanId(parent.to_be_bytes()));
    start.kind = Some("tool".to_owned());
    let mut end = Event::new(EventType::SpanEnd, Timestamp(time + 500_000));
    (end.trace_id, end.span_id) = (start.trace_id, start.span_id);
    end.status = Some(if number.is_multiple_of(100) { Status::Error } else { Status::Ok });
    end.duration_nanos = Some(500_000);
    let attributes = (0..8).map(|at| (format!("attribute.{at}"), Value::from("an attribute's value"))).collect();
    start.body = Body::Present(Map::from_iter([
        ("attributes".to_owned(), Value::Map(attributes)),
        ("input".to_owned(), reference(0)),
        ("name".to_owned(), Value::from("search the web")),
    ]));
    end.body = Body::Present(Map::from_iter([("output".to_owned(), reference(1))]));
    [start, end]
}
