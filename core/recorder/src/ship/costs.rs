//! What a trace has cost so far, as far as its records say: by the costs that they hold, else by who knows prices.

use std::collections::HashMap;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::SpanId;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// Where a step's cost stands beside the member `cost`.
const COST_ATTRIBUTES: [&str; 3] = ["gen_ai.usage.cost", "llm.cost.total", "operation.cost"];
/// Longer texts are nobody's model, provider or class of service.
const LONGEST_FACT: usize = 256;

/// Who knows what a step cost that does not say so itself, such as a list of prices.
pub trait Costs: Send + Sync {
    /// The cost of a step that has ended. `body` has what its records say of its usage, and its short attributes.
    fn cost(&self, body: &Map, at: Timestamp) -> Option<f64>;
}

/// The costs of one trace's steps.
#[derive(Default)]
pub(super) struct Spent {
    /// Steps that are going on.
    open: HashMap<SpanId, Open>,
    costs: HashMap<SpanId, f64>,
}

#[derive(Default)]
struct Open {
    parent: Option<SpanId>,
    /// What a list of prices asks for.
    facts: Map,
    /// Steps below have said what they used: what this one says is the same once more.
    is_counted_below: bool,
}

impl Spent {
    /// Takes what a record says; gives the costs of all steps if it says anything of them.
    pub(super) fn hear(&mut self, event: &Event, prices: Option<&dyn Costs>) -> Option<f64> {
        let span_id = event.span_id?;
        let Body::Present(body) = &event.body else { return None };
        let recorded = cost_of(body);
        let cost = match prices {
            Some(prices) => recorded.or_else(|| self.priced(event, span_id, body, prices)),
            None => recorded,
        };
        self.costs.insert(span_id, cost?);
        Some(self.costs.values().sum())
    }

    fn priced(&mut self, event: &Event, span_id: SpanId, body: &Map, prices: &dyn Costs) -> Option<f64> {
        if event.event_type != EventType::SpanEnd {
            let open = self.open.entry(span_id).or_default();
            open.parent = open.parent.or(event.parent_id);
            gather(&mut open.facts, body);
            return None;
        }
        let mut ended = self.open.remove(&span_id).unwrap_or_default();
        gather(&mut ended.facts, body);
        let has_usage = ended.facts.get("usage").is_some();
        if let Some(above) = ended.parent.and_then(|parent| self.open.get_mut(&parent)) {
            above.is_counted_below |= has_usage || ended.is_counted_below;
        }
        let is_own = has_usage && !ended.is_counted_below && !self.costs.contains_key(&span_id);
        if is_own { prices.cost(&ended.facts, event.time) } else { None }
    }
}

/// Adds to the facts of a step what a record says of its usage and, in short, of all else.
fn gather(facts: &mut Map, body: &Map) {
    let is_short = |value: &Value| match value {
        Value::Text(text) => text.len() <= LONGEST_FACT,
        Value::List(_) | Value::Map(_) => false,
        _ => true,
    };
    for (name, takes_all) in [("usage", true), ("attributes", false)] {
        let Some(Value::Map(said)) = body.get(name) else { continue };
        let mut known = facts.get(name).and_then(Value::as_map).cloned().unwrap_or_default();
        for (name, value) in said.iter().filter(|(_, value)| takes_all || is_short(value)) {
            known.insert(name.clone(), value.clone());
        }
        facts.insert(name.to_owned(), Value::Map(known));
    }
}

/// What a step's record says of its cost.
fn cost_of(body: &Map) -> Option<f64> {
    if let Some(Value::Map(cost)) = body.get("cost") {
        let part = |name| cost.get(name).and_then(amount);
        let parts = [part("input"), part("output")];
        let sum = parts.iter().any(Option::is_some).then(|| parts.into_iter().flatten().sum());
        if let Some(total) = part("total").or(sum) {
            return Some(total);
        }
    }
    if let Some(Value::Map(attributes)) = body.get("attributes")
        && let Some(total) = COST_ATTRIBUTES.iter().find_map(|name| attributes.get(name).and_then(amount))
    {
        return Some(total);
    }
    amount(body.get("usage")?.as_map()?.get("raw")?.as_map()?.get("cost")?)
}

