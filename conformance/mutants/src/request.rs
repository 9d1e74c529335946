//! What a script says, found and replaced.

use serde_json::Value;

/// Replaces values of one notation, such as `double`, wherever they stand in the bodies of a script.
pub fn replace(request: &mut Value, notation: &str, with: fn(&Value) -> Option<Value>) {
    for step in request["script"].as_array_mut().into_iter().flatten() {
        for value in step.get_mut("body").and_then(Value::as_object_mut).into_iter().flatten() {
            inside(value.1, notation, with);
        }
    }
}

fn inside(value: &mut Value, notation: &str, with: fn(&Value) -> Option<Value>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| inside(item, notation, with)),
        Value::Object(members) => {
            for inner in members.values_mut() {
                inside(inner, notation, with);
            }
            if let Some(new) = members.get(notation).and_then(with) {
                *value = new;
            }
        }
        _ => {}
    }
}

/// Changes each plain text in the values of a script.
pub fn texts(request: &mut Value, change: fn(&str) -> String) {
    fn inside(value: &mut Value, change: fn(&str) -> String) {
        match value {
            Value::String(text) => *text = change(text),
            Value::Array(items) => items.iter_mut().for_each(|item| inside(item, change)),
            Value::Object(members) => {
                for name in ["map", "set"] {
                    if let Some(inner) = members.get_mut(name) {
                        inside(inner, change);
                    }
                }
            }
            _ => {}
        }
    }
    for step in request["script"].as_array_mut().into_iter().flatten() {
        for value in step.get_mut("body").and_then(Value::as_object_mut).into_iter().flatten() {
            inside(value.1, change);
        }
    }
}

/// Changes each plain number in the values of a script.
pub fn numbers(request: &mut Value, change: fn(i64) -> Value) {
    fn inside(value: &mut Value, change: fn(i64) -> Value) {
        match value {
            Value::Number(number) => *value = number.as_i64().map_or(Value::Null, change),
            Value::Array(items) => items.iter_mut().for_each(|item| inside(item, change)),
            Value::Object(members) => members.get_mut("map").into_iter().for_each(|pairs| inside(pairs, change)),
            _ => {}
        }
    }
    for step in request["script"].as_array_mut().into_iter().flatten() {
        for (_, value) in step.get_mut("body").and_then(Value::as_object_mut).into_iter().flatten() {
            inside(value, change);
        }
    }
}

/// The steps of a script.
pub fn steps(request: &mut Value) -> impl Iterator<Item = &mut Value> {
    request["script"].as_array_mut().into_iter().flatten()
}

/// A double by its bits.
pub fn double(bits: &Value) -> Option<f64> {
    u64::from_str_radix(bits.as_str()?, 16).ok().map(f64::from_bits)
}

/// Bytes by their hex digits.
pub fn unhex(digits: &str) -> Vec<u8> {
    let byte =
        |at: usize| digits.get(at..at + 2).and_then(|byte| u8::from_str_radix(byte, 16).ok()).unwrap_or_default();
    (0..digits.len()).step_by(2).map(byte).collect()
}
