//! Random scripts: every step, parents of all kinds, spans that overlap, settings at their edges.

use super::random::Random;
use super::values::{Care, Values};
use serde_json::{Map, Value, json};

const SPAN_KINDS: &[&str] = &["agent", "tool", "llm", "retrieval", "custom"];
const STATUSES: &[&str] = &["ok", "error", "timeout", "cancelled", "unset"];
const KEYS: &[&str] = &[
    "password", "otters", "$ref", "a", "role", "x", "PASSWORD", "$token", "1", "text", "value", "content", "my.key",
    "é",
];

/// A case that records.
pub fn record(random: &mut Random) -> Value {
    let settings = settings(random);
    let limits = &settings["limits"];
    let care = Care {
        is_cut: ["depth", "nodes", "text_bytes"].iter().any(|name| limits.get(name).is_some()),
        has_few_nodes: limits.get("nodes").is_some(),
        is_plain: random.chance(0.7),
        is_exotic: random.chance(0.1),
    };
    let script =
        Script { values: Values::new(random, care), steps: Vec::new(), spans: Vec::new(), names: Vec::new() }.write();
    json!({ "operation": "record", "settings": settings, "script": script })
}

fn settings(random: &mut Random) -> Value {
    let mut settings = Map::new();
    if random.chance(0.4) {
        let mut limits = Map::new();
        for (name, values) in [
            ("text_bytes", &[8, 16, 100][..]),
            ("inline_bytes", &[0, 1, 16, 64, 256, 1000]),
            ("envelope_events", &[1, 2, 3, 4, 5, 6]),
            ("envelope_bytes", &[1, 200, 1000, 5000]),
            ("depth", &[0, 1, 2, 3, 5, 8]),
            ("nodes", &[0, 1, 2, 3, 5, 8, 20]),
        ] {
            let share = if name == "nodes" { 0.1 } else { 0.4 };
            if random.chance(share) {
                limits.insert(name.to_owned(), random.pick(values).into());
            }
        }
        settings.insert("limits".to_owned(), limits.into());
    }
    if random.chance(0.3) {
        settings.insert("redact".to_owned(), (0..3).map(|_| random.pick(KEYS)).collect());
    }
    if random.chance(0.2) {
        settings.insert(
            "capture".to_owned(),
            random.pick(&[
                json!(false),
                json!("input"),
                json!("output"),
                json!({"attributes": false, "message": false}),
                json!({"output": false, "data": true}),
                json!({"chunks": false, "data": false, "input": false}),
            ]),
        );
    }
    if random.chance(0.3) {
        settings.insert(
            "sampling".to_owned(),
            random.pick(&[
                json!(0),
                json!(1),
                json!(0.5),
                json!(0.25),
                json!(0.9),
                json!(0.1),
                json!({"kinds": {"tool": 0.5, "llm": 0}}),
                json!({"rate": 0.1, "kinds": {"agent": 1}}),
            ]),
        );
    }
    if random.chance(0.4) {
        settings.insert(
            "trace_ids".to_owned(),
            (0..5).map(|_| format!("{:016x}{:016x}", random.bits() | 1, random.bits())).collect(),
        );
    }
    if random.chance(0.1) {
        settings.insert("span_ids".to_owned(), (0..3).map(|_| format!("{:016x}", random.bits() | 1)).collect());
    }
    if random.chance(0.1) {
        settings.insert(
            "resource".to_owned(),
            json!([["service.name", "otters"], ["a", random.pick(&[json!(1), json!("é"), json!(null), json!(true)])]]),
        );
    }
    if random.chance(0.1) {
        settings.insert("process".to_owned(), format!("{:016x}", random.bits()).into());
    }
    // Whether what the emitter adds itself counts as a value is not to be seen here.
    if random.chance(0.25) && settings.get("limits").is_none_or(|limits| limits.get("nodes").is_none()) {
        let count = random.below(6);
        let moments: Value = (0..count)
            .map(|_| {
                let second = 1_000_000_000;
                let wall = match random.below(30) {
                    0 => random.pick(&[0, -1, i64::MAX, i64::MIN, -999_999_999]),
                    _ => 1_767_225_600_000_000_000 + random.between(0, 5 * second),
                };
                json!([wall.to_string(), random.between(0, 4 * second).to_string()])
            })
            .collect();
        let step = random.pick(&[0, 1, 999, 1_500_000_000]);
        let wall = "1767225600123456789";
        settings.insert(
            "clock".to_owned(),
            json!({ "wall_nanos": wall, "monotonic_nanos": "5", "step_nanos": step, "moments": moments }),
        );
    }
    settings.into()
}

struct Script<'a> {
    values: Values<'a>,
    steps: Vec<Value>,
    spans: Vec<String>,
    names: Vec<String>,
}

