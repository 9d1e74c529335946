//! What is counted over traces: by series and time, exactly, whatever came when.

use super::maker::{EPOCH, Maker, end, start, trace_id};
use tracewire_insight::analytics::{GroupBy, Report, Selection};
use tracewire_insight::{Decimal, Money, Pricing, Tree};
use tracewire_store::{BucketQuery, BucketSize, Store, TraceFilter};
use tracewire_wire::event::{Event, Status};
use tracewire_wire::time::Timestamp;

/// A thousandth of a dollar for each token, whatever the model; nothing for what it does not know.
struct FlatRate;

impl Pricing for FlatRate {
    fn version(&self) -> &'static str {
        "flat"
    }

    fn price(&self, tree: &mut Tree<'_>) {
        for node in &mut tree.nodes {
            let is_known = node.call.as_ref().is_some_and(|call| call.model == Some("known"));
            if let (true, None, Some(usage)) = (is_known, &node.cost, node.usage) {
                let amount = Decimal::parse(&format!("{}e-3", usage.input + usage.output)).unwrap();
                node.cost = Some(Money([("USD".to_owned(), amount)].into()));
                node.cost_total.clone_from(&node.cost);
            }
        }
    }
}

fn at(millis: i64) -> Timestamp {
    Timestamp(EPOCH + millis * 1_000_000)
}

const MINUTE_MILLIS: i64 = 60_000;

/// An agent that calls a model twice and a tool once; `at` is in milliseconds, `trace` names all.
fn run(at: i64, trace: u128, model: &str) -> Vec<Event> {
    let span = |number: u64| u64::try_from(trace).unwrap() * 100 + number;
    let asked = format!(
        r#"{{"name":"chat","attributes":{{"gen_ai.request.model":"{model}","gen_ai.provider.name":"maker"}}}}"#
    );
    let used = r#"{"usage":{"input_tokens":30,"output_tokens":10,"cache_read_input_tokens":20}}"#;
    vec![
        start(at, trace, span(1), 0, "agent", r#"{"name":"planner","session_id":"chat-7"}"#),
        start(at + 1, trace, span(2), span(1), "llm", &asked),
        end(at + 6, trace, span(2), Status::Ok, used),
        start(
            at + 7,
            trace,
            span(3),
            span(1),
            "tool",
            r#"{"name":"execute_tool x","attributes":{"gen_ai.tool.name":"search"}}"#,
        ),
        end(at + 12, trace, span(3), Status::Error, "{}"),
        start(at + MINUTE_MILLIS, trace, span(4), span(1), "llm", &asked),
        end(at + MINUTE_MILLIS + 5, trace, span(4), Status::Ok, used),
    ]
}

fn report(store: &dyn Store, size: BucketSize, report: Report) -> Report {
    let mut report = report;
    store.fill(&BucketQuery { size, since: None, until: None }, &mut report).unwrap();
    report
}

/// Groups as lines: key, spans, ended, errors, tokens, cost, unpriced.
fn groups(store: &dyn Store, by: GroupBy) -> Vec<String> {
    let report = report(store, BucketSize::Hour, Report::new(Selection::default()).by(by));
    let line = |group: tracewire_insight::analytics::Group| {
        let totals = group.totals;
        let cost = totals.cost.0.get("USD").map_or("-".to_owned(), ToString::to_string);
        format!(
            "{} {}/{} errors {} tokens {}+{} cached {} cost {cost} unpriced {}",
            group.key.as_deref().unwrap_or("-"),
            totals.ended,
            totals.spans,
            totals.errors,
            totals.tokens.input,
            totals.tokens.output,
            totals.tokens.cache_read,
            totals.unpriced,
        )
    };
    report.groups().into_iter().map(line).collect()
}

pub fn numbers_are_counted_by_series_and_time<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    store.apply(&Maker::new("aaaa000000000001-1").seal(run(0, 1, "known")).batch()).unwrap();
    assert_eq!(store.tally(Some(&FlatRate)).unwrap(), 1);
    assert_eq!(store.tally(Some(&FlatRate)).unwrap(), 0);
    assert_eq!(
        groups(&store, GroupBy::Kind),
        [
            "agent 0/1 errors 0 tokens 0+0 cached 0 cost - unpriced 0",
            "llm 2/2 errors 0 tokens 60+20 cached 40 cost 0.08 unpriced 0",
            "tool 1/1 errors 1 tokens 0+0 cached 0 cost - unpriced 0",
        ]
    );
    assert_eq!(groups(&store, GroupBy::Tool), ["search 1/1 errors 1 tokens 0+0 cached 0 cost - unpriced 0"]);
    assert_eq!(groups(&store, GroupBy::Model), ["known 2/2 errors 0 tokens 60+20 cached 40 cost 0.08 unpriced 0"]);
    assert_eq!(groups(&store, GroupBy::Provider), ["maker 2/2 errors 0 tokens 60+20 cached 40 cost 0.08 unpriced 0"]);
    // Model calls and tools are their agent's.
    assert_eq!(groups(&store, GroupBy::Agent), ["planner 3/4 errors 1 tokens 60+20 cached 40 cost 0.08 unpriced 0"]);
    assert_eq!(
        groups(&store, GroupBy::Service),
        ["service-aaaa 3/4 errors 1 tokens 60+20 cached 40 cost 0.08 unpriced 0"]
    );
    assert_eq!(groups(&store, GroupBy::Hour), ["00 3/4 errors 1 tokens 60+20 cached 40 cost 0.08 unpriced 0"]);

    let minutes = report(&store, BucketSize::Minute, Report::new(Selection::default()).in_steps(60_000_000_000));
    let points: Vec<_> = minutes.points().flat_map(|(_, points)| points).collect();
    let spans: Vec<_> =
        points.iter().map(|point| (point.start.0 - EPOCH, point.totals.spans, point.totals.events)).collect();
    assert_eq!(spans, [(0, 3, 5), (60_000_000_000, 1, 2)]);
    let total = minutes.total();
    assert_eq!((total.events, total.mean_nanos()), (7, Some(5_000_000)));
    let p50 = total.durations.quantile(0.5).unwrap();
    assert!((4_950_000..=5_050_000).contains(&p50), "{p50}");
}

