//! Literal events in, outlines out.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{events, outline, tree};
use tracewire_insight::Oddity;

#[test]
fn an_agent_that_went_well() {
    let events = events(
        r#"
        c1 1 span.start 0 a - agent - - {"name":"research","session_id":"s1"}
        c1 2 span.start 100 b a llm - - {"name":"plan"}
        c1 3 span.event 400 b - - - - {"chunks":["a","b"]}
        c1 4 span.event 500 b - - - - {"chunks":["c"]}
        c1 5 span.end 900 b - - ok 800 {"usage":{"input_tokens":120,"output_tokens":30},"cost":{"currency":"USD","total":"0.1"}}
        c1 6 span.start 900 c a tool - - {"name":"search","input":{"q":"otters"}}
        c2 1 event 950 d c - - - {"name":"mcp.tool.called"}
        c1 7 span.end 1000 c - - ok 100 {"output":"found"}
        c1 8 log 1000 a - - - - {"message":"half way","level":"info"}
        c1 9 span.start 1000 e a llm - - {"name":"answer"}
        c1 10 span.end 2000 e - - ok 1000 {"usage":{"input_tokens":10,"output_tokens":5},"cost":{"currency":"USD","total":"0.2"}}
        c1 11 span.end 2010 a - - ok 2010 {"usage":{"input_tokens":130,"output_tokens":35}}
        "#,
    );
    insta::assert_snapshot!(outline(&tree(&events)));
}

#[test]
fn failure_is_marked_where_it_began() {
    let events = events(
        r#"
        c1 1 span.start 0 a - agent - - {"name":"run"}
        c1 2 span.start 10 b a tool - - {"name":"fetch"}
        c1 3 span.event 20 b - - - - {"exception":{"type":"RateLimitError","message":"429","stacktrace":"…"}}
        c1 4 span.end 20 b - - error 10 {"exception":{"type":"RateLimitError","message":"429"}}
        c1 5 span.end 30 a - - error 30 {"status_message":"gave up"}
        "#,
    );
    let tree = tree(&events);
    insta::assert_snapshot!(outline(&tree));
    assert_eq!(tree.nodes[1].exceptions.len(), 1, "recorded twice, shown once");
    assert_eq!(tree.nodes[1].exceptions[0].stacktrace, Some("…"));
}

#[test]
fn open_spans_are_told_by_the_life_of_their_process() {
    let events = events(
        r#"
        d1 1 span.start 0 a - agent - - {"name":"dead"}
        d1 2 span.start 10 b a llm - - {"name":"draft"}
        d1 3 span.event 30 b - - - - {"chunks":["x"]}
        a1 1 span.start 5 c - agent - - {"name":"alive"}
        u1 1 span.start 6 d - agent - - {"name":"elsewhere"}
        c1 1 span.start 7 e - agent - - {"name":"closed"}
        c1 2 span.start 8 f e tool - - {"name":"done"}
        c1 3 span.end 9 f - - ok 1 -
        "#,
    );
    insta::assert_snapshot!(outline(&tree(&events)));
}

#[test]
fn what_does_not_add_up_is_shown() {
    let events = events(
        r#"
        c1 1 span.start 100 a ff tool - - {"name":"orphan"}
        c1 2 span.end 200 a - - ok 100 -
        c1 3 span.start 150 b ff tool - - {"name":"its sibling"}
        c1 4 span.end 160 b - - ok 10 -
        c1 5 span.end 300 c - - ok 50 {"output":1}
        c1 6 span.start 400 d e step - - {"name":"circle one"}
        c1 7 span.start 401 e d step - - {"name":"circle two"}
        c1 8 span.start 402 f f step - - {"name":"its own parent"}
        c1 9 span.start 500 10 - step - - {"name":"twice"}
        c1 10 span.start 501 10 - step - - {"name":"again"}
        c1 11 span.end 510 10 - - ok 10 -
        c1 12 span.end 520 10 - - error 20 -
        c1 13 span.event 600 10 - - - - {"name":"late"}
        c2 1 span.start 490 11 10 tool - - {"name":"before its parent"}
        c2 2 span.end 505 11 - - ok 15 {"clock_skew_nanos":2000000000}
        c2 3 x.custom 700 11 - - - - {"name":"unknown type"}
        "#,
    );
    insta::assert_snapshot!(outline(&tree(&events)));
}

