//! What is erased after the fact.

use reqwest::Response;
use serde_json::{Value, json};
use tracewire_server::{Scope, keys};
use tracewire_wire::event::Status;

use crate::common::{Served, canonical, envelopes, problem, recorder, sealed, start};

impl Served {
    async fn erase(&self, body: &Value) -> Response {
        let request = self.client.post(self.url("/v1/erase")).header("content-type", "application/json");
        request.body(body.to_string()).send().await.unwrap()
    }

    async fn erased(&self, body: &Value) -> Value {
        let answer = self.erase(body).await;
        assert_eq!(answer.status(), 200, "{body}");
        canonical(&answer.bytes().await.unwrap())
    }
}

/// An agent one of whose steps says whom it writes to.
fn said() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000c3", "mail");
    let step = start(&recorder, None, "tool", "mail");
    let to = format!("{} to ann@example.com", "write ".repeat(60));
    recorder.end_span(&step, &Status::Ok, |body| body.text("output", &to));
    recorder.close(None);
    sealed(folder.path())
}

#[tokio::test]
async fn what_rules_find_is_erased_and_the_chain_holds() {
    let served = Served::start().await;
    let sent = said();
    served.send(&sent).await;
    let asked = served.erased(&json!({"rules": ["@email"], "dry_run": true})).await;
    let found = json!([{"bodies": 0, "contents": 1, "findings": 1, "rule": "email", "traces": 1}]);
    assert_eq!((&asked["rules"], asked.get("erased"), &asked["trace_count"]), (&found, None, &json!(1)));
    let text = |served: &Served| {
        let url = served.url("/v1/search?q=ann@example.com");
        let asked = served.client.get(url).send();
        async move { canonical(&asked.await.unwrap().bytes().await.unwrap())["items"].as_array().unwrap().len() }
    };
    assert_eq!(text(&served).await, 1);
    let done = served.erased(&json!({"rules": ["@email"]})).await;
    assert_eq!(
        (&done["rules"], &done["erased"]["contents"], &done["erased"]["is_wiped"]),
        (&found, &json!(1), &json!(true))
    );
    assert_eq!(text(&served).await, 0);
    let trace_id = done["traces"][0].as_str().unwrap();
    let trace = served.json(&format!("/v1/traces/{trace_id}")).await;
    assert!(trace.to_string().contains("$erased") && !trace.to_string().contains("ann@"), "{trace}");
    // Another copy brings nothing back, and asking again finds nothing.
    served.send(&sent).await;
    let again = served.erased(&json!({"rules": ["@email"]})).await;
    assert_eq!((&again["contents"], &again["trace_count"]), (&json!(0), &json!(0)));
    let report = served.verify();
    assert!(report.is_sound() && report.producers.values().any(|producer| producer.erased > 0));
    served.server.stop().await;
}

#[tokio::test]
async fn erasures_wait_for_each_other() {
    let served = Served::start().await;
    served.send(&said()).await;
    let body = json!({"rules": ["@email"]});
    let (one, other, third) = tokio::join!(served.erased(&body), served.erased(&body), served.erased(&body));
    let erased = |done: &Value| done["erased"]["contents"].as_u64().unwrap();
    assert_eq!(erased(&one) + erased(&other) + erased(&third), 1, "one finds it, the others nothing any more");
    served.server.stop().await;
}

#[tokio::test]
async fn all_content_needs_a_condition() {
    let served = Served::start().await;
    let (sent, trace_id) = envelopes("00000000000000a1", "research");
    served.send(&sent).await;
    let done = served.erased(&json!({"all_content": true, "traces": [trace_id]})).await;
    assert!(done["erased"]["parts"].as_u64().unwrap() > 0, "{done}");
    for (body, said) in [
        (json!({"all_content": true}), "needs a condition"),
        (json!({}), "either `rules` or `all_content`"),
        (json!({"rules": ["@nobody"]}), "there is no detector nobody"),
        (json!({"rules": ["@email"], "trace": []}), "unknown field `trace`"),
        (json!({"rules": ["@email"], "traces": ["ff"]}), "32 lower-case hex digits"),
        (json!({"rules": ["@email"], "since": "soon"}), "since"),
    ] {
        let (status, refusal, _) = problem(served.erase(&body).await).await;
        assert_eq!((status, &refusal["code"]), (422, &json!("erase_invalid")), "{body}");
        let detail = refusal["detail"].as_str().unwrap();
        assert!(detail.contains(said) || said == "since", "{body}: {detail}");
    }
    let other = served.client.post(served.url("/v1/erase")).header("content-type", "text/csv").body("x");
    assert_eq!(served.refusal(other).await, (415, "content_type_unsupported".to_owned()));
    served.server.stop().await;
}

#[tokio::test]
async fn erasing_takes_a_key_that_deletes() {
    let served = Served::start().await;
    for (scope, expected) in [(Scope::Read, 403), (Scope::Write, 403), (Scope::Admin, 200)] {
        let (key, _) = keys::create(served.folder.path(), "default", scope, "").unwrap();
        let request = served.client.post(served.url("/v1/erase")).header("content-type", "application/json");
        let answer = request.bearer_auth(&key).body(json!({"rules": ["@email"]}).to_string()).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{scope:?}");
    }
    served.server.stop().await;
}
