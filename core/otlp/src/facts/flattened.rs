//! Lists and maps that were taken apart into attributes: `llm.input_messages.0.message.role`.
//!
//! What is put together here can always be taken apart into the same attributes again, else it stays as it came: each
//! attribute is a scalar, a list has the items 0, 1, 2, …, and where OpenInference puts a name around each item
//! (`messages.0.message`), every item of the list has it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tracewire_wire::value::{Value, escape_key, unescape_key};

/// Deepest nesting that is put together.
const DEEPEST: usize = 24;

/// Whose names they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// OpenInference: a name around each item.
    OpenInference,
    /// OpenLLMetry: nothing around it.
    Indexed,
}

impl Dialect {
    /// The name that stands around each item of a list of this name.
    fn around(self, list: &str) -> Option<&'static str> {
        if self == Dialect::Indexed {
            return None;
        }
        Some(match list {
            "input_messages" | "output_messages" => "message",
            "contents" => "message_content",
            "tool_calls" => "tool_call",
            "documents" | "input_documents" | "output_documents" => "document",
            "embeddings" => "embedding",
            "tools" => "tool",
            "prompts" => "prompt",
            "choices" => "completion",
            _ => return None,
        })
    }
}

/// A value on its way.
#[derive(Default)]
struct Node {
    leaf: Option<Value>,
    children: BTreeMap<String, Node>,
}

/// The list that these attributes were, given by what stands behind `prefix` and its point; `None` where they are not one.
pub(crate) fn unflatten(prefix: &str, parts: Vec<(String, Value)>, dialect: Dialect) -> Option<Value> {
    let mut root = Node::default();
    for (path, value) in parts {
        let is_scalar = match &value {
            Value::List(_) => false,
            Value::Map(_) => value.tag().is_some(),
            _ => true,
        };
        if !is_scalar || path.split('.').count() > DEEPEST {
            return None;
        }
        let node = path.split('.').fold(&mut root, |node, step| node.children.entry(step.to_owned()).or_default());
        node.leaf = Some(value);
    }
    let list = last_step(prefix);
    match root.finish(list, dialect)? {
        Value::List(items) => Some(Value::List(items)),
        _ => None,
    }
}

