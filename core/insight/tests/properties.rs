//! What holds for any heap of events.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{events, outline, state, trace_id, tree};
use proptest::prelude::*;
use tracewire_insight::{Located, Tree};
use tracewire_wire::event::Event;
use tracewire_wire::id::SpanId;
use tracewire_wire::time::Timestamp;

/// Lines of random events over few ids, so that circles, orphans, duplicates and open spans are frequent.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let line = (
        0..4_u8,
        prop::sample::select(vec!["span.start", "span.update", "span.event", "span.end", "event", "log"]),
        0..50_u32,
        1..7_u8,
        0..8_u8,
        0..40_u32,
    );
    prop::collection::vec(line, 0..40).prop_map(|lines| {
        let render = |(seq, (producer, event_type, millis, span, parent, duration)): (usize, (u8, &str, u32, u8, u8, u32))| {
            let producer = ["a1", "c1", "d1", "u1"][usize::from(producer)];
            let parent = if parent == 0 { "-".to_owned() } else { format!("{parent:x}") };
            let (status, duration) = if event_type == "span.end" { ("ok", duration.to_string()) } else { ("-", "-".to_owned()) };
            format!(
                r#"{producer} {seq} {event_type} {millis} {span:x} {parent} tool {status} {duration} {{"name":"n{seq}","usage":{{"input_tokens":{seq}}},"attributes":{{"k{span}":{seq}}}}}"#,
                seq = seq + 1
            )
        };
        lines.into_iter().enumerate().map(render).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_events_does_not_matter(lines in lines(), seed in any::<u64>()) {
        let first = events(&lines.join("\n"));
        let mut second = first.clone();
        // Fisher and Yates, from the seed.
        let mut random = seed | 1;
        for index in (1..second.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            second.swap(index, (random >> 33) as usize % (index + 1));
        }
        prop_assert_eq!(tree(&first), tree(&second));
    }

    #[test]
    fn an_event_delivered_twice_counts_once(lines in lines()) {
        let once = events(&lines.join("\n"));
        let twice: Vec<(String, Event)> = once.iter().chain(once.iter()).cloned().collect();
        prop_assert_eq!(tree(&once), tree(&twice));
    }

    #[test]
    fn every_node_is_walked_exactly_once_and_times_hold(lines in lines()) {
        let events = events(&lines.join("\n"));
        let tree = tree(&events);
        let mut walked: Vec<usize> = tree.walk().map(|step| step.index).collect();
        walked.sort_unstable();
        prop_assert_eq!(walked, (0..tree.nodes.len()).collect::<Vec<_>>());
        let mut critical = 0;
        for node in &tree.nodes {
            prop_assert!(node.start <= node.end);
            prop_assert!(tree.start <= node.start && node.end <= tree.end);
            prop_assert!(node.self_nanos <= node.extent_nanos());
            critical += node.critical_nanos;
        }
        prop_assert!(critical <= tree.extent_nanos(), "the path is no longer than the trace\n{}", outline(&tree));
        prop_assert!(tree.nodes.iter().filter(|node| node.slow).count() <= 3);
    }
}

/// One span below the other, a million deep: no stack, no quadratic time.
#[test]
fn a_chain_of_a_million_spans_is_built() {
    let (_, template) = events("d1 1 span.start 0 a - step - - -").remove(0);
    let depth = 1_000_000_u64;
    let chain: Vec<Event> = (1..=depth)
        .map(|place| {
            let mut event = template.clone();
            event.seq = place;
            event.time = Timestamp(template.time.0 + place as i64);
            event.span_id = Some(SpanId(place.to_be_bytes()));
            event.parent_id = (place > 1).then(|| SpanId((place - 1).to_be_bytes()));
            event
        })
        .collect();
    let located: Vec<Located<'_>> = chain.iter().map(|event| Located { producer: "d1", event }).collect();
    let tree = Tree::build(trace_id(), &located, &state, Timestamp(0));
    assert_eq!(tree.walk().last().map(|step| step.depth as u64), Some(depth - 1));
    assert_eq!(tree.counts.abandoned, depth);
}
