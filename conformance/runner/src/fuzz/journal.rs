//! Journals that a plan describes: frames with good guards and checks around random records, and then damage.
//!
//! A plan is `{"header":{…},"frames":[…],"damage":[…]}` with frames such as `{"record":item}`, `{"mark":null}`,
//! `{"close":"exited"}`, `{"kind":9,"payload":"hex"}`; an item stands for CBOR: numbers, texts, lists,
//! `{"map":[[k,v]]}`, `{"tag":[n,v]}`, `{"raw":"hex"}`.

use super::random::Random;
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64_with_seed;

const SEED: u64 = 0x0123_4567_89ab_cdef;

/// The plan of a journal.
pub fn plan(random: &mut Random) -> Value {
    let frames = random.below(5) + 1;
    let mut frames: Vec<Value> = (0..frames)
        .map(|_| match random.below(12) {
            0 => json!({ "mark": null }),
            1 => json!({ "kind": random.pick(&[0, 5, 9, 255]), "payload": "f6" }),
            2 => json!({ "kind": 2, "payload": hex(&random.bytes(3)) }),
            _ => json!({ "record": record(random) }),
        })
        .collect();
    if random.chance(0.6) {
        frames.push(json!({ "close": random.pick(&["exited", "rotated", "recovered", ""]) }));
    }
    let mut plan = json!({ "header": {}, "frames": frames, "damage": [] });
    for (name, values) in [
        ("inline_bytes", [0, 8, 256]),
        ("text_bytes", [16, 100, 1000]),
        ("envelope_events", [1, 2, 3]),
        ("envelope_bytes", [1, 300, 9000]),
    ] {
        if random.chance(0.3) {
            plan["header"][name] = random.pick(&values).into();
        }
    }
    if random.chance(0.2) {
        plan["header"]["redact"] = json!(["k", "$t", "data"]);
    }
    if random.chance(0.5) {
        let count = random.below(3) + 1;
        let offset = |random: &mut Random| 16 + random.below(1200);
        plan["damage"] = (0..count)
            .map(|_| match random.below(4) {
                0 => json!({ "flip": [offset(random), 1_u8 << random.below(8)] }),
                1 => json!({ "end": offset(random) }),
                2 => json!({ "zeros": [offset(random), random.below(64)] }),
                _ => json!({ "append": [random.pick(&["00", "ff", "0000000000000000", "01"]), random.below(20)] }),
            })
            .collect();
    }
    plan
}

fn record(random: &mut Random) -> Value {
    let mut members = vec![
        json!(["type", random.pick(&["log", "span.start", "event", "x"])]),
        json!([
            "time",
            random.pick(&[json!(5), json!(-1), json!(0), json!(1_767_225_600_123_456_789_u64), json!("x")])
        ]),
    ];
    if random.chance(0.8) {
        let names = ["name", "data", "input", "output", "k", "attributes"];
        let count = random.below(3) + 1;
        let pairs: Value = (0..count).map(|_| json!([random.pick(&names), item(random, 0, true)])).collect();
        members.push(json!(["body", { "map": pairs }]));
    }
    for (name, values) in [
        ("kind", vec![json!("x"), Value::Null]),
        (
            "trace_id",
            vec![raw("5001010101010101010101010101010101"), raw("5000000000000000000000000000000000"), json!("x")],
        ),
        ("span_id", vec![raw("480101010101010101"), raw("470101010101010101")]),
        ("duration_nanos", vec![json!(5), json!(-1), raw("f93c00"), Value::Null]),
        ("x", vec![json!(1), json!({ "map": [] }), json!({ "map": [["$t", 1]] })]),
        ("seq", vec![json!(9)]),
        ("status", vec![json!("ok"), json!(1)]),
    ] {
        if random.chance(0.1) {
            members.push(json!([name, random.pick(&values)]));
        }
    }
    if random.chance(0.03) {
        members.remove(random.below(2));
    }
    json!({ "map": members })
}

fn raw(hex: &str) -> Value {
    json!({ "raw": hex })
}

