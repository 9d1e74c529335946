//! What went in and came out, wherever a convention puts it.
//!
//! The attribute that holds it becomes the member of the body, where it is addressed by its hash and carried once; what other
//! attributes say the same stays where it is.

use tracewire_wire::content::is_message;
use tracewire_wire::registry::attributes::GEN_AI_INPUT_MESSAGES;
use tracewire_wire::value::{Map, Value};

use super::flattened::{Dialect, unflatten};
use crate::values::{parse_encoded, parse_json};

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
    /// Always JSON, a plain text with its quotes.
    Encoded(&'static str),
    /// As it is.
    Plain(&'static str),
    /// JSON where the other attribute says so, or nothing does.
    Typed(&'static str, &'static str),
    /// Taken apart.
    Apart(&'static str, Dialect),
}

use Source::{Apart, Encoded, Loose, Plain, Typed};

const INPUT: &[Source] = &[
    Loose("tracewire.input"),
    Loose("gen_ai.input.messages"),
    Apart("gen_ai.prompt", Dialect::Indexed),
    Apart("llm.input_messages", Dialect::OpenInference),
    Loose("gen_ai.tool.call.arguments"),
    Loose("ai.prompt.messages"),
    Encoded("ai.toolCall.args"),
    Loose("ai.prompt"),
    Loose("langfuse.observation.input"),
    Encoded("traceloop.entity.input"),
    Typed("input.value", "input.mime_type"),
    Plain("gen_ai.retrieval.query.text"),
    Plain("gen_ai.memory.query.text"),
    Loose("gen_ai.prompt"),
    Encoded("mlflow.spanInputs"),
    Loose("gcp.vertex.agent.llm_request"),
    Loose("tool_arguments"),
    Encoded("ai.value"),
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
    Encoded("ai.response.object"),
    Plain("ai.response.text"),
    Loose("ai.response.toolCalls"),
    Encoded("ai.toolCall.result"),
    Loose("langfuse.observation.output"),
    Encoded("traceloop.entity.output"),
    Typed("output.value", "output.mime_type"),
    Loose("gen_ai.completion"),
    Encoded("mlflow.spanOutputs"),
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
    /// In their order.
    pub(crate) members: Vec<Member>,
}

/// The member of a body, or the attribute of today's name, its value, the attribute that it was, and its form there.
pub(crate) type Member = (&'static str, Value, &'static str, Form);

/// Takes the contents out of the attributes.
pub(crate) fn take(attributes: &mut Map, depth: usize) -> Contents {
    let mut members = Vec::new();
    for (member, sources) in [("input", INPUT), ("output", OUTPUT), ("tool_definitions", TOOLS)] {
        if let Some((value, attribute, form)) = sources.iter().find_map(|source| source.take(attributes, depth)) {
            members.push((member, value, attribute, form));
        }
    }
    both(attributes, &mut members, depth);
    Contents { members }
}

/// OpenInference sends a request twice: whole, and its messages apart. Where the whole one names the same list of messages,
/// it becomes the input and the list the attribute of today's name: in both places each message is addressed by its hash,
/// while a long text would repeat the conversation in each turn.
fn both(attributes: &mut Map, members: &mut Vec<Member>, depth: usize) {
    let Some(at) = members.iter().position(|(_, _, attribute, _)| *attribute == "llm.input_messages") else { return };
    let whole = attributes.get("input.value").and_then(Value::as_text).and_then(|text| parse_json(text, depth));
    let is_request = |whole: &Value| {
        let messages = whole.as_map().and_then(|whole| whole.get("messages")).and_then(Value::as_list);
        messages.is_some_and(|messages| !messages.is_empty() && messages.iter().all(is_message))
    };
    let Some(whole) = whole.filter(is_request) else { return };
    if attributes.contains_key(GEN_AI_INPUT_MESSAGES) {
        return;
    }
    attributes.remove("input.value");
    let (_, list, attribute, form) = members.remove(at);
    members.push(("input", whole, "input.value", Form::Json));
    members.push((GEN_AI_INPUT_MESSAGES, list, attribute, form));
}

impl Source {
    fn take(self, attributes: &mut Map, depth: usize) -> Option<(Value, &'static str, Form)> {
        let parse: fn(&str, usize) -> Option<Value> = match self {
            Encoded(_) => parse_encoded,
            _ => parse_json,
        };
        let (name, is_json) = match self {
            Apart(prefix, dialect) => {
                let value = take_apart(attributes, prefix, dialect)?;
                return Some((value, prefix, Form::Flattened(dialect)));
            }
            Plain(name) => (name, false),
            Loose(name) | Encoded(name) => (name, true),
            Typed(name, mime) => {
                let mime = attributes.get(mime).and_then(Value::as_text);
                (name, mime.is_none_or(|mime| mime.to_ascii_lowercase().contains("json")))
            }
        };
        let value = match attributes.get(name)? {
            Value::Null => return None,
            Value::Text(text) if text.is_empty() => return None,
            Value::Text(text) if is_json => parse(text, depth),
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
        let twice = [
            ("llm.input_messages.0.message.role", "user"),
            ("input.value", r#"{"model":"m","messages":[{"role":"user"}]}"#),
        ];
        let vercel = [("ai.prompt", "{\"prompt\":\"hi\"}"), ("ai.response.text", ""), ("ai.response.toolCalls", "[]")];
        let all: [&[(&str, &str)]; 5] = [&genai, &openinference, &twice, &openllmetry, &vercel];
        insta::assert_snapshot!(all.map(shown).join("\n\n"));
    }
}