#[test]
fn bodies_that_are_gone_are_shown_as_gone() {
    let hash = format!("sha256:{}", "0".repeat(63) + "1");
    let events = events(&format!(
        r#"
        c1 1 span.start 0 a - tool - - {{"$erased":"{hash}"}}
        c1 2 span.end 5 a - - ok 5 {{"$withheld":"{hash}"}}
        "#
    ));
    let tree = tree(&events);
    assert!(tree.nodes[0].oddities.contains(&Oddity::Erased) && tree.nodes[0].oddities.contains(&Oddity::Withheld));
    assert_eq!(tree.nodes[0].name(), None);
}

#[test]
fn updates_merge_by_time_producer_and_seq() {
    let events = events(
        r#"
        c1 1 span.start 0 a - llm - - {"name":"first","attributes":{"x":1,"y":1},"tags":["a","b"]}
        c2 9 span.update 20 a - - - - {"attributes":{"x":3},"name":null}
        c1 2 span.update 10 a - - - - {"attributes":{"x":2,"z":null},"tags":["c"],"name":"second"}
        c1 3 span.end 30 a - - ok 30 {"attributes":{"w":4}}
        "#,
    );
    let tree = tree(&events);
    let node = &tree.nodes[0];
    assert_eq!(node.name(), None, "null sets null");
    let attributes: Vec<String> = node.attributes.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
    insta::assert_snapshot!(attributes.join(" "));
    insta::assert_snapshot!(format!("{:?}", node.field("tags")));
}

#[test]
fn parallel_children_share_the_time_and_the_longest_is_critical() {
    let events = events(
        r#"
        c1 1 span.start 0 a - agent - - {"name":"parallel"}
        c1 2 span.start 10 b a tool - - {"name":"short"}
        c1 3 span.start 10 c a tool - - {"name":"long"}
        c1 4 span.end 40 b - - ok 30 -
        c1 5 span.end 90 c - - ok 80 -
        c1 6 span.end 100 a - - ok 100 -
        "#,
    );
    insta::assert_snapshot!(outline(&tree(&events)));
}

#[test]
fn feedback_and_losses_find_their_place() {
    let events = events(
        r#"
        c1 1 span.start 0 a - agent - - {"name":"run"}
        c1 2 feedback 1 a - - - - {"feedback_id":"f1","name":"helpful","value":false}
        c1 3 feedback 2 a - - - - {"feedback_id":"f2","name":"helpful","value":true,"supersedes":"f1"}
        c1 4 feedback 3 - - - - - {"feedback_id":"f3","name":"trace","value":5,"target":{"trace_id":"0af7651916cd43dd8448eb211c80319c"}}
        c1 5 loss 4 - - - - - {"reason":"quota","count":7}
        c1 6 metric 5 a - - - - {"name":"m","value":1}
        "#,
    );
    let tree = tree(&events);
    let ids: Vec<_> = tree.nodes[0].feedback.iter().map(|feedback| feedback.feedback_id).collect();
    assert_eq!(ids, [Some("f2")]);
    assert_eq!(tree.feedback.len(), 1);
    assert_eq!((tree.losses[0].reason, tree.losses[0].count), (Some("quota"), 7));
    assert_eq!(tree.nodes[0].metrics, 1);
}

#[test]
fn nothing_gives_an_empty_tree() {
    let tree = tree(&[]);
    assert_eq!((tree.nodes.len(), tree.roots.len(), tree.extent_nanos()), (0, 0, 0));
}
