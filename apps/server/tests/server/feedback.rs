//! Judgements that are posted.

use reqwest::Response;
use serde_json::{Value, json};
use tracewire_server::{Scope, Server, keys};

use crate::common::{Served, canonical, envelopes, options, problem};

impl Served {
    async fn judge(&self, body: &Value) -> Response {
        let request = self.client.post(self.url("/v1/feedback")).header("content-type", "application/json");
        request.body(body.to_string()).send().await.unwrap()
    }

    /// A judgement that is new: its row.
    async fn judged(&self, body: &Value) -> Value {
        let answer = self.judge(body).await;
        assert_eq!(answer.status(), 201, "{body}");
        canonical(&answer.bytes().await.unwrap())
    }
}

async fn populated() -> (Served, String, String) {
    let served = Served::start().await;
    let (sent, trace_id) = envelopes("00000000000000a1", "research");
    served.send(&sent).await;
    let trace = served.json(&format!("/v1/traces/{trace_id}")).await;
    let span_id = trace["nodes"][1]["span_id"].as_str().unwrap().to_owned();
    (served, trace_id, span_id)
}

#[tokio::test]
async fn a_judgement_is_found_at_its_trace_and_at_its_span() {
    let (served, trace_id, span_id) = populated().await;
    let target = json!({"span_id": span_id, "trace_id": trace_id});
    let answer = served
        .judge(&json!({"name": "helpful", "value": true, "source": "human", "target": target, "comment": "dense fur"}))
        .await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (201, &format!("/v1/feedback?trace={trace_id}").parse().unwrap())
    );
    let of_span = canonical(&answer.bytes().await.unwrap());
    let body = of_span["body"].as_object().unwrap();
    assert_eq!(
        (
            &of_span["name"],
            &of_span["trace_id"],
            &of_span["span_id"],
            &body["value"],
            &body["comment"],
            &body["target"]
        ),
        (&json!("helpful"), &json!(trace_id), &json!(span_id), &json!(true), &json!("dense fur"), &target)
    );
    assert_eq!(body["feedback_id"].as_str().unwrap().len(), 32);
    let of_trace = served.judged(&json!({"name": "score", "value": 0.5, "target": {"trace_id": trace_id}})).await;
    assert_eq!((&of_trace["trace_id"], of_trace.get("span_id")), (&json!(trace_id), None));
    let listed = served.json(&format!("/v1/feedback?trace={trace_id}")).await;
    assert_eq!(listed["items"], json!([of_span, of_trace]));
    assert_eq!(served.json("/v1/feedback?name=score").await["items"][0]["trace_id"], json!(trace_id));
    let trace = served.json(&format!("/v1/traces/{trace_id}")).await;
    assert_eq!(trace["nodes"][1]["feedback"][0]["comment"], "dense fur");
    assert_eq!(trace["feedback"][0]["value"], 0.5, "{trace}");
    // The server is the emitter, under a name of its own.
    let producers = served.json("/v1/producers").await;
    let ours = producers["items"].as_array().unwrap().iter().find(|one| one["name"] == of_span["producer"]).unwrap();
    assert_eq!(ours["service"], "tracewire-server");
    assert!(served.verify().is_sound());
}

