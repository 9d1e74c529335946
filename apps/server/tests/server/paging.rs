//! Lists that go on, and traces by what belongs to them.

use serde_json::{Value, json};

use crate::answers::{ids, populated};
use crate::common::{Served, envelopes, problem};

/// All items of a list, page by page: as many to a page as are said.
async fn paged(served: &Served, path: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let page = served.json(&format!("{path}limit={limit}&cursor={next}")).await;
        let items = page["items"].as_array().unwrap();
        all.extend(items.iter().cloned());
        let Some(more) = page["next"].as_str() else { return all };
        assert_eq!(items.len(), limit, "{path}");
        next = more.to_owned();
    }
}

#[tokio::test]
async fn every_list_goes_on_where_its_page_ended() {
    let (served, first, _) = populated().await;
    served.send(&envelopes("00000000000000c3", "research").0).await;
    for number in 0..3 {
        let judged = json!({"name": "score", "value": number, "target": {"trace_id": first}}).to_string();
        let request = served.client.post(served.url("/v1/feedback")).header("content-type", "application/json");
        assert_eq!(request.body(judged).send().await.unwrap().status(), 201);
    }
    // Chains are verified soon after they came, and the rows of producers say so.
    let is_open = |page: Value| page["items"].as_array().unwrap().iter().any(|one| one["sound"].is_null());
    while is_open(served.json("/v1/producers").await) {}
    for (path, count) in [
        ("/v1/find?session=chat-42&".to_owned(), 3),
        (format!("/v1/traces/{first}/events?"), 10),
        ("/v1/producers?".to_owned(), 4),
        (format!("/v1/feedback?trace={first}&"), 3),
    ] {
        let whole = served.json(&format!("{path}limit=1000")).await;
        assert_eq!((whole["items"].as_array().unwrap().len(), &whole["next"]), (count, &Value::Null), "{path}");
        for limit in 1..=count {
            assert_eq!(Value::from(paged(&served, &path, limit).await), whole["items"], "{path}{limit}");
        }
        for bad in ["x", "1", "1zz"] {
            let (status, said, _) = problem(served.get(&format!("{path}cursor={bad}")).await).await;
            assert_eq!((status, &said["parameter"]), (400, &json!("cursor")), "{path}{bad}");
        }
    }
    // Without a limit, these two are whole.
    for path in [format!("/v1/traces/{first}/events"), "/v1/producers".to_owned()] {
        assert_eq!(served.json(&path).await["next"], Value::Null);
    }
    // Who asks behind a trace that is gone goes on.
    let page = served.json("/v1/find?session=chat-42&limit=1").await;
    let (gone, next) = (page["items"][0]["trace_id"].as_str().unwrap(), page["next"].as_str().unwrap());
    served.client.delete(served.url(&format!("/v1/traces/{gone}"))).send().await.unwrap();
    let rest = served.json(&format!("/v1/find?session=chat-42&cursor={next}")).await;
    assert!(!ids(&rest).contains(&gone));
}

#[tokio::test]
async fn a_trace_is_found_by_its_event_its_parent_and_its_correlation_id() {
    let served = Served::start().await;
    let folder = tempfile::tempdir().unwrap();
    let recorder = crate::common::recorder(folder.path(), "00000000000000a1", "research");
    let begin = |parent, id| tracewire_recorder::StartSpan { parent, kind: "tool", correlation_id: id };
    let root = recorder.start_span(begin(None, Some("order-7")), |body| body.text("name", "root"));
    let child = recorder.start_span(begin(Some(root.context()), None), |body| body.text("name", "child"));
    let sold = recorder.point_event(Some(child.context()), None, |body| body.text("name", "sold"));
    recorder.end_span(&child, &tracewire_wire::event::Status::Ok, |_| {});
    recorder.end_span(&root, &tracewire_wire::event::Status::Ok, |_| {});
    let trace_id = root.context().trace_id.to_string();
    recorder.close(None);
    served.send(&crate::common::sealed(folder.path())).await;
    let found = async |query: String| ids(&served.json(&format!("/v1/find?{query}")).await).join(",");
    assert_eq!(found("correlation=order-7".to_owned()).await, trace_id);
    assert_eq!(found("correlation=order-8".to_owned()).await, "");
    assert_eq!(found(format!("parent={}", root.context().span_id)).await, trace_id);
    assert_eq!(found(format!("span={}", child.context().span_id)).await, trace_id);
    assert_eq!(found(format!("event={}", sold.span_id)).await, trace_id);
}
