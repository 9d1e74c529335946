//! Numbers over traces, comparisons, costs: as they are asked for.

use serde_json::{Value, json};

use crate::common::{Served, envelopes};

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
