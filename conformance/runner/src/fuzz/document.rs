//! Random JSON documents: events and envelopes that are almost some, tables, tags, and anything else.

use super::random::Random;
use super::values::TEXTS;
use serde_json::{Map, Value, json};

/// Members of bodies, of all types: put together at random, most stand in an event that they do not belong to.
const BODY: &[&str] = &[
    "name",
    "attributes",
    "input",
    "links",
    "scope",
    "trace_flags",
    "tags",
    "level",
    "prompt",
    "media",
    "output",
    "usage",
    "cost",
    "time_to_first_chunk_nanos",
    "chunks",
    "exception",
    "data",
    "status_message",
    "clock_skew_nanos",
    "message",
    "logger",
    "instrument",
    "value",
    "unit",
    "histogram",
    "feedback_id",
    "target",
    "source",
    "reason",
    "count",
    "bytes",
    "offset",
    "x",
    "$fields",
    "correlation_id",
    "temporality",
];

const TYPES: &[&str] =
    &["span.start", "span.update", "span.event", "span.end", "event", "log", "metric", "feedback", "loss", "x.y", ""];

/// A document; `envelopes` are some that were recorded.
pub fn any(random: &mut Random, envelopes: &[Value]) -> Value {
    match random.below(10) {
        0..3 if !envelopes.is_empty() => match random.below(3) {
            0 => random.pick(envelopes),
            1 => envelopes.to_vec().into(),
            _ => json!({ "envelopes": envelopes, "spec": "1.0" }),
        },
        3 if !envelopes.is_empty() => {
            let mut envelope = random.pick(envelopes);
            let names: Vec<String> = envelope.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
            let name = if random.chance(0.7) { random.pick(&names) } else { random.pick(&["x", "$fields"]).to_owned() };
            envelope[name] = random.pick(&[
                json!(1),
                Value::Null,
                json!("x"),
                json!([]),
                json!({}),
                json!({ "$bytes": "oAYB" }),
                json!("1.5"),
                json!("2.0"),
            ]);
            envelope
        }
        0..7 => event(random),
        _ => value(random, 0),
    }
}

/// Something that is an event, or nearly.
fn event(random: &mut Random) -> Value {
    let time = random.pick(&[
        "2026-11-21T04:30:00.123456789Z",
        "1970-01-01T00:00:00.000000000Z",
        "1969-12-31T23:59:59.999999999Z",
        "2026-02-30T00:00:00.000000000Z",
        "2262-04-11T23:47:16.854775807Z",
        "2262-04-11T23:47:16.854775808Z",
        "1677-09-21T00:12:43.145224192Z",
    ]);
    let mut event =
        json!({ "seq": random.pick(&[0_u64, 1, 7, (1 << 53) - 1]), "type": random.pick(TYPES), "time": time });
    for (name, values) in [
        ("trace_id", vec![json!("ab".repeat(16)), json!("0".repeat(32)), json!("AB".repeat(16))]),
        ("span_id", vec![json!("cd".repeat(8))]),
        ("parent_id", vec![json!("ef".repeat(8)), json!(5)]),
        ("kind", vec![json!("tool"), json!(""), Value::Null]),
        ("status", vec![json!("ok"), json!("")]),
        (
            "duration_nanos",
            vec![json!(0), json!(5), json!(-1), json!({ "$int": "18446744073709551615" }), json!((1_u64 << 53) - 1)],
        ),
        ("nonce", vec![json!("00"), json!("ab".repeat(16)), json!(1)]),
        ("x_unknown", vec![json!(1), json!({ "a": 1 })]),
        (
            "$fields",
            vec![json!({ "$bytes": "oAYB" }), json!({ "$bytes": "CAE=" }), json!({ "$bytes": "sAYB" }), json!(3)],
        ),
    ] {
        if random.chance(0.3) {
            event[name] =
                if random.chance(0.2) { random.pick(&values) } else { values.into_iter().next().unwrap_or_default() };
        }
    }
    match random.below(20) {
        0..4 => {}
        4 => {
            let mark = random.pick(&["$erased", "$withheld", "$ref"]);
            event["body"] = json!({ mark: format!("sha256:{}", "ab".repeat(32)) });
        }
        _ => {
            let count = random.below(9);
            let members = (0..count).map(|_| {
                let name = random.pick(BODY);
                (name.to_owned(), member(random, name))
            });
            event["body"] = members.collect::<Map<String, Value>>().into();
        }
    }
    event
}