/// An item of CBOR; in a set no cut stands, for the place of a cut member is the emitter's choice.
fn item(random: &mut Random, depth: usize, may_cut: bool) -> Value {
    let texts = ["", "k", "abcdef", "$t", "é", "k#2", "$ref", "1", "role", "a longer text than sixteen bytes"];
    let texts = if may_cut { &texts[..] } else { texts.get(..9).unwrap_or_default() };
    let kinds = if depth < 5 { 17 } else { 6 };
    let count = random.below(4);
    match random.below(kinds) {
        0 | 1 => random.between(-300, 300).into(),
        2 | 3 => random.pick(texts).into(),
        4 => raw(random.pick(&[
            "f4",
            "f5",
            "f6",
            "f7",
            "43616263",
            "40",
            "7f61616162ff",
            "5f41614162ff",
            "61ff",
            "f8ff",
            "f0",
            "ff",
            "1c",
        ])),
        5 => raw(random.pick(&[
            "f93c00",
            "f97e00",
            "fb3ff8000000000000",
            "c249010000000000000000",
            "3bffffffffffffffff",
            "c06161",
            "fa3dcccccd",
            "fb8000000000000000",
            "1b0020000000000000",
            "c240",
            "c34100",
            "c25801ff",
        ])),
        6..9 => (0..count).map(|_| item(random, depth + 1, may_cut)).collect(),
        9..12 => {
            let pairs: Value = (0..count)
                .map(|_| {
                    let key =
                        if random.chance(0.8) { random.pick(texts).into() } else { item(random, depth + 2, false) };
                    json!([key, item(random, depth + 1, may_cut)])
                })
                .collect();
            json!({ "map": pairs })
        }
        12 => json!({ "tag": [258, (0..count).map(|_| item(random, depth + 1, false)).collect::<Value>()] }),
        13 => {
            let name = random.pick(&["$cut", "$int", "$$t", "k", "$bytes", "$ref"]);
            json!({ "tag": [29783, { "map": [[name, item(random, depth + 1, may_cut)]] }] })
        }
        14 if may_cut => match random.below(5) {
            0 => json!({ "tag": [29784, null] }),
            1 => json!({ "tag": [29784, ["abcdefgh", random.pick(&[3, 1, 0, -1])]] }),
            2 => json!({ "tag": [29784, [raw("43616263"), 3]] }),
            3 => json!({ "tag": [29784, item(random, depth + 1, may_cut)] }),
            _ => json!([item(random, depth + 1, may_cut), { "tag": [29784, random.pick(&[5, 1, 0, -1])] }]),
        },
        15 if may_cut => {
            let missing = random.pick(&[json!(5), json!(-1), json!("x")]);
            json!({ "map": [["a", item(random, depth + 1, may_cut)], [raw("f7"), missing]] })
        }
        _ => json!({ "tag": [random.pick(&[5, 99, 0, 1]), item(random, depth + 1, may_cut)] }),
    }
}

/// The bytes of a plan.
pub fn bytes(plan: &Value) -> Vec<u8> {
    let mut file = vec![0x89, b'T', b'W', b'J', 0x0d, 0x0a, 0x1a, 0x0a];
    file.extend(SEED.to_le_bytes());
    frame(&mut file, 1, &cbor(&header(&plan["header"])));
    for step in plan["frames"].as_array().into_iter().flatten() {
        match step.as_object().and_then(|step| step.iter().next()).map(|(name, value)| (name.as_str(), value)) {
            Some(("record", item)) => frame(&mut file, 2, &cbor(item)),
            Some(("mark", _)) => frame(&mut file, 3, &[0xf6]),
            Some(("close", reason)) => frame(&mut file, 4, &cbor(&json!({ "map": [["reason", reason]] }))),
            _ => frame(
                &mut file,
                step["kind"].as_u64().unwrap_or_default() as u8,
                &unhex(step["payload"].as_str().unwrap_or_default()),
            ),
        }
    }
    for damage in plan["damage"].as_array().into_iter().flatten() {
        let number = |value: &Value| value.as_u64().unwrap_or_default() as usize;
        if let Some(byte) = file.get_mut(number(&damage["flip"][0])) {
            *byte ^= number(&damage["flip"][1]) as u8;
        }
        if let Some(end) = damage.get("end") {
            file.truncate(number(end));
        }
        let zeros = number(&damage["zeros"][0]);
        file.iter_mut().skip(zeros).take(number(&damage["zeros"][1])).for_each(|byte| *byte = 0);
        let appended = unhex(damage["append"][0].as_str().unwrap_or_default());
        file.extend(appended.repeat(number(&damage["append"][1])));
    }
    file
}

