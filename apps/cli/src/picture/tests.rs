//! Pictures of literal traces.

use tracewire_store::ProducerState;

use super::{Picture, draw, footer, header};
use crate::sample;
use crate::term::{Glyphs, Screen};

struct How {
    columns: usize,
    color: bool,
    glyphs: Glyphs,
    full: bool,
    focus: Option<&'static str>,
    limit: usize,
}

const PLAIN: How = How { columns: 100, color: false, glyphs: Glyphs::UNICODE, full: false, focus: None, limit: 0 };

fn picture(lines: &str, state: ProducerState, how: &How) -> String {
    let events = sample::events(lines);
    let processes = sample::processes(state);
    let tree = sample::tree(&events, &processes);
    let focus = how.focus.map(|span_id| tree.find(span_id.parse().unwrap()).unwrap());
    let picture = Picture { tree: &tree, processes: &processes, full: how.full, focus, limit: how.limit };
    let mut out = Vec::new();
    let mut screen = Screen::memory(&mut out, how.columns, how.color, how.glyphs);
    header(&picture, &mut screen).unwrap();
    let left_out = draw(&picture, &mut screen).unwrap();
    footer(&picture, left_out, &mut screen).unwrap();
    screen.flush().unwrap();
    drop(screen);
    String::from_utf8(out).unwrap()
}

#[test]
fn an_agent_at_several_widths() {
    for columns in [60, 80, 100, 140] {
        let shown = picture(sample::RESEARCH, ProducerState::Closed, &How { columns, ..PLAIN });
        insta::assert_snapshot!(format!("research_{columns}"), shown);
        // What can be typed is never cut; all else keeps within the terminal.
        let too_wide = shown
            .lines()
            .filter(|line| !line.starts_with("  tracewire "))
            .find(|line| crate::term::width(line) > columns);
        assert_eq!(too_wide, None);
    }
}

#[test]
fn a_picture_is_said_in_words_and_estimated_where_nobody_says_what_it_took() {
    let lines = r#"
        p 1 span.start 0 1 - llm - - {"attributes":{"gen_ai.request.model":"gpt-4o"},"input":[{"role":"user","content":[{"image_url":{"url":{"$media":{"bytes":118034,"encoding":"base64","hash":"sha256:ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34","height":1024,"prefix":"data:image/png;base64,","type":"image/png","width":1024}}},"type":"image_url"}]}],"name":"look"}
        p 2 span.end 900 1 - - ok 900 {"output":"an otter"}
        p 3 span.start 1000 2 - llm - - {"attributes":{"gen_ai.request.model":"gpt-4o"},"input":{"$media":{"bytes":9,"height":9,"missing_bytes":9,"type":"image/gif","width":9}},"name":"look again"}
        p 4 span.end 1900 2 - - ok 900 {"usage":{"input_tokens":300,"output_tokens":3}}
    "#;
    let shown = picture(lines, ProducerState::Closed, &How { columns: 200, ..PLAIN });
    for (there, times) in [("about 765 tokens of 1 picture", 1), ("{url: <image/png 1024×10", 1), ("base64,", 0)] {
        assert_eq!(shown.matches(there).count(), times, "{there} in {shown}");
    }
    assert!(shown.contains("<image/gif 9×9, 9 B, cut>") && shown.contains("300"), "{shown}");
}

#[test]
fn an_agent_in_colour() {
    let shown = picture(sample::RESEARCH, ProducerState::Closed, &How { color: true, ..PLAIN });
    insta::assert_snapshot!(shown.replace('\u{1b}', "␛"));
}