/// An amount, as a number or as its text.
pub(super) fn amount(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Text(text) => text.trim().parse().ok(),
        value => value.as_f64(),
    };
    number.filter(|amount: &f64| amount.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        tracewire_wire::json::read(text.as_bytes(), &Default::default()).unwrap()
    }

    #[test]
    fn a_cost_is_what_was_recorded_of_it() {
        let cost = |text: &str| cost_of(value(text).as_map().unwrap());
        assert_eq!(cost(r#"{"cost":{"total":"0.5","input":"1"}}"#), Some(0.5));
        assert_eq!(cost(r#"{"cost":{"input":"0.25","output":1}}"#), Some(1.25));
        assert_eq!(cost(r#"{"attributes":{"gen_ai.usage.cost":0.1}}"#), Some(0.1));
        assert_eq!(cost(r#"{"usage":{"raw":{"cost":2}}}"#), Some(2.0));
        assert_eq!(cost(r#"{"cost":{"currency":"EUR"}}"#), None);
    }

    #[test]
    fn facts_are_usage_and_what_is_short() {
        let mut facts = Map::new();
        let long = "x".repeat(300);
        for said in [
            r#"{"input":"secret","attributes":{"model":"m","asked":["much"]}}"#.to_owned(),
            format!(
                r#"{{"usage":{{"input_tokens":3,"details":{{"a":1}}}},"attributes":{{"text":"{long}","tier":"flex"}}}}"#
            ),
        ] {
            gather(&mut facts, value(&said).as_map().unwrap());
        }
        let expected = r#"{"attributes":{"model":"m","tier":"flex"},"usage":{"details":{"a":1},"input_tokens":3}}"#;
        assert_eq!(tracewire_wire::json::write(&Value::Map(facts)), expected.as_bytes());
    }

    /// A token costs one.
    struct OneEach;

    impl Costs for OneEach {
        fn cost(&self, body: &Map, _: Timestamp) -> Option<f64> {
            body.get("usage")?.as_map()?.get("input_tokens")?.as_f64()
        }
    }

    #[test]
    fn what_a_step_adds_up_of_those_below_costs_nothing_more() {
        let event = |kind: &str, id: u64, rest: &str| {
            let text = format!(
                r#"{{"seq":{id},"span_id":"{id:016x}","time":"2026-11-21T04:30:00.123456789Z","trace_id":"{:032x}","type":"{kind}",{rest}}}"#,
                7
            );
            Event::read(text.as_bytes()).unwrap()
        };
        let mut spent = Spent::default();
        let below = |id: u64| format!(r#""parent_id":"{id:016x}","kind":"step","body":{{"name":"n"}}"#);
        let used =
            |count: u32| format!(r#""status":"ok","duration_nanos":1,"body":{{"usage":{{"input_tokens":{count}}}}}"#);
        let heard: Vec<Option<f64>> = [
            event("span.start", 1, r#""kind":"agent","body":{"name":"agent"}"#),
            event("span.start", 2, &below(1)),
            event("span.start", 3, &below(2)),
            event("span.update", 3, r#""body":{"usage":{"input_tokens":4}}"#),
            event("span.end", 3, r#""status":"ok","duration_nanos":1"#),
            event("span.end", 2, r#""status":"ok","duration_nanos":1"#),
            event("span.start", 4, &below(1)),
            event("span.end", 4, &used(5)),
            event("span.end", 1, &used(9)),
            // The record says what it cost: no list is asked.
            event(
                "span.end",
                5,
                r#""status":"ok","duration_nanos":1,"body":{"cost":{"total":"2"},"usage":{"input_tokens":7}}"#,
            ),
        ]
        .iter()
        .map(|event| spent.hear(event, Some(&OneEach)))
        .collect();
        let none = None;
        assert_eq!(heard, [none, none, none, none, Some(4.0), none, none, Some(9.0), none, Some(11.0)]);
    }
}
