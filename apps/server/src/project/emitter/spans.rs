//! Which spans are there already. The store knows; what it was asked lately is remembered, a trace at a time.

use std::collections::HashMap;

use tracewire_recorder::seal::Prepared;
use tracewire_store::{Store, StoreError};
use tracewire_wire::event::EventType;
use tracewire_wire::id::{SpanId, TraceId};

use super::recent::Recent;

/// Spans of a generation.
const MOST: usize = 100_000;

/// What is known of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    /// When it began, in nanoseconds.
    start: i64,
    has_ended: bool,
}

/// What a span is to those that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nobody told of it before.
    New,
    /// Its start is there, and its end comes now.
    EndsNow,
    /// It says nothing new.
    Known,
    /// It began at another time than the one that is there.
    Contradicts,
}

/// Spans that were asked for lately.
pub(super) struct Spans(Recent<TraceId, HashMap<SpanId, Known>>);

impl Default for Spans {
    fn default() -> Self {
        Spans(Recent::new(MOST))
    }
}

impl Spans {
    /// Compares a span with what is there, and remembers it.
    pub(super) fn see(
        &mut self,
        store: &dyn Store,
        trace_id: TraceId,
        span_id: SpanId,
        events: &[Prepared],
    ) -> Result<Verdict, StoreError> {
        let Some(first) = events.first() else { return Ok(Verdict::Known) };
        let has_ended = events.last().is_some_and(|last| last.event().event_type == EventType::SpanEnd);
        let told = Known { start: first.event().time.0, has_ended };
        if self.0.get(trace_id, weigh).is_none() {
            let known = of_store(store, trace_id)?;
            let weight = weigh(&known);
            self.0.put(trace_id, known, weight);
        }
        let Some(spans) = self.0.get(trace_id, weigh) else { return Ok(Verdict::New) };
        let (verdict, is_more) = match spans.get_mut(&span_id) {
            None => {
                spans.insert(span_id, told);
                (Verdict::New, true)
            }
            Some(known) if known.start != told.start => (Verdict::Contradicts, false),
            Some(known) if told.has_ended && !known.has_ended => {
                known.has_ended = true;
                (Verdict::EndsNow, false)
            }
            Some(_) => (Verdict::Known, false),
        };
        if is_more {
            self.0.grow(1);
        }
        Ok(verdict)
    }
}

/// A trace without spans takes room as well.
fn weigh(spans: &HashMap<SpanId, Known>) -> usize {
    1 + spans.len()
}

/// What the store has of a trace. A span whose start nobody told yet is none.
fn of_store(store: &dyn Store, trace_id: TraceId) -> Result<HashMap<SpanId, Known>, StoreError> {
    let spans = store.spans(trace_id)?.into_iter().filter(|span| span.has_start && !span.is_point);
    Ok(spans.map(|span| (span.span_id, Known { start: span.start.0, has_ended: span.end.is_some() })).collect())
}

/// What an end brings where the start was told before: what the start says by now becomes an update.
pub(super) fn without_start(events: Vec<Prepared>) -> Vec<Prepared> {
    let update = |event: Prepared| match event.event().event_type {
        EventType::SpanStart => event.into_update(),
        _ => event,
    };
    events.into_iter().map(update).collect()
}