pub fn a_trace_that_changes_is_counted_once<S: Store>(make: &mut impl FnMut() -> S) {
    let events = run(0, 1, "known");
    let mut maker = Maker::new("aaaa000000000001-1");
    let made: Vec<_> = events.chunks(2).map(|events| maker.seal(events.to_vec())).collect();
    let whole = {
        let mut store = make();
        made.iter().for_each(|made| _ = store.apply(&made.batch()).unwrap());
        store.tally(Some(&FlatRate)).unwrap();
        super::snapshot(&mut store)
    };
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let mut store = make();
        for place in order {
            let made: &super::maker::Made = &made[place];
            store.apply(&made.batch()).unwrap();
            assert_eq!(store.tally(Some(&FlatRate)).unwrap(), 1);
        }
        assert_eq!(super::snapshot(&mut store), whole, "{order:?}");
        // Nothing changes by counting again.
        assert_eq!((store.recount().unwrap(), store.tally(Some(&FlatRate)).unwrap()), (1, 1));
        assert_eq!(super::snapshot(&mut store), whole);
    }
}

pub fn costs_come_from_who_has_prices<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    store.apply(&maker.seal([run(0, 1, "known"), run(10, 2, "unheard-of")].concat()).batch()).unwrap();
    assert_eq!(store.tally(None).unwrap(), 2);
    assert_eq!(store.tally(None).unwrap(), 0);
    let costs = |store: &S| -> Vec<_> {
        let traces = store.traces(&TraceFilter::default()).unwrap().traces;
        traces.into_iter().rev().map(|trace| (trace.cost.get("USD").cloned(), trace.unpriced)).collect()
    };
    assert_eq!(costs(&store), [(None, 2), (None, 2)]);
    // Who has prices counts again what may have one, once.
    assert_eq!(store.tally(Some(&FlatRate)).unwrap(), 2);
    assert_eq!(store.tally(Some(&FlatRate)).unwrap(), 0);
    assert_eq!(costs(&store), [(Some("0.08".to_owned()), 0), (None, 2)]);
    let session = store.sessions(&tracewire_store::SessionFilter::default()).unwrap().remove(0);
    assert_eq!((session.cost.get("USD").map(String::as_str), session.unpriced), (Some("0.08"), 2));
}

pub fn what_agents_repeat_is_not_counted_again<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let mut events = run(0, 1, "known");
    let sum = r#"{"usage":{"input_tokens":60,"output_tokens":20},"cost":{"total":"9.99"}}"#;
    events.push(end(70_000, 1, 101, Status::Ok, sum));
    store.apply(&maker.seal(events).batch()).unwrap();
    store.tally(Some(&FlatRate)).unwrap();
    let trace = store.trace(trace_id(1)).unwrap().unwrap();
    assert_eq!((trace.input_tokens, trace.output_tokens, trace.cost["USD"].as_str()), (60, 20, "0.08"));
    assert_eq!(trace.last, at(70_000));
}

