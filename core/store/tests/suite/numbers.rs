//! Numbers as command line, SDKs and programs ask for them.

use super::maker::{EPOCH, Maker, end, event, start};
use tracewire_store::{Numbers, NumbersQuery, Store, numbers};
use tracewire_wire::event::{Event, EventType, Status};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;

const MINUTE_MILLIS: i64 = 60_000;

/// Two searches of 10 and 30 ms and a chat within a run, two log lines, one of them outside of it, and a minute later one
/// more line within a search.
fn recorded() -> Vec<Event> {
    vec![
        start(0, 1, 1, 0, "agent", r#"{"name":"planner"}"#),
        start(1, 1, 2, 1, "tool", r#"{"name":"search"}"#),
        Event { duration_nanos: Some(10_000_000), ..end(11, 1, 2, Status::Ok, "{}") },
        start(20, 1, 3, 1, "tool", r#"{"name":"search"}"#),
        event(EventType::Log, 25, 1, 3, r#"{"message":"looking"}"#),
        Event { duration_nanos: Some(30_000_000), ..end(50, 1, 3, Status::Error, "{}") },
        event(EventType::Log, 60, 1, 99, r#"{"message":"in a step of another machine"}"#),
        start(70, 1, 4, 1, "llm", r#"{"name":"chat"}"#),
        event(EventType::Log, MINUTE_MILLIS, 1, 3, r#"{"message":"later"}"#),
    ]
}

fn asked(store: &dyn Store, query: &str) -> Numbers {
    numbers(store, &NumbersQuery::from_json(query).unwrap(), Timestamp(EPOCH + 3_600_000_000_000)).unwrap()
}

pub fn numbers_are_asked_for<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    store.apply(&Maker::new("aaaa000000000001-1").seal(recorded()).batch()).unwrap();
    store.tally(None).unwrap();

    let groups = |query: &str| -> Vec<String> {
        let line = |group: &tracewire_insight::analytics::Group| {
            format!("{} {} {}", group.key.as_deref().unwrap_or("-"), group.totals.spans, group.totals.events)
        };
        asked(&store, query).groups.iter().map(line).collect()
    };
    // Events count with the step that they belong to.
    assert_eq!(groups(r#"{"by":"kind"}"#), ["tool 2 6", "agent 1 1", "llm 1 1"]);
    assert_eq!(groups(r#"{"by":"name","kind":"tool"}"#), ["search 2 6"]);
    assert_eq!(groups(r#"{"by":"kind","limit":1}"#), ["tool 2 6"]);
    assert_eq!(groups(r#"{"by":"service"}"#), ["service-aaaa 4 9"]);
    let total = asked(&store, "{}").total;
    assert_eq!((total.spans, total.ended, total.events), (4, 2, 9));

    let tools = asked(&store, r#"{"kind":"tool","step_nanos":60000000000,"start_time":"2026-01-01T00:00:00Z"}"#);
    let points: Vec<_> =
        tools.points.iter().map(|point| (point.start.0 - EPOCH, point.totals.spans, point.totals.events)).collect();
    assert_eq!(points, [(0, 2, 5), (60_000_000_000, 0, 1)]);

    let document = asked(&store, r#"{"by":"tool","kind":"tool","percent":50}"#).to_value();
    let percentile = |value: &Value| value.as_map().and_then(|map| map.get("percentile_nanos")).and_then(Value::as_u64);
    let totals = |document: &'_ Value| document.as_map().unwrap().get("totals").unwrap().clone();
    let near = |nanos: u64| move |found: u64| found.abs_diff(nanos) <= nanos / 100;
    assert!(percentile(&totals(&document)).is_some_and(near(10_000_000)), "{document:?}");
    let all = asked(&store, r#"{"kind":"tool","percent":100}"#).to_value();
    assert!(percentile(&totals(&all)).is_some_and(near(30_000_000)), "{all:?}");
    assert_eq!(percentile(&totals(&asked(&store, "{}").to_value())), None);
}

pub fn numbers_that_cannot_be_are_named<S: Store>(make: &mut impl FnMut() -> S) {
    let store = make();
    for (query, member) in [
        (r#"{"by":"colour"}"#, "by"),
        (r#"{"limit":0}"#, "limit"),
        (r#"{"percent":100.5}"#, "percent"),
        (r#"{"percent":-1}"#, "percent"),
        (r#"{"start_time":"2027-01-01T00:00:00Z"}"#, "start_time"),
    ] {
        let query = NumbersQuery::from_json(query).unwrap();
        let refused = numbers(&store, &query, Timestamp(EPOCH)).unwrap_err();
        assert_eq!(refused.code(), "query_invalid");
        assert!(refused.to_string().contains(&format!("`{member}`")), "{refused}");
    }
}
