//! Two traces in, what became of each step out.
#![cfg(feature = "compare")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{events, tree};
use std::fmt::Write as _;
use tracewire_insight::compare::{Change, Comparison, Rule, compare, judge};

const BEFORE: &str = r#"
    c1 1 span.start 0 a - agent - - {"name":"research"}
    c1 2 span.start 10 b a llm - - {"name":"plan","input":"how"}
    c1 3 span.end 60 b - - ok 50 {"output":"so","usage":{"input_tokens":100,"output_tokens":20},"cost":{"total":"0.10"}}
    c1 4 span.start 70 c a tool - - {"name":"search","input":{"q":"otters"}}
    c1 5 span.end 80 c - - ok 10 {"output":"found"}
    c1 6 span.start 90 d a tool - - {"name":"fetch","input":{"url":"one"}}
    c1 7 span.end 95 d - - ok 5 {"output":"page"}
    c1 8 span.start 96 e a tool - - {"name":"save","input":"x"}
    c1 9 span.end 97 e - - ok 1 {"output":null}
    c1 10 log 98 a - - - - {"message":"half way"}
    c1 11 span.end 100 a - - ok 100 {}
"#;

const AFTER: &str = r#"
    c2 1 span.start 0 1a - agent - - {"name":"research"}
    c2 2 span.start 5 1e 1a tool - - {"name":"save","input":"x"}
    c2 3 span.end 6 1e - - ok 1 {"output":null}
    c2 4 span.start 10 1b 1a llm - - {"name":"plan","input":"how"}
    c2 5 span.end 60 1b - - ok 50 {"output":"thus","usage":{"input_tokens":120,"output_tokens":20},"cost":{"total":"0.12"}}
    c2 6 span.start 70 1c 1a tool - - {"name":"search","input":{"q":"beavers"}}
    c2 7 span.end 80 1c - - error 10 {"status_message":"429"}
    c2 8 span.start 81 1f 1a tool - - {"name":"search","input":{"q":"otters"}}
    c2 9 span.end 82 1f - - ok 1 {"output":"found"}
    c2 10 span.end 150 1a - - ok 150 {}
"#;

fn lines(comparison: &Comparison<'_, '_>) -> String {
    let mut out = String::new();
    for row in &comparison.rows {
        let name = |tree: &tracewire_insight::Tree<'_>, at: Option<usize>| {
            at.map_or("-".to_owned(), |at| tree.nodes[at].name().unwrap_or("?").to_owned())
        };
        let sides = format!("{} | {}", name(comparison.a, row.a), name(comparison.b, row.b));
        let differ: Vec<_> = row.differences.iter().map(|difference| difference.what.word()).collect();
        writeln!(out, "{}{} {sides} [{}]", "  ".repeat(row.depth), row.change.word(), differ.join(" ")).unwrap();
    }
    out
}

#[test]
fn steps_are_aligned_and_what_differs_is_named() {
    let (before, after) = (events(BEFORE), events(AFTER));
    let (a, b) = (tree(&before), tree(&after));
    let comparison = compare(&a, &b);
    insta::assert_snapshot!(lines(&comparison), @r"
    same research | research [duration]
      moved - | save []
      changed plan | plan [output input_tokens cost]
      added - | search []
      same search | search [duration]
      removed fetch | - []
      moved save | - []
    ");
    assert_eq!((comparison.count(Change::Added), comparison.count(Change::Moved)), (1, 2));
    assert!(!comparison.is_same());
}

#[test]
fn a_trace_is_the_same_as_itself() {
    let events = events(BEFORE);
    let tree = tree(&events);
    let comparison = compare(&tree, &tree);
    assert!(comparison.is_same());
    assert!(judge(&comparison, &[Rule::Steps, Rule::Outputs, Rule::Errors, Rule::Cost(0), Rule::Tokens(0)]).is_empty());
}

#[test]
fn a_gate_names_what_was_not_kept() {
    let (before, after) = (events(BEFORE), events(AFTER));
    let (a, b) = (tree(&before), tree(&after));
    let comparison = compare(&a, &b);
    let rules =
        ["errors", "steps", "outputs", "duration=+25%", "tokens=+10%", "cost=+19%", "cost=+20%", "model-calls=+0%"];
    let rules: Vec<Rule> = rules.iter().map(|rule| Rule::parse(rule).unwrap()).collect();
    let broken: Vec<String> =
        judge(&comparison, &rules).iter().map(|broken| format!("{}: {}", broken.rule, broken.why)).collect();
    assert_eq!(
        broken,
        [
            "errors: 0 failed steps became 1",
            "steps: 1 added, 1 removed, 1 moved",
            "outputs: 1 step has another output",
            "duration=+25%: 100000000 nanoseconds became 150000000",
            "tokens=+10%: 120 tokens became 140",
            "cost=+19%: 0.1 USD became 0.12",
        ]
    );
}

#[test]
fn what_is_repeated_is_counted_and_a_gate_for_it() {
    let many = |times: usize| {
        let line = |at: usize| format!("c1 {at} span.start {at} {at} - tool - - {{\"name\":\"t\",\"input\":1}}\n");
        events(&(1..=times).map(line).collect::<String>())
    };
    let (before, after) = (many(3), many(5));
    let (a, b) = (tree(&before), tree(&after));
    let rule = [Rule::parse("loops").unwrap()];
    let broken = judge(&compare(&a, &b), &rule);
    assert_eq!(broken.iter().map(|one| one.why.as_str()).collect::<Vec<_>>(), ["2 repeated steps became 4"]);
    assert!(judge(&compare(&b, &a), &rule).is_empty());
}

#[test]
fn a_rule_that_cannot_be_read_says_what_there_is() {
    for (text, message) in [
        ("speed", "there is no rule `speed`"),
        ("cost", "`cost=+10%`"),
        ("cost=10%", "`cost=+10%`"),
        ("tokens=+ten%", "`tokens=+10%`"),
        ("errors=+1%", "`errors` takes no value"),
    ] {
        let error = Rule::parse(text).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn many_siblings_are_aligned_in_bounded_time() {
    let many = |other: usize| {
        let mut text = "c1 1 span.start 0 a - agent - - {\"name\":\"run\"}\n".to_owned();
        for number in 0..6_000 {
            let input = if number % 7 == 0 { number * other } else { number };
            writeln!(
                text,
                "c1 {} span.start {} {:x} a tool - - {{\"name\":\"t\",\"input\":{input}}}",
                number + 2,
                number + 1,
                number + 4096
            )
            .unwrap();
        }
        text
    };
    let (before, after) = (events(&many(1)), events(&many(100_000)));
    let (a, b) = (tree(&before), tree(&after));
    let comparison = compare(&a, &b);
    assert_eq!(comparison.rows.len(), 6_001);
    assert_eq!(comparison.count(Change::Changed), 857);
}

#[test]
fn a_comparison_is_a_document() {
    let (before, after) = (events(BEFORE), events(AFTER));
    let (a, b) = (tree(&before), tree(&after));
    let document = String::from_utf8(tracewire_wire::json::write(&compare(&a, &b).to_value())).unwrap();
    insta::assert_snapshot!(document.replace(r#"{"a":"#, "\n{\"a\":"));
}
