//! Messages that are events of their own: `gen_ai.user.message` and the like, of an older generation of the conventions.

use tracewire_wire::event::Event;
use tracewire_wire::value::{Map, Value};

use crate::facts::Form;
use crate::values::parse_json;

/// Attributes that hold the whole message or what it says.
const HOLDERS: [&str; 5] = ["gen_ai.event.content", "gen_ai.prompt", "gen_ai.completion", "message", "content"];

/// Who speaks in an event of this name, and whether that is an answer.
pub(super) fn role(name: &str) -> Option<(&'static str, bool)> {
    match name {
        "gen_ai.system.message" => Some(("system", false)),
        "gen_ai.user.message" | "gen_ai.content.prompt" => Some(("user", false)),
        "gen_ai.assistant.message" => Some(("assistant", false)),
        "gen_ai.tool.message" => Some(("tool", false)),
        "gen_ai.choice" | "gen_ai.content.completion" => Some(("assistant", true)),
        _ => None,
    }
}

/// Takes what an event says out of its attributes: the value, and where it was.
pub(super) fn take(name: &str, attributes: &mut Map, depth: usize) -> Option<(Value, Value)> {
    role(name)?;
    let holder = HOLDERS.into_iter().find(|holder| attributes.contains_key(holder))?;
    let held = attributes.remove(holder)?;
    let parsed = held.as_text().and_then(|text| parse_json(text, depth));
    let form = if parsed.is_some() { Form::Json } else { Form::Value };
    let origin = [("attribute", holder), ("form", form.word())].map(|(name, word)| (name.to_owned(), word.into()));
    Some((parsed.unwrap_or(held), Value::Map(origin.into_iter().collect())))
}

/// Inputs and outputs that stand in events of a span.
pub(super) fn of_moments(moments: &[Event]) -> [(&'static str, Vec<Value>); 2] {
    let (mut input, mut output) = (Vec::new(), Vec::new());
    for moment in moments {
        let name = moment.body_field("name").and_then(Value::as_text).unwrap_or_default();
        let (Some((role, is_answer)), Some(data)) = (role(name), moment.body_field("data")) else { continue };
        let list = if is_answer { &mut output } else { &mut input };
        match data {
            // A whole conversation in one event.
            Value::List(items) if items.iter().all(tracewire_wire::content::is_message) => {
                list.extend(items.iter().cloned())
            }
            data => list.push(message(role, data.clone())),
        }
    }
    [("input", input), ("output", output)]
}

/// A message: as it is where it is one, else what `role` says.
pub(super) fn message(role: &str, data: Value) -> Value {
    if tracewire_wire::content::is_message(&data) {
        return data;
    }
    let mut message = Map::from_iter([("role".to_owned(), role.into())]);
    match data {
        Value::Map(mut map) if data_is_plain(&map) => {
            // A choice has its message inside.
            if let Some(Value::Map(inner)) = map.remove("message") {
                message.extend(inner);
            }
            message.extend(map);
        }
        data => message.extend([("content".to_owned(), data)]),
    }
    Value::Map(message)
}

/// A map of members, and no tag.
fn data_is_plain(map: &Map) -> bool {
    map.iter().all(|(name, _)| !name.starts_with('$') || name.starts_with("$$"))
}
