//! Makes a plan smaller as long as its answers still differ.

use super::plan::Plan;
use serde_json::{Value, json};

/// Makes smaller values of one.
type Smaller = fn(&Value) -> Vec<Value>;

/// So many attempts are made at most for one difference.
const MOST_ATTEMPTS: usize = 4000;

/// The smallest plan that was found for which `is_different` still holds.
pub fn shrink(plan: Plan, is_different: &mut dyn FnMut(&Plan) -> bool) -> Plan {
    let mut smallest = plan;
    let mut attempts = 0;
    loop {
        let smaller = candidates(&smallest.request).into_iter().find_map(|request| {
            let plan = Plan { request, rule: smallest.rule };
            attempts += 1;
            (attempts < MOST_ATTEMPTS && plan != smallest && is_different(&plan)).then_some(plan)
        });
        match smaller {
            Some(plan) => smallest = plan,
            None => return smallest,
        }
    }
}

/// Requests that are a little smaller, what takes away most first.
fn candidates(request: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let members: &[(&str, Smaller)] = &[
        ("script", scripts),
        ("settings", removals),
        ("envelopes", |value| [elements(value), each(value, forms)].concat()),
        ("contents", elements),
        ("bodies", elements),
        ("events", elements),
        ("options", removals),
        ("bytes", forms),
        ("envelope", forms),
        ("journal", forms),
    ];
    for (name, smaller) in members {
        let Some(value) = request.get(name) else { continue };
        for value in smaller(value) {
            let mut request = request.clone();
            request[*name] = value;
            found.push(request);
        }
    }
    found
}

/// Without one half, a quarter …, one element.
fn elements(list: &Value) -> Vec<Value> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found = Vec::new();
    let mut size = items.len();
    while size > 0 {
        let mut start = 0;
        while start < items.len() {
            let end = (start + size).min(items.len());
            found.push([items.get(..start), items.get(end..)].into_iter().flatten().flatten().cloned().collect());
            start = end;
        }
        size /= 2;
    }
    found
}

/// With one element replaced by something smaller.
fn each(list: &Value, smaller: Smaller) -> Vec<Value> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        for item in smaller(item) {
            let mut items = items.to_vec();
            if let Some(place) = items.get_mut(at) {
                *place = item;
            }
            found.push(items.into());
        }
    }
    found
}

/// Without one member, and with one member replaced by something smaller.
fn members(map: &Value, smaller: Smaller) -> Vec<Value> {
    let mut found = Vec::new();
    for (name, value) in map.as_object().into_iter().flatten() {
        let mut without = map.clone();
        _ = without.as_object_mut().map(|members| members.remove(name));
        found.push(without);
        for value in smaller(value) {
            let mut map = map.clone();
            map[name] = value;
            found.push(map);
        }
    }
    found
}

/// Settings without a member at any depth, or an element.
fn removals(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(_) => members(value, removals),
        // A pair stays a pair.
        Value::Array(items) if items.iter().all(|item| !item.is_array()) && items.len() == 2 => Vec::new(),
        Value::Array(_) => elements(value),
        _ => Vec::new(),
    }
}

/// Scripts with fewer steps, and steps with less in them.
fn scripts(script: &Value) -> Vec<Value> {
    [elements(script), each(script, steps)].concat().into_iter().map(mended).collect()
}

fn steps(step: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    if let Some(body) = step.get("body") {
        for body in members(body, notations) {
            let mut step = step.clone();
            step["body"] = body;
            found.push(step);
        }
    }
    for name in ["parent", "kind"] {
        if step.get(name).is_some() && !(name == "kind" && step["do"] == "start") {
            let mut step = step.clone();
            _ = step.as_object_mut().map(|members| members.remove(name));
            found.push(step);
        }
    }
    if step["parent"].get("tracestate").is_some() {
        let mut step = step.clone();
        _ = step["parent"].as_object_mut().map(|members| members.remove("tracestate"));
        found.push(step);
    }
    found
}

/// Without steps and parents that name what is no longer there.
fn mended(script: Value) -> Value {
    let mut names = Vec::new();
    let mut mended = Vec::new();
    for mut step in script.as_array().into_iter().flatten().cloned() {
        let is_known = |name: &Value| name.as_str().is_none_or(|name| names.iter().any(|known| known == name));
        if !is_known(&step["span"]) {
            continue;
        }
        if !is_known(&step["parent"]) || step["parent"].is_null() {
            _ = step.as_object_mut().map(|members| members.remove("parent"));
        }
        names.extend(step["as"].as_str().map(str::to_owned));
        mended.push(step);
    }
    mended.into()
}

