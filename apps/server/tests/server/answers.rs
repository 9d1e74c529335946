//! What is asked, and what is answered.

use serde_json::{Value, json};
use tracewire_otlp::opentelemetry_proto::tonic::trace::v1::Span;

use crate::common::{Served, envelopes, problem};
use crate::otlp_support::{span, text, traces};

pub async fn populated() -> (Served, String, String) {
    let served = Served::start().await;
    let (one, first) = envelopes("00000000000000a1", "research");
    let (two, second) = envelopes("00000000000000b2", "billing");
    served.send(&one).await;
    served.send(&two).await;
    served.counted().await;
    (served, first, second)
}

pub fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|row| row["trace_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn traces_are_listed_and_filtered_and_paged() {
    let (served, first, second) = populated().await;
    let all = served.json("/v1/traces").await;
    assert_eq!((ids(&all).len(), &all["next"]), (2, &Value::Null));
    insta::assert_json_snapshot!(all["items"][0]);
    for (query, expected) in [
        ("service=research", vec![&first]),
        ("service=billing&kind=agent&name=research-agent", vec![&second]),
        ("kind=llm", vec![]),
        ("failed=true&service=research", vec![&first]),
        ("open=true", vec![]),
        ("open=&q=&since=&service=billing", vec![&second]),
        ("session=chat-41", vec![]),
        ("status=ok&q=BILL", vec![&second]),
        ("status=error", vec![]),
        ("since=2026-11-21T04:30:00Z&service=research", vec![&first]),
        ("until=2026-11-21T04:30:00Z", vec![]),
        (&format!("q={}", &first[..31]), vec![&first]),
    ] {
        let found = served.json(&format!("/v1/traces?{query}")).await;
        assert_eq!(ids(&found), expected, "{query}");
    }
    for filter in ["", "&name=research-agent"] {
        let one = served.json(&format!("/v1/traces?limit=1{filter}")).await;
        let next = one["next"].as_str().unwrap();
        let two = served.json(&format!("/v1/traces?limit=1{filter}&cursor={next}")).await;
        assert_eq!([ids(&one), ids(&two)].concat(), ids(&all), "{filter}");
        assert_eq!(two["next"], Value::Null, "{filter}");
    }
}