#[tokio::test]
async fn the_same_judgement_may_be_sent_again_and_another_one_may_not() {
    let (served, trace_id, _) = populated().await;
    for (target, id, next) in
        [(json!({"trace_id": trace_id}), "f1", "f2"), (json!({"session_id": "chat-7"}), "f3", "f4")]
    {
        let body =
            json!({"name": "score", "value": 1, "feedback_id": id, "target": target, "comment": "x".repeat(400)});
        let first = served.judged(&body).await;
        assert_eq!(first["body"]["comment"], "x".repeat(400));
        let again = served.judge(&body).await;
        assert_eq!(again.status(), 200);
        assert_eq!(canonical(&again.bytes().await.unwrap()), first);
        let other = json!({"name": "score", "value": 2, "feedback_id": id, "target": target});
        let (status, said, _) = problem(served.judge(&other).await).await;
        let expected = (409, &json!("feedback_contradicts"), &json!("/feedback_id"));
        assert_eq!((status, &said["code"], &said["pointer"]), expected);
        let replaces = json!({"name": "score", "value": 2, "feedback_id": next, "supersedes": id, "target": target});
        served.judged(&replaces).await;
    }
    // One that is replaced is listed, and does not count any more.
    let listed = served.json(&format!("/v1/feedback?trace={trace_id}")).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    let trace = served.json(&format!("/v1/traces/{trace_id}")).await;
    assert_eq!((trace["feedback"].as_array().unwrap().len(), &trace["feedback"][0]["value"]), (1, &json!(2)));
    assert_eq!(served.json("/v1/feedback").await["items"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn ids_are_known_after_a_restart_and_many_at_once_are_one() {
    let (served, trace_id, _) = populated().await;
    let body = json!({"name": "score", "value": 1, "feedback_id": "f1", "target": {"trace_id": trace_id}});
    let answers = futures_util::future::join_all((0..8).map(|_| served.judge(&body))).await;
    let new = answers.iter().filter(|answer| answer.status() == 201).count();
    assert_eq!((new, answers.iter().filter(|answer| answer.status() == 200).count()), (1, 7));
    let Served { folder, server, client } = served;
    server.stop().await;
    let served = Served { server: Server::bind(options(folder.path())).await.unwrap(), folder, client };
    assert_eq!(served.judge(&body).await.status(), 200);
    assert_eq!(served.json(&format!("/v1/feedback?trace={trace_id}")).await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_judged_may_come_later_and_what_was_deleted_does_not_come_back() {
    let served = Served::start().await;
    let (sent, trace_id) = envelopes("00000000000000a1", "research");
    let body = json!({"name": "helpful", "value": false, "target": {"trace_id": trace_id}});
    served.judged(&body).await;
    served.send(&sent).await;
    assert_eq!(served.json(&format!("/v1/traces/{trace_id}")).await["feedback"][0]["value"], false);
    let delete = served.client.delete(served.url(&format!("/v1/traces/{trace_id}")));
    assert_eq!(delete.send().await.unwrap().status(), 204);
    let (status, said, _) = problem(served.judge(&body).await).await;
    assert_eq!((status, &said["code"]), (410, &json!("trace_deleted")));
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_its_place() {
    let (served, trace_id, _) = populated().await;
    let target = json!({"trace_id": trace_id});
    let (status, said, _) = problem(served.judge(&json!({"name": "n", "vaule": 1, "target": target})).await).await;
    assert_eq!((status, &said["code"], &said["pointer"]), (422, &json!("feedback_invalid"), &json!("/vaule")));
    let ask = |media: &'static str, body: String| {
        served.client.post(served.url("/v1/feedback")).header("content-type", media).body(body)
    };
    let good = json!({"name": "n", "value": 1, "target": target}).to_string();
    let (status, said, _) = problem(ask("application/json", "{\"name\":".to_owned()).send().await.unwrap()).await;
    assert_eq!((status, &said["offset"]), (400, &json!(8)));
    assert_eq!(served.refusal(ask("text/plain", good.clone())).await, (415, "content_type_unsupported".to_owned()));
    let long = json!({"name": "n", "comment": "x".repeat(70_000), "target": target}).to_string();
    assert_eq!(served.refusal(ask("application/json", long)).await, (413, "body_too_large".to_owned()));
    let evil = ask("application/json", good.clone()).header("origin", "https://evil.example");
    assert_eq!(served.refusal(evil).await, (403, "origin_not_allowed".to_owned()));
    let (read, _) = keys::create(served.folder.path(), "default", Scope::Read, "").unwrap();
    let reader = ask("application/json", good).bearer_auth(read);
    assert_eq!(served.refusal(reader).await, (403, "scope".to_owned()));
    assert_eq!(served.json("/v1/feedback").await["items"], json!([]));
}
