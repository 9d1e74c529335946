//! The oracle notices what it is there for: forged inputs, one for each rule.

use crate::found::{Found, Loss, Record};
use crate::oracle::{Allowed, Rule, compare};
use crate::said::{Said, read};
use std::sync::Arc;
use tracewire_wire::id::{SpanId, TraceId};

fn said(lines: &[&str]) -> Said {
    let mut said = Said::default();
    lines.iter().for_each(|line| said.take(read(line)));
    said
}

/// A record of worker `v`, lane 0: its digest is its number plus 100.
fn record(number: u64, seq: u64) -> Record {
    Record {
        worker: "v".into(),
        lane: 0,
        number,
        digest: number as u32 + 100,
        parent: None,
        start: None,
        is_root: false,
        trace_id: TraceId::from_bytes([1; 16]),
        span_id: SpanId::from_bytes([number as u8 + 1; 8]),
        parent_id: None,
        process: "p".into(),
        file: 1,
        seq,
    }
}

fn found(records: Vec<Record>) -> Found {
    Found { records, ..Found::default() }
}

fn rules(said: &Said, found: &Found, allowed: Allowed) -> Vec<Rule> {
    compare(said, found, allowed).into_iter().map(|finding| finding.rule).collect()
}

const TWO: [&str; 2] = ["a v 0 0 100", "a v 0 1 101"];

#[test]
fn what_agrees_agrees() {
    let whole = found(vec![record(0, 1), record(1, 2)]);
    assert_eq!(rules(&said(&TWO), &whole, Allowed::default()), []);
    let under_way = found(vec![record(0, 1), record(1, 2), record(2, 3)]);
    assert_eq!(rules(&said(&TWO), &under_way, Allowed::default()), [], "the call that was under way may be there");
}

#[test]
fn a_missing_record_is_noticed() {
    assert_eq!(rules(&said(&TWO), &found(vec![record(1, 1)]), Allowed::default()), [Rule::Missing]);
    let dropped = said(&["d v 0 0 100", "a v 0 1 101"]);
    assert_eq!(rules(&dropped, &found(vec![record(1, 1)]), Allowed::default()), []);
}

#[test]
fn what_vanished_must_be_counted() {
    let allowed = Allowed { vanished: true, ..Allowed::default() };
    let counted = said(&["a v 0 0 100", "a v 0 1 101", r#"t v 1 0 {"vanished": 1}"#]);
    let mut found = found(vec![record(1, 2)]);
    found.losses.push(Loss { process: Arc::from("p"), reason: "vanished".to_owned(), count: 1 });
    assert_eq!(rules(&counted, &found, allowed), []);
    let uncounted = said(&["a v 0 0 100", "a v 0 1 101", "t v 2 0 {}"]);
    assert_eq!(rules(&uncounted, &found, allowed), [Rule::Missing, Rule::Counts, Rule::Counts]);
}

#[test]
fn a_record_that_is_there_twice_is_noticed() {
    let twice = found(vec![record(0, 1), record(0, 2), record(1, 3)]);
    assert_eq!(rules(&said(&TWO), &twice, Allowed::default()), [Rule::Doubled, Rule::Order]);
}

#[test]
fn another_payload_is_noticed() {
    let changed = found(vec![Record { digest: 7, ..record(0, 1) }, record(1, 2)]);
    assert_eq!(rules(&said(&TWO), &changed, Allowed::default()), [Rule::Changed]);
}

#[test]
fn what_nobody_recorded_is_noticed() {
    let invented = found(vec![record(0, 1), record(1, 2), record(3, 3)]);
    assert_eq!(rules(&said(&TWO), &invented, Allowed::default()), [Rule::Invented]);
    let stranger = found(vec![record(0, 1), record(1, 2), Record { worker: "w".into(), ..record(5, 3) }]);
    assert_eq!(rules(&said(&TWO), &stranger, Allowed::default()), [Rule::Invented]);
    let dropped = said(&["a v 0 0 100", "d v 0 1 101"]);
    assert_eq!(rules(&dropped, &found(vec![record(0, 1), record(1, 2)]), Allowed::default()), [Rule::Counts]);
}

#[test]
fn another_order_is_noticed() {
    let turned = found(vec![record(0, 2), record(1, 1)]);
    assert_eq!(rules(&said(&TWO), &turned, Allowed::default()), [Rule::Order]);
    let in_the_next_file = found(vec![Record { file: 2, ..record(0, 1) }, record(1, 9)]);
    assert_eq!(rules(&said(&TWO), &in_the_next_file, Allowed::default()), [Rule::Order]);
}

#[test]
fn another_parent_is_noticed() {
    let below = |parent_id| Record { parent: Some(0), parent_id, ..record(1, 2) };
    let right = found(vec![record(0, 1), below(record(0, 1).span_id)]);
    assert_eq!(rules(&said(&TWO), &right, Allowed::default()), []);
    let wrong = found(vec![record(0, 1), below(SpanId::from_bytes([9; 8]))]);
    assert_eq!(rules(&said(&TWO), &wrong, Allowed::default()), [Rule::Parent]);
    let ends = |start| found(vec![record(0, 1), Record { start: Some(start), ..record(1, 2) }]);
    assert_eq!(rules(&said(&TWO), &ends(0), Allowed::default()), [Rule::Parent]);
    let root = found(vec![Record { is_root: true, ..below(record(0, 1).span_id) }, record(0, 1)]);
    assert_eq!(rules(&said(&TWO), &root, Allowed::default()), [Rule::Parent]);
}

#[test]
fn sums_have_to_agree() {
    let with = |total| said(&["a v 0 0 100", "d v 0 1 101", total]);
    let told = |count| {
        let mut found = found(vec![record(0, 1)]);
        found.losses.push(Loss { process: Arc::from("p"), reason: "io".to_owned(), count });
        found
    };
    let untold = Allowed { untold: true, ..Allowed::default() };
    assert_eq!(rules(&with(r#"t v 1 0 {"io": 1}"#), &told(1), Allowed::default()), []);
    assert_eq!(rules(&with(r#"t v 1 0 {"io": 1}"#), &told(2), untold), [Rule::Counts], "more than was dropped");
    assert_eq!(rules(&with(r#"t v 1 0 {"io": 1}"#), &found(vec![record(0, 1)]), Allowed::default()), [Rule::Counts]);
    assert_eq!(rules(&with(r#"t v 1 0 {"io": 1}"#), &found(vec![record(0, 1)]), untold), []);
    assert_eq!(rules(&with("t v 1 0 {}"), &found(vec![record(0, 1)]), untold), [Rule::Counts], "nobody counted it");
    assert_eq!(rules(&with(r#"t v 2 0 {"io": 0}"#), &found(vec![record(0, 1)]), untold), [Rule::Counts]);
}
