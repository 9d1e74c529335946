//! What went in and came out, wherever a convention puts it.
//!
//! The attribute that holds it becomes the member of the body, where it is addressed by its hash and carried once; what other
//! attributes say the same stays where it is.

use tracewire_wire::value::{Map, Value};

use super::flattened::{Dialect, unflatten};
use crate::values::parse_json;

/// How an attribute holds a content, and how the way back writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A text that holds JSON.
    Json,
    /// The value itself.
    Value,
    /// Taken apart into attributes.
    Flattened(Dialect),
}

impl Form {
    /// Its word in `tracewire.otlp.members`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Form::Json => "json",
            Form::Value => "value",
            Form::Flattened(Dialect::OpenInference) => "openinference",
            Form::Flattened(Dialect::Indexed) => "indexed",
        }
    }

    /// The form of this word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        [Form::Json, Form::Value, Form::Flattened(Dialect::OpenInference), Form::Flattened(Dialect::Indexed)]
            .into_iter()
            .find(|form| form.word() == word)
    }
}

/// Where to look.
#[derive(Clone, Copy)]
enum Source {
    /// JSON where it is some, else the text.
    Loose(&'static str),
    /// As it is.
    Plain(&'static str),
    /// JSON where the other attribute says so, or nothing does.
    Typed(&'static str, &'static str),
    /// Taken apart.
    Apart(&'static str, Dialect),
}

use Source::{Apart, Loose, Plain, Typed};

const INPUT: &[Source] = &[
    Loose("tracewire.input"),
    Loose("gen_ai.input.messages"),
    Apart("gen_ai.prompt", Dialect::Indexed),
    Apart("llm.input_messages", Dialect::OpenInference),
    Loose("gen_ai.tool.call.arguments"),
    Loose("ai.prompt.messages"),
    Loose("ai.toolCall.args"),
    Loose("ai.prompt"),
    Loose("langfuse.observation.input"),
    Loose("traceloop.entity.input"),
    Typed("input.value", "input.mime_type"),
    Plain("gen_ai.retrieval.query.text"),
    Plain("gen_ai.memory.query.text"),
    Loose("gen_ai.prompt"),
    Loose("mlflow.spanInputs"),
    Loose("gcp.vertex.agent.llm_request"),
    Loose("tool_arguments"),
    Loose("ai.value"),
];
const OUTPUT: &[Source] = &[
    Loose("tracewire.output"),
    Loose("gen_ai.output.messages"),
    Apart("gen_ai.completion", Dialect::Indexed),
    Apart("llm.output_messages", Dialect::OpenInference),
    Loose("gen_ai.tool.call.result"),
    Apart("retrieval.documents", Dialect::OpenInference),
    Apart("reranker.output_documents", Dialect::OpenInference),
    Loose("gen_ai.retrieval.documents"),
    Loose("gen_ai.memory.records"),
    Loose("ai.response.object"),
    Plain("ai.response.text"),
    Loose("ai.response.toolCalls"),
    Loose("ai.toolCall.result"),
    Loose("langfuse.observation.output"),
    Loose("traceloop.entity.output"),
    Typed("output.value", "output.mime_type"),
    Loose("gen_ai.completion"),
    Loose("mlflow.spanOutputs"),
    Loose("gcp.vertex.agent.llm_response"),
    Loose("tool_response"),
];
const TOOLS: &[Source] = &[
    Loose("gen_ai.tool.definitions"),
    Apart("llm.request.functions", Dialect::Indexed),
    Apart("llm.tools", Dialect::OpenInference),
    Loose("ai.prompt.tools"),
];

/// Members of the body and where each of them was.
#[derive(Default)]
pub(crate) struct Contents {
    /// Member, value, attribute, form.
    pub(crate) members: Vec<(&'static str, Value, &'static str, Form)>,
}

/// Takes the contents out of the attributes.
pub(crate) fn take(attributes: &mut Map, depth: usize) -> Contents {
    let mut members = Vec::new();
    for (member, sources) in [("input", INPUT), ("output", OUTPUT), ("tool_definitions", TOOLS)] {
        if let Some((value, attribute, form)) = sources.iter().find_map(|source| source.take(attributes, depth)) {
            members.push((member, value, attribute, form));
        }
    }
    Contents { members }
}

impl Source {
    fn take(self, attributes: &mut Map, depth: usize) -> Option<(Value, &'static str, Form)> {
        let (name, is_json) = match self {
            Apart(prefix, dialect) => {
                let value = take_apart(attributes, prefix, dialect)?;
                return Some((value, prefix, Form::Flattened(dialect)));
            }
            Plain(name) => (name, false),
            Loose(name) => (name, true),
            Typed(name, mime) => {
                let mime = attributes.get(mime).and_then(Value::as_text);
                (name, mime.is_none_or(|mime| mime.to_ascii_lowercase().contains("json")))
            }
        };
        let value = match attributes.get(name)? {
            Value::Null => return None,
            Value::Text(text) if text.is_empty() => return None,
            Value::Text(text) if is_json => parse_json(text, depth),
            _ => None,
        };
        let held = attributes.remove(name)?;
        Some(match value {
            Some(value) => (value, name, Form::Json),
            None => (held, name, Form::Value),
        })
    }
}

/// Puts a list together and takes its parts out of the attributes.
fn take_apart(attributes: &mut Map, prefix: &'static str, dialect: Dialect) -> Option<Value> {
    fn part<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
        name.strip_prefix(prefix)?.strip_prefix('.').filter(|path| path.starts_with(|c: char| c.is_ascii_digit()))
    }
    let parts: Vec<(String, Value)> =
        attributes.iter().filter_map(|(name, value)| Some((part(name, prefix)?.to_owned(), value.clone()))).collect();
    if parts.is_empty() {
        return None;
    }
    let value = unflatten(prefix, parts, dialect)?;
    let rest = std::mem::take(attributes).into_iter().filter(|(name, _)| part(name, prefix).is_none());
    *attributes = Map::from_entries_in_order(rest.collect());
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracewire_wire::json;

    fn shown(given: &[(&str, &str)]) -> String {
        let mut attributes: Map = given.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
        let contents = take(&mut attributes, 64);
        let mut lines: Vec<String> = Vec::new();
        for (member, value, attribute, form) in contents.members {
            let value = String::from_utf8(json::write(&value)).unwrap();
            lines.push(format!("{member} = {value} from {attribute} ({})", form.word()));
        }
        let rest: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
        lines.push(format!("rest: {}", rest.join(" ")));
        lines.join("\n")
    }

    #[test]
    fn contents_are_found_in_every_convention() {
        let genai =
            [("gen_ai.input.messages", r#"[{"role":"user"}]"#), ("gen_ai.output.messages", "no JSON"), ("a", "b")];
        let openinference = [
            ("llm.input_messages.0.message.role", "user"),
            ("input.value", "{}"),
            ("output.value", "{\"a\":1}"),
            ("output.mime_type", "text/plain"),
            ("llm.tools.0.tool.json_schema", "{}"),
        ];
        let openllmetry =
            [("gen_ai.prompt.0.role", "user"), ("gen_ai.completion.0.content", "hi"), ("gen_ai.prompt.name", "p")];
        let vercel = [("ai.prompt", "{\"prompt\":\"hi\"}"), ("ai.response.text", ""), ("ai.response.toolCalls", "[]")];
        insta::assert_snapshot!(
            [shown(&genai), shown(&openinference), shown(&openllmetry), shown(&vercel)].join("\n\n")
        );
    }
}
