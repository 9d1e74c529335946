//! What events say, counted as they come.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tracewire_insight::call::Call;
use tracewire_insight::prices::Prices;
use tracewire_wire::event::{Event, EventType, Status};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::value::Value;

use super::begun::Begun;
use super::names::Names;
use super::rate::Rate;

/// Tools, models and currencies that are told apart.
const MOST_TOOLS: usize = 200;
const MOST_MODELS: usize = 100;
const MOST_CURRENCIES: usize = 10;
/// Reasons of losses; the registry has fewer.
const MOST_REASONS: usize = 50;
/// Spans whose start was seen and whose end was not. Of an end whose start is forgotten nobody knows kind and name.
const MOST_OPEN: usize = 100_000;
/// Seconds that a tool may take, up to each of these.
const TOOL_SECONDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];

type DecimalCounter = Counter<f64, AtomicU64>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Type {
    r#type: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tool {
    tool: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TokenType {
    model: String,
    r#type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Currency {
    currency: String,
    model: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: String,
}

/// Counts of one project.
pub struct Counted {
    registry: Registry,
    events: Family<Type, Counter>,
    tool_duration: Family<Tool, Histogram>,
    tool_errors: Family<Tool, Counter>,
    tokens: Family<TokenType, Counter>,
    cost: Family<Currency, DecimalCounter>,
    losses: Family<Reason, Counter>,
    rate: Gauge<f64, AtomicU64>,
    state: Mutex<State>,
    tools: Names,
    models: Names,
    currencies: Names,
    reasons: Names,
    prices: Arc<Prices>,
}

struct State {
    rate: Rate,
    open: Open,
}

/// Spans that were heard of and are not over.
#[derive(Default)]
struct Open {
    begun: BTreeMap<(TraceId, SpanId), Begun>,
    /// Spans that are not told of yet, though one below them reported what it used: by OTLP children come first.
    to_come: BTreeSet<(TraceId, SpanId)>,
}

impl Open {
    fn begin(&mut self, key: (TraceId, SpanId), event: &Event) -> Begun {
        let mut begun = Begun::new(event);
        begun.has_usage_below = self.to_come.remove(&key);
        begun
    }

    /// What an agent repeats of the calls below it is counted there.
    fn report_to(&mut self, above: (TraceId, SpanId)) {
        match self.begun.get_mut(&above) {
            Some(begun) => begun.has_usage_below = true,
            None => {
                self.to_come.insert(above);
                if self.to_come.len() > MOST_OPEN {
                    self.to_come.pop_first();
                }
            }
        }
    }
}

impl Counted {
    /// Nothing is counted yet. Costs that nobody reports are counted by these prices.
    pub fn new(prices: Arc<Prices>) -> Self {
        let mut registry = Registry::with_prefix("tracewire");
        let counted = Counted {
            events: Family::default(),
            tool_duration: Family::new_with_constructor(|| Histogram::new(TOOL_SECONDS)),
            tool_errors: Family::default(),
            tokens: Family::default(),
            cost: Family::default(),
            losses: Family::default(),
            rate: Gauge::default(),
            state: Mutex::new(State { rate: Rate::new(Instant::now()), open: Open::default() }),
            tools: Names::up_to(MOST_TOOLS),
            models: Names::up_to(MOST_MODELS),
            currencies: Names::up_to(MOST_CURRENCIES),
            reasons: Names::up_to(MOST_REASONS),
            prices,
            registry: Registry::default(),
        };
        registry.register("events", "Events that came, by type", counted.events.clone());
        let help = "How long calls of tools took";
        registry.register_with_unit("tool_duration", help, Unit::Seconds, counted.tool_duration.clone());
        registry.register("tool_errors", "Calls of tools that failed", counted.tool_errors.clone());
        let help = "Tokens by type: cached and written ones are among those of type input, reasoning among output";
        registry.register("tokens", help, counted.tokens.clone());
        let help = "Cost as it was reported, or by the price list where nobody reported one";
        registry.register("cost", help, counted.cost.clone());
        registry.register("losses", "Records that emitters lost, by reason", counted.losses.clone());
        registry.register("event_rate", "Events in a second, over the last minute", counted.rate.clone());
        Counted { registry, ..counted }
    }

    /// Counts events, in the order of their arrival.
    pub fn take<'e>(&self, events: impl IntoIterator<Item = &'e Event>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut count = 0;
        for event in events {
            self.event(event, &mut state.open);
            count += 1;
        }
        state.rate.add(Instant::now(), count);
    }

    /// Writes all of it, without an end.
    ///
    /// # Errors
    /// Never, into a text.
    pub fn write(&self, out: &mut String) -> fmt::Result {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.rate.set(state.rate.per_second(Instant::now()));
        encode_registry(out, &self.registry)
    }

    fn event(&self, event: &Event, open: &mut Open) {
        let word = match &event.event_type {
            EventType::Other(_) => "other",
            known => known.as_str(),
        };
        self.events.get_or_create(&Type { r#type: word.to_owned() }).inc();
        if event.event_type == EventType::Loss {
            self.loss(event);
        }
        let (Some(trace_id), Some(span_id)) = (event.trace_id, event.span_id) else { return };
        let key = (trace_id, span_id);
        match event.event_type {
            EventType::SpanStart if open.begun.len() < MOST_OPEN => {
                let begun = open.begin(key, event);
                open.begun.insert(key, begun);
            }
            EventType::SpanUpdate => {
                if let Some(begun) = open.begun.get_mut(&key) {
                    begun.hear(event);
                }
            }
            EventType::SpanEnd => {
                let mut begun = open.begun.remove(&key).unwrap_or_else(|| open.begin(key, event));
                begun.hear(event);
                let call = begun.call();
                if let Some(parent_id) = begun.parent_id
                    && (begun.has_usage_below || !call.usage.is_empty())
                {
                    open.report_to((trace_id, parent_id));
                }
                self.end(event, &begun, &call);
            }
            _ => {}
        }
    }

    fn end(&self, event: &Event, begun: &Begun, call: &Call<'_>) {
        if begun.kind == "tool" {
            let tool = Tool { tool: self.tools.label(&begun.name) };
            if let Some(nanos) = event.duration_nanos {
                let seconds = std::time::Duration::from_nanos(nanos).as_secs_f64();
                self.tool_duration.get_or_create(&tool).observe(seconds);
            }
            if matches!(event.status, Some(Status::Error | Status::Timeout)) {
                self.tool_errors.get_or_create(&tool).inc();
            }
        }
        let model = || call.model.map_or_else(|| "unknown".to_owned(), |model| self.models.label(model));
        if let Some(reported) = &call.reported {
            self.cost(&reported.total.to_string(), reported.currency, model());
        }
        if begun.has_usage_below {
            return;
        }
        for (name, word) in [
            ("input_tokens", "input"),
            ("output_tokens", "output"),
            ("cache_read_input_tokens", "cache_read"),
            ("cache_write_input_tokens", "cache_write"),
            ("reasoning_output_tokens", "reasoning"),
        ] {
            if let Some(count) = begun.usage(name) {
                self.tokens.get_or_create(&TokenType { model: model(), r#type: word }).inc_by(count);
            }
        }
        if call.reported.is_none()
            && let Ok(priced) = self.prices.cost(call, begun.start)
        {
            self.cost(&priced.total.to_string(), &priced.currency, model());
        }
    }

    fn cost(&self, total: &str, currency: &str, model: String) {
        // Counters of Prometheus are doubles; exact sums are the store's.
        if let Ok(amount) = total.parse::<f64>()
            && amount.is_finite()
            && amount >= 0.0
        {
            let currency = self.currencies.label(currency);
            self.cost.get_or_create(&Currency { currency, model }).inc_by(amount);
        }
    }

    fn loss(&self, event: &Event) {
        let reason = event.body_field("reason").and_then(Value::as_text).unwrap_or("unknown");
        let count = event.body_field("count").and_then(Value::as_u64).unwrap_or(0);
        self.losses.get_or_create(&Reason { reason: self.reasons.label(reason) }).inc_by(count);
    }
}
