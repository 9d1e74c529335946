#![allow(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::Decimal;
use tracewire_wire::json::{self, ReadOptions};

fn body(text: &str) -> Map {
    json::read(text.as_bytes(), &ReadOptions::default()).unwrap().as_map().unwrap().clone()
}

/// What was counted, in the order of the units.
fn counts(usage: &Usage) -> String {
    let known = Unit::ALL.iter().filter_map(|unit| Some(format!("{}={}", unit.name(), usage.get(*unit)?)));
    known.collect::<Vec<_>>().join(" ")
}

fn check_usage(text: &str, expected: &str) {
    assert_eq!(counts(&Call::of_body(&body(text)).usage), expected, "{text}");
}

#[test]
fn usage_is_read_from_the_body_first() {
    check_usage(r#"{"usage":{"input_tokens":5,"output_tokens":2}}"#, "input_tokens=5 output_tokens=2");
    check_usage(
        r#"{"attributes":{"gen_ai.usage.input_tokens":9,"gen_ai.usage.cache_read.input_tokens":4},"usage":{"input_tokens":5}}"#,
        "input_tokens=5 cache_read_input_tokens=4",
    );
    check_usage(
        r#"{"attributes":{"gen_ai.usage.prompt_tokens":9,"gen_ai.usage.completion_tokens":1}}"#,
        "input_tokens=9 output_tokens=1",
    );
    check_usage(
        r#"{"attributes":{"llm.token_count.prompt":9,"llm.token_count.prompt_details.audio":3}}"#,
        "input_tokens=9 audio_input_tokens=3",
    );
    check_usage(r#"{"attributes":{"gen_ai.usage.cache_creation.input_tokens":7}}"#, "cache_write_input_tokens=7");
    check_usage(r#"{"usage":{"input_tokens":-1,"output_tokens":1.5,"reasoning_output_tokens":"3"}}"#, "");
}

#[test]
fn details_come_from_what_the_provider_said() {
    check_usage(
        r#"{"usage":{"cache_write_input_tokens":20,"raw":{"cache_creation":{"ephemeral_1h_input_tokens":15,"ephemeral_5m_input_tokens":5},"server_tool_use":{"web_search_requests":2}}}}"#,
        "cache_write_input_tokens=20 cache_write_5m_input_tokens=5 cache_write_1h_input_tokens=15 web_searches=2",
    );
    check_usage(
        r#"{"usage":{"details":{"audio_input_tokens":60},"raw":{"prompt_tokens_details":{"audio_tokens":61}}}}"#,
        "audio_input_tokens=60",
    );
    check_usage(
        r#"{"usage":{"raw":{"promptTokensDetails":[{"modality":"TEXT","tokenCount":3},{"modality":"AUDIO","tokenCount":4}]}}}"#,
        "audio_input_tokens=4",
    );
    check_usage(r#"{"usage":{"raw":{"promptTokensDetails":[1,{"modality":"AUDIO"}]},"details":7}}"#, "");
}

#[test]
fn who_was_called_is_read() {
    let text = r#"{"attributes":{"gen_ai.request.model":"gpt-5","gen_ai.response.model":"gpt-5-2025-08-07","gen_ai.system":"openai",
        "gen_ai.agent.name":"","gen_ai.agent.id":"a1","gen_ai.tool.name":"search","openai.request.service_tier":"auto",
        "gen_ai.openai.response.service_tier":"flex","server.address":"api.openai.com"}}"#;
    let body = body(text);
    let call = Call::of_body(&body);
    assert_eq!((call.model, call.requested_model), (Some("gpt-5-2025-08-07"), Some("gpt-5")));
    assert_eq!((call.provider, call.address), (Some("openai"), Some("api.openai.com")));
    assert_eq!((call.agent, call.tool, call.service_tier), (Some("a1"), Some("search"), Some("flex")));
}

#[test]
fn a_model_that_is_the_one_asked_for_is_said_once() {
    let same = body(r#"{"attributes":{"gen_ai.request.model":"gpt-5","gen_ai.response.model":"gpt-5"}}"#);
    assert_eq!((Call::of_body(&same).model, Call::of_body(&same).requested_model), (Some("gpt-5"), None));
    let asked = body(r#"{"attributes":{"gen_ai.request.model":"gpt-5"}}"#);
    assert_eq!((Call::of_body(&asked).model, Call::of_body(&asked).requested_model), (Some("gpt-5"), None));
    assert_eq!(Call::of_body(&Map::new()), Call::default());
}

fn check_reported(text: &str, expected: Option<&str>) {
    let body = body(text);
    let said = Call::of_body(&body).reported.map(|reported| {
        let part = |amount: Option<Decimal>| amount.map_or_else(|| "-".to_owned(), |amount| amount.to_string());
        let Reported { total, input, output, currency, source, .. } = reported;
        format!("{total} {currency} {} {} {}", part(input), part(output), source.unwrap_or("-"))
    });
    assert_eq!(said.as_deref(), expected, "{text}");
}

#[test]
fn a_cost_that_was_said_is_read() {
    check_reported(
        r#"{"cost":{"total":"0.0150","input":"0.01","currency":"EUR","price_source":"provider"}}"#,
        Some("0.015 EUR 0.01 - provider"),
    );
    check_reported(r#"{"cost":{"input":"0.01","output":2}}"#, Some("2.01 USD 0.01 2 -"));
    check_reported(r#"{"attributes":{"gen_ai.usage.cost":0.1}}"#, Some("0.1 USD - - -"));
    check_reported(r#"{"attributes":{"gen_ai.usage.cost":1e-7}}"#, Some("0.0000001 USD - - -"));
    check_reported(r#"{"attributes":{"llm.cost.prompt":1,"llm.cost.completion":2}}"#, Some("3 USD 1 2 -"));
    check_reported(r#"{"attributes":{"llm.cost.total":9},"cost":{"output":"2"}}"#, Some("2 USD - 2 -"));
    check_reported(r#"{"usage":{"raw":{"cost":0.00125}}}"#, Some("0.00125 USD - - -"));
    check_reported(r#"{"cost":{"total":"much"}}"#, None);
    check_reported(r#"{"cost":{"currency":"EUR"}}"#, None);
}

#[test]
fn wanted_members_are_named() {
    assert!(is_wanted(Part::Usage, "raw") && is_wanted(Part::Usage, "input_tokens") && is_wanted(Part::Cost, "total"));
    assert!(!is_wanted(Part::Cost, "input_tokens") && !is_wanted(Part::Attributes, "gen_ai.input.messages"));
}

#[test]
fn what_is_not_wanted_is_not_read() {
    let whole = body(
        r#"{"attributes":{"gen_ai.request.model":"m","other":"x","server.address":"h","gen_ai.usage.input_tokens":5}}"#,
    );
    let attributes = whole.get("attributes").unwrap().as_map().unwrap().clone();
    let wanted: Map = attributes.into_iter().filter(|(name, _)| is_wanted(Part::Attributes, name)).collect();
    assert_eq!(wanted.len(), 3);
    let mut slim = Map::new();
    slim.insert("attributes".to_owned(), Value::Map(wanted));
    assert_eq!(Call::of_body(&slim), Call::of_body(&whole));
}