#[tokio::test]
async fn every_value_that_is_offered_finds_its_traces() {
    let (served, _, _) = populated().await;
    let facets = served.json("/v1/facets?of=traces").await;
    let members = ["agents", "kinds", "models", "more", "names", "services", "statuses"];
    assert_eq!(facets.as_object().unwrap().keys().collect::<Vec<_>>(), members);
    // A step's kind is none of a trace's: nothing is offered that finds nothing.
    assert_eq!(facets["kinds"], json!([{"count": 2, "value": "agent"}]));
    assert_eq!(facets["statuses"], json!([{"count": 2, "value": "ok"}]));
    let filters = ["agent", "kind", "model", "name", "service", "status"];
    for (member, filter) in members.into_iter().filter(|member| *member != "more").zip(filters) {
        for facet in facets[member].as_array().unwrap() {
            let found = served.json(&format!("/v1/traces?{filter}={}", facet["value"].as_str().unwrap())).await;
            assert_eq!(json!(ids(&found).len()), facet["count"], "{filter} {facet}");
        }
    }
    let one = served.json("/v1/facets?of=traces&service=research").await;
    assert_eq!(one["services"], json!([{"count": 1, "value": "research"}]));
    assert_eq!(served.json("/v1/facets?of=traces&until=2026-11-21T04:30:00Z").await["kinds"], json!([]));
    assert_eq!(served.get("/v1/facets?of=moons").await.status(), 400);
    let steps = served.json("/v1/facets?since=2026-11-21T04:00:00Z&until=2026-11-21T05:00:00Z").await;
    assert_eq!(steps["kinds"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn parameters_that_mean_nothing_are_refused() {
    let (served, first, _) = populated().await;
    for (path, name) in [
        ("/v1/traces?limit=0", "limit"),
        ("/v1/traces?limit=1001", "limit"),
        ("/v1/traces?cursor=x", "cursor"),
        ("/v1/traces?servce=x", "servce"),
        ("/v1/traces/xyz", "trace_id"),
        (&format!("/v1/traces/{first}/spans/1"), "span_id"),
        (&format!("/v1/traces/{first}/export?format=xml"), "xml"),
        ("/v1/search?attribute=x", "attribute"),
        ("/v1/live?trace=x", "trace_id"),
    ] {
        let (status, said, _) = problem(served.get(path).await).await;
        assert_eq!(
            (status, &said["code"], &said["parameter"]),
            (400, &json!("parameter_invalid"), &json!(name)),
            "{path}"
        );
    }
    let (status, said, _) = problem(served.get("/v1/search?cursor=x").await).await;
    assert_eq!((status, &said["code"], &said["parameter"]), (400, &json!("query_invalid"), &json!("cursor")));
    for path in ["/v1/find", "/v1/find?span=1&trace=2"] {
        assert_eq!(served.get(path).await.status(), 400, "{path}");
    }
}

#[tokio::test]
async fn a_trace_has_its_document_its_events_and_its_spans() {
    let (served, first, _) = populated().await;
    let trace = served.json(&format!("/v1/traces/{first}")).await;
    insta::assert_json_snapshot!(trace);
    let events = served.json(&format!("/v1/traces/{first}/events")).await;
    assert_eq!(events["items"].as_array().unwrap().len(), 7);
    insta::assert_json_snapshot!(events["items"][0]);
    for node in trace["nodes"].as_array().unwrap().iter().filter(|node| node["form"] == "span") {
        let id = node["span_id"].as_str().unwrap();
        assert_eq!(&served.json(&format!("/v1/traces/{first}/spans/{id}")).await, node);
    }
    for path in [
        "/v1/traces/0000000000000000000000000000ffff".to_owned(),
        "/v1/traces/0000000000000000000000000000ffff/events".to_owned(),
        "/v1/traces/0000000000000000000000000000ffff/brief".to_owned(),
        "/v1/traces/0000000000000000000000000000ffff/export".to_owned(),
        format!("/v1/traces/{first}/spans/ffffffffffffffff"),
        "/v1/traces/00000000000000000000000000000000".to_owned(),
        "/v1/sessions/chat-41".to_owned(),
        "/v1/nothing".to_owned(),
    ] {
        let (status, said, _) = problem(served.get(&path).await).await;
        assert_eq!((status, &said["code"]), (404, &json!("not_found")), "{path}");
    }
}

#[tokio::test]
async fn what_is_done_again_and_again_is_in_a_traces_document() {
    let served = Served::start().await;
    let call = |number: u8| Span {
        name: "execute_tool search".to_owned(),
        attributes: vec![
            text("gen_ai.operation.name", "execute_tool"),
            text("gen_ai.tool.name", "search"),
            text("gen_ai.tool.call.arguments", if number == 5 { r#"{"q":"b"}"# } else { r#"{"q":"a"}"# }),
            text("gen_ai.tool.call.result", "none"),
        ],
        ..span(7, number)
    };
    let mut spans = vec![span(7, 1)];
    spans.extend((2..=6).map(call));
    served.export(&traces("research", spans)).await;
    let trace = served.json(&format!("/v1/traces/{}", "07".repeat(16))).await;
    insta::assert_json_snapshot!(trace["loops"]);
    let short = served.json(&format!("/v1/traces/{}?full=false", "07".repeat(16))).await;
    assert_eq!(short["loops"], trace["loops"]);
}

#[tokio::test]
async fn a_trace_is_also_shown_without_what_went_in_and_out() {
    let (sent, trace_id) = envelopes("00000000000000a1", "research");
    let served = Served::start().await;
    served.send(&sent).await;
    let path = format!("/v1/traces/{trace_id}");
    let (short, full) = (served.json(&format!("{path}?full=false")).await, served.json(&path).await);
    let nodes = short["nodes"].as_array().unwrap();
    assert_eq!((nodes.len(), &nodes[1]["name"], nodes[1].get("body")), (4, &json!("plan"), None));
    assert!(full["nodes"][1]["body"]["input"].is_string(), "{full}");
    assert_eq!((&full["usage"], &full["counts"]), (&short["usage"], &short["counts"]));
    // Where a document may have no more than the short one, the full one is refused, and says so.
    let most = short.to_string().len() + 10;
    let served = Served::with(|options| options.limits.document_bytes = most).await;
    served.send(&sent).await;
    assert_eq!(served.json(&format!("{path}?full=false")).await["counts"], short["counts"]);
    for query in ["", "?full=true"] {
        let (status, said, _) = problem(served.get(&format!("{path}{query}")).await).await;
        assert_eq!((status, &said["code"], &said["limit"]), (422, &json!("document_too_large"), &json!(most)));
    }
}

#[tokio::test]
async fn sessions_are_filtered_and_paged() {
    let served = Served::start().await;
    for (number, session) in [(1, "chat-é"), (2, "chat-2"), (3, "chat-3")] {
        let mut said = span(number, 1);
        said.attributes.push(text("session.id", session));
        said.start_time_unix_nano += u64::from(number) * 1_000_000_000;
        said.end_time_unix_nano += u64::from(number) * 1_000_000_000;
        served.export(&traces("research", vec![said])).await;
    }
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|row| row["session_id"].as_str().unwrap().to_owned()).collect()
    };
    let mut found = Vec::new();
    let mut next = String::new();
    for _ in 0..3 {
        let page = served.json(&format!("/v1/sessions?limit=1{next}")).await;
        found.extend(ids(&page));
        next = page["next"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
    }
    assert_eq!((found, next), (vec!["chat-3".to_owned(), "chat-2".to_owned(), "chat-é".to_owned()], String::new()));
    let since = "2026-11-21T04:30:02Z";
    assert_eq!(ids(&served.json(&format!("/v1/sessions?since={since}")).await), ["chat-3", "chat-2"]);
    assert_eq!(ids(&served.json(&format!("/v1/sessions?until={since}")).await), ["chat-é"]);
    let (status, said, _) = problem(served.get("/v1/sessions?cursor=x").await).await;
    assert_eq!((status, &said["parameter"]), (400, &json!("cursor")));
}

#[tokio::test]
async fn a_trace_is_found_by_what_belongs_to_it() {
    let (served, first, second) = populated().await;
    assert_eq!(ids(&served.json(&format!("/v1/find?trace={first}")).await), [&first]);
    assert_eq!(ids(&served.json("/v1/find?session=chat-42").await).len(), 2);
    assert_eq!(ids(&served.json("/v1/find?correlation=none").await).len(), 0);
    let span = served.json(&format!("/v1/traces/{second}")).await["nodes"][1]["span_id"].clone();
    assert!(ids(&served.json(&format!("/v1/find?span={}", span.as_str().unwrap())).await).contains(&second.as_str()));
}

#[tokio::test]
async fn steps_are_searched_and_sessions_are_listed() {
    let (served, _, _) = populated().await;
    let found = served.json("/v1/search?kind=tool&status=error&service=research").await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!((&found["items"][0]["name"], &found["next"]), (&json!("fetch_page"), &Value::Null));
    let page = served.json("/v1/search?q=falling&limit=1").await;
    let next = page["next"].as_str().unwrap();
    let rest = served.json(&format!("/v1/search?q=falling&limit=1&cursor={next}")).await;
    assert_eq!((&page["items"][0]["type"], rest["items"].as_array().unwrap().len()), (&json!("log"), 1));
    let sessions = served.json("/v1/sessions").await;
    assert_eq!((&sessions["items"][0]["session_id"], &sessions["items"][0]["traces"]), (&json!("chat-42"), &json!(2)));
    let session = served.json("/v1/sessions/chat-42").await;
    assert_eq!(session["session"], sessions["items"][0]);
    assert_eq!(session["traces"].as_array().unwrap().len(), 2);
    assert_eq!(served.json("/v1/feedback").await, json!({"items": [], "next": null}));
}

#[tokio::test]
async fn a_trace_leaves_in_every_format_and_comes_back() {
    let (served, first, second) = populated().await;
    for (format, media) in [
        ("json", "application/json"),
        ("jsonl", "application/x-ndjson"),
        ("toon", "text/toon"),
        ("proto", "application/x-protobuf"),
    ] {
        let answer = served.get(&format!("/v1/traces/{first}/export?format={format}")).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &media.parse().unwrap()));
        assert_eq!(answer.headers()["tracewire-unsealed"], "0");
        let other = Served::start().await;
        let taken = other.post(media, answer.bytes().await.unwrap()).send().await.unwrap();
        assert_eq!(taken.status(), 200, "{format}");
        let trace = |trace: &Value| json!([trace["nodes"], trace["usage"]]);
        let (there, here) =
            (other.json(&format!("/v1/traces/{first}")).await, served.json(&format!("/v1/traces/{first}")).await);
        assert_eq!(trace(&there), trace(&here), "{format}");
        assert_eq!(other.get(&format!("/v1/traces/{second}")).await.status(), 404);
    }
    let csv = served.get(&format!("/v1/traces/{first}/export?format=csv")).await;
    assert_eq!(csv.headers()["content-type"], "text/csv");
    assert_eq!(csv.text().await.unwrap().lines().count(), 8);
}

#[tokio::test]
async fn a_trace_leaves_as_otlp_and_comes_back() {
    let (served, first, _) = populated().await;
    let answer = served.get(&format!("/v1/traces/{first}/export?format=otlp")).await;
    let headers = answer.headers().clone();
    assert_eq!((answer.status().as_u16(), &headers["content-type"]), (200, &"application/json".parse().unwrap()));
    assert!(headers["content-disposition"].to_str().unwrap().ends_with(".otlp.json\""), "{headers:?}");
    let body = answer.bytes().await.unwrap();
    let written: Value = serde_json::from_slice(&body).unwrap();
    let ended = served.json(&format!("/v1/traces/{first}")).await["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| node["form"] == "span" && !node["end"].is_null())
        .count();
    let spans = |written: &Value| -> usize {
        let resources = written["resourceSpans"].as_array().unwrap();
        let scopes = resources.iter().flat_map(|resource| resource["scopeSpans"].as_array().unwrap());
        scopes.map(|scope| scope["spans"].as_array().unwrap().len()).sum()
    };
    assert!(ended > 0);
    assert_eq!(spans(&written), ended);
    let other = Served::start().await;
    let sent = other.client.post(other.url("/v1/traces")).header("content-type", "application/json").body(body);
    let taken = sent.send().await.unwrap();
    assert_eq!((taken.status().as_u16(), &*taken.text().await.unwrap()), (200, "{}"));
    let again = other.get(&format!("/v1/traces/{first}/export?format=otlp")).await.bytes().await.unwrap();
    let again: Value = serde_json::from_slice(&again).unwrap();
    assert_eq!(spans(&again), ended);
    assert_eq!(served.get(&format!("/v1/traces/{}/export?format=otlp", "9".repeat(32))).await.status(), 404);
}

#[tokio::test]
async fn a_page_for_a_language_model_keeps_its_budget() {
    let (served, first, _) = populated().await;
    let answer = served.get(&format!("/v1/traces/{first}/brief?max_tokens=300")).await;
    let tokens: usize = answer.headers()["tracewire-tokens"].to_str().unwrap().parse().unwrap();
    assert!((1..=300).contains(&tokens), "{tokens}");
    assert!(answer.text().await.unwrap().contains("fetch_page"));
    let answer = served.get(&format!("/v1/traces/{first}/brief?format=json")).await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    let (status, said, _) = problem(served.get(&format!("/v1/traces/{first}/brief?max_tokens=3")).await).await;
    assert_eq!((status, &said["code"]), (422, &json!("too_few_tokens")));
    assert!(said["least"].as_u64().unwrap() > 3);
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let (served, first, _) = populated().await;
    for path in [format!("/v1/traces/{first}"), "/v1/sessions".to_owned(), "/openapi.json".to_owned()] {
        let answer = served.get(&path).await;
        let tag = answer.headers()["etag"].clone();
        assert!(tag.to_str().unwrap().starts_with('"'), "a strong tag");
        let again = served.client.get(served.url(&path)).header("if-none-match", &tag).send().await.unwrap();
        assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &tag));
        assert!(again.bytes().await.unwrap().is_empty());
        let other = served.client.get(served.url(&path)).header("if-none-match", "\"x\"").send().await.unwrap();
        assert_eq!(other.status(), 200);
        let head = served.client.head(served.url(&path)).send().await.unwrap();
        assert_eq!((head.status().as_u16(), &head.headers()["etag"]), (200, &tag));
        let packed = served.client.get(served.url(&path)).header("accept-encoding", "gzip").send().await.unwrap();
        let packed_tag = packed.headers()["etag"].clone();
        assert_eq!(packed.headers()["content-encoding"], "gzip");
        assert_ne!(packed_tag, tag);
        let again = served.client.get(served.url(&path)).header("if-none-match", packed_tag).send().await.unwrap();
        assert_eq!(again.status(), 304);
    }
}

#[tokio::test]
async fn an_emitters_output_is_judged_and_not_kept() {
    let served = Served::start().await;
    let body = "{\"seq\":1,\"time\":\"2026-11-21T04:30:00Z\",\"type\":\"log\"}\n";
    let ask = |query: &str| {
        let url = served.url(&format!("/v1/validate{query}"));
        served.client.post(url).header("content-type", "application/x-ndjson").body(body)
    };
    let answer = ask("").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let said = crate::common::canonical(&answer.bytes().await.unwrap());
    assert_eq!((&said["findings"][0]["code"], &said["findings"][0]["pointer"]), (&json!("TW0107"), &json!("/time")));
    assert_eq!((&said["summary"]["errors"], &said["summary"]["events"]), (&json!(1), &json!(1)));
    assert_eq!(served.refusal(ask("?level=deep")).await, (400, "parameter_invalid".to_owned()));
    assert_eq!(served.refusal(ask("?format=xml")).await, (400, "parameter_invalid".to_owned()));
    assert_eq!(served.json("/v1/traces").await["items"], json!([]));
}

#[tokio::test]
async fn producers_and_health_are_told() {
    let (served, _, _) = populated().await;
    insta::assert_json_snapshot!(served.producer("00000000000000a1-1", |one| one["sound"] != Value::Null).await);
    served.producer("00000000000000b2-1", |one| one["sound"] == true).await;
    let health = served.json("/v1/health").await;
    assert_eq!(health["chains"], json!({"producers": 2, "unsound": 0, "verified": 2}));
    assert_eq!(
        (&health["status"], &health["project"], &health["store"]["engine"]),
        (&json!("ok"), &json!("default"), &json!("sqlite"))
    );
    let trace = served.json("/v1/traces").await["items"][0]["trace_id"].clone();
    let delete = served.client.delete(served.url(&format!("/v1/traces/{}", trace.as_str().unwrap())));
    assert_eq!(delete.send().await.unwrap().status(), 204);
    let again = served.client.delete(served.url(&format!("/v1/traces/{}", trace.as_str().unwrap())));
    assert_eq!(served.refusal(again).await, (404, "not_found".to_owned()));
    let put = served.client.put(served.url("/v1/traces"));
    assert_eq!(served.refusal(put).await, (405, "method_not_allowed".to_owned()));
}
