//! What spans, what happens inside them and log records have alike: ids, moments, and members that stand only where something
//! was said.

use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

use super::Rejected;

/// The ids of a span or of where a record belongs.
pub(super) fn ids(trace_id: &[u8], span_id: &[u8]) -> Result<(TraceId, SpanId), Rejected> {
    let trace = <[u8; 16]>::try_from(trace_id).ok().and_then(TraceId::from_bytes);
    let span = <[u8; 8]>::try_from(span_id).ok().and_then(SpanId::from_bytes);
    let wrong = |code, what: &str, bytes: &[u8]| {
        let zeros = if bytes.is_empty() {
            "is missing".to_owned()
        } else {
            format!("has {} bytes, or zeros alone", bytes.len())
        };
        Rejected::new(code, format!("a {what}'s id {zeros}"))
    };
    let trace = trace.ok_or_else(|| wrong("otlp_trace_id", "trace", trace_id))?;
    let span = span.ok_or_else(|| wrong("otlp_span_id", "span", span_id))?;
    Ok((trace, span))
}

/// A moment; 0 is none.
pub(super) fn moment(nanos: u64) -> Result<Option<Timestamp>, Rejected> {
    match i64::try_from(nanos) {
        Ok(0) => Ok(None),
        Ok(nanos) => Ok(Some(Timestamp(nanos))),
        Err(_) => Err(Rejected::new("otlp_time", format!("{nanos} nanoseconds since 1970 lie beyond the year 2262"))),
    }
}

/// A member, where there is a value.
pub(super) fn set(map: &mut Map, name: &str, value: Option<Value>) {
    map.extend(value.map(|value| (name.to_owned(), value)));
}

/// A text, where it says something.
pub(super) fn set_text(map: &mut Map, name: &str, text: String) {
    set(map, name, (!text.is_empty()).then_some(Value::Text(text)));
}
