//! Numbers over traces, comparisons, costs: as they are asked for.

use serde_json::{Value, json};
use tracewire_otlp::opentelemetry_proto::tonic::trace::v1::{Span, Status};

use crate::common::{Served, envelopes};
use crate::otlp_support::{count as tokens, span, text, traces};

async fn populated() -> (Served, String, String) {
    let served = Served::start().await;
    let (one, first) = envelopes("00000000000000a1", "research");
    let (two, second) = envelopes("00000000000000b2", "billing");
    served.send(&one).await;
    served.send(&two).await;
    served.counted().await;
    (served, first, second)
}

const TIME: &str = "since=2026-11-21T04:00:00Z&until=2026-11-21T05:00:00Z";

#[tokio::test]
async fn an_overview_has_sums_and_those_before() {
    let (served, _, _) = populated().await;
    let overview = served.json(&format!("/v1/analytics/overview?{TIME}")).await;
    let totals = &overview["totals"];
    assert_eq!((&totals["spans"], &totals["errors"], &totals["events"]), (&json!(6), &json!(2), &json!(14)));
    assert_eq!((&totals["input_tokens"], &totals["unpriced"]), (&json!(2480), &json!(0)));
    let traces = ["traces", "failed_traces", "open_traces"].map(|name| &overview[name]);
    assert_eq!(traces, [&json!(2), &json!(2), &json!(0)]);
    assert_eq!(
        (&overview["previous"]["spans"], &overview["since"]),
        (&json!(0), &json!("2026-11-21T04:00:00.000000000Z"))
    );
    let one = served.json(&format!("/v1/analytics/overview?{TIME}&service=billing")).await;
    assert_eq!(one["totals"]["spans"], 3);
}

#[tokio::test]
async fn courses_and_groups_are_kept_apart() {
    let (served, _, _) = populated().await;
    let series = served.json(&format!("/v1/analytics/series?{TIME}&by=kind&step=1m")).await;
    assert_eq!(series["step_nanos"], 60_000_000_000_u64);
    let keys: Vec<&Value> = series["groups"].as_array().unwrap().iter().map(|group| &group["key"]).collect();
    assert_eq!(keys, ["agent", "llm", "tool"]);
    assert_eq!(series["groups"][0]["points"][0]["start"], "2026-11-21T04:30:00.000000000Z");
    let groups = served.json(&format!("/v1/analytics/groups?{TIME}&by=tool")).await;
    assert_eq!((&groups["items"][0]["key"], &groups["items"][0]["errors"]), (&json!("fetch_page"), &json!(2)));
    assert_eq!(groups["items"].as_array().unwrap().len(), 1);
    for (sort, first) in [("spans", "agent"), ("errors", "tool"), ("tokens", "llm"), ("duration", "agent")] {
        let groups = served.json(&format!("/v1/analytics/groups?{TIME}&sort={sort}&limit=1")).await;
        assert_eq!((&groups["items"][0]["key"], &groups["more"]), (&json!(first), &json!(true)), "{sort}");
    }
    let stages = served.json(&format!("/v1/analytics/stages?{TIME}")).await;
    let shares: f64 = stages["items"].as_array().unwrap().iter().map(|stage| stage["share"].as_f64().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-9, "{stages}");
    let facets = served.json(&format!("/v1/facets?{TIME}")).await;
    assert_eq!(facets["services"], json!([{"count": 3, "value": "billing"}, {"count": 3, "value": "research"}]));
    assert_eq!(facets["agents"], json!([{"count": 6, "value": "research-agent"}]));
}

/// Calls of a model of which every one takes longer than the one before; every fifth fails.
async fn calls(count: u8) -> Served {
    let served = Served::start().await;
    let call = |number: u8| {
        let mut attributes = vec![text("gen_ai.operation.name", "chat"), text("gen_ai.provider.name", "openai")];
        attributes.extend([text("gen_ai.request.model", "gpt-4.1"), text("session.id", "chat-7")]);
        attributes.extend([tokens("gen_ai.usage.input_tokens", 1000), tokens("gen_ai.usage.output_tokens", 100)]);
        let began = span(9, number).start_time_unix_nano;
        let status = Status { code: if number.is_multiple_of(5) { 2 } else { 1 }, ..Status::default() };
        Span {
            parent_span_id: vec![],
            end_time_unix_nano: began + u64::from(number) * 1_000_000,
            attributes,
            status: Some(status),
            ..span(number, number)
        }
    };
    served.export(&traces("shop", (1..=count).map(call).collect())).await;
    served.counted().await;
    served
}

