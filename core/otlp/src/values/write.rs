//! The wire's values become OTLP's.

use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList, any_value};
use tracewire_wire::value::{Map, Value, unescape_key};

use super::{DOUBLE, JSON, NEGATIVE_ZERO, Path, TEXT_INDEX, json_text};
use crate::names;

/// The attributes that a map was read from; those of ours are left out, and `leave_out` says which others are.
pub(crate) fn key_values(map: &Map, leave_out: &dyn Fn(&str) -> bool) -> Vec<KeyValue> {
    let types = map.get(names::TYPES).and_then(Value::as_map);
    let mut written = Vec::with_capacity(map.len());
    for (name, value) in map {
        if name == names::OTHERS {
            let list = Path::attribute(names::OTHERS);
            for (at, other) in value.as_list().unwrap_or_default().iter().enumerate() {
                let Some((key, value)) =
                    other.as_map().and_then(|other| Some((other.get("key")?, other.get("value")?)))
                else {
                    continue;
                };
                let item = list.item(at);
                let key = key.as_text().unwrap_or_default();
                written.push(key_value(key, write_value(value, &item.key("value"), types)));
            }
        } else if !name.starts_with(names::PREFIX) && !leave_out(name) {
            let key = unescape_key(name);
            written.push(key_value(key, write_value(value, &Path::attribute(key), types)));
        }
    }
    written
}

fn key_value(key: &str, value: AnyValue) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(value), key_strindex: 0 }
}

/// A text.
pub(crate) fn any_text(text: impl Into<String>) -> AnyValue {
    AnyValue { value: Some(any_value::Value::StringValue(text.into())) }
}

/// One value as it was read; `types` says what it does not show.
pub(crate) fn write_value(value: &Value, at: &Path<'_>, types: Option<&Map>) -> AnyValue {
    use any_value::Value as Any;
    let word = types.and_then(|types| types.get(&at.to_string())).and_then(Value::as_text);
    let written = match (word, value) {
        (Some(JSON), value) => Some(Any::StringValue(json_text(value))),
        (Some(NEGATIVE_ZERO), Value::Int(0)) => Some(Any::DoubleValue(-0.0)),
        (Some(DOUBLE), value) => double(value).map(Any::DoubleValue),
        (Some(TEXT_INDEX), Value::Int(index)) => i32::try_from(*index).ok().map(Any::StringValueStrindex),
        _ => None,
    };
    let value = written.or_else(|| match value {
        Value::Null => None,
        Value::Bool(value) => Some(Any::BoolValue(*value)),
        Value::Int(value) => Some(Any::IntValue(*value)),
        Value::Double(value) => Some(Any::DoubleValue(*value)),
        Value::Text(text) => Some(Any::StringValue(text.clone())),
        Value::List(items) => {
            let values = items.iter().enumerate().map(|(place, item)| write_value(item, &at.item(place), types));
            Some(Any::ArrayValue(ArrayValue { values: values.collect() }))
        }
        // Receivers have no use for our mark of a cut; what was kept is what they get.
        Value::Map(_) if let Some(("$cut", kept)) = value.tag() => write_value(kept, at, types).value,
        Value::Map(map) => Some(tag(value).unwrap_or_else(|| {
            let member = |(name, value): &(String, Value)| {
                let key = unescape_key(name);
                key_value(key, write_value(value, &at.key(key), types))
            };
            Any::KvlistValue(KeyValueList { values: map.iter().map(member).collect() })
        })),
    });
    AnyValue { value }
}

/// A double that the wire has as an integer.
fn double(value: &Value) -> Option<f64> {
    match value {
        // Exact: it was a double before.
        Value::Int(value) => Some(*value as f64),
        Value::Double(value) => Some(*value),
        value => value.tag().filter(|(tag, _)| *tag == "$int")?.1.as_text()?.parse().ok(),
    }
}

/// A tag that stands for a plain value.
fn tag(value: &Value) -> Option<any_value::Value> {
    use any_value::Value as Any;
    value.as_map().filter(|map| map.len() == 1)?;
    let (tag, text) = value.tag()?;
    let text = text.as_text()?;
    match tag {
        "$int" => Some(text.parse().map_or_else(|_| Any::StringValue(text.to_owned()), Any::IntValue)),
        "$float" => text.parse().ok().map(Any::DoubleValue),
        "$bytes" => value.as_bytes().map(Any::BytesValue),
        "$time" | "$decimal" => Some(Any::StringValue(text.to_owned())),
        _ => None,
    }
}

/// A value of a program as an attribute: a plain value or a list of one plain type; all else is JSON.
pub(crate) fn plain_value(value: &Value) -> AnyValue {
    use any_value::Value as Any;
    let plain = |value: &Value| match value {
        Value::Bool(value) => Some(Any::BoolValue(*value)),
        Value::Int(value) => Some(Any::IntValue(*value)),
        Value::Double(value) => Some(Any::DoubleValue(*value)),
        Value::Text(text) => Some(Any::StringValue(text.clone())),
        Value::Map(_) if value.tag().is_some_and(|(tag, _)| tag == "$int") => tag(value),
        _ => None,
    };
    let written = plain(value).or_else(|| {
        let items: Vec<Any> = value.as_list()?.iter().map(plain).collect::<Option<_>>()?;
        let kind = |item: &Any| std::mem::discriminant(item);
        let is_one = items.windows(2).all(|pair| matches!(pair, [a, b] if kind(a) == kind(b)));
        let values = items.into_iter().map(|item| AnyValue { value: Some(item) }).collect();
        is_one.then_some(Any::ArrayValue(ArrayValue { values }))
    });
    AnyValue { value: Some(written.unwrap_or_else(|| Any::StringValue(json_text(value)))) }
}
