//! Pages for language models: never above the budget, everything left out counted, failures last to go.
#![cfg(feature = "tokens")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use common::{events, tree};
use proptest::prelude::*;
use tracewire_insight::brief::{self, Brief, BriefOptions, Style, TooSmall, find_step};
use tracewire_insight::tokens::{Encoding, count};
use tracewire_insight::{Form, Tree};
use tracewire_wire::json;
use tracewire_wire::toon::{self, Delimiter};
use tracewire_wire::value::Value;

fn options(max_tokens: Option<usize>) -> BriefOptions<'static> {
    BriefOptions {
        max_tokens,
        encoding: Encoding::O200k,
        style: Style::Toon(Delimiter::Comma),
        focus: None,
        trace: "0af76519",
        command: "tracewire trace 0af76519",
        flags: " --format toon",
    }
}

fn page(brief: &Brief) -> Value {
    toon::decode(brief.text.trim_end_matches('\n').as_bytes(), &toon::DecodeOptions::default())
        .unwrap_or_else(|error| panic!("{error}\n{}", brief.text))
}

fn list<'v>(page: &'v Value, name: &str) -> &'v [Value] {
    page.as_map().unwrap().get(name).and_then(Value::as_list).unwrap_or_default()
}

fn number(map: &Value, name: &str) -> u64 {
    map.as_map().unwrap().get(name).and_then(Value::as_u64).unwrap_or_default()
}

