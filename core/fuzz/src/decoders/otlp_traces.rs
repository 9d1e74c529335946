//! OTLP's spans, in both forms: what is read is the same each time, each event is one that its own reader takes, and the way back
//! gives the same spans.
//!
//! The first byte chooses the form: even is protobuf, odd is JSON.

use crate::budget::Budget;
use tracewire_otlp::{
    Form, Imported, Limits, Recorded, WriteOptions, decode_traces, encode_traces, read_traces, write_traces,
};
use tracewire_wire::event::{Event, EventType};

/// Two bytes of protobuf are an attribute, and each becomes a value with a name.
pub const BUDGET: Budget = Budget { memory: 2_000, steps: 20_000 };

/// See the module.
pub fn check(bytes: &[u8]) {
    let Some((form, body)) = form_of(bytes) else { return };
    let Ok(imported) = BUDGET.keep(body.len(), || read_traces(body, form)) else { return };
    assert_eq!(read_traces(body, form).as_ref(), Ok(&imported), "the same bytes give the same events");
    let decoded = decode_traces(body, form, &Limits::default()).expect("it was read before");
    let json = encode_traces(&decoded, Form::Json);
    match decode_traces(&json, Form::Json, &Limits::default()) {
        Ok(again) => assert_eq!(encode_traces(&again, Form::Json), json, "JSON says what was sent"),
        // Protobuf nests deeper.
        Err(error) => assert_eq!(error.code(), "otlp_json", "what is written is read: {error}"),
    }
    for span in imported.sources.iter().flat_map(|source| &source.spans) {
        assert_eq!(span.events.first().map(|first| &first.event_type), Some(&EventType::SpanStart), "a start is first");
        span.events.iter().for_each(readable);
    }
    let recorded = recorded(&imported);
    let written = write_traces(&recorded, &WriteOptions::default());
    let sent = encode_traces(&written.request, Form::Protobuf);
    let back = read_traces(&sent, Form::Protobuf).expect("what goes out can come in");
    // What has no end is not written, unless one asks for it.
    assert_eq!(ids(&back), ids(&imported), "the way back has the same spans");
}

/// The form that the first byte says, and the rest.
pub fn form_of(bytes: &[u8]) -> Option<(Form, &[u8])> {
    let (first, body) = bytes.split_first()?;
    Some((if first % 2 == 0 { Form::Protobuf } else { Form::Json }, body))
}

/// Whatever was sent, an event is one of the wire's when it has its number.
pub fn readable(event: &Event) {
    let mut written = Vec::new();
    Event { seq: 1, ..event.clone() }.write_to(&mut written);
    if let Err(error) = Event::read(&written) {
        panic!("an event is read: {error}: {}", String::from_utf8_lossy(&written));
    }
}

fn recorded(imported: &Imported) -> Vec<Recorded<'_>> {
    let mut recorded = Vec::new();
    for source in &imported.sources {
        for event in source.spans.iter().flat_map(|span| &span.events) {
            recorded.push(Recorded { producer: "otlp", resource: &source.resource, event });
        }
    }
    recorded
}

/// The ids of the spans that have an end.
fn ids(imported: &Imported) -> Vec<String> {
    let spans = imported.sources.iter().flat_map(|source| &source.spans);
    let spans = spans.filter(|span| span.events.iter().any(|event| event.event_type == EventType::SpanEnd));
    let mut ids: Vec<String> = spans.map(|span| format!("{} {}", span.trace_id, span.span_id)).collect();
    ids.sort();
    ids.dedup();
    ids
}
