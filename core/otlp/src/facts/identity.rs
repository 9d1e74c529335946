//! Whose span it is, and what it is about: session, user, release, prompt; and today's names of model, provider, agent, tool.

use tracewire_wire::registry::attributes::{
    DEPLOYMENT_ENVIRONMENT_NAME, GEN_AI_AGENT_NAME, GEN_AI_PROVIDER_NAME, GEN_AI_REQUEST_MODEL, GEN_AI_RESPONSE_MODEL,
    GEN_AI_TOOL_CALL_ID, GEN_AI_TOOL_NAME, SERVICE_VERSION,
};
use tracewire_wire::registry::kinds::LLM;
use tracewire_wire::value::{Map, Value};

use super::{number, text};
use crate::values::parse_json;

const SESSION: [&str; 6] = [
    "session.id",
    "gen_ai.conversation.id",
    "langfuse.session.id",
    "traceloop.association.properties.session_id",
    "ai.telemetry.metadata.sessionId",
    "session_id",
];
const USER: [&str; 7] = [
    "user.id",
    "enduser.id",
    "langfuse.user.id",
    "traceloop.association.properties.user_id",
    "ai.telemetry.metadata.userId",
    "llm.user",
    "user_id",
];
const TAGS: [&str; 4] = ["tag.tags", "langfuse.trace.tags", "ai.telemetry.metadata.tags", "tracewire.tags"];
const ENVIRONMENT: [&str; 3] = [DEPLOYMENT_ENVIRONMENT_NAME, "deployment.environment", "langfuse.environment"];
const RELEASE: [&str; 2] = ["langfuse.release", SERVICE_VERSION];
const PROMPT_NAME: [&str; 4] =
    ["gen_ai.prompt.name", "langfuse.observation.prompt.name", "traceloop.prompt.key", "llm.prompt_template.name"];
const PROMPT_VERSION: [&str; 4] = [
    "gen_ai.prompt.version",
    "langfuse.observation.prompt.version",
    "traceloop.prompt.version",
    "llm.prompt_template.version",
];

/// Members of a `span.start` that follow from attributes.
#[derive(Default)]
pub(crate) struct Identity {
    /// Members in place.
    pub(crate) start: Vec<(&'static str, Value)>,
    /// Time to the first chunk, in nanoseconds.
    pub(crate) first_chunk_nanos: Option<u64>,
}

/// Whose span it is. `resource` speaks for a root where the span says nothing.
pub(crate) fn identity(attributes: &Map, resource: &Map, is_root: bool, is_of_ai: bool) -> Identity {
    let mut start: Vec<(&'static str, Value)> = Vec::new();
    let of_resource = |names: &[&str]| if is_root { text(resource, names) } else { None };
    if is_of_ai {
        let mut add = |name: &'static str, value: Option<&str>| {
            if let Some(value) = value {
                start.push((name, value.into()));
            }
        };
        add("session_id", text(attributes, &SESSION));
        add("user_id", text(attributes, &USER));
        add("correlation_id", text(attributes, &["tracewire.correlation_id"]));
        add("environment", text(attributes, &ENVIRONMENT).or_else(|| of_resource(&ENVIRONMENT)));
        add("release", text(attributes, &RELEASE).or_else(|| of_resource(&RELEASE)));
        add("level", level(attributes));
        // Some count versions.
        let number = || Some(super::count(attributes, &PROMPT_VERSION)?.to_string());
        let version = text(attributes, &PROMPT_VERSION).map(str::to_owned).or_else(number);
        let prompt = [("name", text(attributes, &PROMPT_NAME).map(str::to_owned)), ("version", version)];
        let prompt: Map =
            prompt.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect();
        if !prompt.is_empty() {
            start.push(("prompt", Value::Map(prompt)));
        }
        if let Some(tags) = TAGS.iter().find_map(|name| tags(attributes.get(name)?)) {
            start.push(("tags", Value::List(tags)));
        }
    } else {
        for (name, names) in [("environment", &ENVIRONMENT[..]), ("release", &RELEASE[..])] {
            if let Some(value) = of_resource(names) {
                start.push((name, value.into()));
            }
        }
    }
    Identity { start, first_chunk_nanos: if is_of_ai { first_chunk_nanos(attributes) } else { None } }
}

fn level(attributes: &Map) -> Option<&'static str> {
    let word = text(attributes, &["tracewire.level", "langfuse.observation.level"])?.to_ascii_lowercase();
    ["debug", "default", "warning", "error"].into_iter().find(|level| *level == word)
}

fn tags(value: &Value) -> Option<Vec<Value>> {
    let parsed;
    let items = match value {
        Value::List(items) => items,
        Value::Text(text) => {
            parsed = parse_json(text, 2)?;
            parsed.as_list()?
        }
        _ => return None,
    };
    (!items.is_empty() && items.iter().all(|item| item.as_text().is_some())).then(|| items.to_vec())
}