pub fn traces_are_found_by_models_and_agents<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let other = start(20, 3, 300, 0, "tool", r#"{"name":"search"}"#);
    store.apply(&maker.seal([run(0, 1, "known"), run(10, 2, "rare"), vec![other]].concat()).batch()).unwrap();
    store.tally(None).unwrap();
    let found = |filter: TraceFilter| -> Vec<u8> {
        store.traces(&filter).unwrap().traces.iter().map(|trace| trace.trace_id.0[15]).collect()
    };
    let filter = TraceFilter::default;
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(found(TraceFilter { model: text("rare"), ..filter() }), [2]);
    assert_eq!(found(TraceFilter { agent: text("planner"), ..filter() }), [2, 1]);
    assert_eq!(found(TraceFilter { agent: text("planner"), model: text("known"), ..filter() }), [1]);
    assert_eq!(found(TraceFilter { session_id: text("chat-7"), model: text("known"), ..filter() }), [1]);
    assert_eq!(found(TraceFilter { kind: text("tool"), ..filter() }), [3]);
    assert_eq!(found(TraceFilter { name: text("planner"), kind: text("agent"), ..filter() }), [2, 1]);
    assert!(found(TraceFilter { model: text("planner"), ..filter() }).is_empty());
    let counts = store.count_traces(None, Some(at(20))).unwrap();
    assert_eq!((counts.traces, counts.failed, counts.open), (2, 2, 2));
    assert_eq!(store.count_traces(Some(at(20)), None).unwrap().failed, 0);
    let trace = store.trace(trace_id(1)).unwrap().unwrap();
    assert_eq!((trace.models, trace.agents), (vec!["known".to_owned()], vec!["planner".to_owned()]));
}

pub fn buckets_are_read_by_time<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    for hour in 0..3 {
        store.apply(&maker.seal(run(hour * 60 * MINUTE_MILLIS, 1 + hour as u128, "known")).batch()).unwrap();
    }
    store.tally(None).unwrap();
    let spans = |since: Option<i64>, until: Option<i64>, size| {
        let mut report = Report::new(Selection { kind: Some("llm".to_owned()), ..Selection::default() });
        let query = BucketQuery { size, since: since.map(at), until: until.map(at) };
        store.buckets(&query, &mut report).unwrap();
        report.total().spans
    };
    let minute = |number: i64| Some(number * MINUTE_MILLIS);
    assert_eq!(spans(None, None, BucketSize::Hour), 6);
    assert_eq!(spans(None, None, BucketSize::Minute), 6);
    assert_eq!(spans(minute(60), minute(120), BucketSize::Hour), 2);
    assert_eq!(spans(minute(60), minute(61), BucketSize::Minute), 1);
    // The bucket in which the time begins counts whole.
    assert_eq!(spans(Some(60 * MINUTE_MILLIS + 5), minute(61), BucketSize::Minute), 1);
    assert_eq!(spans(minute(90), None, BucketSize::Hour), 4);
}

pub fn numbers_are_counted_by_session<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    for hour in 0..3 {
        store.apply(&maker.seal(run(hour * 60 * MINUTE_MILLIS, 1 + hour as u128, "known")).batch()).unwrap();
    }
    let other = vec![start(0, 9, 900, 0, "tool", r#"{"name":"alone"}"#), end(3, 9, 900, Status::Ok, "{}")];
    store.apply(&maker.seal(other).batch()).unwrap();
    store.tally(Some(&FlatRate)).unwrap();
    assert_eq!(
        groups(&store, GroupBy::Session),
        [
            "- 1/1 errors 0 tokens 0+0 cached 0 cost - unpriced 0",
            "chat-7 9/12 errors 3 tokens 180+60 cached 120 cost 0.24 unpriced 0",
        ]
    );
    // A part of the time and of the steps has what buckets have of it.
    for size in [BucketSize::Minute, BucketSize::Hour] {
        for (since, until) in [(None, None), (Some(1), Some(61)), (Some(60), Some(120)), (Some(61), None)] {
            let time = |minutes: Option<i64>| minutes.map(|minutes| at(minutes * MINUTE_MILLIS + 5));
            let query = BucketQuery { size, since: time(since), until: time(until) };
            let chosen = Selection { kind: Some("llm".to_owned()), ..Selection::default() };
            let (mut all, mut by) = (Report::new(chosen.clone()), Report::new(chosen).by(GroupBy::Session));
            store.fill(&query, &mut all).unwrap();
            store.fill(&query, &mut by).unwrap();
            assert_eq!(by.total(), all.total(), "{query:?}");
        }
    }
}