/// Smaller values in the protocol's notation, and smaller items of a journal's records.
fn notations(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => [items.clone(), elements(value), each(value, notations)].concat(),
        Value::String(text) => texts(text),
        Value::Number(number) if number.as_i64() != Some(0) => vec![json!(0), json!(1)],
        Value::Object(object) => match object.iter().next().map(|(name, inner)| (name.as_str(), inner)) {
            Some(("set", inner)) => {
                let sets = [elements(inner), each(inner, notations)].concat();
                [
                    inner.as_array().cloned().unwrap_or_default(),
                    sets.into_iter().map(|set| json!({ "set": set })).collect(),
                ]
                .concat()
            }
            Some(("map", inner)) => {
                let values: Vec<Value> = inner.as_array().into_iter().flatten().map(|pair| pair[1].clone()).collect();
                let maps = [elements(inner), each(inner, |pair| each(pair, notations))].concat();
                [values, maps.into_iter().map(|map| json!({ "map": map })).collect()].concat()
            }
            Some(("tag", inner)) => {
                let tags = notations(&inner[1]).into_iter().map(|item| json!({ "tag": [inner[0], item] }));
                std::iter::once(inner[1].clone()).chain(tags).collect()
            }
            Some(("nest", inner)) => {
                let levels = inner[1].as_u64().unwrap_or_default();
                let fewer = |levels: u64| json!({ "nest": [inner[0], levels, inner[2]] });
                if levels == 0 { vec![inner[2].clone()] } else { vec![json!(0), fewer(levels / 2), fewer(levels - 1)] }
            }
            Some((name @ ("utf8" | "utf16"), Value::String(digits))) => {
                let unit = if name == "utf8" { 2 } else { 4 };
                let without =
                    |at: usize| [digits.get(..at), digits.get(at + unit..)].into_iter().flatten().collect::<String>();
                std::iter::once(json!(""))
                    .chain((0..digits.len()).step_by(unit).map(|at| json!({ name: without(at) })))
                    .collect()
            }
            Some(_) => vec![json!(0), json!("")],
            None => Vec::new(),
        },
        Value::Bool(_) => vec![Value::Null],
        _ => Vec::new(),
    }
}

fn texts(text: &str) -> Vec<Value> {
    let characters: Vec<char> = text.chars().collect();
    let list: Value = characters.iter().map(|character| character.to_string()).collect();
    let shorter = if characters.len() > 40 { elements(&list).into_iter().take(30).collect() } else { elements(&list) };
    let joined =
        |list: Value| list.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<String>().into();
    shorter.into_iter().map(joined).collect()
}

/// Smaller bytes in the forms of a plan.
fn forms(form: &Value) -> Vec<Value> {
    let with = |name: &str, values: Vec<Value>| -> Vec<Value> {
        let with = |value| {
            let mut form = form.clone();
            form[name] = value;
            form
        };
        values.into_iter().map(with).collect()
    };
    if let Some(value) = form.get("json") {
        return with("json", documents(value));
    }
    if let Some(plan) = form.get("journal") {
        let mut found = Vec::new();
        for (name, smaller) in [("damage", elements as Smaller), ("frames", frames), ("header", removals)] {
            for value in smaller(&plan[name]) {
                let mut plan = plan.clone();
                plan[name] = value;
                found.push(plan);
            }
        }
        return with("journal", found);
    }
    let digits = form["hex"].as_str().unwrap_or_default();
    let bytes: Value = (0..digits.len()).step_by(2).filter_map(|at| digits.get(at..at + 2)).collect();
    let joined =
        |bytes: Value| bytes.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<String>().into();
    with("hex", elements(&bytes).into_iter().map(joined).collect())
}

fn frames(frames: &Value) -> Vec<Value> {
    let record = |frame: &Value| match frame.get("record") {
        // A record stays a map.
        Some(record) => notations(record)
            .into_iter()
            .filter(|item| item.get("map").is_some())
            .map(|item| json!({ "record": item }))
            .collect(),
        None => Vec::new(),
    };
    [elements(frames), each(frames, record)].concat()
}

/// Smaller JSON documents of any shape.
fn documents(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => [items.clone(), elements(value), each(value, documents)].concat(),
        Value::Object(object) => {
            let inner: Vec<Value> = object.iter().map(|(_, value)| value.clone()).collect();
            [inner, members(value, documents)].concat()
        }
        Value::String(text) => texts(text),
        Value::Number(number) if number.as_i64() != Some(0) => vec![json!(0), json!(1)],
        Value::Bool(_) => vec![Value::Null],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::plan::Plan;

    #[test]
    fn a_script_shrinks_to_the_step_and_the_member_that_matter() {
        let settings = json!({ "redact": ["a"], "limits": { "depth": 3 } });
        let input = json!({ "map": [["k", [1, { "double": "7ff0" }]], ["l", "m"]] });
        let request = json!({ "operation": "record", "settings": settings, "script": [
            { "do": "start", "as": "a", "kind": "tool", "body": { "name": "x", "input": input } },
            { "do": "start", "as": "b", "kind": "tool", "parent": "a", "body": {} },
            { "do": "end", "span": "b", "status": "ok", "body": { "output": "long" } },
        ] });
        let smallest = shrink(Plan::exact(request), &mut |plan| plan.request.to_string().contains("7ff0"));
        let step = json!({ "do": "start", "as": "a", "kind": "tool", "body": { "input": { "double": "7ff0" } } });
        assert_eq!(smallest.request, json!({ "operation": "record", "settings": {}, "script": [step] }));
    }

    #[test]
    fn bytes_shrink_one_by_one() {
        let request =
            json!({ "operation": "convert", "bytes": { "hex": "0102ff0304" }, "options": { "lenient": true } });
        let smallest = shrink(Plan::exact(request), &mut |plan| {
            plan.request["bytes"]["hex"].as_str().is_some_and(|hex| hex.contains("ff"))
        });
        assert_eq!(smallest.request, json!({ "operation": "convert", "bytes": { "hex": "ff" }, "options": {} }));
    }

    #[test]
    fn steps_on_spans_that_are_gone_go_too() {
        let (start, end) = (json!({ "do": "start", "as": "b" }), json!({ "do": "end", "span": "b" }));
        let script = json!([{ "do": "end", "span": "a" }, { "do": "start", "as": "b", "parent": "a" }, end]);
        assert_eq!(mended(script), json!([start, end]));
    }
}