/// Seconds, by OpenTelemetry; milliseconds, by Vercel's SDK.
fn first_chunk_nanos(attributes: &Map) -> Option<u64> {
    let seconds = number(attributes, &["gen_ai.response.time_to_first_chunk"])
        .or_else(|| number(attributes, &["ai.response.msToFirstChunk"]).map(|millis| millis / 1e3))?;
    std::time::Duration::try_from_secs_f64(seconds).ok()?.as_nanos().try_into().ok()
}

/// Attributes under today's names that the span has under others alone.
pub(crate) fn canonical(attributes: &Map, kind: &str) -> Vec<(&'static str, String)> {
    const OTHERS: [(&str, &[&str]); 6] = [
        (
            GEN_AI_REQUEST_MODEL,
            &[
                "llm.request.model_name",
                "llm.model_name",
                "embedding.model_name",
                "reranker.model_name",
                "ai.model.id",
                "langfuse.observation.model.name",
                "mlflow.llm.model",
            ],
        ),
        (GEN_AI_RESPONSE_MODEL, &["llm.response.model_name", "ai.response.model"]),
        (
            GEN_AI_PROVIDER_NAME,
            &["gen_ai.system", "llm.provider", "llm.system", "ai.model.provider", "mlflow.llm.provider"],
        ),
        (GEN_AI_AGENT_NAME, &["agent.name", "agent_name", "recipient_agent_type"]),
        (GEN_AI_TOOL_NAME, &["tool.name", "ai.toolCall.name", "mcp.tool.name", "tool_name"]),
        (GEN_AI_TOOL_CALL_ID, &["tool.id", "ai.toolCall.id", "tool_call.id", "tool_use_id"]),
    ];
    let mut found = Vec::new();
    // The bare word means a model only where one is asked.
    if let Some(model) =
        text(attributes, &["model"]).filter(|_| kind == LLM && !attributes.contains_key(GEN_AI_REQUEST_MODEL))
    {
        found.push((GEN_AI_REQUEST_MODEL, model.to_owned()));
    }
    for (name, others) in OTHERS {
        if attributes.contains_key(name) || found.iter().any(|(known, _)| *known == name) {
            continue;
        }
        if let Some(value) = text(attributes, others) {
            let value = if name == GEN_AI_PROVIDER_NAME { provider(value) } else { value.to_owned() };
            found.push((name, value));
        }
    }
    found
}

/// Today's word for a provider.
fn provider(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let known = tracewire_wire::registry::attributes::find(GEN_AI_PROVIDER_NAME);
    let alias = known.and_then(|known| known.value_aliases.iter().find(|(old, _)| *old == lower));
    match (alias, lower.as_str()) {
        (Some((_, current)), _) => (*current).to_owned(),
        (None, "azure") => "azure.ai.openai".to_owned(),
        (None, "aws" | "bedrock") => "aws.bedrock".to_owned(),
        (None, "google") => "gcp.gen_ai".to_owned(),
        (None, "vertexai") => "gcp.vertex_ai".to_owned(),
        // Vercel's SDK names the interface behind a point: `openai.chat`.
        (None, other) => match other.split_once('.') {
            Some((provider @ ("openai" | "anthropic" | "groq" | "mistral" | "cohere" | "deepseek"), _)) => {
                self::provider(provider)
            }
            _ => other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(given: &[(&str, &str)]) -> Map {
        given.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect()
    }

    #[test]
    fn names_of_today_are_added_where_older_ones_stand_alone() {
        let shown = |given: &[(&str, &str)]| canonical(&map(given), LLM);
        assert_eq!(
            shown(&[("llm.model_name", "gpt-5-mini"), ("llm.provider", "Azure"), ("tool.name", "search")]),
            [
                ("gen_ai.request.model", "gpt-5-mini".to_owned()),
                ("gen_ai.provider.name", "azure.ai.openai".to_owned()),
                ("gen_ai.tool.name", "search".to_owned()),
            ]
        );
        assert_eq!(shown(&[("gen_ai.provider.name", "openai"), ("gen_ai.system", "xai")]), []);
        assert_eq!(shown(&[("model", "m")]), [("gen_ai.request.model", "m".to_owned())]);
        assert_eq!(canonical(&map(&[("model", "m")]), "tool"), []);
        assert_eq!(provider("openai.chat"), "openai");
        assert_eq!(provider("mistral.chat"), "mistral_ai");
        assert_eq!(provider("somebody.else"), "somebody.else");
    }

    #[test]
    fn a_root_takes_from_its_resource_what_it_does_not_say() {
        let resource = map(&[("service.version", "1.2"), ("deployment.environment", "test")]);
        let names = |root: bool, attributes: &Map| {
            let found = identity(attributes, &resource, root, true).start;
            found.into_iter().map(|(name, value)| format!("{name}={}", value.as_text().unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(names(true, &Map::new()), ["environment=test", "release=1.2"]);
        assert_eq!(names(false, &Map::new()), [""; 0]);
        let given = map(&[("session.id", "s"), ("enduser.id", "u"), ("langfuse.environment", "mine")]);
        assert_eq!(names(true, &given), ["session_id=s", "user_id=u", "environment=mine", "release=1.2"]);
    }
}
