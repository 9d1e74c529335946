//! What a step is.

use tracewire_wire::registry::kinds::{
    self, AGENT, CACHE, CHAIN, DATABASE, EMBEDDING, EVALUATOR, FILE_IO, GUARDRAIL, HTTP, LLM, RERANK, RETRIEVAL, STEP,
    TOOL, WORKFLOW,
};
use tracewire_wire::value::{Map, Value};

/// Database systems that are caches.
const CACHES: [&str; 4] = ["memcached", "redis", "valkey", "dragonfly"];

/// The kind of a span, from the most explicit word to the least.
pub(crate) fn kind(attributes: &Map, name: &str) -> &'static str {
    let text = |name: &str| attributes.get(name).and_then(Value::as_text);
    let has = |name: &str| attributes.contains_key(name);
    text("tracewire.kind")
        .and_then(own)
        .or_else(|| text("langfuse.observation.type").and_then(of_langfuse))
        .or_else(|| text("openinference.span.kind").and_then(of_openinference))
        .or_else(|| text("traceloop.span.kind").and_then(of_traceloop))
        .or_else(|| text("gen_ai.operation.name").and_then(of_operation))
        .or_else(|| text("llm.request.type").and_then(of_request))
        .or_else(|| text("ai.operationId").and_then(of_vercel))
        .or_else(|| text("mlflow.spanType").and_then(of_mlflow))
        .or_else(|| text("mcp.method.name").map(|method| if method == "tools/call" { TOOL } else { STEP }))
        .or_else(|| of_name(name))
        .or_else(|| (has("gen_ai.tool.name") || has("tool.name")).then_some(TOOL))
        .or_else(|| (has("gen_ai.request.model") || has("llm.model_name")).then_some(LLM))
        .or_else(|| {
            let system = text("db.system.name").or_else(|| text("db.system"))?;
            Some(if CACHES.contains(&system) { CACHE } else { DATABASE })
        })
        .or_else(|| (has("http.request.method") || has("http.method")).then_some(HTTP))
        .or_else(|| has("file.path").then_some(FILE_IO))
        .unwrap_or(STEP)
}

fn own(word: &str) -> Option<&'static str> {
    // A point of ours comes back as a step without a length.
    kinds::find(word).map(|kind| kind.name)
}

fn of_langfuse(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        // Their word for everything that nobody said more of.
        "span" | "event" => None,
        other => kinds::find(other).map(|kind| kind.name),
    }
}

fn of_openinference(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_uppercase().as_str() {
        "LLM" => LLM,
        "EMBEDDING" => EMBEDDING,
        "CHAIN" => CHAIN,
        "RETRIEVER" => RETRIEVAL,
        "RERANKER" => RERANK,
        "TOOL" => TOOL,
        "AGENT" => AGENT,
        "GUARDRAIL" => GUARDRAIL,
        "EVALUATOR" => EVALUATOR,
        "DECISION" => kinds::PLAN,
        "PROMPT" => STEP,
        _ => return None,
    })
}

fn of_traceloop(word: &str) -> Option<&'static str> {
    match word {
        "workflow" => Some(WORKFLOW),
        // A decorated function, not a unit of work that is tracked by id.
        "task" => Some(STEP),
        "agent" => Some(AGENT),
        "tool" => Some(TOOL),
        _ => None,
    }
}

fn of_operation(word: &str) -> Option<&'static str> {
    kinds::of_operation(word).map(|kind| kind.name).or(match word {
        // Names of older generations and of single libraries.
        "completion" | "text.completion" | "responses" | "message" => Some(LLM),
        "embedding" | "embed" => Some(EMBEDDING),
        "rerank" => Some(RERANK),
        "handoff" => Some(kinds::HANDOFF),
        _ => None,
    })
}

fn of_request(word: &str) -> Option<&'static str> {
    match word {
        "chat" | "completion" => Some(LLM),
        "rerank" => Some(RERANK),
        "embedding" => Some(EMBEDDING),
        _ => None,
    }
}

/// Vercel's AI SDK: the outer operation is the run, `do…` is the request to the model.
fn of_vercel(word: &str) -> Option<&'static str> {
    match word {
        "ai.toolCall" => Some(TOOL),
        "ai.embed" | "ai.embedMany" => Some(STEP),
        _ if word.starts_with("ai.embed") => Some(EMBEDDING),
        _ if word.ends_with(".doGenerate") || word.ends_with(".doStream") => Some(LLM),
        _ if word.starts_with("ai.rerank") => Some(if word.contains(".do") { RERANK } else { STEP }),
        _ if word.starts_with("ai.generate") || word.starts_with("ai.stream") => Some(AGENT),
        _ => None,
    }
}

fn of_mlflow(word: &str) -> Option<&'static str> {
    let word = word.trim_matches('"').to_ascii_lowercase();
    if word == "task" { Some(STEP) } else { kinds::find(&word).map(|kind| kind.name) }
}

/// Spans of coding agents, which have no attribute that says it.
fn of_name(name: &str) -> Option<&'static str> {
    match name {
        "claude_code.interaction" => Some(AGENT),
        "claude_code.llm_request" => Some(LLM),
        "claude_code.tool" => Some(TOOL),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_explicit_word_decides() {
        let kind_of = |name: &str, attributes: &[(&str, &str)]| {
            kind(&attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect(), name)
        };
        let cases = [
            (LLM, vec![("gen_ai.operation.name", "chat"), ("http.request.method", "POST")]),
            (TOOL, vec![("gen_ai.operation.name", "execute_tool"), ("mcp.method.name", "tools/call")]),
            (TOOL, vec![("mcp.method.name", "tools/call")]),
            (STEP, vec![("mcp.method.name", "tools/list")]),
            (RETRIEVAL, vec![("openinference.span.kind", "RETRIEVER"), ("gen_ai.operation.name", "chat")]),
            (LLM, vec![("openinference.span.kind", "UNKNOWN"), ("llm.request.type", "chat")]),
            (WORKFLOW, vec![("traceloop.span.kind", "workflow")]),
            (AGENT, vec![("ai.operationId", "ai.generateText")]),
            (LLM, vec![("ai.operationId", "ai.streamText.doStream")]),
            (EMBEDDING, vec![("ai.operationId", "ai.embed.doEmbed")]),
            (LLM, vec![("langfuse.observation.type", "generation")]),
            (HTTP, vec![("langfuse.observation.type", "span"), ("http.method", "GET")]),
            (CACHE, vec![("db.system", "redis")]),
            (DATABASE, vec![("db.system.name", "postgresql")]),
            (kinds::PAYMENT, vec![("tracewire.kind", "payment")]),
            (STEP, vec![("anything", "else")]),
        ];
        for (expected, attributes) in cases {
            assert_eq!(kind_of("any", &attributes), expected, "{attributes:?}");
        }
        assert_eq!(kind_of("claude_code.llm_request", &[]), LLM);
    }
}