fn last_step(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

impl Node {
    fn finish(self, name: &str, dialect: Dialect) -> Option<Value> {
        match (self.leaf, self.children.is_empty()) {
            (Some(leaf), true) => return Some(leaf),
            (Some(_), false) => return None,
            (None, _) => {}
        }
        let mut numbers: Vec<usize> = self.children.keys().filter_map(|step| number(step)).collect();
        numbers.sort_unstable();
        let is_list =
            numbers.len() == self.children.len() && numbers.iter().enumerate().all(|(at, number)| at == *number);
        let around = dialect.around(name);
        let has_name = |child: &Node| match around {
            None => true,
            Some(around) => {
                child.children.len() == 1 && child.children.get(around).is_some_and(|inner| inner.leaf.is_none())
            }
        };
        if is_list && self.children.values().all(has_name) {
            let mut items: Vec<(usize, Value)> = Vec::with_capacity(self.children.len());
            for (step, mut child) in self.children {
                let child = match around {
                    Some(around) => child.children.remove(around)?,
                    None => child,
                };
                items.push((number(&step)?, child.finish(around.unwrap_or_default(), dialect)?));
            }
            items.sort_by_key(|(at, _)| *at);
            return Some(Value::List(items.into_iter().map(|(_, item)| item).collect()));
        }
        let entry = |(step, child): (String, Node)| {
            let value = child.finish(&step, dialect)?;
            let key = match escape_key(&step) {
                Cow::Owned(escaped) => escaped,
                Cow::Borrowed(_) => step,
            };
            Some((key, value))
        };
        let entries: Vec<(String, Value)> = self.children.into_iter().map(entry).collect::<Option<_>>()?;
        Some(Value::Map(entries.into_iter().collect()))
    }
}

/// The number of an item, as it is written.
fn number(step: &str) -> Option<usize> {
    let number: usize = step.parse().ok()?;
    (number.to_string() == step).then_some(number)
}

/// Takes a value apart again; `each` gets the names and values of the attributes.
pub(crate) fn flatten(prefix: &str, value: &Value, dialect: Dialect, each: &mut dyn FnMut(String, &Value)) {
    match value {
        Value::List(items) if !items.is_empty() => {
            let around = dialect.around(last_step(prefix));
            for (at, item) in items.iter().enumerate() {
                let path = match around {
                    Some(around) => format!("{prefix}.{at}.{around}"),
                    None => format!("{prefix}.{at}"),
                };
                flatten(&path, item, dialect, each);
            }
        }
        Value::Map(map) if value.tag().is_none() && !map.is_empty() => {
            for (key, value) in map {
                flatten(&format!("{prefix}.{}", unescape_key(key)), value, dialect, each);
            }
        }
        leaf => each(prefix.to_owned(), leaf),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracewire_wire::json;
    use tracewire_wire::value::Map;

    fn flattened(prefix: &str, value: &Value, dialect: Dialect) -> Map {
        let mut found = Vec::new();
        flatten(prefix, value, dialect, &mut |name, value| found.push((name, value.clone())));
        found.into_iter().collect()
    }

    fn together(prefix: &str, given: &[(&str, &str)], dialect: Dialect) -> Option<String> {
        let parts = given.iter().map(|(path, text)| ((*path).to_owned(), (*text).into())).collect();
        let value = unflatten(prefix, parts, dialect)?;
        let apart = flattened(prefix, &value, dialect);
        let expected: Map = given.iter().map(|(path, text)| (format!("{prefix}.{path}"), (*text).into())).collect();
        assert_eq!(apart, expected);
        Some(String::from_utf8(json::write(&value)).unwrap())
    }

    #[test]
    fn messages_are_put_together_and_taken_apart() {
        let given = [
            ("0.message.role", "user"),
            ("0.message.contents.0.message_content.type", "text"),
            ("1.message.role", "assistant"),
            ("1.message.tool_calls.0.tool_call.function.name", "search"),
            ("1.message.tool_calls.0.tool_call.id", "1"),
        ];
        let expected = concat!(
            r#"[{"contents":[{"type":"text"}],"role":"user"},"#,
            r#"{"role":"assistant","tool_calls":[{"function":{"name":"search"},"id":"1"}]}]"#
        );
        assert_eq!(together("llm.input_messages", &given, Dialect::OpenInference).as_deref(), Some(expected));
        let given = [("0.role", "user"), ("0.content", "hi"), ("10.role", "x"), ("2.role", "x")];
        assert_eq!(together("gen_ai.prompt", &given, Dialect::Indexed), None, "items are missing");
        let given = [("0.tool_calls.0.name", "search"), ("0.$ref", "x")];
        let expected = r#"[{"$$ref":"x","tool_calls":[{"name":"search"}]}]"#;
        assert_eq!(together("gen_ai.completion", &given, Dialect::Indexed).as_deref(), Some(expected));
    }

    #[test]
    fn what_cannot_be_taken_apart_again_stays_as_it_came() {
        let of = |given: &[(&str, &str)]| together("llm.input_messages", given, Dialect::OpenInference);
        assert_eq!(of(&[("0.role", "user")]), None);
        assert_eq!(of(&[("0.message", "a"), ("0.message.role", "user")]), None);
        assert_eq!(of(&[("01.message.role", "user")]), None);
        // A list inside, whose items have no name around them, stays a map.
        let odd = of(&[("0.message.role", "user"), ("0.message.tool_calls.0.id", "1")]);
        assert_eq!(odd.as_deref(), Some(r#"[{"role":"user","tool_calls":{"0":{"id":"1"}}}]"#));
        let list = vec![("0.embedding.vector".to_owned(), Value::List(vec![Value::Int(1)]))];
        assert_eq!(unflatten("embedding.embeddings", list, Dialect::OpenInference), None);
    }
}
