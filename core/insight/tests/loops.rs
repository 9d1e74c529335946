//! What is done again and again is found, whatever the shape of the tree.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use common::{events, located, state, trace_id, tree};
use proptest::prelude::*;
use tracewire_insight::loops::{LEAST_TIMES, LONGEST_ROUND, Loop, find};
use tracewire_insight::{Form, Located, Tree, document};
use tracewire_wire::event::Event;
use tracewire_wire::id::SpanId;
use tracewire_wire::json;
use tracewire_wire::time::Timestamp;

/// Spans as events: each line is span, parent, kind, name, and what more the body has; ten milliseconds each.
fn spans(lines: &str) -> Vec<(String, Event)> {
    let mut text = String::new();
    for (at, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let mut columns = line.splitn(6, ' ');
        let mut next = || columns.next().unwrap_or("-");
        let (span, parent, kind, name, status, body) = (next(), next(), next(), next(), next(), next());
        let more = if body == "-" { String::new() } else { format!(",{body}") };
        let seq = at * 2 + 1;
        writeln!(text, r#"c1 {seq} span.start {at} {span} {parent} {kind} - - {{"name":"{name}"{more}}}"#).unwrap();
        writeln!(text, r#"c1 {} span.end {} {span} - - {status} 10 {{}}"#, seq + 1, at + 10).unwrap();
    }
    events(&text)
}

fn told(tree: &Tree<'_>) -> String {
    find(tree, LEAST_TIMES).iter().map(|one| one_told(tree, one)).collect()
}

fn one_told(tree: &Tree<'_>, one: &Loop) -> String {
    let name = |at: &usize| tree.nodes[*at].name().unwrap_or("?");
    let round: Vec<&str> = one.first_round().iter().map(name).collect();
    let cost =
        one.again.cost.as_ref().map(|cost| cost.0.values().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    format!(
        "{} ×{} under {} again {} failed {} ms {} tokens {} cost {}{}\n",
        round.join(" "),
        one.times(),
        one.under.as_ref().map_or("-", name),
        one.again.steps,
        one.again.failed,
        one.again.duration_nanos / 1_000_000,
        one.again.tokens.map_or(0, |tokens| tokens.input + tokens.output),
        cost.unwrap_or_else(|| "-".to_owned()),
        if one.is_same_output { " same output" } else { "" },
    )
}

#[test]
fn the_same_call_below_one_agent_is_told_once_with_what_it_took() {
    // Each turn has a parent of its own; what one looked for in between does not end the loop.
    let events = spans(
        r#"
        a - agent research ok -
        b1 a step turn ok -
        c1 b1 tool search ok "input":{"q":"otters","n":1},"output":"none","usage":{"input_tokens":5,"output_tokens":1},"cost":{"total":"0.1"}
        b2 a step turn ok -
        c2 b2 tool search ok "input":{"n":1,"q":"otters"},"output":"none","usage":{"input_tokens":5,"output_tokens":1},"cost":{"total":"0.1"}
        d b2 tool search ok "input":{"q":"beavers"},"output":"none"
        b3 a step turn ok -
        c3 b3 tool search ok "input":{"q":"otters","n":1},"output":"none","usage":{"input_tokens":5,"output_tokens":1},"cost":{"total":"0.2"}
        e - agent other ok -
        c4 e tool search ok "input":{"q":"otters","n":1},"output":"none"
        "#,
    );
    assert_eq!(
        told(&tree(&events)),
        "search ×3 under research again 2 failed 0 ms 20 tokens 12 cost 0.3 same output\n"
    );
}

#[test]
fn a_round_is_told_by_its_tools_though_the_conversation_grows() {
    let events = spans(
        r#"
        a - agent research ok -
        f a tool plan ok "input":"x"
        b1 a llm think ok "input":["1"],"output":"search","usage":{"input_tokens":10,"output_tokens":1}
        c1 a tool search error "input":"q"
        b2 a llm think ok "input":["1","2"],"output":"search again","usage":{"input_tokens":20,"output_tokens":1}
        c2 a tool search error "input":"q"
        b3 a llm think ok "input":["1","2","3"],"output":"and again","usage":{"input_tokens":30,"output_tokens":1}
        c3 a tool search error "input":"q"
        b4 a llm think ok "input":["1","2","3","4"],"output":"no luck","usage":{"input_tokens":40,"output_tokens":1}
        "#,
    );
    let tree = tree(&events);
    assert_eq!(told(&tree), "think search ×3 under research again 4 failed 2 ms 40 tokens 52 cost -\n");
    let document = document::tree(&tree, &[], false);
    let loops = String::from_utf8(json::write(document.as_map().unwrap().get("loops").unwrap())).unwrap();
    insta::assert_snapshot!(loops);
}

#[test]
fn what_nobody_knows_or_what_differs_is_no_loop() {
    for lines in [
        // Twice may be a second try.
        r#"1 - tool t ok "input":1
           2 - tool t ok "input":1"#,
        // No arguments are recorded.
        r#"1 - tool t ok -
           2 - tool t ok -
           3 - tool t ok -"#,
        // They are not known.
        r#"1 - tool t ok "input":{"key":{"$redacted":"rule"}}
           2 - tool t ok "input":{"key":{"$redacted":"rule"}}
           3 - tool t ok "input":{"key":{"$redacted":"rule"}}"#,
        // A writer and a critic get on.
        r#"1 - llm write ok "input":"a"
           2 - llm judge ok "input":"b"
           3 - llm write ok "input":"c"
           4 - llm judge ok "input":"d"
           5 - llm write ok "input":"e"
           6 - llm judge ok "input":"f""#,
        // The names, the kinds, the arguments differ.
        r#"1 - tool t ok "input":1
           2 - tool u ok "input":1
           3 - step t ok "input":1
           4 - tool t ok "input":2"#,
    ] {
        assert_eq!(told(&tree(&spans(lines))), "", "{lines}");
    }
}

#[test]
fn a_text_that_looks_redacted_is_known() {
    let lines: String =
        (1..4).map(|span| format!("{span} - tool t ok \"input\":\"{{\\\"$redacted\\\":1}}\"\n")).collect();
    assert_eq!(told(&tree(&spans(&lines))), "t ×3 under - again 2 failed 0 ms 20 tokens 0 cost -\n");
}

#[test]
fn what_is_below_a_repeated_step_is_told_with_it() {
    let mut lines = String::from("a - agent research ok -\n");
    for turn in 1..=4 {
        writeln!(lines, "b{turn} a tool search ok \"input\":\"q\",\"output\":{turn}").unwrap();
        for call in 1..=2 {
            writeln!(lines, "c{turn}{call} b{turn} tool fetch ok \"input\":\"url\",\"cost\":{{\"total\":\"0.01\"}}")
                .unwrap();
        }
    }
    // In one search it fetches twice, which is no loop; in all it searches four times.
    assert_eq!(told(&tree(&spans(&lines))), "search ×4 under research again 3 failed 0 ms 30 tokens 0 cost 0.06\n");
}

#[test]
fn a_step_that_calls_itself_is_counted_once() {
    let lines = r#"
        1 - tool t ok "input":1
        2 1 tool t ok "input":1
        3 2 tool t ok "input":1,"cost":{"total":"0.5"}
    "#;
    assert_eq!(told(&tree(&spans(lines))), "t ×3 under - again 2 failed 0 ms 10 tokens 0 cost 0.5\n");
}

/// Trees of few names and arguments below few parents, so that loops of all shapes are frequent.
fn trees() -> impl Strategy<Value = Vec<(String, Event)>> {
    let kind = prop::sample::select(vec!["tool", "tool", "llm", "agent", "step"]);
    let span = (0..100_u8, kind, 0..2_u8, 0..4_u8, any::<bool>());
    prop::collection::vec(span, 0..60).prop_map(|drawn| {
        let mut lines = String::new();
        for (at, (parent, kind, name, input, is_deep)) in drawn.into_iter().enumerate() {
            let span = at + 1;
            // Mostly below one of the first three.
            let parent = if is_deep { usize::from(parent) % span } else { usize::from(parent) % 4 };
            let parent = if parent == 0 || parent >= span { "-".to_owned() } else { format!("{parent:x}") };
            let kind = if at < 2 { "agent" } else { kind };
            let input = if input == 0 { "-".to_owned() } else { format!("\"input\":{}", input.min(2)) };
            writeln!(lines, "{span:x} {parent} {kind} n{name} ok {input}").unwrap();
        }
        spans(&lines)
    })
}

/// Under, period and steps of each loop, found by looking everywhere.
fn naive(tree: &Tree<'_>, least: usize) -> Vec<(Option<usize>, usize, Vec<usize>)> {
    let nodes = &tree.nodes;
    let is_span = |at: &usize| nodes[*at].form == Form::Span;
    let input = |at: usize| nodes[at].input().map(json::write);
    let exact = |at: usize| (nodes[at].kind, nodes[at].name(), input(at));
    let in_round = |at: usize| (nodes[at].kind, nodes[at].name(), input(at).filter(|_| nodes[at].kind != Some("llm")));
    let mut taken = vec![false; nodes.len()];
    let mut groups = Vec::new();
    for under in (0..nodes.len()).map(Some).chain([None]) {
        let siblings = under.map_or(&tree.roots, |at| &nodes[at].children);
        let siblings: Vec<usize> = siblings.iter().copied().filter(is_span).collect();
        for period in 2..=LONGEST_ROUND {
            let mut start = 0;
            while start + period * least <= siblings.len() {
                let round = &siblings[start..start + period];
                let free = |round: &[usize]| round.iter().all(|at| !taken[*at]);
                let is_same = |other: &&[usize]| {
                    other.len() == period
                        && free(other)
                        && round.iter().zip(*other).all(|(one, two)| in_round(*one) == in_round(*two))
                };
                let times = siblings[start..].chunks(period).take_while(is_same).count();
                let is_mixed = round.iter().any(|at| in_round(*at) != in_round(round[0]));
                let is_told = round.iter().any(|at| input(*at).is_some() && nodes[*at].kind != Some("llm"));
                if times < least || !is_mixed || !is_told {
                    start += 1;
                    continue;
                }
                let steps = siblings[start..start + times * period].to_vec();
                start += steps.len();
                steps.iter().for_each(|at| taken[*at] = true);
                groups.push((under, period, steps));
            }
        }
    }
    let above = |at: usize| std::iter::successors(nodes[at].parent, |at| nodes[*at].parent);
    let mut alike = BTreeMap::<_, Vec<usize>>::new();
    for at in (0..nodes.len()).filter(|at| is_span(at) && input(*at).is_some() && !taken[*at]) {
        let agent = above(at).find(|above| nodes[*above].kind == Some("agent"));
        alike.entry((agent, exact(at))).or_default().push(at);
    }
    groups.extend(
        alike.into_iter().filter(|(_, steps)| steps.len() >= least).map(|((under, _), steps)| (under, 1, steps)),
    );
    let highest = |at: usize| {
        let repeats = |above: usize| groups.iter().position(|(_, period, steps)| steps[*period..].contains(&above));
        above(at).filter_map(repeats).last()
    };
    let kept = groups.iter().enumerate().filter_map(|(place, (under, period, steps))| {
        let steps: Vec<usize> =
            steps.iter().copied().filter(|at| highest(*at).is_none_or(|group| group == place)).collect();
        (steps.len() >= least * period).then_some((*under, *period, steps))
    });
    let mut kept: Vec<_> = kept.collect();
    kept.sort_by_key(|(_, _, steps)| steps[0]);
    kept
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_is_what_one_finds_by_looking_everywhere(events in trees(), least in 2..5_usize) {
        let tree = tree(&events);
        let found: Vec<_> = find(&tree, least).into_iter().map(|one| (one.under, one.period, one.steps)).collect();
        prop_assert_eq!(found, naive(&tree, least));
    }

    #[test]
    fn no_step_is_in_two_loops_and_none_costs_more_than_all(events in trees()) {
        let tree = tree(&events);
        let loops = find(&tree, LEAST_TIMES);
        let mut steps: Vec<usize> = loops.iter().flat_map(|one| one.steps.clone()).collect();
        let count = steps.len();
        steps.sort_unstable();
        steps.dedup();
        prop_assert_eq!(steps.len(), count);
        for one in &loops {
            prop_assert_eq!(one.steps.len(), one.times() * one.period);
            prop_assert_eq!(one.again.steps as usize, one.steps.len() - one.period);
        }
    }
}

/// One tool over and over, and rounds over and over: no quadratic time.
#[test]
fn half_a_million_steps_are_looked_through() {
    let (_, template) = spans("1 - tool t ok \"input\":1").remove(0);
    let (_, other) = spans("1 - tool u ok \"input\":1").remove(0);
    let count = 500_000_u64;
    let chain: Vec<Event> = (1..=count)
        .map(|place| {
            let is_second = place > count / 2 && place % 2 == 0;
            let mut event = if is_second { other.clone() } else { template.clone() };
            event.seq = place;
            event.time = Timestamp(template.time.0 + place as i64);
            event.span_id = Some(SpanId(place.to_be_bytes()));
            event
        })
        .collect();
    let located: Vec<Located<'_>> = chain.iter().map(|event| Located { producer: "d1", event }).collect();
    let tree = Tree::build(trace_id(), &located, &state, Timestamp(0));
    let found: Vec<(usize, usize)> = find(&tree, LEAST_TIMES).iter().map(|one| (one.period, one.times())).collect();
    assert_eq!(found, [(1, count as usize / 2), (2, count as usize / 4)]);
    assert!(find(&Tree::build(trace_id(), &self::located(&[]), &state, Timestamp(0)), 0).is_empty());
}