#[test]
fn an_agent_in_ascii() {
    let shown = picture(sample::RESEARCH, ProducerState::Closed, &How { columns: 80, glyphs: Glyphs::ASCII, ..PLAIN });
    assert!(shown.is_ascii(), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn an_agent_in_full() {
    insta::assert_snapshot!(picture(sample::RESEARCH, ProducerState::Closed, &How { full: true, ..PLAIN }));
}

#[test]
fn one_span_with_all_about_it() {
    let how = How { full: true, focus: Some("00000000000000b3"), ..PLAIN };
    insta::assert_snapshot!(picture(sample::RESEARCH, ProducerState::Closed, &how));
}

#[test]
fn an_agent_that_was_killed() {
    insta::assert_snapshot!(picture(sample::KILLED, ProducerState::Dead, &PLAIN));
}

#[test]
fn an_agent_at_work() {
    insta::assert_snapshot!(picture(sample::KILLED, ProducerState::Alive, &PLAIN));
}

#[test]
fn a_guard_says_what_it_stopped() {
    let lines = r#"
        c1-1 1 span.start 100 a - agent - - {"name":"researcher"}
        c1-1 2 event 110 b a guardrail - - {"name":"tracewire.guard","attributes":{"tracewire.guard.decision":"warn","tracewire.guard.message":"step budget of session \"chat-7\" is nearly used"}}
        c1-1 3 event 120 c a guardrail - - {"name":"tracewire.guard","attributes":{"tracewire.guard.decision":"stop","tracewire.guard.message":"step budget of session \"chat-7\" would be exceeded: tool \"search\" asks 1, 3 used, 0 reserved, limit 3"}}
        c1-1 4 span.end 200 a - - error 100 {"status_message":"stopped"}
    "#;
    insta::assert_snapshot!(picture(lines, ProducerState::Closed, &How { columns: 120, ..PLAIN }));
}

#[test]
fn what_does_not_add_up() {
    let lines = r#"
        c1-1 1 span.start 100 a ff tool - - {"name":"orphan"}
        c1-1 2 span.end 200 a - - ok 100 -
        c1-1 3 span.end 300 c - - timeout 50 {"status_message":"no answer within 50 ms"}
        c1-1 4 span.start 400 d e step - - {"name":"circle one"}
        c1-1 5 span.start 401 e d step - - {"name":"circle two"}
        c1-1 6 span.start 500 b - step - - {"name":"twice","level":"warning"}
        c1-1 7 span.start 501 b - step - - {"name":"again"}
        c1-1 8 span.end 510 b - - cancelled 10 -
        c1-1 9 span.start 490 9 b tool - - {"name":"before its parent"}
        c1-1 10 span.end 505 9 - - paused 15 {"clock_skew_nanos":2000000000}
        c1-1 11 x.custom 700 9 - - - - {"name":"unknown type"}
        c1-1 12 span.start 710 8 b - - - {"$erased":"sha256:0000000000000000000000000000000000000000000000000000000000000001"}
    "#;
    insta::assert_snapshot!(picture(lines, ProducerState::Dead, &PLAIN));
}

#[test]
fn hostile_names_reach_no_terminal() {
    let lines = r#"
        c1-1 1 span.start 0 a - to\u001b[31mol - - {"name":"\u001b[2J\u001b]0;owned\u0007\u009b31m","session_id":"\u202etxt\u2066","input":{"\u001b[H":"\u001bc"}}
        c1-1 2 span.end 9 a - - error 9 {"status_message":"line one\nline two \u001b[5m","exception":{"type":"\u202eE","message":"\u0008\u0008x","stacktrace":"a\u001b[1A\rb"}}
        c1-1 3 log 5 a - - - - {"message":"\u001b]8;;http://x\u0007","level":"error\u001b"}
    "#;
    for full in [false, true] {
        let shown = picture(lines, ProducerState::Dead, &How { full, ..PLAIN });
        let hostile = |character: &char| {
            character.is_control() && *character != '\n'
                || matches!(*character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(shown.chars().find(hostile), None, "{shown}");
        insta::assert_snapshot!(shown);
    }
}

#[test]
fn deep_trees_keep_within_the_terminal_and_long_ones_are_cut() {
    let mut lines = String::new();
    for place in 1..=60 {
        let parent = if place == 1 { "-".to_owned() } else { format!("{:x}", place - 1) };
        lines.push_str(&format!(
            "c1-1 {place} span.start {place} {place:x} {parent} step - - {{\"name\":\"level {place}\"}}\n"
        ));
    }
    let shown = picture(&lines, ProducerState::Dead, &How { columns: 80, limit: 40, ..PLAIN });
    assert!(shown.lines().all(|line| crate::term::width(line) <= 80 || line.contains("--limit 0")), "{shown}");
    insta::assert_snapshot!(shown);
}

/// A model that asks the same thing of the same tool, and something else that is asked again elsewhere.
fn looping() -> String {
    let mut lines = String::from("c1-1 1 span.start 0 a - agent - - {\"name\":\"research\"}\n");
    let mut seq = 1;
    let mut line = |text: String| {
        seq += 1;
        lines.push_str(&format!("c1-1 {seq} {text}\n"));
    };
    for turn in 1..=6 {
        let at = turn * 100;
        line(format!(r#"span.start {at} b{turn} a llm - - {{"name":"think","input":["turn {turn}"]}}"#));
        line(format!(
            r#"span.end {} b{turn} - - ok 40 {{"usage":{{"input_tokens":1000,"output_tokens":50}},"cost":{{"total":"0.004"}}}}"#,
            at + 40
        ));
        line(format!(r#"span.start {} c{turn} a tool - - {{"name":"search","input":{{"q":"otters"}}}}"#, at + 41));
        line(format!(r#"span.end {} c{turn} - - ok 20 {{"output":[]}}"#, at + 61));
    }
    for place in 1..=3 {
        line(format!(r#"span.start {} d{place} - tool - - {{"name":"poll","input":1}}"#, 800 + place));
        line(format!(r#"span.end {} d{place} - - error 10 {{"output":{place}}}"#, 810 + place));
    }
    line("span.end 900 a - - ok 900 {}".to_owned());
    lines
}

#[test]
fn what_is_done_again_and_again_is_said_first() {
    insta::assert_snapshot!(picture(&looping(), ProducerState::Closed, &How { limit: 4, ..PLAIN }));
    let narrow = How { columns: 60, glyphs: Glyphs::ASCII, limit: 4, ..PLAIN };
    insta::assert_snapshot!(picture(&looping(), ProducerState::Closed, &narrow));
}

#[test]
fn events_without_any_span() {
    insta::assert_snapshot!(picture(
        "c1-1 1 log 5 - - - - - {\"message\":\"alone\",\"level\":\"error\"}",
        ProducerState::Dead,
        &PLAIN
    ));
}