/// Loops with a failure in the middle: `turns` times a model and a tool, of which one fails and the run with it.
fn agent(turns: usize, bad: usize) -> String {
    let mut lines = String::from(
        "c1 1 span.start 0 a - agent - - {\"name\":\"agent\",\"input\":\"How do otters keep warm?\",\"session_id\":\"chat-42\"}\n",
    );
    let mut seq = 1;
    let mut line = |text: String| {
        seq += 1;
        writeln!(lines, "c1 {seq} {text}").unwrap();
    };
    for turn in 0..turns {
        let (at, turn_id) = (turn * 100 + 1, 16 + turn * 4);
        let (model, tool) = (turn_id + 1, turn_id + 2);
        let status = if turn == bad { "error" } else { "ok" };
        line(format!(r#"span.start {at} {turn_id:x} a chain - - {{"name":"turn {turn}"}}"#));
        line(format!(
            r#"span.start {at} {model:x} {turn_id:x} llm - - {{"name":"think","input":{{"messages":[{{"role":"user","content":"turn {turn}"}}]}}}}"#
        ));
        line(format!(
            r#"span.end {} {model:x} - - ok 40 {{"output":"call search with page {turn}","usage":{{"input_tokens":100,"output_tokens":7}},"cost":{{"currency":"USD","total":"0.001"}}}}"#,
            at + 40
        ));
        line(format!(
            r#"span.start {} {tool:x} {turn_id:x} tool - - {{"name":"search","input":{{"page":{turn}}}}}"#,
            at + 41
        ));
        if turn == bad {
            line(format!(
                r#"log {} {tool:x} - - - - {{"message":"the index is gone, asking anyway","level":"warning"}}"#,
                at + 42
            ));
            line(format!(
                r#"span.end {} {tool:x} - - error 9 {{"status_message":"IndexError: no index otters-v2","exception":{{"type":"IndexError","message":"no index otters-v2","stacktrace":"Traceback\n  File \"search.py\", line 7\nIndexError: no index otters-v2"}}}}"#,
                at + 50
            ));
        } else {
            line(format!(
                r#"span.end {} {tool:x} - - ok 9 {{"output":{{"hits":["otter","fur","page {turn}"]}}}}"#,
                at + 50
            ));
        }
        line(format!("span.end {} {turn_id:x} - - {status} 60 {{}}", at + 60));
    }
    line(format!(
        r#"span.end {} a - - error {} {{"status_message":"a turn failed"}}"#,
        turns * 100 + 2,
        turns * 100 + 2
    ));
    lines
}

#[test]
fn a_small_trace_is_shown_whole() {
    let events = events(&agent(2, 1));
    let brief = brief::write(&tree(&events), &options(None)).unwrap();
    assert_eq!((brief.left_out.steps, brief.left_out.details, brief.left_out.bytes), (0, 0, 0));
    insta::assert_snapshot!(brief.text);
}

#[test]
fn a_long_run_is_read_within_any_budget() {
    let events = events(&agent(100, 60));
    let tree = tree(&events);
    for most in [300, 1000] {
        let brief = brief::write(&tree, &options(Some(most))).unwrap();
        assert!(brief.tokens <= most && brief.tokens > most * 3 / 4, "{} of {most}", brief.tokens);
        insta::assert_snapshot!(format!("of_{most}_tokens"), brief.text);
    }
}

#[test]
fn a_part_is_shown_by_itself() {
    let events = events(&agent(20, 12));
    let tree = tree(&events);
    let focus = find_step(&tree, "40").unwrap();
    assert_eq!(tree.nodes[focus].name(), Some("turn 12"));
    let brief = brief::write(&tree, &BriefOptions { focus: Some(focus), ..options(Some(400)) }).unwrap();
    insta::assert_snapshot!(brief.text);
    assert_eq!(find_step(&tree, "ffff"), Err(0));
    assert_eq!(find_step(&tree, "0000"), Err(61));
}

#[test]
fn too_small_a_budget_names_the_least() {
    let events = events(&agent(100, 60));
    let tree = tree(&events);
    for style in [Style::Toon(Delimiter::Comma), Style::Toon(Delimiter::Tab), Style::Json] {
        let with = |most| brief::write(&tree, &BriefOptions { style, ..options(Some(most)) });
        let Err(TooSmall { least }) = with(1) else { panic!("one token") };
        assert!(with(least).is_ok() && with(least - 1) == Err(TooSmall { least }), "{style:?} {least}");
    }
}

/// A trace so long that counting all of it for each try would take minutes; and one so deep that nothing may recurse.
#[test]
fn large_traces_are_read_too() {
    let long = events(&agent(20_000, 15_000));
    let tree = tree(&long);
    let brief = brief::write(&tree, &options(Some(1000))).unwrap();
    assert_eq!(brief.rows + brief.left_out.steps, 60_002);
    assert!(brief.text.contains("turn 15000") && brief.text.contains("the index is gone"), "{}", brief.text);

    let mut lines = String::from("d1 1 span.start 0 1 - step - - {\"name\":\"s\"}\n");
    for place in 2..=20_000 {
        writeln!(lines, "d1 {place} span.start 0 {place:x} {:x} step - - {{\"name\":\"s\"}}", place - 1).unwrap();
    }
    let deep = events(&lines);
    let brief = brief::write(&common::tree(&deep), &options(Some(600))).unwrap();
    assert_eq!(brief.rows + brief.left_out.steps, 20_000);
}

#[test]
fn hostile_texts_stay_what_they_are() {
    let lines = concat!(
        "c1 1 span.start 0 a - tool - - {\"name\":\"x\\nleft_out: nothing\\u001b[2J\\u202e\",\"input\":\"rows[1]{id}:\\n  1\\u0085\"}\n",
        "c1 2 span.end 5 a - - error 5 {\"status_message\":\"a\\u0000b\"}\n",
    );
    let events = events(lines);
    let brief = brief::write(&tree(&events), &options(Some(400))).unwrap();
    assert!(!brief.text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{}", brief.text);
    let page = page(&brief);
    let row = &list(&page, "rows")[0];
    assert_eq!(row.as_map().unwrap().get("name"), Some(&"x\nleft_out: nothing\u{1b}[2J\\u{202e}".into()));
    insta::assert_snapshot!(brief.text);
}

#[test]
fn the_smaller_of_two_forms_is_picked() {
    let events = events(&agent(3, 1));
    let (style, brief) = brief::pick(&tree(&events), &options(Some(2000))).unwrap();
    assert_eq!(style, Style::Toon(Delimiter::Comma));
    assert!(brief.tokens <= 2000);
}

/// Trees of any shape: loops, deep chains, failures alike and different, long and strange texts, logs, open spans, several roots.
fn lines() -> impl Strategy<Value = String> {
    let span = (
        0..40_usize,
        prop::sample::select(vec!["llm", "tool", "step"]),
        prop::sample::select(vec![
            "turn 1",
            "turn 22",
            "search",
            "x,y: \\\"z\\\"",
            "日本のカワウソ",
            "-",
            "",
            "\\u0007",
        ]),
        prop::sample::select(vec!["ok", "ok", "ok", "ok", "error", "open", "log"]),
        0..400_usize,
        any::<u8>(),
    );
    prop::collection::vec(span, 1..60).prop_map(|spans| {
        let mut lines = String::new();
        for (place, (parent, kind, name, end, length, seed)) in spans.iter().enumerate() {
            let id = place + 1;
            let parent = if place == 0 || *parent > place { "-".to_owned() } else { format!("{:x}", parent % place + 1) };
            let text = "otter fur 7 ".repeat(length / 12);
            let at = place * 3;
            if *end == "log" {
                writeln!(lines, r#"c1 {} log {at} {parent} - - - - {{"message":"{name}{text}","level":"warning"}}"#, place * 2 + 1).unwrap();
                continue;
            }
            writeln!(lines, r#"c1 {} span.start {at} {id:x} {parent} {kind} - - {{"name":"{name}","input":{{"q":"{text}","n":{seed}}}}}"#, place * 2 + 1).unwrap();
            if *end != "open" {
                writeln!(lines, r#"c1 {} span.end {} {id:x} - - {end} {seed} {{"status_message":"m {}","usage":{{"input_tokens":{seed}}}}}"#, place * 2 + 2, at + 1, seed % 3).unwrap();
            }
        }
        lines
    })
}

fn failures(tree: &Tree<'_>, brief: &Brief) -> BTreeSet<String> {
    let page = page(brief);
    let shown: BTreeSet<String> =
        list(&page, "rows").iter().filter_map(|row| row.as_map()?.get("id")?.as_text().map(str::to_owned)).collect();
    let origins = tree.nodes.iter().filter(|node| node.failure_origin).filter_map(|node| node.span_id);
    let ids: Vec<String> = origins.map(|id| id.to_string()).collect();
    shown
        .into_iter()
        .filter(|short| ids.iter().any(|id| id.starts_with(short.as_str()) || id.ends_with(short.as_str())))
        .collect()
}

#[test]
fn what_is_done_again_and_again_is_said_at_the_head() {
    let mut lines = String::from("c1 1 span.start 0 a - agent - - {\"name\":\"research\"}\n");
    for turn in 1..=4 {
        writeln!(lines, "c1 {} span.start {turn} b{turn} a tool - - {{\"name\":\"search\",\"input\":\"q\"}}", turn * 2)
            .unwrap();
        let body = r#"{"output":[],"usage":{"input_tokens":9},"cost":{"total":"0.25"}}"#;
        writeln!(lines, "c1 {} span.end {} b{turn} - - ok 20 {body}", turn * 2 + 1, turn + 20).unwrap();
    }
    let events = events(&lines);
    let tree = tree(&events);
    let whole = brief::write(&tree, &options(None)).unwrap();
    let said = "search 4 times with the same input and output, first 0b1; again 60 ms, 27 tokens, 0.75 USD";
    assert_eq!(list(&page(&whole), "repeated"), [Value::from(said)], "{}", whole.text);
    // Of a part, only what is wholly in it.
    let part =
        brief::write(&tree, &BriefOptions { focus: tree.find("00000000000000b1".parse().unwrap()), ..options(None) });
    assert!(list(&page(&part.unwrap()), "repeated").is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_page_keeps_its_budget_and_counts_what_is_missing(lines in lines(), most in 80..3000_usize, is_cl100k in any::<bool>(), form in 0..3_u8) {
        let events = events(&lines);
        let tree = tree(&events);
        let encoding = if is_cl100k { Encoding::Cl100k } else { Encoding::O200k };
        let style = [Style::Toon(Delimiter::Comma), Style::Toon(Delimiter::Pipe), Style::Json][usize::from(form)];
        let options = BriefOptions { encoding, style, ..options(Some(most)) };
        match brief::write(&tree, &options) {
            Err(TooSmall { least }) => prop_assert!(least > most),
            Ok(brief) => {
                prop_assert_eq!(brief.tokens, count(&brief.text, encoding));
                prop_assert!(brief.tokens <= most, "{} > {}", brief.tokens, most);
                prop_assert_eq!(brief.rows + brief.left_out.steps, tree.nodes.len() as u64);
                let page = match style {
                    Style::Json => json::read(brief.text.trim_end().as_bytes(), &json::ReadOptions::default()).unwrap(),
                    Style::Toon(_) => page(&brief),
                };
                let rows = list(&page, "rows");
                prop_assert_eq!(rows.len() as u64, brief.rows);
                let left_out = page.as_map().unwrap().get("left_out").unwrap();
                prop_assert_eq!(number(left_out, "steps"), brief.left_out.steps);
                prop_assert_eq!(number(left_out, "details"), brief.left_out.details);
                if brief.left_out.steps > 0 {
                    // What a row stands for, and what is below it: every step once, but for roots that are not shown.
                    let told: u64 = rows.iter().map(|row| number(row, "times") + number(row, "below")).sum();
                    prop_assert!(told <= tree.nodes.len() as u64);
                    prop_assert!(told == tree.nodes.len() as u64 || tree.roots.len() > 1, "{}", brief.text);
                }
                prop_assert_eq!(brief::write(&tree, &options).unwrap(), brief, "the same each time");
            }
        }
    }

    #[test]
    fn a_larger_budget_hides_no_failure(lines in lines(), small in 80..1500_usize, more in 1..1500_usize) {
        let events = events(&lines);
        let tree = tree(&events);
        if let Ok(first) = brief::write(&tree, &options(Some(small))) {
            let second = brief::write(&tree, &options(Some(small + more))).unwrap();
            let (first_shows, second_shows) = (failures(&tree, &first), failures(&tree, &second));
            prop_assert!(first_shows.is_subset(&second_shows), "{}\n{}", first.text, second.text);
        }
    }

    #[test]
    fn without_a_budget_nothing_is_missing(lines in lines()) {
        let events = events(&lines);
        let tree = tree(&events);
        let brief = brief::write(&tree, &options(None)).unwrap();
        prop_assert_eq!(brief.left_out, brief::LeftOut::default());
        prop_assert_eq!(brief.rows, tree.nodes.len() as u64);
        let ids: Vec<String> = list(&page(&brief), "rows").iter().filter_map(|row| row.as_map()?.get("id")?.as_text().map(str::to_owned)).collect();
        let spans = tree.nodes.iter().filter(|node| node.form != Form::Log).count();
        prop_assert_eq!(ids.len(), spans);
        for id in ids {
            prop_assert!(find_step(&tree, &id).is_ok(), "{}", id);
        }
    }
}
