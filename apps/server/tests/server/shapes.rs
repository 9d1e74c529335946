//! Every answer in JSON is as `/openapi.json` describes it: what is required is there, and nothing is there that is not described.

use serde_json::{Map, Value};

use crate::common::{Served, envelopes};
use crate::otlp_support::{count, span, text, traces};
use tracewire_otlp::opentelemetry_proto::tonic::trace::v1::Span;

/// A schema by its own members and those that it takes from others.
struct Shape<'a> {
    members: Map<String, Value>,
    required: Vec<&'a str>,
}

fn resolve<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(place) => resolve(api, api.pointer(&place[1..]).unwrap_or_else(|| panic!("{place}"))),
        None => schema,
    }
}

fn shape<'a>(api: &'a Value, schema: &'a Value) -> Shape<'a> {
    let schema = resolve(api, schema);
    let mut found = Shape { members: Map::new(), required: Vec::new() };
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let part = shape(api, part);
        found.members.extend(part.members);
        found.required.extend(part.required);
    }
    found.members.extend(schema["properties"].as_object().cloned().unwrap_or_default());
    found.required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
    found
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

/// What is wrong with a value, if anything is.
fn judge(api: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let schema = resolve(api, schema);
    let ways = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    if let Some(ways) = ways {
        let judged: Vec<_> = ways.iter().map(|way| judge(api, way, value, at)).collect();
        return if judged.iter().any(Result::is_ok) { Ok(()) } else { Err(format!("{judged:?}")) };
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_of(kind, value)) {
        return Err(format!("{at}: {value} is no {kinds:?}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return Err(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    if let Some(items) = value.as_array().filter(|_| schema.get("items").is_some()) {
        for (place, item) in items.iter().enumerate() {
            judge(api, &schema["items"], item, &format!("{at}/{place}"))?;
        }
    }
    let shape = shape(api, schema);
    let others = &schema["additionalProperties"];
    let (Some(object), false) = (value.as_object(), shape.members.is_empty() && others.is_null()) else {
        return Ok(());
    };
    if let Some(missing) = shape.required.iter().find(|name| !object.contains_key(**name)) {
        return Err(format!("{at}: {missing} is missing in {value}"));
    }
    for (name, member) in object {
        match (shape.members.get(name), others) {
            (Some(schema), _) => judge(api, schema, member, &format!("{at}/{name}"))?,
            (None, Value::Null) => return Err(format!("{at}: nobody describes {name}: {member}")),
            (None, others) if others.is_object() => judge(api, others, member, &format!("{at}/{name}"))?,
            _ => {}
        }
    }
    Ok(())
}

/// Traces with a loop, a failure, a judgement, costs that are known and others that are not.
async fn populated() -> (Served, String) {
    let served = Served::start().await;
    let (sent, trace_id) = envelopes("00000000000000a1", "research");
    served.send(&sent).await;
    let mut spans = vec![span(7, 1)];
    for (number, model) in [(2, "gpt-4.1"), (3, "gpt-4.1"), (4, "gpt-4.1"), (5, "home-made")] {
        let mut attributes = span(7, number).attributes;
        attributes.extend([text("gen_ai.provider.name", "openai"), text("gen_ai.request.model", model)]);
        attributes.extend([count("gen_ai.usage.output_tokens", 7), text("gen_ai.agent.name", "planner")]);
        spans.push(Span { name: "chat".to_owned(), attributes, ..span(7, number) });
    }
    served.export(&traces("research", spans)).await;
    let judged =
        serde_json::json!({"target": {"trace_id": trace_id}, "name": "helpful", "value": true, "comment": "it is"});
    let judged = served
        .client
        .post(served.url("/v1/feedback"))
        .header("content-type", "application/json")
        .body(judged.to_string());
    assert!(judged.send().await.unwrap().status().is_success());
    served.counted().await;
    (served, trace_id)
}

#[tokio::test]
async fn answers_are_as_they_are_described() {
    let (served, first) = populated().await;
    let second = "07".repeat(16);
    let api: Value = serde_json::from_slice(&served.get("/openapi.json").await.bytes().await.unwrap()).unwrap();
    let time = "since=2026-11-21T04:00:00Z&until=2026-11-21T05:00:00Z";
    let span = "/v1/traces/{trace_id}/spans/{span_id}";
    let cost = "/v1/traces/{trace_id}/spans/{span_id}/cost";
    let node = |number: &str| format!("/v1/traces/{second}/spans/{}", number.repeat(8));
    for (path, asked) in [
        ("/v1/traces", "/v1/traces".to_owned()),
        ("/v1/traces/{trace_id}", format!("/v1/traces/{first}")),
        ("/v1/traces/{trace_id}", format!("/v1/traces/{second}")),
        ("/v1/traces/{trace_id}", format!("/v1/traces/{second}?full=false")),
        ("/v1/traces/{trace_id}/events", format!("/v1/traces/{first}/events")),
        (span, node("02")),
        (cost, format!("{}/cost", node("01"))),
        (cost, format!("{}/cost", node("02"))),
        (cost, format!("{}/cost", node("05"))),
        ("/v1/compare", format!("/v1/compare?a={first}&b={second}")),
        ("/v1/compare", format!("/v1/compare?a={second}&b={second}")),
        ("/v1/find", format!("/v1/find?trace={first}")),
        ("/v1/search", "/v1/search?limit=100".to_owned()),
        ("/v1/sessions", "/v1/sessions".to_owned()),
        ("/v1/producers", "/v1/producers".to_owned()),
        ("/v1/feedback", "/v1/feedback".to_owned()),
        ("/v1/health", "/v1/health".to_owned()),
        ("/v1/prices", "/v1/prices?q=gemini-2.5&limit=40".to_owned()),
        ("/v1/facets", format!("/v1/facets?{time}")),
        ("/v1/facets", "/v1/facets?of=traces".to_owned()),
        ("/v1/analytics/overview", format!("/v1/analytics/overview?{time}")),
        ("/v1/analytics/overview", "/v1/analytics/overview".to_owned()),
        ("/v1/analytics/series", format!("/v1/analytics/series?{time}")),
        ("/v1/analytics/series", format!("/v1/analytics/series?{time}&by=session")),
        ("/v1/analytics/groups", format!("/v1/analytics/groups?{time}&by=model")),
        ("/v1/analytics/groups", "/v1/analytics/groups?by=session".to_owned()),
        ("/v1/analytics/stages", format!("/v1/analytics/stages?{time}")),
    ] {
        let schema = &api["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{path} is described");
        let answer = served.json(&asked).await;
        judge(&api, schema, &answer, "").unwrap_or_else(|why| panic!("{asked}{why}"));
    }
    let trace = served.json(&format!("/v1/traces/{second}")).await;
    assert_eq!(trace["loops"][0]["times"], 4, "{}", trace["loops"]);
}

#[test]
fn the_judge_finds_what_is_wrong() {
    let api = serde_json::json!({"components": {"schemas": {
        "Word": {"type": "string", "enum": ["a"]},
        "Base": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}},
    }}});
    let schema = serde_json::json!({"allOf": [
        {"$ref": "#/components/schemas/Base"},
        {"type": "object", "required": ["w"], "properties": {
            "w": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Word"}]},
            "m": {"type": "object", "additionalProperties": {"type": "string"}},
        }},
    ]});
    for good in [r#"{"n":1,"w":null}"#, r#"{"n":1,"w":"a","m":{"x":"y"}}"#] {
        assert_eq!(judge(&api, &schema, &serde_json::from_str(good).unwrap(), ""), Ok(()), "{good}");
    }
    for bad in [
        r#"{"w":null}"#,
        r#"{"n":1}"#,
        r#"{"n":1.5,"w":null}"#,
        r#"{"n":1,"w":"b"}"#,
        r#"{"n":1,"w":"a","x":1}"#,
        r#"{"n":1,"w":"a","m":{"x":1}}"#,
    ] {
        assert!(judge(&api, &schema, &serde_json::from_str(bad).unwrap(), "").is_err(), "{bad}");
    }
}
