//! What happens, as it happens.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::common::{Served, envelopes};

/// Nothing takes so long but what never comes.
const LONG: Duration = Duration::from_secs(20);

/// The fields of one server-sent event.
#[derive(Debug, Default)]
struct Sent {
    name: String,
    id: Option<u64>,
    data: Value,
}

/// Reads events until `enough` of them have come.
async fn read(live: &mut reqwest::Response, enough: impl Fn(&[Sent]) -> bool) -> Vec<Sent> {
    let (mut text, mut sent) = (String::new(), Vec::new());
    while !enough(&sent) {
        let chunk = tokio::time::timeout(LONG, live.chunk()).await;
        let chunk = chunk.unwrap_or_else(|_| panic!("nothing more comes behind {sent:?}"));
        text.push_str(std::str::from_utf8(&chunk.unwrap().unwrap()).unwrap());
        while let Some((one, rest)) = text.split_once("\n\n") {
            let mut event = Sent::default();
            for line in one.lines() {
                match line.split_once(": ") {
                    Some(("event", name)) => event.name = name.to_owned(),
                    Some(("id", id)) => event.id = Some(id.parse().unwrap()),
                    Some(("data", data)) => event.data = crate::common::canonical(data.as_bytes()),
                    _ => {}
                }
            }
            sent.push(event);
            text = rest.to_owned();
        }
    }
    sent
}

fn ids(sent: &[Sent]) -> Vec<u64> {
    sent.iter().filter_map(|one| one.id).collect()
}

#[tokio::test]
async fn what_comes_is_told_in_order_and_traces_as_they_change() {
    let served = Served::start().await;
    let mut live = served.get("/v1/live").await;
    assert_eq!(live.headers()["content-type"], "text/event-stream");
    let (sent, trace_id) = envelopes("00000000000000a1", "research");
    served.send(&sent).await;
    // A trace may be told before its tokens are counted; then it is told again.
    let is_counted = |one: &Sent| one.name == "trace" && one.data["input_tokens"] != 0;
    let told = read(&mut live, |told| told.iter().any(is_counted)).await;
    assert_eq!(ids(&told), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!((&told[0].data["service"], &told[0].data["event"]["type"]), (&"research".into(), &"span.start".into()));
    assert_eq!(told[0].data["event"]["body"]["name"], "research-agent");
    assert!(told[0].data["event"]["body"]["input"].as_str().unwrap().len() > 256, "content is put back");
    let row = told.iter().find(|one| is_counted(one)).unwrap();
    assert_eq!(row.data["trace_id"], trace_id);
    assert_eq!(row.data, served.json("/v1/traces").await["items"][0]);
}

#[tokio::test]
async fn who_comes_back_goes_on_where_it_was() {
    let served = Served::start().await;
    served.send(&envelopes("00000000000000a1", "research").0).await;
    let mut live = served.client.get(served.url("/v1/live?after=1")).header("last-event-id", "5").send().await.unwrap();
    assert_eq!(ids(&read(&mut live, |told| ids(told).len() == 2).await), [6, 7]);
    let mut live = served.get("/v1/live?after=6").await;
    assert_eq!(ids(&read(&mut live, |told| ids(told).len() == 1).await), [7]);
    // A place of another history.
    let mut live = served.get("/v1/live?after=1000").await;
    let told = read(&mut live, |told| !told.is_empty()).await;
    assert_eq!((told[0].name.as_str(), &told[0].data), ("gap", &serde_json::json!({"from": 1000, "to": 7})));
    served.send(&envelopes("00000000000000b2", "billing").0).await;
    assert_eq!(ids(&read(&mut live, |told| ids(told).len() == 7).await), [8, 9, 10, 11, 12, 13, 14]);
}

#[tokio::test]
async fn only_what_is_wanted_is_told() {
    let served = Served::start().await;
    let (one, first) = envelopes("00000000000000a1", "research");
    served.send(&one).await;
    served.send(&envelopes("00000000000000b2", "billing").0).await;
    for (query, expected) in [
        (format!("trace={first}&type=span.end"), vec![3, 5, 7]),
        ("service=billing&kind=tool".to_owned(), vec![11]),
        ("service=billing&type=log".to_owned(), vec![13]),
        ("session=chat-42&type=log".to_owned(), vec![6, 13]),
    ] {
        let mut live = served.get(&format!("/v1/live?after=0&{query}")).await;
        let told = read(&mut live, |told| ids(told).len() >= expected.len()).await;
        assert_eq!(ids(&told), expected, "{query}");
    }
}

#[tokio::test]
async fn a_socket_tells_the_same() {
    let served = Served::start().await;
    served.send(&envelopes("00000000000000a1", "research").0).await;
    let url = served.url("/v1/live/ws?after=5").replace("http:", "ws:");
    let (mut socket, _) = connect_async(url.into_client_request().unwrap()).await.unwrap();
    let mut told = Vec::new();
    while told.len() < 3 {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            let one = crate::common::canonical(text.as_bytes());
            // It is told again when its tokens are counted.
            if one["event"] != "trace" || one["data"]["input_tokens"] != 0 {
                told.push(one);
            }
        }
    }
    assert_eq!((&told[0]["id"], &told[0]["event"]), (&6.into(), &"event".into()));
    assert_eq!((&told[1]["id"], &told[2]["event"]), (&7.into(), &"trace".into()));
    assert_eq!(told[2]["data"], served.json("/v1/traces").await["items"][0]);
    socket.send(Message::Close(None)).await.unwrap();
    let plain = served.client.get(served.url("/v1/live/ws"));
    assert_eq!(served.refusal(plain).await, (426, "websocket_expected".to_owned()));
}

