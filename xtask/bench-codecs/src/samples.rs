//! What is measured: the same five megabytes in every run, on every machine.

use tracewire_wire::value::{Map, Value};

/// How many events and traces there are: five megabytes of JSON each.
pub const UNIFORM_EVENTS: usize = 18_609;
/// See [`UNIFORM_EVENTS`].
pub const NESTED_TRACES: usize = 1_233;
/// See [`UNIFORM_EVENTS`].
pub const EVENTS: usize = 12_000;

/// A generator of pseudo-random numbers with a fixed seed (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.get(self.below(words.len() as u64) as usize).copied().unwrap_or_default()
    }

    pub fn int(&mut self, limit: u64) -> Value {
        Value::from_u64(self.below(limit))
    }

    /// A number of at most six fractional digits.
    pub fn fraction(&mut self, limit: u64) -> Value {
        Value::from_f64(self.below(limit * 1_000_000) as f64 / 1e6)
    }
}

pub const MODELS: &[&str] = &["gpt-5-mini", "claude-sonnet-4-5", "gemini-2.5-flash", "llama-4-70b"];
pub const KINDS: &[&str] = &["llm", "tool", "retrieval", "agent", "http"];
pub const NAMES: &[&str] = &["plan", "search documents", "rank passages", "call model", "write answer", "check facts"];
const STATUSES: &[&str] = &["ok", "ok", "ok", "ok", "error", "timeout"];
pub const SENTENCES: &[&str] = &[
    "The passage names the year and the place.",
    "Nothing was found; the next source is asked, with fewer words.",
    "User said: \"show me the last three\".",
    "Two of three sources agree\nthe third is older",
    "Die Antwort enthält Umlaute: größer, schöner — and an emoji 🦦.",
];

pub fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(Map::from_iter(entries.map(|(key, value)| (key.to_owned(), value))))
}

fn time(random: &mut Random, at: usize) -> Value {
    let nanos = random.below(1_000_000_000);
    Value::from(format!("2026-11-21T{:02}:{:02}:{:02}.{nanos:09}Z", at / 3600 % 24, at / 60 % 60, at % 60))
}

fn hex(random: &mut Random, digits: usize) -> Value {
    let text: String = (0..digits.div_ceil(16)).map(|_| format!("{:016x}", random.next())).collect();
    Value::from(text.get(..digits).unwrap_or_default())
}

/// Events that are all alike, of twelve primitive members.
pub fn uniform(count: usize) -> Value {
    let mut random = Random(1);
    let event = |at| {
        let random = &mut random;
        map([
            ("cached", Value::Bool(random.below(4) == 0)),
            ("cost_usd", random.fraction(1)),
            ("duration_ms", random.fraction(900)),
            ("kind", Value::from(random.pick(KINDS))),
            ("model", Value::from(random.pick(MODELS))),
            ("name", Value::from(random.pick(NAMES))),
            ("span_id", hex(random, 16)),
            ("status", Value::from(random.pick(STATUSES))),
            ("time", time(random, at)),
            ("tokens_in", random.int(20_000)),
            ("tokens_out", random.int(4_000)),
            ("trace_id", hex(random, 32)),
        ])
    };
    Value::List((0..count).map(event).collect())
}

/// Traces as trees: spans inside spans, whose attributes differ.
pub fn nested(count: usize) -> Value {
    let mut random = Random(2);
    let mut trace = |at| {
        let random = &mut random;
        map([
            ("resource", map([("service.name", Value::from("otter")), ("service.version", Value::from("1.4.2"))])),
            ("root", span(random, at, 3)),
            ("session", Value::from(format!("session-{}", at % 97))),
            ("tags", Value::List(vec![Value::from("nightly"), Value::from(random.pick(KINDS))])),
            ("trace_id", hex(random, 32)),
        ])
    };
    Value::List((0..count).map(&mut trace).collect())
}

fn span(random: &mut Random, at: usize, levels: usize) -> Value {
    let kind = random.pick(KINDS);
    let mut attributes = Map::new();
    if kind == "llm" {
        attributes.insert("gen_ai.request.model".to_owned(), Value::from(random.pick(MODELS)));
        attributes.insert("gen_ai.request.temperature".to_owned(), random.fraction(2));
        attributes.insert("gen_ai.usage.input_tokens".to_owned(), random.int(20_000));
    }
    if random.below(3) == 0 {
        attributes.insert("server.address".to_owned(), Value::from("api.example.com"));
    }
    attributes.insert("tracewire.step".to_owned(), random.int(40));
    let message = |random: &mut Random| {
        map([
            ("content", Value::from(random.pick(SENTENCES))),
            ("role", Value::from(random.pick(&["user", "assistant"]))),
        ])
    };
    let messages: Vec<Value> = (0..random.below(3)).map(|_| message(random)).collect();
    let children = if levels == 0 { 0 } else { 1 + random.below(2) };
    map([
        ("attributes", Value::Map(attributes)),
        ("children", Value::List((0..children).map(|_| span(random, at, levels - 1)).collect())),
        ("duration_ms", random.fraction(900)),
        ("input", Value::List(messages)),
        ("kind", Value::from(kind)),
        ("name", Value::from(random.pick(NAMES))),
        ("output", Value::from(random.pick(SENTENCES))),
        ("span_id", hex(random, 16)),
        ("start", time(random, at)),
        ("status", Value::from(random.pick(STATUSES))),
    ])
}