impl Script<'_> {
    fn write(mut self) -> Value {
        for at in 0..=self.values.random.below(10) {
            let step = match self.values.random.below(100) {
                _ if self.spans.is_empty() && self.values.random.chance(0.8) => self.start(at),
                0..35 => self.start(at),
                35..45 => self.on_span("update", &["output", "usage", "level", "cost", "tags"]),
                45..55 => self.on_span("happen", &["name", "data", "chunks", "exception"]),
                55..75 => {
                    let mut step = self.on_span("end", &["output", "status_message", "usage"]);
                    step["status"] = self.values.random.pick(STATUSES).into();
                    step
                }
                75..94 => self.point(at),
                94..99 => json!({ "do": "flush" }),
                _ => json!({ "do": "close" }),
            };
            // A step on a span that there is none of says nothing.
            if step["span"] != "" {
                self.steps.push(step);
            }
        }
        self.steps.into()
    }

    fn start(&mut self, at: usize) -> Value {
        let name = format!("s{at}");
        let kind = self.values.random.pick(SPAN_KINDS);
        let body = self.body(&["name", "input", "session_id", "tool_definitions", "tags"]);
        let mut step = json!({ "do": "start", "as": name, "kind": kind, "body": body });
        match self.values.random.below(20) {
            0..12 if !self.names.is_empty() => step["parent"] = self.values.random.pick(&self.names).into(),
            12..16 => step["parent"] = self.remote(),
            _ => {}
        }
        if self.values.random.chance(0.2) && !self.values.care.has_few_nodes {
            step["body"]["correlation_id"] = self.values.random.pick(&["order-17", "é", "", "1"]).into();
        }
        self.names.push(name.clone());
        self.spans.push(name);
        step
    }

    fn on_span(&mut self, step: &str, members: &[&str]) -> Value {
        json!({ "do": step, "span": self.values.random.pick(&self.spans), "body": self.body(members) })
    }

    fn point(&mut self, at: usize) -> Value {
        let kind = self.values.random.pick(&["event", "log", "metric", "feedback"]);
        let name = format!("p{at}");
        let body = self.body(&["name", "data", "message", "value", "level"]);
        let mut step = json!({ "do": "point", "type": kind, "as": name, "body": body });
        if !self.names.is_empty() && self.values.random.chance(0.7) {
            step["parent"] = self.values.random.pick(&self.names).into();
        } else if self.values.random.chance(0.3) && !self.values.care.has_few_nodes {
            step["body"]["correlation_id"] = self.values.random.pick(&["order-17", ""]).into();
        }
        if kind == "event" {
            self.names.push(name);
            if self.values.random.chance(0.3) {
                step["kind"] = "mcp".into();
            }
        }
        step
    }

    /// What another process handed on, well-formed mostly.
    fn remote(&mut self) -> Value {
        let random = &mut *self.values.random;
        let (high, low, span) = (random.bits() | 1 << 63, random.bits(), random.bits() | 1 << 63);
        let (mut trace, mut span) = (format!("{high:016x}{low:016x}"), format!("{span:016x}"));
        let mut flags = random.pick(&["00", "01", "03", "02"]).to_owned();
        let (mut version, mut rest) = ("00", "");
        match random.below(24) {
            0 => version = "01",
            1 => version = "ff",
            2 => (version, rest) = ("cc", "-x"),
            3 => rest = "-x",
            4 => trace = trace.to_uppercase(),
            5 => _ = trace.pop(),
            6 => trace = "0".repeat(32),
            7 => span = "0".repeat(16),
            8 => flags = "0".to_owned(),
            9 => (version, rest) = ("cc", "x"),
            10 => version = "0",
            _ => {}
        }
        let mut parent = json!({ "traceparent": format!("{version}-{trace}-{span}-{flags}{rest}") });
        if random.chance(0.5) && !self.values.care.has_few_nodes {
            parent["tracestate"] = random.pick(&["a=b", "x=1,y=2", ""]).into();
        }
        parent
    }

    fn body(&mut self, members: &[&str]) -> Value {
        let mut body = Map::new();
        for member in members {
            if self.values.random.chance(0.4) {
                body.insert((*member).to_owned(), self.values.value(0));
            }
        }
        if self.values.random.chance(0.2) {
            let names = [
                "gen_ai.input.messages",
                "gen_ai.output.messages",
                "gen_ai.system_instructions",
                "gen_ai.tool.definitions",
                "password",
                "my.key",
            ];
            let count = self.values.random.below(4);
            let pairs = (0..count).map(|_| json!([self.values.random.pick(&names), self.values.value(1)])).collect();
            body.insert("attributes".to_owned(), self.values.pairs(pairs));
        }
        body.into()
    }
}