fn header(given: &Value) -> Value {
    let limits = [
        ("depth", 64),
        ("nodes", 50_000),
        ("text_bytes", 1 << 20),
        ("record_bytes", 4 << 20),
        ("inline_bytes", 256),
        ("envelope_events", 256),
        ("envelope_bytes", 256 << 10),
    ];
    let limits: Value =
        limits.iter().map(|(name, value)| json!([name, given.get(name).cloned().unwrap_or(json!(value))])).collect();
    let keys = given.get("redact").cloned().unwrap_or(json!([]));
    let origin = json!([["host", "h"], ["boot", "b"], ["pid_namespace", "n"], ["pid", 7], ["started", 5]]);
    json!({ "map": [
        ["format", 1], ["spec", "1.0"], ["seal", 1], ["producer", "0000000000000001-1"],
        ["created", 1_767_225_600_000_000_000_u64], ["resource", { "map": [["service.name", "conformance"]] }],
        ["limits", { "map": limits }], ["redact", { "map": [["keys", keys]] }],
        ["origin", { "map": origin }], ["sinks", ["store"]],
    ] })
}

fn frame(file: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    let (start, offset) = (file.len(), file.len() as u64);
    let length = payload.len() as u32;
    let guard = [&offset.to_le_bytes()[..], &length.to_le_bytes(), &[kind]].concat();
    let guard = xxh3_64_with_seed(&guard, SEED).to_le_bytes();
    file.extend(length.to_le_bytes());
    file.push(kind);
    file.extend(guard.iter().take(3));
    file.extend(payload);
    file.resize(file.len().next_multiple_of(8), 0);
    let check = xxh3_64_with_seed(file.get(start..).unwrap_or_default(), SEED.wrapping_add(offset));
    file.extend(check.to_le_bytes());
}

/// The CBOR that an item stands for.
fn cbor(item: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(item, &mut out);
    out
}

fn write(item: &Value, out: &mut Vec<u8>) {
    match item {
        Value::Null => out.push(0xf6),
        Value::Bool(value) => out.push(if *value { 0xf5 } else { 0xf4 }),
        Value::Number(number) => match number.as_i64() {
            Some(number) if number < 0 => head(1, !number as u64, out),
            _ => head(0, number.as_u64().unwrap_or_default(), out),
        },
        Value::String(text) => {
            head(3, text.len() as u64, out);
            out.extend(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, items.len() as u64, out);
            items.iter().for_each(|item| write(item, out));
        }
        Value::Object(members) => {
            if let Some(pairs) = members.get("map").and_then(Value::as_array) {
                head(5, pairs.len() as u64, out);
                for pair in pairs {
                    write(&pair[0], out);
                    write(&pair[1], out);
                }
            } else if let Some(tag) = members.get("tag") {
                head(6, tag[0].as_u64().unwrap_or_default(), out);
                write(&tag[1], out);
            } else {
                out.extend(unhex(members.get("raw").and_then(Value::as_str).unwrap_or_default()));
            }
        }
    }
}

fn head(major: u8, number: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    match number {
        0..24 => out.push(major | number as u8),
        24..0x100 => out.extend([major | 24, number as u8]),
        0x100..0x1_0000 => {
            out.push(major | 25);
            out.extend((number as u16).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(major | 26);
            out.extend((number as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend(number.to_be_bytes());
        }
    }
}

/// Bytes as hex digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hex digits as bytes; what is none is 0.
pub fn unhex(text: &str) -> Vec<u8> {
    let byte =
        |at: usize| text.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or_default();
    (0..text.len()).step_by(2).map(byte).collect()
}
