//! Promises about what comes out.

use super::maker::{EPOCH, Made, Maker, end, event, span_id, start, trace_id};
use tracewire_store::{Batch, Lookup, ProducerState, Store, TraceFilter, resolve_all};
use tracewire_wire::event::{Body, Event, EventType, Status};
use tracewire_wire::time::Timestamp;

fn at(millis: i64) -> Timestamp {
    Timestamp(EPOCH + millis * 1_000_000)
}

pub fn lists_are_paged_and_filtered<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    for number in 1..=20i64 {
        let (trace, span) = (number as u128, number as u64);
        let session = format!(r#"{{"name":"run {number}","session_id":"s{}"}}"#, number % 3);
        let status = if number % 5 == 0 { Status::Error } else { Status::Ok };
        let mut events = vec![start(number / 2, trace, span, 0, "agent", &session)];
        if number % 4 != 0 {
            events.push(end(number + 1, trace, span, status, "{}"));
        }
        store.apply(&maker.seal(events).batch()).unwrap();
    }
    let mut other = Maker::new("bbbb000000000001-1");
    store.apply(&other.seal(vec![start(0, 99, 99, 0, "agent", "{}")]).batch()).unwrap();
    let list = |filter: &TraceFilter| {
        let page = store.traces(filter).unwrap();
        (page.traces.iter().map(|trace| trace.trace_id.0[15]).collect::<Vec<_>>(), page.next)
    };
    let base = TraceFilter::default();
    let latest_first: Vec<u8> = (1..=20).rev().chain([99]).collect();
    // Trace 1 and 99 start at the same time; the one that came later is first.
    let expected: Vec<u8> = latest_first.iter().copied().filter(|id| *id != 99 && *id != 1).chain([99, 1]).collect();
    assert_eq!(list(&base), (expected.clone(), None));
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let (page, next) = list(&TraceFilter { limit: 4, after, ..base.clone() });
        paged.extend(page);
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, expected);
    let filtered = |filter: TraceFilter| list(&filter).0;
    assert_eq!(filtered(TraceFilter { session_id: Some("s1".into()), ..base.clone() }), [19, 16, 13, 10, 7, 4, 1]);
    assert_eq!(filtered(TraceFilter { service: Some("service-bbbb".into()), ..base.clone() }), [99]);
    assert_eq!(filtered(TraceFilter { status: Some(Status::Error), ..base.clone() }), [15, 10, 5]);
    assert_eq!(filtered(TraceFilter { errors_only: true, ..base.clone() }), [15, 10, 5]);
    assert_eq!(filtered(TraceFilter { open_only: true, ..base.clone() }), [20, 16, 12, 8, 4, 99]);
    assert_eq!(filtered(TraceFilter { since: Some(at(9)), ..base.clone() }), [20, 19, 18]);
    assert_eq!(filtered(TraceFilter { until: Some(at(1)), ..base.clone() }), [99, 1]);
    let both = TraceFilter { session_id: Some("s1".into()), status: Some(Status::Error), ..base };
    assert_eq!(filtered(both), [10]);
}

