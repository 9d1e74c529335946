//! Log records: lines, points, and what coding agents tell of.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use support::events_as_lines;
use tracewire_otlp::opentelemetry_proto;
use tracewire_otlp::{Form, Imported, Limits, decode_logs, logs_from, read_logs};

const CONTEXT: &str = r#""traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"b7ad6b7169203331""#;

/// A request with these records, as OTLP/JSON.
fn body(records: &str) -> String {
    let resource = r#"{"attributes":[{"key":"service.name","value":{"stringValue":"agent"}}]}"#;
    let scope = r#"{"name":"app.events","version":"2"}"#;
    format!(
        r#"{{"resourceLogs":[{{"resource":{resource},"scopeLogs":[{{"scope":{scope},"logRecords":[{records}]}}]}}]}}"#
    )
}

fn read(records: &str) -> Imported {
    read_logs(body(records).as_bytes(), Form::Json).unwrap()
}

fn shown(records: &str) -> String {
    let imported = read(records);
    assert_eq!(imported.rejected, []);
    events_as_lines(&imported)
}

/// Attributes: numbers are integers or doubles, all else is text.
fn attributes(given: &str) -> String {
    let mut written = Vec::new();
    for line in given.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (key, value) = line.split_once(" = ").unwrap();
        let value = match (value.parse::<i64>(), value.parse::<f64>()) {
            (Ok(value), _) => format!(r#"{{"intValue":"{value}"}}"#),
            (_, Ok(value)) => format!(r#"{{"doubleValue":{value}}}"#),
            _ => format!(r#"{{"stringValue":{}}}"#, serde_json::Value::from(value)),
        };
        written.push(format!(r#"{{"key":"{key}","value":{value}}}"#));
    }
    format!(r#""attributes":[{}]"#, written.join(","))
}

/// A record of a coding agent: named by its body.
fn told(name: &str, given: &str) -> String {
    let attributes = attributes(given);
    format!(r#"{{"timeUnixNano":"1700000000500000000","body":{{"stringValue":"{name}"}},{attributes}}}"#)
}

#[test]
fn lines_keep_everything() {
    let full = format!(
        r#"{{"timeUnixNano":"1700000000000000001","observedTimeUnixNano":1700000000000000002,"severityNumber":14,
        "severityText":"WARN","body":{{"stringValue":"slow"}},"attributes":[{{"key":"ms","value":{{"doubleValue":1}}}}],
        "droppedAttributesCount":3,"flags":1,{CONTEXT},"unknown":{{"a":[]}}}}"#
    );
    let structured =
        r#"{"observedTimeUnixNano":"5","body":{"kvlistValue":{"values":[{"key":"a","value":{"intValue":"1"}}]}}}"#;
    let named = r#"{"timeUnixNano":"6","severityNumber":"SEVERITY_NUMBER_INFO","eventName":"app.started"}"#;
    insta::assert_snapshot!(shown(&[&full, structured, named].join(",")));
}

#[test]
fn named_events_inside_a_trace_are_points() {
    let named =
        format!(r#"{{"timeUnixNano":"6","eventName":"cart.filled","body":{{"stringValue":"three"}},{CONTEXT}}}"#);
    let judged = attributes(
        "gen_ai.evaluation.name = relevance
         gen_ai.evaluation.score.value = 0.75
         gen_ai.evaluation.explanation = It answers.",
    );
    let judged = format!(r#"{{"timeUnixNano":"7","eventName":"gen_ai.evaluation.result",{judged},{CONTEXT}}}"#);
    let said = attributes("content = [{\"text\":\"hi\"}]");
    let said = format!(r#"{{"timeUnixNano":"8","eventName":"gen_ai.user.message",{said},{CONTEXT}}}"#);
    insta::assert_snapshot!(shown(&[named, judged, said].join(",")));
}

#[test]
fn claude_code_tells_of_requests_and_tools() {
    let session = "session.id = s-1\nprompt.id = p-1\nuser.id = u-1\n";
    let prompt = told(
        "claude_code.user_prompt",
        &format!("{session}event.name = user_prompt\nprompt = Row?\nprompt_length = 4"),
    );
    let request = told(
        "claude_code.api_request",
        &format!(
            "{session}event.name = api_request\nmodel = claude-sonnet-4-5\ncost_usd = 0.0125\nduration_ms = 1500\n\
             input_tokens = 10\noutput_tokens = 20\ncache_read_tokens = 300\ncache_creation_tokens = 40"
        ),
    );
    let error = told(
        "claude_code.api_error",
        &format!("{session}model = claude-sonnet-4-5\nerror = overloaded\nstatus_code = 529\nduration_ms = 20"),
    );
    let tool = told(
        "claude_code.tool_result",
        &format!(
            "{session}tool_name = Bash\nsuccess = false\nduration_ms = 7\nerror = exit 1\ntool_parameters = {{\"command\":\"ls\"}}"
        ),
    );
    insta::assert_snapshot!(shown(&[prompt, request, error, tool].join(",")));
}

#[test]
fn codex_tells_of_requests_and_tools() {
    let session = "conversation.id = c-1\nmodel = gpt-5-codex\n";
    let request =
        told("codex.api_request", &format!("{session}duration_ms = 250\nhttp.response.status_code = 200\nattempt = 0"));
    let counted = told(
        "codex.sse_event",
        &format!(
            "{session}event.kind = response.completed\nduration_ms = 3\ninput_token_count = 100\noutput_token_count = 30\n\
             cached_token_count = 80\nreasoning_token_count = 20\ntool_token_count = 130"
        ),
    );
    let chunk = told("codex.sse_event", &format!("{session}event.kind = response.output_text.delta"));
    let tool = told(
        "codex.tool_result",
        &format!(
            "{session}tool_name = shell\ncall_id = call_9\narguments = {{\"cmd\":\"ls\"}}\nduration_ms = 12\nsuccess = true\noutput = a b"
        ),
    );
    insta::assert_snapshot!(shown(&[request, counted, chunk, tool].join(",")));
}

#[test]
fn gemini_cli_tells_of_requests_and_tools() {
    let session = "session.id = s-2\nprompt_id = s-2########0\n";
    let response = told(
        "gemini_cli.api_response",
        &format!(
            "{session}event.name = gemini_cli.api_response\nmodel = gemini-2.5-pro\nstatus_code = 200\nduration_ms = 900\n\
             input_token_count = 12000\ncached_content_token_count = 8000\noutput_token_count = 350\nthoughts_token_count = 420\n\
             tool_token_count = 0\ntotal_token_count = 12770"
        ),
    );
    let tool = told(
        "gemini_cli.tool_call",
        &format!(
            "{session}function_name = read_file\nfunction_args = {{\"path\":\"a\"}}\nduration_ms = 4\nsuccess = true\ndecision = accept"
        ),
    );
    insta::assert_snapshot!(shown(&[response, tool].join(",")));
}

#[test]
fn what_spans_tell_as_well_is_not_told_twice() {
    let inside = |name: &str, given: &str| {
        let record = told(name, given);
        read(&record.replacen('{', &format!("{{{CONTEXT},"), 1)).sources[0].logs[0].events.clone()
    };
    let types = |events: &[tracewire_wire::event::Event]| {
        events.iter().map(|event| event.event_type.as_str().to_owned()).collect::<Vec<_>>()
    };
    let usage = "session.id = s\ninput_tokens = 1\nmodel = m";
    assert_eq!(types(&inside("claude_code.api_request", usage)), ["event"]);
    let counted = inside("codex.sse_event", "event.kind = response.completed\ninput_token_count = 1");
    assert_eq!(types(&counted), ["span.start", "span.end"]);
    assert_eq!(counted[0].parent_id.unwrap().to_string(), "b7ad6b7169203331");
}

#[test]
fn identities_follow_from_the_records_alone() {
    let record = r#"{"timeUnixNano":"6","body":{"stringValue":"tick"}}"#;
    let other = r#"{"timeUnixNano":"7","body":{"stringValue":"tick"}}"#;
    let keys = |records: &[&str]| {
        let imported = read(&records.join(","));
        imported.sources[0].logs.iter().map(|log| log.key.to_string()).collect::<Vec<_>>()
    };
    let three = keys(&[record, record, other]);
    assert_eq!(three, keys(&[record, record, other]), "sent again");
    assert_eq!(keys(&[other, record]), [three[2].clone(), three[0].clone()], "in another batch");
    assert_ne!(three[0], three[1], "two that are alike are two");
}

#[test]
fn both_encodings_give_the_same() {
    use prost::Message as _;
    let json = body(&told("claude_code.api_request", "session.id = s\nduration_ms = 5\ncost_usd = 0.5"));
    let request: ExportLogsServiceRequest = decode_logs(json.as_bytes(), Form::Json, &Limits::default()).unwrap();
    let protobuf = read_logs(&request.encode_to_vec(), Form::Protobuf).unwrap();
    assert_eq!(protobuf, read_logs(json.as_bytes(), Form::Json).unwrap());
    assert_eq!(protobuf, logs_from(request, &Limits::default()));
}

#[test]
fn records_that_are_nowhere_are_rejected() {
    let records = [
        r#"{"body":{"stringValue":"when?"}}"#,
        r#"{"timeUnixNano":"6","traceId":"0a"}"#,
        r#"{"timeUnixNano":"6","traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"zz"}"#,
        r#"{"timeUnixNano":"18446744073709551615"}"#,
        r#"{"timeUnixNano":"6","traceId":"00000000000000000000000000000000","spanId":""}"#,
    ];
    let imported = read(&records.join(","));
    let codes: Vec<&str> = imported.rejected.iter().map(|rejected| rejected.code).collect();
    assert_eq!(codes, ["otlp_no_time", "otlp_trace_id", "otlp_span_id", "otlp_time"]);
    assert_eq!(imported.sources[0].logs.len(), 1);
    let message = imported.error_message().unwrap();
    assert_eq!(
        message,
        "rejected: 1 otlp_no_time, 1 otlp_span_id, 1 otlp_time, 1 otlp_trace_id; the first: a record has no time"
    );
}
