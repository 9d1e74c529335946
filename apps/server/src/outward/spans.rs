//! Traces of a store as requests of OTLP, each of a size that receivers bear.

use std::collections::{BTreeSet, HashMap};

use prost::Message as _;
use tracewire_otlp::opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use tracewire_otlp::opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use tracewire_otlp::{Form, Recorded, WriteOptions, Written, encode_traces, write_traces};
use tracewire_store::{Store, StoreError, StoredEvent, resolve_all};
use tracewire_wire::event::EventType;
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::value::Map;

/// Spans of a request, as OpenTelemetry's exporters send them.
const MOST_SPANS: usize = 512;
/// Bytes of a request: receivers by gRPC take 4 MiB.
const MOST_BYTES: usize = 3 << 20;

/// One request.
pub struct Batch {
    /// Its spans.
    pub spans: u64,
    request: ExportTraceServiceRequest,
}

impl Batch {
    /// The message as protobuf.
    pub fn protobuf(&self) -> Vec<u8> {
        encode_traces(&self.request, Form::Protobuf)
    }

    /// The message as JSON, without a line feed.
    pub fn json(&self) -> Vec<u8> {
        encode_traces(&self.request, Form::Json)
    }
}

/// Requests, and what is in none.
#[derive(Default)]
pub struct Batches {
    /// The requests.
    pub batches: Vec<Batch>,
    /// Spans that have not ended.
    pub open: u64,
    /// Events that belong to no span.
    pub loose: u64,
}

/// Resources by producer, as they were met.
#[derive(Default)]
pub struct Resources(HashMap<String, Map>);

impl Resources {
    fn learn(&mut self, store: &dyn Store, events: &[StoredEvent]) -> Result<(), StoreError> {
        if events.iter().any(|stored| !self.0.contains_key(&*stored.producer)) {
            self.0 = store.producers()?.into_iter().map(|row| (row.name, row.facts.resource)).collect();
        }
        Ok(())
    }
}

/// Which spans go out.
pub enum Wanted<'w> {
    /// All of the traces.
    All,
    /// These, as far as they have ended.
    Some(&'w BTreeSet<(TraceId, SpanId)>),
}

/// The spans of traces, in requests of a size that receivers bear.
///
/// # Errors
/// Those of the store.
pub fn gather(
    store: &dyn Store,
    traces: &[TraceId],
    wanted: &Wanted<'_>,
    resources: &mut Resources,
) -> Result<Batches, StoreError> {
    let written = write(store, traces, wanted, resources)?;
    let batches = split(written.request);
    Ok(Batches { batches, open: written.open as u64, loose: written.loose as u64 })
}

/// The spans of traces, in one request of any size.
///
/// # Errors
/// Those of the store.
pub fn write(
    store: &dyn Store,
    traces: &[TraceId],
    wanted: &Wanted<'_>,
    resources: &mut Resources,
) -> Result<Written, StoreError> {
    let mut events = Vec::new();
    for trace_id in traces {
        events.extend(store.events(*trace_id)?.into_iter().filter(|stored| wanted.has(stored)));
    }
    resolve_all(store, &mut events, |_, outcome| outcome)?;
    resources.learn(store, &events)?;
    let none = Map::new();
    let recorded: Vec<Recorded<'_>> = events
        .iter()
        .map(|stored| Recorded {
            producer: &stored.producer,
            resource: resources.0.get(&*stored.producer).unwrap_or(&none),
            event: &stored.event,
        })
        .collect();
    Ok(write_traces(&recorded, &WriteOptions::default()))
}

impl Wanted<'_> {
    fn has(&self, stored: &StoredEvent) -> bool {
        match (self, stored.event.trace_id, stored.event.span_id) {
            (Wanted::All, ..) => true,
            (Wanted::Some(wanted), Some(trace_id), Some(span_id)) => wanted.contains(&(trace_id, span_id)),
            _ => false,
        }
    }
}

/// The span that goes out with an event: it has ended, or is a point.
pub fn completed(stored: &StoredEvent) -> Option<(TraceId, SpanId)> {
    let is_end = matches!(stored.event.event_type, EventType::SpanEnd | EventType::Event);
    Some((stored.event.trace_id?, stored.event.span_id?)).filter(|_| is_end)
}

fn split(request: ExportTraceServiceRequest) -> Vec<Batch> {
    let mut cut = Cut::default();
    for group in request.resource_spans {
        for scoped in group.scope_spans {
            let outer = (
                ResourceSpans {
                    scope_spans: Vec::new(),
                    resource: group.resource.clone(),
                    schema_url: group.schema_url.clone(),
                },
                ScopeSpans { spans: Vec::new(), scope: scoped.scope, schema_url: scoped.schema_url },
            );
            for span in scoped.spans {
                cut.add(&outer, span);
            }
            cut.end_group(&outer);
        }
    }
    cut.end_request();
    cut.batches
}

#[derive(Default)]
struct Cut {
    batches: Vec<Batch>,
    request: ExportTraceServiceRequest,
    group: Vec<Span>,
    spans: usize,
    bytes: usize,
}

impl Cut {
    fn add(&mut self, outer: &(ResourceSpans, ScopeSpans), span: Span) {
        let length = span.encoded_len();
        if self.spans >= MOST_SPANS || (self.spans > 0 && self.bytes + length > MOST_BYTES) {
            self.end_group(outer);
            self.end_request();
        }
        self.group.push(span);
        self.spans += 1;
        self.bytes += length;
    }

    fn end_group(&mut self, (group, scoped): &(ResourceSpans, ScopeSpans)) {
        if !self.group.is_empty() {
            let spans = std::mem::take(&mut self.group);
            let scope_spans = vec![ScopeSpans { spans, ..scoped.clone() }];
            self.request.resource_spans.push(ResourceSpans { scope_spans, ..group.clone() });
        }
    }

    fn end_request(&mut self) {
        if self.spans > 0 {
            let request = std::mem::take(&mut self.request);
            self.batches.push(Batch { spans: self.spans as u64, request });
        }
        (self.spans, self.bytes) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(spans: usize, name: &str) -> ResourceSpans {
        let span = |_| Span { name: name.to_owned(), ..Span::default() };
        let scoped = ScopeSpans { spans: (0..spans).map(span).collect(), ..ScopeSpans::default() };
        ResourceSpans { scope_spans: vec![scoped], ..ResourceSpans::default() }
    }

    fn sizes(groups: Vec<ResourceSpans>) -> Vec<u64> {
        let batches = split(ExportTraceServiceRequest { resource_spans: groups });
        for batch in &batches {
            let read = ExportTraceServiceRequest::decode(&*batch.protobuf()).unwrap();
            let spans: usize =
                read.resource_spans.iter().flat_map(|one| &one.scope_spans).map(|one| one.spans.len()).sum();
            assert_eq!(spans as u64, batch.spans);
        }
        batches.iter().map(|batch| batch.spans).collect()
    }

    #[test]
    fn requests_are_of_a_size_that_receivers_bear() {
        assert_eq!(sizes(vec![]), [0; 0]);
        assert_eq!(sizes(vec![group(2, "a"), group(3, "b")]), [5]);
        assert_eq!(sizes(vec![group(700, "a"), group(400, "b")]), [512, 512, 76]);
        let large = "o".repeat(MOST_BYTES / 2);
        assert_eq!(
            sizes(vec![group(3, &large), group(1, &"o".repeat(2 * MOST_BYTES)), group(1, "b")]),
            [1, 1, 1, 1, 1]
        );
    }
}
