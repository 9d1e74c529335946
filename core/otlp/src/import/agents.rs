//! Coding agents that tell what they do in log records: Claude Code, Codex and Gemini CLI.
//!
//! A record that says how long a request or a tool took, and what it used, is the span that nobody sent. Claude Code and
//! Gemini CLI say the same in spans where they send spans, so that their records with a trace context stay points; Codex
//! counts tokens in records alone. Records of one prompt share a trace.

use tracewire_wire::event::{Body, Event, EventType, Status};
use tracewire_wire::id::TraceId;
use tracewire_wire::registry::attributes::{
    GEN_AI_OPERATION_NAME, GEN_AI_PROVIDER_NAME, GEN_AI_REQUEST_MODEL, GEN_AI_TOOL_CALL_ID, GEN_AI_TOOL_NAME,
};
use tracewire_wire::registry::kinds::{HTTP, LLM, TOOL};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

use super::fields::{set, set_text};
use super::record::{Record, own_id, point, session};
use crate::facts::{self, Counts, Form, count, number, text};
use crate::limits::Limits;
use crate::names;
use crate::values::parse_json;

/// Prefixes of the names of their events.
const AGENTS: [&str; 3] = ["claude_code.", "codex.", "gemini_cli."];

/// Whether a name is of an event of theirs.
pub(super) fn is_name(name: &str) -> bool {
    AGENTS.iter().any(|agent| name.starts_with(agent)) && !name.contains(char::is_whitespace)
}

/// Whether a record is theirs and has a trace to be in.
pub(super) fn is_of_agent(record: &Record) -> bool {
    record.name.as_deref().is_some_and(is_name)
        && (record.context.is_some() || correlation(&record.attributes).is_some())
}

/// What the records of one prompt, or else of one session, share.
fn correlation(attributes: &Map) -> Option<&str> {
    text(attributes, &["prompt.id", "prompt_id"]).or_else(|| session(attributes))
}

/// The events of a record.
pub(super) fn read(record: Record, limits: &Limits) -> Vec<Event> {
    let own = || correlation(&record.attributes).map(|id| (TraceId::from_correlation(id), None));
    let Some((trace_id, parent_id)) = record.context.or_else(own) else { return Vec::new() };
    let name = record.name.clone().unwrap_or_default();
    let told_by_spans = record.context.is_some() && !name.starts_with("codex.");
    match Call::of(&name, &record.attributes) {
        Some(call) if !told_by_spans => call.events(record, trace_id, parent_id, limits),
        _ => {
            let correlated =
                record.context.is_none().then(|| correlation(&record.attributes).map(str::to_owned)).flatten();
            let mut event = point(record, trace_id, parent_id);
            if let Body::Present(body) = &mut event.body {
                set_text(body, "correlation_id", correlated.unwrap_or_default());
            }
            vec![event]
        }
    }
}

/// What a record tells of.
struct Call {
    kind: &'static str,
    operation: Option<&'static str>,
    provider: Option<&'static str>,
    usage: Option<Map>,
    failed: bool,
}

impl Call {
    fn of(name: &str, attributes: &Map) -> Option<Self> {
        let get = |name: &str| count(attributes, &[name]);
        let succeeded = |value: &Value| value.as_bool().or_else(|| Some(value.as_text()?.eq_ignore_ascii_case("true")));
        let failed = attributes.get("success").and_then(succeeded) == Some(false);
        let tool = Call { kind: TOOL, operation: Some("execute_tool"), provider: None, usage: None, failed };
        let llm = |provider, counts: Counts, failed| Call {
            kind: LLM,
            operation: Some("chat"),
            provider: Some(provider),
            usage: counts.usage(),
            failed,
        };
        Some(match name {
            "claude_code.api_request" => {
                let counts = Counts {
                    input: get("input_tokens"),
                    output: get("output_tokens"),
                    cache_read: get("cache_read_tokens"),
                    cache_write: get("cache_creation_tokens"),
                    cached_beside: true,
                    ..Counts::default()
                };
                llm("anthropic", counts, false)
            }
            "claude_code.api_error" => llm("anthropic", Counts::default(), true),
            "gemini_cli.api_response" => {
                // What tools gave back is read beside the prompt.
                let input =
                    get("input_token_count").map(|input| input.saturating_add(get("tool_token_count").unwrap_or(0)));
                let counts = Counts {
                    input,
                    output: get("output_token_count"),
                    cache_read: get("cached_content_token_count"),
                    reasoning: get("thoughts_token_count"),
                    reasoning_beside: true,
                    ..Counts::default()
                };
                llm("gcp.gemini", counts, false)
            }
            "gemini_cli.api_error" => llm("gcp.gemini", Counts::default(), true),
            "codex.sse_event" if text(attributes, &["event.kind"]) == Some("response.completed") => {
                let counts = Counts {
                    input: get("input_token_count"),
                    output: get("output_token_count"),
                    cache_read: get("cached_token_count"),
                    cache_write: get("cache_write_token_count"),
                    reasoning: get("reasoning_token_count"),
                    ..Counts::default()
                };
                llm("openai", counts, false)
            }
            "codex.api_request" => {
                let status = count(attributes, &["http.response.status_code"]);
                let failed =
                    status.is_some_and(|status| status >= 400) || text(attributes, &["error.message"]).is_some();
                Call { kind: HTTP, operation: None, provider: None, usage: None, failed }
            }
            "claude_code.tool_result" | "codex.tool_result" | "gemini_cli.tool_call" => tool,
            _ => return None,
        })
    }

