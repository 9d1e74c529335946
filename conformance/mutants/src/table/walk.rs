//! Through what was recorded: each body, each map, each text, each tag.

use crate::seal::Emission;
use tracewire_wire::value::{Map, Value};

/// Keeps the members whose values are right.
pub fn retain(map: &mut Map, keep: impl Fn(&Value) -> bool) {
    *map = std::mem::take(map).into_iter().filter(|(_, value)| keep(value)).collect();
}

/// Changes each body; one that is then empty goes.
pub fn each_body(emission: &mut Emission, change: impl Fn(&mut Map)) {
    for event in emission.events() {
        if let Some(Value::Map(body)) = event.get_mut("body") {
            change(body);
            if body.is_empty() {
                event.remove("body");
            }
        }
    }
}

/// Changes each map inside the members of bodies.
pub fn each_map(emission: &mut Emission, change: impl Fn(&mut Map)) {
    fn inside(value: &mut Value, change: &dyn Fn(&mut Map)) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| inside(item, change)),
            Value::Map(map) => {
                map.iter_mut().for_each(|(_, value)| inside(value, change));
                change(map);
            }
            _ => {}
        }
    }
    each_body(emission, |body| body.iter_mut().for_each(|(_, value)| inside(value, &change)));
}

/// Changes each text inside the members of bodies.
pub fn each_text(emission: &mut Emission, change: fn(&str) -> String) {
    fn inside(value: &mut Value, change: fn(&str) -> String) {
        match value {
            Value::Text(text) => *text = change(text),
            Value::List(items) => items.iter_mut().for_each(|item| inside(item, change)),
            Value::Map(map) => map.iter_mut().for_each(|(_, value)| inside(value, change)),
            _ => {}
        }
    }
    each_body(emission, |body| body.iter_mut().for_each(|(_, value)| inside(value, change)));
}

/// Changes the text of each tag of this name.
pub fn each_tag(emission: &mut Emission, tag: &str, change: fn(&str) -> String) {
    each_map(emission, |map| {
        if let Some(Value::Text(text)) = map.get_mut(tag) {
            *text = change(text);
        }
    });
}
