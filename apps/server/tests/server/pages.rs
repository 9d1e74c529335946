//! What people and Prometheus open.

use std::collections::BTreeSet;

use crate::common::{Served, envelopes};

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
