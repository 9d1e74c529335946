//! Events: the quick way and the general way to read one agree; what is read is written and read again as the same.

use crate::budget::Budget;
use tracewire_wire::body;
use tracewire_wire::event::{Event, EventType};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;

/// As of JSON, which it is read from, twice where it is not canonical.
pub const BUDGET: Budget = Budget { memory: 200, steps: 1_000 };

/// See the module.
pub fn check(bytes: &[u8]) {
    let event = BUDGET.keep(bytes.len(), || Event::read(bytes));
    let general = json::read(bytes, &ReadOptions::default()).and_then(Event::from_value);
    assert_eq!(event, general, "the quick way reads what the general one reads");
    let Ok(event) = event else { return };
    typed(&event);
    let value = event.to_value();
    let written = json::write(&value);
    assert_eq!(Event::read(&written).as_ref(), Ok(&event), "what is written is read as the same");
    assert_eq!(Event::from_value(value).map(|again| again.digest()), Ok(event.digest()), "and has the same digest");
}

/// The body in its typed form: read or refused, and written again as it was.
fn typed(event: &Event) {
    fn again<T: serde::de::DeserializeOwned>(event: &Event) {
        _ = BUDGET.keep(json::write(&event.to_value()).len(), || event.body_as::<T>());
    }
    match event.event_type {
        EventType::SpanStart => again::<body::SpanStart>(event),
        EventType::SpanUpdate => again::<body::SpanUpdate>(event),
        EventType::SpanEvent => again::<body::SpanEvent>(event),
        EventType::SpanEnd => again::<body::SpanEnd>(event),
        EventType::Event => again::<body::PointEvent>(event),
        EventType::Log => again::<body::Log>(event),
        EventType::Metric => again::<body::Metric>(event),
        EventType::Feedback => again::<body::Feedback>(event),
        EventType::Loss => again::<body::Loss>(event),
        EventType::Other(_) => again::<Value>(event),
    }
}
