//! What each form costs on the kinds of lists that agents make; the figures of the documentation are these.
#![cfg(feature = "tokens")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fmt::Write as _;

use proptest::prelude::*;
use tracewire_insight::tokens::{Encoding, Form, count, pick, sizes};
use tracewire_insight::uniform::{fill_nulls, group_by_shape};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::toon::{self, Delimiter};
use tracewire_wire::value::Value;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 16
    }

    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[(self.next() % words.len() as u64) as usize]
    }
}

fn event(dice: &mut Dice, at: usize, has_ids: bool) -> String {
    let ids = if has_ids {
        format!(
            r#""trace_id":"{:016x}{:016x}","span_id":"{:016x}","time":"2026-11-21T04:{:02}:{:02}.{:09}Z","#,
            dice.next(),
            dice.next(),
            dice.next(),
            at / 60 % 60,
            at % 60,
            dice.next() % 1_000_000_000
        )
    } else {
        String::new()
    };
    let name = dice.of(&["search", "fetch_page", "plan", "draft_answer", "check_claims"]);
    let kind = dice.of(&["llm", "tool", "retrieval", "guardrail"]);
    let model = dice.of(&["gpt-5", "gpt-5-mini", "claude-5"]);
    format!(
        r#"{{{ids}"seq":{},"kind":"{kind}","name":"{name}","status":"ok","duration_ms":{},"model":"{model}","input_tokens":{},"output_tokens":{}}}"#,
        at + 1,
        dice.next() % 9000,
        dice.next() % 4000,
        dice.next() % 600
    )
}

fn list(items: impl Iterator<Item = String>) -> Value {
    let text = format!("[{}]", items.collect::<Vec<_>>().join(","));
    json::read(text.as_bytes(), &ReadOptions::default()).unwrap()
}

fn data(name: &str) -> Value {
    let mut dice = Dice(7);
    match name {
        "uniform events" => list((0..500).map(|at| event(&mut dice, at, true))),
        "uniform, without ids and times" => list((0..500).map(|at| event(&mut dice, at, false))),
        "uniform, with a map in each" => list((0..500).map(|at| {
            let event = event(&mut dice, at, true);
            format!(
                r#"{},"metrics":{{"retries":{},"cache_hits":{},"score":0.{}}}}}"#,
                event.trim_end_matches('}'),
                at % 3,
                at % 7,
                at % 9 + 1
            )
        })),
        "a member missing in one of ten" => list((0..500).map(|at| {
            let event = event(&mut dice, at, true);
            if at % 10 == 3 { event.replace(r#""status":"ok","#, "") } else { event }
        })),
        "events of four types" => list((0..500).map(|at| {
            let id = format!("{:016x}", dice.next());
            match at % 4 {
                0 => format!(r#"{{"type":"span.start","span_id":"{id}","kind":"tool","name":"search"}}"#),
                1 => format!(r#"{{"type":"log","level":"warning","message":"slow answer {at}"}}"#),
                2 => format!(r#"{{"type":"metric","name":"queue","value":{},"unit":"items"}}"#, at % 17),
                _ => format!(
                    r#"{{"type":"span.end","span_id":"{id}","status":"ok","duration_nanos":{}}}"#,
                    dice.next() % 9_000_000
                ),
            }
        })),
        _ => list((0..40).map(|at| {
            let spans: Vec<String> = (0..6)
                .map(|span| {
                    let event = event(&mut dice, span, true);
                    format!(
                        r#"{},"input":{{"messages":[{{"role":"user","content":"How do otters keep warm?"}}]}}}}"#,
                        event.trim_end_matches('}')
                    )
                })
                .collect();
            format!(
                r#"{{"trace":{at},"user":{{"id":"u-{at}","plan":"free"}},"tags":["a","b"],"spans":[{}]}}"#,
                spans.join(",")
            )
        })),
    }
}

#[test]
fn figures_of_the_documentation() {
    let mut table = String::new();
    for name in [
        "uniform events",
        "uniform, without ids and times",
        "uniform, with a map in each",
        "a member missing in one of ten",
        "events of four types",
        "nested traces",
    ] {
        let value = data(name);
        let sizes = sizes(&value, Encoding::O200k);
        let base = sizes[0].tokens as f64;
        writeln!(table, "{name}: {} tokens", sizes[0].tokens).unwrap();
        for size in &sizes[1..] {
            writeln!(table, "  {:<13}{:>+6.1} %", size.form.name(), (size.tokens as f64 / base - 1.0) * 100.0).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

/// Values with lists of maps, ragged or not.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-9_i64..999).prop_map(Value::Int),
        "[a-c,:\" ]{0,4}".prop_map(Value::Text)
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let map = prop::collection::btree_map("[a-d]", inner.clone(), 0..4)
            .prop_map(|members| Value::Map(members.into_iter().collect()));
        prop_oneof![
            map.clone(),
            prop::collection::vec(map, 0..5).prop_map(Value::List),
            prop::collection::vec(inner, 0..4).prop_map(Value::List)
        ]
    })
}

/// How many texts, numbers and so on there are; nulls aside.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::List(items) => items.iter().map(leaves).sum(),
        Value::Map(map) => map.iter().map(|(_, value)| leaves(value)).sum(),
        _ => 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sizes_are_those_of_what_is_written(value in values()) {
        for size in sizes(&value, Encoding::Cl100k) {
            let text = size.form.write(&value).unwrap();
            prop_assert_eq!((size.bytes, size.tokens), (text.len(), count(&text, Encoding::Cl100k)));
            let again = match size.form {
                Form::Json | Form::JsonPretty => json::read(text.as_bytes(), &ReadOptions::default()).unwrap(),
                Form::Toon(_) => toon::decode(text.as_bytes(), &toon::DecodeOptions::default()).unwrap(),
                Form::JsonLines => Value::List(text.lines().map(|line| json::read(line.as_bytes(), &ReadOptions::default()).unwrap()).collect()),
                Form::Csv | Form::ToonGrouped | Form::ToonFilled => continue,
            };
            prop_assert_eq!(again, value.clone(), "{}", size.form.name());
        }
    }

    #[test]
    fn the_smallest_is_picked(value in values()) {
        let (form, text, tokens) = pick(&value, Encoding::O200k);
        prop_assert_eq!(Some(text), form.write(&value));
        for other in [Form::Json, Form::Toon(Delimiter::Comma), Form::Toon(Delimiter::Tab), Form::Toon(Delimiter::Pipe)] {
            prop_assert!(tokens <= count(&other.write(&value).unwrap(), Encoding::O200k));
        }
    }

    #[test]
    fn transformations_lose_no_content_and_are_done_once(value in values()) {
        for transform in [group_by_shape, fill_nulls] {
            let once = transform(value.clone());
            prop_assert_eq!(leaves(&once), leaves(&value));
        }
        let filled = fill_nulls(value);
        prop_assert_eq!(fill_nulls(filled.clone()), filled);
    }
}