/// A member of a body in a form that it has, or has not.
fn member(random: &mut Random, name: &str) -> Value {
    let largest = json!({ "$int": "18446744073709551615" });
    match name {
        "usage" if random.chance(0.7) => {
            let tokens = random.pick(&[json!(1), json!(-1), json!(1.5), json!("x"), largest]);
            let details = random.pick(&[json!({}), json!({ "a": 1 }), json!(3), json!({ "b": -1 })]);
            let whole = json!({ "input_tokens": tokens, "details": details, "raw": value(random, 4), "y": 1 });
            random.pick(&[whole.clone(), whole, json!({}), json!({ "$redacted": "key" })])
        }
        "histogram" if random.chance(0.7) => json!({
            "count": 1, "min": 1_u64 << 53,
            "sum": random.pick(&[json!(1.5), json!({ "$float": "NaN" }), json!({ "$int": "9007199254740993" })]),
            "bounds": random.pick(&[json!([1, 2.5, { "$float": "Infinity" }]), json!([]), json!([1, "x"])]),
            "counts": random.pick(&[json!([1, 2]), json!([1, -1]), json!([])]),
        }),
        "links" if random.chance(0.7) => {
            random.pick(&[json!([{ "trace_id": "x", "attributes": { "a": 1 } }, {}]), json!([1]), json!([])])
        }
        "exception" if random.chance(0.7) => {
            json!({ "type": "E", "escaped": random.pick(&[json!(true), json!(false), json!(0)]), "message": null })
        }
        "trace_flags" => random.pick(&[0_u64, 255, 256, (1 << 32) - 1, 1 << 32]).into(),
        _ => {
            let any = [value(random, 3), value(random, 3)];
            let plain = [
                json!("t"),
                json!(3),
                largest,
                json!(-5),
                json!(1.5),
                json!(["a", "b"]),
                json!([]),
                json!({}),
                json!([1, 2]),
                json!({ "a": 1 }),
                json!(true),
                Value::Null,
            ];
            if random.chance(0.2) { random.pick(&any) } else { random.pick(&plain) }
        }
    }
}

/// Any JSON value, tags among them.
fn value(random: &mut Random, depth: usize) -> Value {
    let kinds = if depth < 4 { 13 } else { 7 };
    match random.below(kinds) {
        0 => random.pick(&[Value::Null, true.into(), false.into()]),
        1 => random.between(-100, 100).into(),
        2 => random.pick(&[
            json!(1.5),
            json!(-0.0),
            json!(1e300),
            json!(1e21),
            json!(1e-7),
            json!(1_u64 << 60),
            json!(-(1_i64 << 53)),
            json!(123_456_789_012_345_680_000.5),
            json!(0.1),
            json!(5e-324),
            json!(1e30),
        ]),
        3 | 4 => text(random).into(),
        5 => tag(random),
        6 => random.pick(&[json!([]), json!({})]),
        7 | 8 => {
            let count = random.below(5);
            (0..count).map(|_| value(random, depth + 1)).collect()
        }
        9 => {
            let names: Vec<String> = (0..=random.below(3)).map(|_| text(random)).collect();
            let count = random.below(3) + 1;
            let rows = (0..count).map(|_| {
                let row = names.iter().map(|name| {
                    let depth = if random.chance(0.8) { 9 } else { depth + 2 };
                    (name.clone(), value(random, depth))
                });
                Value::Object(row.collect())
            });
            rows.collect()
        }
        10 => event(random),
        _ => {
            let count = random.below(5);
            let members = (0..count).map(|_| (text(random), value(random, depth + 1)));
            Value::Object(members.collect())
        }
    }
}

fn text(random: &mut Random) -> String {
    match random.below(20) {
        0 => random.pick(&["x", "é"]).repeat(random.below(300)),
        1 => random.between(-9, 9).to_string(),
        _ => random.pick(TEXTS).to_owned(),
    }
}

fn tag(random: &mut Random) -> Value {
    let hash = format!("sha256:{}", "ab".repeat(32));
    random.pick(&[
        json!({ "$int": "9007199254740993" }),
        json!({ "$int": "5" }),
        json!({ "$int": "99999999999999999999999" }),
        json!({ "$int": "18446744073709551616" }),
        json!({ "$int": "-9223372036854775808" }),
        json!({ "$float": "NaN" }),
        json!({ "$float": "x" }),
        json!({ "$bytes": "AAE=" }),
        json!({ "$bytes": "AAF=" }),
        json!({ "$bytes": "" }),
        json!({ "$time": "2026-11-21" }),
        json!({ "$ref": hash }),
        json!({ "$erased": hash }),
        json!({ "$withheld": hash }),
        json!({ "$ref": "x" }),
        json!({ "$cut": "a", "missing_bytes": 3 }),
        json!({ "$fields": { "$bytes": "oAYB" } }),
        json!({ "$fields": { "$bytes": "oAYB" }, "value": 3 }),
        json!({ "$fields": { "$bytes": "CAE=" } }),
        json!({ "$unknown": [1] }),
    ])
}
