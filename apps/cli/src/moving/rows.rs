//! Events as rows: which columns, and what stands in them.

use tracewire_wire::event::{Body, Event};
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A count or a duration.
    Count,
    /// A moment.
    Time,
    /// A decimal number.
    Money,
}

/// A column: its name, and what it holds.
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

/// The columns that every event's row has; the body follows them.
pub const COLUMNS: &[Column] = &[
    column("producer", Kind::Text),
    column("seq", Kind::Count),
    column("type", Kind::Text),
    column("time", Kind::Time),
    column("service", Kind::Text),
    column("trace_id", Kind::Text),
    column("span_id", Kind::Text),
    column("parent_id", Kind::Text),
    column("kind", Kind::Text),
    column("name", Kind::Text),
    column("status", Kind::Text),
    column("duration_nanos", Kind::Count),
    column("session_id", Kind::Text),
    column("user_id", Kind::Text),
    column("model", Kind::Text),
    column("input_tokens", Kind::Count),
    column("output_tokens", Kind::Count),
    column("cache_read_input_tokens", Kind::Count),
    column("cache_write_input_tokens", Kind::Count),
    column("reasoning_output_tokens", Kind::Count),
    column("cost", Kind::Money),
    column("currency", Kind::Text),
];

/// The columns behind these in a row for language models.
const FLAT: [&str; 4] = ["input", "output", "body", "other"];

/// Where `usage` does not say a count, the attribute that may.
const USAGE_ATTRIBUTES: [(&str, &str); 5] = [
    ("input_tokens", "gen_ai.usage.input_tokens"),
    ("output_tokens", "gen_ai.usage.output_tokens"),
    ("cache_read_input_tokens", "gen_ai.usage.cache_read.input_tokens"),
    ("cache_write_input_tokens", "gen_ai.usage.cache_write.input_tokens"),
    ("reasoning_output_tokens", "gen_ai.usage.reasoning.output_tokens"),
];

/// The members of `cost` that are columns.
const COST: [(&str, &str); 2] = [("total", "cost"), ("currency", "currency")];

/// An event with what is known about it besides.
pub struct Row<'a> {
    /// Whose event it is.
    pub producer: &'a str,
    /// `service.name` of the producer.
    pub service: Option<&'a str>,
    /// The event, its content in place.
    pub event: &'a Event,
}

impl Row<'_> {
    /// What stands in a column; null where nothing does.
    pub fn cell(&self, column: &str) -> Value {
        let event = self.event;
        let text = |value: Option<String>| value.map_or(Value::Null, Value::Text);
        match column {
            "producer" => self.producer.into(),
            "service" => text(self.service.map(str::to_owned)),
            "seq" => Value::from_u64(event.seq),
            "type" => event.event_type.as_str().into(),
            "time" => event.time.to_string().into(),
            "trace_id" => text(event.trace_id.map(|id| id.to_string())),
            "span_id" => text(event.span_id.map(|id| id.to_string())),
            "parent_id" => text(event.parent_id.map(|id| id.to_string())),
            "kind" => text(event.kind.clone()),
            "status" => text(event.status.as_ref().map(|status| status.as_str().to_owned())),
            "duration_nanos" => event.duration_nanos.map_or(Value::Null, Value::from_u64),
            "name" | "session_id" | "user_id" => self.body_text(column),
            "model" => match self.attribute("gen_ai.response.model").or(self.attribute("gen_ai.request.model")) {
                Some(Value::Text(model)) => model.as_str().into(),
                _ => Value::Null,
            },
            "cost" => self.inside("cost", "total").filter(|total| is_decimal(total)).cloned().unwrap_or_default(),
            "currency" => {
                self.inside("cost", "currency").filter(|text| text.as_text().is_some()).cloned().unwrap_or_default()
            }
            count => self.count(count),
        }
    }

    /// The body as JSON text; null where there is none.
    pub fn body(&self) -> Option<Vec<u8>> {
        match &self.event.body {
            Body::Present(body) if body.is_empty() => None,
            _ => self.event.to_value().as_map().and_then(|map| map.get("body")).map(json::write),
        }
    }

    /// Members of a later version and the nonce, as JSON text; null where there are none.
    pub fn other(&self) -> Option<Vec<u8>> {
        let mut map = self.event.other.clone();
        if let Some(nonce) = &self.event.nonce {
            map.insert("nonce".to_owned(), nonce.as_str().into());
        }
        (!map.is_empty()).then(|| json::write(&Value::Map(map)))
    }

    /// The columns of [`Row::flat`].
    pub fn flat_names() -> impl Iterator<Item = &'static str> {
        COLUMNS.iter().map(|column| column.name).chain(FLAT)
    }

    /// The row for a language model: every column in its plain form, `input` and `output` as they were said, and of the
    /// body what no column says.
    pub fn flat(&self) -> Vec<(&'static str, Value)> {
        let (mut input, mut output) = (Value::Null, Value::Null);
        let body = match &self.event.body {
            Body::Present(body) => {
                let mut body = body.clone();
                (input, output) = (said(body.remove("input")), said(body.remove("output")));
                for name in ["name", "session_id", "user_id"] {
                    if self.cell(name) != Value::Null {
                        body.remove(name);
                    }
                }
                self.take_said(&mut body, "usage");
                self.take_said(&mut body, "cost");
                (!body.is_empty()).then(|| json::write(&Value::Map(body)))
            }
            _ => self.body(),
        };
        let last = [input, output, or_null(body), or_null(self.other())];
        COLUMNS.iter().map(|column| (column.name, self.cell(column.name))).chain(FLAT.into_iter().zip(last)).collect()
    }

    /// Takes out of a map inside the body what columns say, and the map where that was all.
    fn take_said(&self, body: &mut Map, member: &str) {
        let Some(Value::Map(map)) = body.get_mut(member) else { return };
        let columns = if member == "usage" { &USAGE_ATTRIBUTES.map(|(name, _)| (name, name))[..] } else { &COST };
        for (name, column) in columns {
            if map.contains_key(name) && self.cell(column) != Value::Null {
                map.remove(name);
            }
        }
        if map.is_empty() {
            body.remove(member);
        }
    }

    fn body_text(&self, name: &str) -> Value {
        self.event.body_field(name).filter(|value| value.as_text().is_some()).cloned().unwrap_or_default()
    }

    fn attribute(&self, name: &str) -> Option<&Value> {
        self.inside("attributes", name)
    }

    fn inside(&self, member: &str, name: &str) -> Option<&Value> {
        self.event.body_field(member)?.as_map()?.get(name)
    }

    fn count(&self, name: &str) -> Value {
        let attribute = USAGE_ATTRIBUTES.iter().find(|(known, _)| *known == name).map(|(_, attribute)| *attribute);
        let found = self.inside("usage", name).or_else(|| self.attribute(attribute?));
        found.filter(|count| count.as_int().is_some_and(|count| count >= 0)).cloned().unwrap_or_default()
    }
}

/// What was said, in one cell: a text as it is, lists and maps as JSON.
fn said(value: Option<Value>) -> Value {
    match value {
        Some(value @ (Value::List(_) | Value::Map(_))) => or_null(Some(json::write(&value))),
        other => other.unwrap_or_default(),
    }
}

/// JSON text in one cell.
fn or_null(json: Option<Vec<u8>>) -> Value {
    json.and_then(|json| String::from_utf8(json).ok()).map_or(Value::Null, Value::Text)
}

fn is_decimal(value: &Value) -> bool {
    value.as_text().is_some_and(|text| tracewire_insight::Decimal::parse(text).is_some())
}