pub fn traces_are_found_by_what_people_have<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let made = maker.seal(vec![
        start(1, 0xab << 120, 0x11 << 56, 0, "agent", r#"{"session_id":"chat","correlation_id":"order-17"}"#),
        start(2, 0xac << 120, 0x12 << 56, 0, "agent", r#"{"session_id":"chat"}"#),
        event(EventType::Event, 3, 0xac << 120, 0x13 << 56, r#"{"name":"a2a.message.sent"}"#),
    ]);
    store.apply(&made.batch()).unwrap();
    let found = |lookup: Lookup| -> Vec<u8> {
        store.find(&lookup, 10).unwrap().iter().map(|trace| trace.trace_id.0[0]).collect()
    };
    assert_eq!(found(Lookup::Trace("ab".into())), [0xab]);
    assert_eq!(found(Lookup::Trace("ab000000000000000000000000000000".into())), [0xab]);
    assert_eq!(found(Lookup::Trace("a".into())), [0xac, 0xab]);
    assert!(found(Lookup::Trace("0".into())).is_empty());
    assert!(found(Lookup::Trace("none".into())).is_empty());
    assert_eq!(found(Lookup::Span("1300000000000000".into())), [0xac]);
    assert_eq!(found(Lookup::Span("1".into())), [0xac, 0xab]);
    assert_eq!(found(Lookup::Session("chat".into())), [0xac, 0xab]);
    assert_eq!(found(Lookup::Correlation("order-17".into())), [0xab]);
    assert!(found(Lookup::Correlation("chat".into())).is_empty());
    assert_eq!(store.find(&Lookup::Session("chat".into()), 1).unwrap().len(), 1);
    assert_eq!(store.trace(trace_id(1)).unwrap(), None);
}

pub fn a_trace_has_its_totals<S: Store>(make: &mut impl FnMut() -> S) {
    let mut maker = Maker::new("aaaa000000000001-1");
    let usage = |input, output| format!(r#"{{"usage":{{"input_tokens":{input},"output_tokens":{output}}}}}"#);
    let made = [
        maker.seal(vec![start(10, 1, 1, 0, "agent", r#"{"name":"research","session_id":"s"}"#)]),
        maker.seal(vec![start(11, 1, 2, 1, "llm", "{}"), end(15, 1, 2, Status::Ok, &usage(100, 20))]),
        maker.seal(vec![
            start(12, 1, 3, 1, "llm", "{}"),
            end(16, 1, 3, Status::Timeout, r#"{"attributes":{"gen_ai.usage.input_tokens":7}}"#),
        ]),
        // What an agent reports is the sum of what its calls reported.
        maker.seal(vec![start(13, 1, 4, 1, "tool", "{}"), end(20, 1, 1, Status::Error, &usage(107, 20))]),
        maker.seal(vec![event(EventType::Event, 21, 1, 5, r#"{"name":"ap2.cost.incurred"}"#)]),
    ];
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1]] {
        let mut store = make();
        for place in order {
            let made: &Made = &made[place];
            store.apply(&made.batch()).unwrap();
        }
        store.tally(None).unwrap();
        let trace = store.trace(trace_id(1)).unwrap().unwrap();
        assert_eq!((trace.head, trace.name.as_deref()), (Some(span_id(1)), Some("research")));
        assert_eq!((trace.start, trace.last, trace.status), (at(10), at(21), Some(Status::Error)));
        assert_eq!((trace.events, trace.spans, trace.open_spans, trace.errors), (8, 4, 1, 2));
        assert_eq!((trace.input_tokens, trace.output_tokens), (107, 20));
        assert_eq!((trace.session_id.as_deref(), trace.service.as_deref()), (Some("s"), Some("service-aaaa")));
        assert_eq!((trace.kind.as_deref(), trace.producer.as_deref()), (Some("agent"), Some("aaaa000000000001-1")));
        assert_eq!(trace.duration_nanos, Some(5_000_000));
        let spans = store.spans(trace_id(1)).unwrap();
        let shown: Vec<_> = spans
            .iter()
            .map(|span| (span.span_id.0[7], span.parent_id.map(|id| id.0[7]), span.is_open(), span.is_point))
            .collect();
        let expected = [
            (1, None, false, false),
            (2, Some(1), false, false),
            (3, Some(1), false, false),
            (4, Some(1), true, false),
        ];
        assert_eq!(shown[..4], expected);
        assert_eq!(shown[4], (5, None, false, true));
    }
}

pub fn updates_win_over_starts<S: Store>(make: &mut impl FnMut() -> S) {
    let mut one = Maker::new("aaaa000000000001-1");
    let mut other = Maker::new("bbbb000000000001-1");
    let update = |millis, body: &str| event(EventType::SpanUpdate, millis, 1, 1, body);
    let made = [
        one.seal(vec![start(10, 1, 1, 0, "llm", r#"{"name":"first"}"#)]),
        other.seal(vec![update(11, r#"{"name":"second","usage":{"input_tokens":5}}"#)]),
        one.seal(vec![update(11, r#"{"name":"beaten"}"#)]),
        one.seal(vec![update(10, r#"{"usage":{"input_tokens":1}}"#)]),
    ];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let mut store = make();
        for place in order {
            store.apply(&made[place].batch()).unwrap();
        }
        store.tally(None).unwrap();
        // At one time the greater producer's word is the later one.
        let trace = store.trace(trace_id(1)).unwrap().unwrap();
        assert_eq!((trace.name.as_deref(), trace.input_tokens), (Some("second"), 5));
        let span = store.spans(trace_id(1)).unwrap().remove(0);
        assert_eq!((span.name.as_deref(), span.input_tokens, span.last), (Some("second"), Some(5), at(11)));
        assert!(span.is_open() && span.has_start);
        assert_eq!(span.producer.as_deref(), Some("aaaa000000000001-1"));
    }
}

pub fn events_are_in_order_and_followed<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut one = Maker::new("aaaa000000000001-1");
    let mut other = Maker::new("bbbb000000000001-1");
    assert_eq!(store.last_event().unwrap(), 0);
    store.apply(&other.seal(vec![start(2, 1, 1, 0, "tool", "{}"), end(3, 1, 1, Status::Ok, "{}")]).batch()).unwrap();
    let seen = store.last_event().unwrap();
    store.apply(&one.seal(vec![start(1, 1, 2, 0, "tool", "{}"), end(3, 1, 2, Status::Ok, "{}")]).pending()).unwrap();
    let events = store.events(trace_id(1)).unwrap();
    let order: Vec<_> = events.iter().map(|event| (event.event.time, &event.producer[..1], event.event.seq)).collect();
    assert_eq!(order, [(at(1), "a", 1), (at(2), "b", 1), (at(3), "a", 2), (at(3), "b", 2)]);
    let new: Vec<_> = store.events_after(seen, 10).unwrap().into_iter().map(|event| event.producer).collect();
    assert_eq!(new.iter().map(|name| &name[..1]).collect::<Vec<_>>(), ["a", "a"]);
    let all = store.events_after(0, 3).unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(store.events_after(all[2].id, 10).unwrap().len(), 1);
    assert!(store.events_after(store.last_event().unwrap(), 10).unwrap().is_empty());
}

pub fn content_is_resolved_on_request<S: Store>(make: &mut impl FnMut() -> S) {
    let long = "why ".repeat(40);
    let body = format!(
        r#"{{"input":{{"messages":[{{"content":"{long}","role":"user"}},{{"content":"x","role":"user"}}],"tools":["{long}"]}}}}"#
    );
    let told = start(1, 1, 1, 0, "llm", &body);
    let mut store = make();
    store.apply(&Maker::new("aaaa000000000001-1").seal(vec![told.clone()]).batch()).unwrap();
    let mut event = store.events(trace_id(1)).unwrap().remove(0).event;
    assert_ne!(event.body, told.body);
    store.resolve(&mut event).unwrap();
    assert_eq!(event.body, told.body);
    let Body::Present(body) = &mut event.body else { panic!() };
    let unknown = super::maker::value(&format!(r#"{{"$ref":"sha256:{}"}}"#, "0".repeat(64)));
    body.insert("output".to_owned(), unknown.clone());
    store.resolve(&mut event).unwrap();
    assert_eq!(event.body_field("output"), Some(&unknown));
}

pub fn content_of_many_events_is_read_together<S: Store>(make: &mut impl FnMut() -> S) {
    // More than lie in one row, some of them named several times, one inside another one, one unknown.
    let long = |what: u64| format!("{what} ").repeat(2_000);
    let body = |number: u64| {
        let (own, shared) = (long(number), long(1_000 + number % 3));
        format!(r#"{{"input":{{"messages":[{{"content":"{own}","role":"user"}}],"system":"{shared}"}}}}"#)
    };
    let mut told: Vec<Event> =
        (1..=40).map(|number| start(number as i64, 1, number, 0, "llm", &body(number))).collect();
    let unknown = super::maker::value(&format!(r#"{{"$ref":"sha256:{}"}}"#, "0".repeat(64)));
    let Body::Present(first) = &mut told[0].body else { panic!() };
    first.insert("output".to_owned(), unknown);
    let mut store = make();
    store.apply(&Maker::new("aaaa000000000001-1").seal(told.clone()).batch()).unwrap();
    let mut events = store.events(trace_id(1)).unwrap();
    let mut turns = Vec::new();
    let all = resolve_all(&store, &mut events, |stored, outcome| {
        turns.push(stored.event.seq);
        outcome
    });
    all.unwrap();
    assert_eq!(turns, (1..=40).collect::<Vec<u64>>());
    for (stored, told) in events.iter().zip(&told) {
        assert_eq!(stored.event.body, told.body);
    }
    let mut again = store.events(trace_id(1)).unwrap();
    let ended = resolve_all(&store, &mut again, |stored, _| if stored.event.seq == 2 { Err(()) } else { Ok(()) });
    assert_eq!(ended, Err(()));
}

pub fn feedback_is_found_at_its_target<S: Store>(make: &mut impl FnMut() -> S) {
    let mut maker = Maker::new("aaaa000000000001-1");
    let body = format!(r#"{{"name":"helpful","target":{{"trace_id":"{}"}},"value":1}}"#, trace_id(1));
    let mut feedback = event(EventType::Feedback, 9, 0, 0, &body);
    feedback.trace_id = None;
    let mut store = make();
    store.apply(&maker.seal(vec![start(1, 1, 1, 0, "tool", "{}"), feedback]).batch()).unwrap();
    assert_eq!(store.events(trace_id(1)).unwrap().len(), 2);
    assert_eq!(store.trace(trace_id(1)).unwrap().unwrap().events, 2);
}

pub fn producers_answer_for_their_process<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let process = "00000000000000aa";
    let rotated = Maker::new(&format!("{process}-9")).close(vec![start(1, 1, 1, 0, "tool", "{}")], "rotated");
    let state = |name: &str, state| {
        let update =
            tracewire_store::ProducerUpdate { name: name.to_owned(), state: Some(state), ..Default::default() };
        Batch { producers: vec![update], ..Batch::default() }
    };
    let states = |store: &S| -> Vec<_> {
        store.producers().unwrap().into_iter().map(|producer| (producer.state, producer.process_state)).collect()
    };
    store.apply(&rotated.batch()).unwrap();
    assert_eq!(states(&store), [(ProducerState::Closed, ProducerState::Unknown)]);
    store.apply(&state(&format!("{process}-10"), ProducerState::Alive)).unwrap();
    assert_eq!(
        states(&store),
        [(ProducerState::Alive, ProducerState::Alive), (ProducerState::Closed, ProducerState::Alive)]
    );
    // A sweep that looked before the close does not undo it.
    store.apply(&state(&format!("{process}-9"), ProducerState::Alive)).unwrap();
    let last = Maker::new(&format!("{process}-10")).close(vec![], "recovered");
    store.apply(&last.batch()).unwrap();
    assert_eq!(states(&store), [(ProducerState::Closed, ProducerState::Dead); 2]);
    let closes: Vec<_> = store.producers().unwrap().into_iter().map(|producer| producer.close.unwrap()).collect();
    assert_eq!(closes, ["recovered", "rotated"]);
}