#[tokio::test]
async fn as_many_follow_as_are_borne_and_all_end_with_the_server() {
    let served = Served::with(|options| options.limits.live = 2).await;
    let (one, two) = (served.get("/v1/live").await, served.get("/v1/live").await);
    let third = served.client.get(served.url("/v1/live"));
    assert_eq!(served.refusal(third).await, (503, "busy".to_owned()));
    drop(two);
    let Served { server, .. } = served;
    server.stop().await;
    assert!(one.text().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_trace_is_told_again_when_it_is_counted() {
    let served = Served::start().await;
    let mut live = served.get("/v1/live").await;
    served.send(&envelopes("00000000000000a1", "research").0).await;
    // Nothing comes behind these events, and yet the last row has what only a tally knows.
    let told = read(&mut live, |told| told.iter().any(|one| one.data["input_tokens"] == 1240)).await;
    let row = &told.last().unwrap().data;
    assert_eq!((&row["output_tokens"], &row["events"]), (&86.into(), &7.into()));
    served.counted().await;
    assert_eq!(row, &served.json("/v1/traces").await["items"][0]);
}

#[tokio::test]
async fn what_was_deleted_is_a_gap_for_who_comes_back() {
    let served = Served::start().await;
    let (one, first) = envelopes("00000000000000a1", "research");
    let (two, second) = envelopes("00000000000000b2", "billing");
    served.send(&one).await;
    served.send(&two).await;
    let delete = async |trace_id: &str| {
        let answer = served.client.delete(served.url(&format!("/v1/traces/{trace_id}"))).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    };
    delete(&first).await;
    let mut live = served.get("/v1/live?after=3").await;
    let told = read(&mut live, |told| ids(told).len() == 7).await;
    assert_eq!((told[0].name.as_str(), &told[0].data), ("gap", &serde_json::json!({"from": 3, "to": 7})));
    assert_eq!(ids(&told), [8, 9, 10, 11, 12, 13, 14]);
    // Who was there already, and who begins with the first that is kept, misses nothing.
    for after in [0, 7] {
        let mut live = served.get(&format!("/v1/live?after={after}")).await;
        let told = read(&mut live, |told| ids(told).len() == 7).await;
        assert_eq!((told[0].id, told.iter().filter(|one| one.name == "gap").count()), (Some(8), 0), "{after}");
    }
    delete(&second).await;
    let mut live = served.get("/v1/live?after=9").await;
    let told = read(&mut live, |told| !told.is_empty()).await;
    assert_eq!(told[0].data, serde_json::json!({"from": 9, "to": 14}));
    served.send(&envelopes("00000000000000c3", "research").0).await;
    assert_eq!(ids(&read(&mut live, |told| ids(told).len() == 7).await), [15, 16, 17, 18, 19, 20, 21]);
}
