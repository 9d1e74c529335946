//! Tail sampling: of which traces a sink gets the content, decided by what became of them.
//!
//! A trace is kept when an error, a long step, its costs or its share of all traces say so. It is not kept when none of its steps is
//! going on any more and nothing said so, when the time for its decision is over, or when there is no memory left to wait in. A trace
//! that spans processes is decided by each shipper, by what it sees of it. What is not kept may still become so: what comes later,
//! and what is still held, then has its content.

use super::costs::{Costs, Spent, amount};
use crate::options::duration;
use crate::sampling::{random_part, share, threshold};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tracewire_wire::event::{Event, EventType, Status};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::value::Value;

/// How long a trace may stay undecided where nobody says anything else.
const DECIDE_AFTER: Duration = Duration::from_secs(600);
/// Traces that are remembered; the oldest are forgotten.
const MOST_TRACES: usize = 65_536;

/// Rules of tail sampling. What none of them keeps goes to sinks without its content.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    /// Whether traces are kept in which a step failed, timed out or was abandoned.
    pub errors: bool,
    /// Traces are kept in which a step took longer.
    pub slower_than: Option<Duration>,
    /// Traces are kept that cost more: by the costs that are recorded, else by [`Costs`], where there are any.
    pub costs_over: Option<f64>,
    /// The share of all traces that is kept, by their ids.
    pub share: f64,
    /// How long a trace may stay undecided; then it is not kept.
    pub decide_after: Duration,
}

impl Default for Tail {
    fn default() -> Self {
        Tail { errors: true, slower_than: None, costs_over: None, share: 0.0, decide_after: DECIDE_AFTER }
    }
}

impl Tail {
    /// Of a setting: a table of rules by their names.
    ///
    /// # Errors
    /// A sentence that names the rule that cannot be used.
    pub fn of_value(value: &Value) -> Result<Self, String> {
        let map = value.as_map().ok_or("a table of rules is expected")?;
        let mut tail = Tail::default();
        for (name, value) in map.iter() {
            let wrong = |expected: &str| format!("{name}: {expected} is expected");
            let time = || duration(value).ok_or_else(|| wrong("a time such as 2s"));
            match name.as_str() {
                "errors" => tail.errors = truth(value).ok_or_else(|| wrong("true or false"))?,
                "slower_than" => tail.slower_than = Some(time()?),
                "costs_over" => {
                    let amount = amount(value).filter(|amount| *amount >= 0.0);
                    tail.costs_over = Some(amount.ok_or_else(|| wrong("an amount such as \"0.10\""))?);
                }
                "share" => {
                    let given = number(value).map(Value::from_f64);
                    tail.share = given.as_ref().and_then(share).ok_or_else(|| wrong("a number from 0 to 1"))?;
                }
                "decide_after" => tail.decide_after = time()?,
                _ => {
                    return Err(format!(
                        "{name}: there is no such rule; there are errors, slower_than, costs_over, share and decide_after"
                    ));
                }
            }
        }
        Ok(tail)
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value.as_text() {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => value.as_bool(),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Text(text) => text.trim().parse().ok(),
        value => value.as_f64(),
    }
}

/// Decides for the traces of one sink.
pub(super) struct Decider {
    tail: Tail,
    prices: Option<Arc<dyn Costs>>,
    threshold: u64,
    traces: HashMap<TraceId, Trace>,
    order: VecDeque<TraceId>,
    withheld: Arc<AtomicU64>,
}

#[derive(Default)]
struct Trace {
    is_kept: Option<bool>,
    /// Steps that are going on, with the process that began them.
    open: HashMap<SpanId, u64>,
    spent: Spent,
    began: Option<Instant>,
}

impl Decider {
    pub(super) fn new(tail: Tail, prices: Option<Arc<dyn Costs>>, withheld: Arc<AtomicU64>) -> Self {
        let threshold = threshold(tail.share);
        Decider { tail, prices, threshold, traces: HashMap::new(), order: VecDeque::new(), withheld }
    }

    /// Whether a trace is kept; `None` while it is undecided. What is of no trace is kept.
    pub(super) fn verdict(&self, trace: Option<TraceId>) -> Option<bool> {
        match trace {
            Some(id) => self.traces.get(&id).and_then(|trace| trace.is_kept),
            None => Some(true),
        }
    }

