//! What people and Prometheus open.

use std::collections::BTreeSet;

use tracewire_otlp::opentelemetry_proto::tonic::trace::v1::Span;
use tracewire_server::Answers;

use crate::common::{Served, envelopes, record, recorder};
use crate::otlp_support::{count, span, text, traces};

#[tokio::test]
async fn the_api_describes_itself() {
    let served = Served::start().await;
    let answer = served.get("/openapi.json").await;
    let description: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths: BTreeSet<&str> = description["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    insta::assert_json_snapshot!(paths);
    let page = served.get("/docs").await;
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    assert!(paths.iter().all(|path| page.contains(*path)));
    assert_eq!(served.get("/docs/style.css").await.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn the_root_is_a_page_and_files_that_are_not_there_are_not() {
    let served = Served::start().await;
    let root = served.get("/").await;
    assert_eq!(
        (root.status().as_u16(), &root.headers()["content-type"]),
        (200, &"text/html; charset=utf-8".parse().unwrap())
    );
    assert_eq!(served.get("/assets/nothing.js").await.status(), 404);
}

#[tokio::test]
async fn what_comes_is_counted() {
    let served = Served::start().await;
    served.send(&envelopes("00000000000000a1", "research").0).await;
    let wanted = [
        "tracewire_events_total{type=\"span.start\"} 3",
        "tracewire_events_total{type=\"log\"} 1",
        "tracewire_tool_errors_total{tool=\"fetch_page\"} 1",
        "tracewire_tool_duration_seconds_bucket{le=\"0.25\",tool=\"fetch_page\"} 1",
        "tracewire_tool_duration_seconds_bucket{le=\"0.05\",tool=\"fetch_page\"} 0",
        "tracewire_tokens_total{model=\"unknown\",type=\"input\"} 1240",
        "tracewire_envelopes_taken_total 1",
    ];
    // Events are counted behind the answer, not before it.
    let mut text = String::new();
    while !wanted.iter().all(|line| text.lines().any(|found| found == *line)) {
        let answer = served.get("/metrics").await;
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
        text = answer.text().await.unwrap();
        if text.contains("tracewire_events_total{type=\"log\"} 1") {
            let missing: Vec<_> = wanted.iter().filter(|line| !text.lines().any(|found| found == **line)).collect();
            assert!(missing.is_empty(), "{missing:?} of\n{text}");
        }
        tokio::task::yield_now().await;
    }
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1);
    assert!(text.contains("tracewire_event_rate"));
}

#[tokio::test]
async fn what_was_lost_is_counted_by_its_reason() {
    let served = Served::start().await;
    let folder = tempfile::tempdir().unwrap();
    let recorder = crate::common::recorder(folder.path(), "00000000000000a1", "research");
    crate::common::record(&recorder);
    for _ in 0..3 {
        recorder.count_drop("quota");
    }
    recorder.close(None);
    served.send(&crate::common::sealed(folder.path())).await;
    let wanted = "tracewire_losses_total{reason=\"quota\"} 3";
    let counted = async {
        // Events are counted behind the answer, not before it.
        while !served.get("/metrics").await.text().await.unwrap().lines().any(|line| line == wanted) {
            tokio::task::yield_now().await;
        }
    };
    let is_in_time = tokio::time::timeout(std::time::Duration::from_secs(20), counted).await.is_ok();
    assert!(is_in_time, "{}", served.get("/metrics").await.text().await.unwrap());
    let producers = served.json("/v1/producers").await;
    assert_eq!(producers["items"][0]["losses"], serde_json::json!([{"count": 3, "reason": "quota"}]));
}

#[tokio::test]
async fn a_cost_that_nobody_reports_is_of_the_list_and_counted_once() {
    let served = Served::start().await;
    let mut call = span(1, 2);
    call.attributes = vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.response.model", "gpt-4o"),
        count("gen_ai.usage.input_tokens", 1000),
        count("gen_ai.usage.output_tokens", 100),
    ];
    let agent = Span { attributes: call.attributes.clone(), ..span(1, 1) };
    let mut last = span(1, 3);
    last.attributes = vec![text("gen_ai.operation.name", "execute_tool"), text("gen_ai.tool.name", "over")];
    // As exporters send them: children end, and come, before their parents.
    served.export(&traces("research", vec![call, agent, last])).await;
    let mut said = String::new();
    while !said.contains("tracewire_events_total{type=\"span.end\"} 3") {
        said = served.get("/metrics").await.text().await.unwrap();
        tokio::task::yield_now().await;
    }
    for line in [
        "tracewire_cost_total{currency=\"USD\",model=\"gpt-4o\"} 0.0035",
        "tracewire_tokens_total{model=\"gpt-4o\",type=\"input\"} 1000",
        "tracewire_tokens_total{model=\"gpt-4o\",type=\"output\"} 100",
    ] {
        assert!(said.lines().any(|found| found == line), "{line} in\n{said}");
    }
}

#[tokio::test]
async fn a_server_of_counts_answers_nothing_else() {
    let served = Served::with(|options| options.answers = Answers::Metrics).await;
    let recorder = recorder(served.folder.path(), "00000000000000c1", "research");
    record(&recorder);
    recorder.close(None);
    let mut said = String::new();
    while !said.contains("tracewire_events_total{type=\"span.end\"} 3") {
        said = served.get("/metrics").await.text().await.unwrap();
        tokio::task::yield_now().await;
    }
    for path in ["/", "/docs", "/openapi.json", "/v1/health", "/v1/traces", "/v1/live"] {
        assert_eq!(served.get(path).await.status(), 404, "{path}");
    }
    let sent = served.post("application/json", "[]");
    assert_eq!(served.refusal(sent).await, (404, "not_found".to_owned()));
    let evil = served.client.get(served.url("/metrics")).header("host", "evil.example");
    assert_eq!(served.refusal(evil).await, (421, "host_not_allowed".to_owned()));
}

/// Every `tracewire_…` of a text.
fn named(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    let mut rest = text;
    let mut found = BTreeSet::new();
    while let Some(at) = rest.find("tracewire_") {
        rest = &rest[at..];
        let end = rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len());
        found.insert(rest[..end].to_owned());
        rest = &rest[end..];
    }
    found
}

#[test]
fn what_dashboards_and_alerts_name_is_counted() {
    let files = [include_str!("../../monitoring/grafana.json"), include_str!("../../monitoring/alerts.yml")];
    let wanted: BTreeSet<String> = files.into_iter().flat_map(named).collect();
    assert!(wanted.len() >= 8, "{wanted:?}");
    // A family without samples is not told, so that a server cannot be asked.
    let sources = [include_str!("../../src/metrics/events.rs"), include_str!("../../src/metrics/http.rs")].concat();
    let endings = ["_total", "_seconds_bucket", "_seconds_count", "_seconds_sum", ""];
    let is_counted = |name: &String| {
        let name = name.trim_start_matches("tracewire_");
        let mut families = endings.iter().filter_map(|ending| name.strip_suffix(ending));
        families.any(|family| sources.contains(&format!("(\"{family}\",")))
    };
    let missing: Vec<&String> = wanted.iter().filter(|name| !is_counted(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    serde_json::from_str::<serde_json::Value>(files[0]).unwrap();
}