#[tokio::test]
async fn a_group_has_its_percentiles_its_mean_its_rates_and_its_cost() {
    let served = calls(100).await;
    for by in ["kind", "model", "provider", "service", "session"] {
        let groups = served.json(&format!("/v1/analytics/groups?{TIME}&by={by}")).await;
        let items = groups["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{groups}");
        let group = &items[0];
        // 1 to 100 ms: percentiles are within one percent.
        for (name, millis) in [("p50_nanos", 50), ("p90_nanos", 90), ("p95_nanos", 95), ("p99_nanos", 99)] {
            let (found, expected) = (group[name].as_u64().unwrap(), millis * 1_000_000);
            assert!(found.abs_diff(expected) <= expected / 100, "{by} {name}: {found}");
        }
        assert_eq!((&group["mean_nanos"], &group["spans"]), (&json!(50_500_000), &json!(100)), "{by}");
        assert_eq!((&group["error_rate"], &group["errors"]), (&json!(0.2), &json!(20)), "{by}");
        // 100,000 tokens in at $2 and 10,000 out at $8 for a million each.
        assert_eq!((&group["cost"], &group["unpriced"]), (&json!({"USD": "0.28"}), &json!(0)), "{by}");
    }
    let session = served.json(&format!("/v1/analytics/groups?{TIME}&by=session")).await;
    assert_eq!(session["items"][0]["key"], "chat-7");
    let course = served.json(&format!("/v1/analytics/series?{TIME}&by=session&step=1m")).await;
    assert_eq!(course["groups"][0]["points"][0]["cost"], json!({"USD": "0.28"}));
    // Two events of each call, in an hour.
    let overview = served.json(&format!("/v1/analytics/overview?{TIME}")).await;
    assert_eq!((&overview["events"], overview["event_rate"].as_f64().unwrap()), (&json!(200), 200.0 / 3600.0));
    assert_eq!(
        (&overview["totals"]["cost"], &overview["totals"]["error_rate"]),
        (&json!({"USD": "0.28"}), &json!(0.2))
    );
}

#[tokio::test]
async fn what_cannot_be_counted_is_refused() {
    let (served, _, _) = populated().await;
    for (query, parameter) in [
        ("series?by=moon", "by"),
        ("series?step=1y", "step"),
        ("series?since=2026-11-21T04:00:00Z&until=2026-11-21T05:00:00Z&step=1s", "step"),
        ("groups?sort=luck", "sort"),
        ("groups?limit=0", "limit"),
        ("overview?limit=0", "limit"),
        ("overview?since=2026-11-21T05:00:00Z&until=2026-11-21T04:00:00Z", "since"),
        ("stages?knd=llm", "knd"),
    ] {
        let (status, said, _) = crate::common::problem(served.get(&format!("/v1/analytics/{query}")).await).await;
        assert_eq!((status, &said["parameter"]), (400, &json!(parameter)), "{query}");
    }
}

#[tokio::test]
async fn two_traces_are_compared() {
    let (served, first, second) = populated().await;
    let compared = served.json(&format!("/v1/compare?a={first}&b={second}")).await;
    assert_eq!((&compared["a"]["trace_id"], &compared["same"]), (&json!(first), &json!(true)));
    assert_eq!(compared["rows"].as_array().unwrap().len(), 3);
    let nowhere = "f".repeat(32);
    assert_eq!(served.get(&format!("/v1/compare?a={first}&b={nowhere}")).await.status(), 404);
    assert_eq!(served.get(&format!("/v1/compare?a={first}")).await.status(), 400);
}

#[tokio::test]
async fn a_cost_is_explained_and_prices_are_listed() {
    let (served, first, _) = populated().await;
    let trace = served.json(&format!("/v1/traces/{first}")).await;
    let plan = trace["nodes"].as_array().unwrap().iter().find(|node| node["kind"] == "llm").unwrap()["span_id"].clone();
    let plan = plan.as_str().unwrap();
    let cost = served.json(&format!("/v1/traces/{first}/spans/{plan}/cost")).await;
    assert_eq!(
        (&cost["span_id"], &cost["state"], &cost["code"]),
        (&json!(plan), &json!("unpriced"), &json!("no_model"))
    );
    assert_eq!(served.get(&format!("/v1/traces/{first}/spans/{}/cost", "f".repeat(16))).await.status(), 404);
    let prices = served.json("/v1/prices?q=gpt-4.1&limit=2").await;
    assert_eq!((prices["items"].as_array().unwrap().len(), &prices["more"]), (2, &json!(true)));
    assert!(prices["version"].as_str().unwrap().starts_with("genai-prices "), "{}", prices["version"]);
}

#[tokio::test]
async fn a_deleted_trace_is_gone_from_the_numbers() {
    let (served, first, second) = populated().await;
    let gone = served.client.delete(served.url(&format!("/v1/traces/{first}"))).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    served.counted().await;
    let overview = served.json(&format!("/v1/analytics/overview?{TIME}")).await;
    assert_eq!((&overview["totals"]["spans"], &overview["traces"]), (&json!(3), &json!(1)));
    assert_eq!(served.get(&format!("/v1/traces/{first}")).await.status(), 404);
    assert_eq!(served.get(&format!("/v1/traces/{second}")).await.status(), 200);
}
