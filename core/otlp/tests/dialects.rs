//! Conventions that nobody here runs: what their documentation says they send becomes the same members as everybody's.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use support::{recorded, spans_of};
use tracewire_otlp::{Form, Limits, WriteOptions, decode_traces, traces_from, write_traces};
use tracewire_wire::json;
use tracewire_wire::value::Value;

/// Attributes: numbers are integers or doubles, lists of texts stand in brackets, all else is text.
fn attributes(given: &str) -> String {
    let text = |text: &str| format!(r#"{{"stringValue":{}}}"#, serde_json::Value::from(text));
    let mut written = Vec::new();
    for line in given.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (key, value) = line.split_once(" = ").unwrap();
        let list = value.strip_prefix("[[").and_then(|value| value.strip_suffix("]]"));
        let value = match (list, value.parse::<i64>(), value.parse::<f64>()) {
            (Some(list), ..) => {
                format!(
                    r#"{{"arrayValue":{{"values":[{}]}}}}"#,
                    list.split(',').map(text).collect::<Vec<_>>().join(",")
                )
            }
            (_, Ok(value), _) => format!(r#"{{"intValue":"{value}"}}"#),
            (_, _, Ok(value)) => format!(r#"{{"doubleValue":{value}}}"#),
            _ => text(value),
        };
        written.push(format!(r#"{{"key":"{key}","value":{value}}}"#));
    }
    format!(r#""attributes":[{}]"#, written.join(","))
}

/// What a span with these attributes and events says, without what is in every event; and the span comes back.
fn said(name: &str, given: &str, events: &[(&str, &str)]) -> String {
    let events: Vec<String> = events
        .iter()
        .map(|(name, given)| format!(r#"{{"name":"{name}","timeUnixNano":"5",{}}}"#, attributes(given)))
        .collect();
    let span = format!(
        r#"{{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7","parentSpanId":"b7ad6b7169203331",
        "name":"{name}","startTimeUnixNano":"1","endTimeUnixNano":"9","events":[{}],{}}}"#,
        events.join(","),
        attributes(given)
    );
    let body = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}"#);
    let sent = decode_traces(body.as_bytes(), Form::Json, &Limits::default()).unwrap();
    let imported = traces_from(sent.clone(), &Limits::default());
    assert_eq!(spans_of(write_traces(&recorded(&imported), &WriteOptions::default()).request), spans_of(sent));

    let mut lines = Vec::new();
    for event in &imported.sources[0].spans[0].events {
        let kind = event.kind.as_deref().unwrap_or_default();
        lines.push(format!("{} {kind}", event.event_type.as_str()).trim().to_owned());
        let value = event.to_value();
        let Some(Value::Map(body)) = value.as_map().unwrap().get("body") else { continue };
        for (name, value) in body {
            lines.push(format!("  {name}: {}", String::from_utf8(json::write(value)).unwrap()));
        }
    }
    lines.join("\n")
}

#[test]
fn vercel_ai_sdk() {
    let run = "ai.operationId = ai.generateText
        ai.model.id = claude-sonnet-4-5
        ai.model.provider = anthropic.messages
        ai.prompt = {\"prompt\":\"Row?\"}
        ai.response.text = Yes.
        ai.telemetry.metadata.sessionId = s-1
        ai.telemetry.metadata.userId = u-1
        ai.telemetry.metadata.tags = [[a,b]]
        ai.usage.promptTokens = 10
        ai.usage.completionTokens = 5";
    let request = "ai.operationId = ai.streamText.doStream
        ai.prompt.messages = [{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Row?\"}]}]
        ai.response.msToFirstChunk = 12.5
        ai.response.text = Yes.
        ai.usage.inputTokens = 10
        ai.usage.outputTokens = 5
        ai.usage.cachedInputTokens = 4
        gen_ai.system = anthropic
        gen_ai.request.model = claude-sonnet-4-5";
    let tool = "ai.operationId = ai.toolCall
        ai.toolCall.name = forecast
        ai.toolCall.id = call_1
        ai.toolCall.args = {\"city\":\"Ghent\"}
        ai.toolCall.result = \"dry\"";
    insta::assert_snapshot!(
        [
            said("ai.generateText", run, &[]),
            said("ai.streamText.doStream", request, &[]),
            said("ai.toolCall", tool, &[])
        ]
        .join("\n\n")
    );
}

#[test]
fn openllmetry_before_messages_were_json() {
    let call = "llm.request.type = chat
        gen_ai.system = Anthropic
        gen_ai.request.model = claude-sonnet-4-5
        gen_ai.prompt.0.role = system
        gen_ai.prompt.0.content = You know about rowing.
        gen_ai.prompt.1.role = user
        gen_ai.prompt.1.content = Row?
        gen_ai.completion.0.role = assistant
        gen_ai.completion.0.finish_reason = tool_use
        gen_ai.completion.0.tool_calls.0.id = call_1
        gen_ai.completion.0.tool_calls.0.name = forecast
        gen_ai.completion.0.tool_calls.0.arguments = {\"city\":\"Ghent\"}
        llm.request.functions.0.name = forecast
        llm.request.functions.0.parameters = {\"type\":\"object\"}
        gen_ai.usage.prompt_tokens = 120
        gen_ai.usage.completion_tokens = 30
        gen_ai.usage.cache_read_input_tokens = 100
        gen_ai.usage.cache_creation_input_tokens = 10
        llm.usage.total_tokens = 150";
    let workflow = "traceloop.span.kind = workflow
        traceloop.entity.name = plan
        traceloop.entity.input = {\"args\":[\"Row?\"],\"kwargs\":{}}
        traceloop.entity.output = \"yes\"
        traceloop.association.properties.session_id = s-1
        traceloop.association.properties.user_id = u-1
        traceloop.prompt.key = rowing
        traceloop.prompt.version = 3";
    insta::assert_snapshot!([said("anthropic.chat", call, &[]), said("plan.workflow", workflow, &[])].join("\n\n"));
}

#[test]
fn langfuse_mlflow_and_openinference() {
    let langfuse = "langfuse.observation.type = generation
        langfuse.observation.model.name = gpt-5-mini
        langfuse.observation.input = [{\"role\":\"user\",\"content\":\"Row?\"}]
        langfuse.observation.output = Yes.
        langfuse.observation.cost_details = {\"input\":0.001,\"output\":0.0005,\"total\":0.0015}
        langfuse.observation.level = WARNING
        langfuse.observation.prompt.name = rowing
        langfuse.session.id = s-1
        langfuse.user.id = u-1
        langfuse.trace.tags = [\"a\"]
        langfuse.environment = test
        langfuse.release = 1.2";
    let mlflow = "mlflow.spanType = \"CHAT_MODEL\"
        mlflow.spanInputs = {\"messages\":[{\"role\":\"user\",\"content\":\"Row?\"}]}
        mlflow.spanOutputs = {\"content\":\"Yes.\"}";
    let rerank = "openinference.span.kind = RERANKER
        reranker.query = rivers
        reranker.model_name = rerank-3
        reranker.output_documents.0.document.content = Lys
        reranker.output_documents.0.document.score = 0.5
        llm.cost.prompt = 0.000001
        llm.cost.total = 0.000001
        session.id = s-1
        tag.tags = [[a]]";
    insta::assert_snapshot!(
        [said("ask", langfuse, &[]), said("ask", mlflow, &[]), said("rerank", rerank, &[])].join("\n\n")
    );
}

#[test]
fn tools_retrieval_and_instructions_of_the_current_conventions() {
    let tool = "gen_ai.operation.name = execute_tool
        gen_ai.tool.name = forecast
        gen_ai.tool.call.id = call_1
        gen_ai.tool.call.arguments = {\"city\":\"Ghent\"}
        gen_ai.tool.call.result = dry
        mcp.method.name = tools/call";
    let retrieval = "gen_ai.operation.name = retrieval
        gen_ai.retrieval.query.text = rivers
        gen_ai.retrieval.documents = [{\"id\":\"1\",\"score\":0.5}]";
    let call = "gen_ai.operation.name = chat
        gen_ai.conversation.id = s-1
        gen_ai.system_instructions = [{\"type\":\"text\",\"content\":\"You know about rowing.\"}]
        gen_ai.tool.definitions = [{\"name\":\"forecast\",\"parameters\":{\"$ref\":\"#/x\"}}]
        gen_ai.usage.input_tokens = 10
        gen_ai.usage.cache_write.input_tokens = 4
        gen_ai.usage.audio.input_tokens = 2
        gen_ai.usage.cost = 0.0042";
    insta::assert_snapshot!(
        [said("execute_tool forecast", tool, &[]), said("retrieval", retrieval, &[]), said("chat", call, &[])]
            .join("\n\n")
    );
}

#[test]
fn messages_in_events_of_a_span() {
    let call = "gen_ai.operation.name = chat\ngen_ai.system = strands-agents";
    let events = [
        ("gen_ai.user.message", "content = [{\"text\":\"Row?\"}]"),
        ("gen_ai.content.prompt", "gen_ai.prompt = [{\"role\":\"user\",\"content\":\"Really?\"}]"),
        ("gen_ai.choice", "message = [{\"text\":\"Yes.\"}]\nfinish_reason = end_turn"),
        ("retry", "attempt = 2"),
    ];
    insta::assert_snapshot!(said("chat", call, &events));
}
