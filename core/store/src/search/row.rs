//! What is found.

use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::json;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// One page of what was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchPage {
    /// Rows, newest first.
    pub rows: Vec<SearchRow>,
    /// Where the next page begins; `None` when this was the last one.
    pub next: Option<String>,
}

/// A step with its start, updates and end merged; or a point event, a log line, a metric, feedback.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchRow {
    /// `span` for a step, the event's type for all else.
    pub row_type: String,
    /// The trace; of feedback also the one that it is about.
    pub trace_id: Option<TraceId>,
    /// The step's or point event's own id; of all else the step where it belongs.
    pub span_id: Option<SpanId>,
    /// The parent's id.
    pub parent_id: Option<SpanId>,
    /// The kind.
    pub kind: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The status of a step's end; `None` while there is none.
    pub status: Option<String>,
    /// A step's start, else the event's time.
    pub time: Timestamp,
    /// When a step ended.
    pub end_time: Option<Timestamp>,
    /// How long it took, in nanoseconds.
    pub duration_nanos: Option<u64>,
    /// Who recorded it.
    pub producer: String,
    /// `service.name` of that producer.
    pub service: Option<String>,
    /// The session, also where only a step above says it.
    pub session_id: Option<String>,
    /// The correlation id, also where only a step above says it.
    pub correlation_id: Option<String>,
    /// Attributes.
    pub attributes: Map,
    /// What went in.
    pub input: Option<Value>,
    /// What came out.
    pub output: Option<Value>,
    /// All other members of the body.
    pub body: Map,
}

impl SearchPage {
    /// As a value: `rows`, and `next`, which is null on the last page.
    pub fn to_value(&self) -> Value {
        let rows = self.rows.iter().map(SearchRow::to_value).collect();
        let next = self.next.as_deref().map_or(Value::Null, Value::from);
        Value::Map([("next".to_owned(), next), ("rows".to_owned(), Value::List(rows))].into_iter().collect())
    }

    /// As canonical JSON.
    pub fn to_json(&self) -> String {
        String::from_utf8(json::write(&self.to_value())).unwrap_or_default()
    }
}

impl SearchRow {
    /// As a value; members that say nothing are left out.
    pub fn to_value(&self) -> Value {
        fn text(value: Option<&str>) -> Option<Value> {
            value.map(Value::from)
        }
        fn shown(value: Option<impl ToString>) -> Option<Value> {
            value.map(|value| value.to_string().into())
        }
        fn map(map: &Map) -> Option<Value> {
            if map.is_empty() { None } else { Some(Value::Map(map.clone())) }
        }
        let members = [
            ("attributes", map(&self.attributes)),
            ("body", map(&self.body)),
            ("correlation_id", text(self.correlation_id.as_deref())),
            ("duration_nanos", self.duration_nanos.map(Value::from_u64)),
            ("end_time", shown(self.end_time)),
            ("input", self.input.clone()),
            ("kind", text(self.kind.as_deref())),
            ("name", text(self.name.as_deref())),
            ("output", self.output.clone()),
            ("parent_id", shown(self.parent_id)),
            ("producer", text(Some(&self.producer))),
            ("service", text(self.service.as_deref())),
            ("session_id", text(self.session_id.as_deref())),
            ("span_id", shown(self.span_id)),
            ("status", text(self.status.as_deref())),
            ("time", shown(Some(self.time))),
            ("trace_id", shown(self.trace_id)),
            ("type", text(Some(&self.row_type))),
        ];
        Value::Map(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
    }
}