    /// Start and end. The record is written when the call is over.
    fn events(
        self,
        record: Record,
        trace_id: TraceId,
        parent: Option<tracewire_wire::id::SpanId>,
        limits: &Limits,
    ) -> Vec<Event> {
        let Record { key, time, context, name, mut attributes, body: said } = record;
        let name = name.unwrap_or_default();
        let model = text(&attributes, &["model"]).map(str::to_owned);
        let tool = text(&attributes, &["tool_name", "function_name"]).map(str::to_owned);
        let nanos = number(&attributes, &["duration_ms"])
            .and_then(|millis| std::time::Duration::try_from_secs_f64(millis / 1e3).ok())
            .and_then(|duration| i64::try_from(duration.as_nanos()).ok())
            // The stream's own length says nothing of the request's.
            .filter(|_| name != "codex.sse_event");

        let mut start = Map::new();
        let called = match self.kind {
            TOOL => tool.clone(),
            LLM => model.as_ref().map(|model| format!("chat {model}")),
            _ => None,
        };
        set_text(&mut start, "name", called.unwrap_or_else(|| name.clone()));
        set(&mut start, "session_id", session(&attributes).map(Into::into));
        set(&mut start, "user_id", text(&attributes, &["user.id", "user.account_uuid"]).map(Into::into));
        if context.is_none() {
            set(&mut start, "correlation_id", correlation(&attributes).map(Into::into));
        }
        let mut end = Map::new();
        let mut origins = Map::new();
        let mut content = |member: &str, attributes: &mut Map, names: &[&str]| {
            let (name, held) = names.iter().find_map(|name| Some((*name, attributes.remove(name)?)))?;
            let parsed = held.as_text().and_then(|text| parse_json(text, limits.depth));
            let form = if parsed.is_some() { Form::Json } else { Form::Value };
            let origin =
                [("attribute", name), ("form", form.word())].map(|(name, word)| (name.to_owned(), word.into()));
            origins.extend([(member.to_owned(), Value::Map(origin.into_iter().collect()))]);
            Some(parsed.unwrap_or(held))
        };
        if self.kind == TOOL {
            let names = ["tool_input", "tool_parameters", "arguments", "function_args"];
            set(&mut start, "input", content("input", &mut attributes, &names));
            set(&mut end, "output", content("output", &mut attributes, &["output", "tool_output"]));
        }
        set(&mut attributes, names::MEMBERS, (!origins.is_empty()).then_some(Value::Map(origins)));
        set(&mut end, "usage", self.usage.map(Value::Map));
        set(&mut end, "cost", cost(&attributes).map(Value::Map));
        let failed = self.failed;
        if failed {
            let why = text(&attributes, &["error", "error.message", "error_message"]).map(str::to_owned);
            set_text(&mut end, "status_message", why.unwrap_or_default());
        }
        let named = [
            (GEN_AI_OPERATION_NAME, self.operation.map(str::to_owned)),
            (GEN_AI_PROVIDER_NAME, self.provider.map(str::to_owned)),
            (GEN_AI_REQUEST_MODEL, model.filter(|_| self.kind == LLM)),
            (GEN_AI_TOOL_NAME, tool),
            (GEN_AI_TOOL_CALL_ID, text(&attributes, &["call_id", "tool_use_id"]).map(str::to_owned)),
            (names::EVENT_NAME, Some(name)),
        ];
        for (name, value) in named {
            if !attributes.contains_key(name) {
                set(&mut attributes, name, value.map(Value::Text));
            }
        }
        let says_more = said != Value::Null && attributes.get(names::EVENT_NAME) != Some(&said);
        set(&mut attributes, names::BODY, says_more.then_some(said));
        start.extend([("attributes".to_owned(), Value::Map(attributes))]);

        let began = Timestamp(time.0.saturating_sub(nanos.unwrap_or(0)));
        let event = |event_type, time, body| {
            let mut event = Event::new(event_type, time);
            event.trace_id = Some(trace_id);
            event.span_id = Some(own_id(&key));
            event.body = Body::Present(body);
            event
        };
        let mut first = event(EventType::SpanStart, began, start);
        first.kind = Some(self.kind.to_owned());
        first.parent_id = parent;
        let mut last = event(EventType::SpanEnd, time, end);
        last.status = Some(if failed { Status::Error } else { Status::Ok });
        last.duration_nanos = nanos.and_then(|nanos| u64::try_from(nanos).ok());
        vec![first, last]
    }
}

/// Claude Code says what it paid.
fn cost(attributes: &Map) -> Option<Map> {
    facts::reported([("total", facts::amount(attributes.get("cost_usd")?))])
}