    /// Takes what an event says of its trace.
    pub(super) fn see(&mut self, event: &Event, process: u64) {
        let Some(id) = event.trace_id else { return };
        if !self.traces.contains_key(&id) {
            self.forget_oldest();
            self.order.push_back(id);
        }
        let trace = self.traces.entry(id).or_default();
        trace.began.get_or_insert_with(Instant::now);
        if self.tail.share > 0.0 && random_part(id) >= self.threshold {
            trace.is_kept = Some(true);
        }
        let Some(span_id) = event.span_id else { return };
        match event.event_type {
            EventType::SpanStart => _ = trace.open.insert(span_id, process),
            EventType::SpanEnd => {
                trace.open.remove(&span_id);
                let has_failed = matches!(event.status, Some(Status::Error | Status::Timeout));
                let is_slow = self
                    .tail
                    .slower_than
                    .is_some_and(|most| event.duration_nanos.is_some_and(|took| u128::from(took) > most.as_nanos()));
                if self.tail.errors && has_failed || is_slow {
                    trace.is_kept = Some(true);
                }
            }
            EventType::SpanUpdate => {}
            _ => return,
        }
        let Some(most) = self.tail.costs_over else { return };
        if trace.spent.hear(event, self.prices.as_deref()).is_some_and(|spent| spent > most) {
            trace.is_kept = Some(true);
        }
    }

    /// A process has ended: what it left open is abandoned.
    pub(super) fn ended(&mut self, process: u64) {
        for trace in self.traces.values_mut() {
            let before = trace.open.len();
            trace.open.retain(|_, of| *of != process);
            if self.tail.errors && trace.open.len() < before {
                trace.is_kept = Some(true);
            }
        }
    }

    /// Decides what can be decided now: traces of which nothing is going on, and those that have waited long enough.
    pub(super) fn settle(&mut self) {
        for trace in self.traces.values_mut().filter(|trace| trace.is_kept.is_none()) {
            let waited = trace.began.is_some_and(|began| began.elapsed() >= self.tail.decide_after);
            if trace.open.is_empty() || waited {
                give_up(trace, &self.withheld);
            }
        }
    }

    /// There is no memory left to wait for this trace.
    pub(super) fn give_up(&mut self, id: TraceId) {
        if let Some(trace) = self.traces.get_mut(&id).filter(|trace| trace.is_kept.is_none()) {
            give_up(trace, &self.withheld);
        }
    }

    fn forget_oldest(&mut self) {
        if self.order.len() >= MOST_TRACES
            && let Some(id) = self.order.pop_front()
        {
            self.give_up(id);
            self.traces.remove(&id);
        }
    }
}

fn give_up(trace: &mut Trace, withheld: &AtomicU64) {
    trace.is_kept = Some(false);
    withheld.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Tail, String> {
        Tail::of_value(&tracewire_wire::json::read(text.as_bytes(), &Default::default()).unwrap())
    }

    #[test]
    fn rules_are_read_by_their_names() {
        let whole = r#"{"errors":false,"slower_than":"2s","costs_over":"0.10","share":0.05,"decide_after":"1m"}"#;
        let expected = Tail {
            errors: false,
            slower_than: Some(Duration::from_secs(2)),
            costs_over: Some(0.1),
            share: 0.05,
            decide_after: Duration::from_secs(60),
        };
        assert_eq!(of(whole), Ok(expected));
        assert_eq!(of("{}"), Ok(Tail::default()));
        // As the environment gives them.
        assert_eq!(of(r#"{"errors":"false","share":"0.5"}"#).map(|tail| (tail.errors, tail.share)), Ok((false, 0.5)));
        for (text, wrong) in [
            (r#"{"share":2}"#, "share: a number from 0 to 1 is expected"),
            (r#"{"slower_than":"soon"}"#, "slower_than: a time such as 2s is expected"),
            (r#"{"costs_over":"much"}"#, "costs_over: an amount such as \"0.10\" is expected"),
            (r#"{"error":true}"#, "error: there is no such rule"),
            ("7", "a table of rules is expected"),
        ] {
            assert!(of(text).unwrap_err().starts_with(wrong), "{text}");
        }
    }
}
