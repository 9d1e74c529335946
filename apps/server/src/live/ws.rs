//! As messages of a WebSocket: `{"data":…,"event":"event"|"trace"|"gap","id":…}`.

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use axum::http::header::UPGRADE;
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Serialize;

use super::feed::{Feed, Told};
use super::filter::Asked;
use crate::api::asked::Query;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

/// Nobody has much to say here.
const LONGEST_MESSAGE: usize = 4 << 10;

#[derive(Serialize)]
struct Sent<'s, T> {
    data: &'s T,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
}

/// Follows what happens, over a WebSocket.
///
/// The same as `/v1/live`: each message is `{"data":…,"event":"event"|"trace"|"gap","id":…}`. Messages of the caller are not read.
#[utoipa::path(
    get, path = "/v1/live/ws", tag = "live", operation_id = "followLiveSocket", params(Asked),
    responses(
        (status = 101, description = "Until either side ends it"),
        (status = 400, description = "A parameter cannot be used"),
        (status = 426, description = "This is not a WebSocket's beginning"),
    ),
)]
pub(super) async fn follow(
    State(app): State<Shared>,
    caller: Caller,
    Query(asked): Query<Asked>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|error| {
        Problem::new(StatusCode::UPGRADE_REQUIRED, "websocket_expected", "A WebSocket is expected", error.body_text())
            .header(UPGRADE, "websocket")
    })?;
    let feed = Feed::new(&app, caller.project, asked, None)?;
    Ok(upgrade.max_message_size(LONGEST_MESSAGE).on_upgrade(move |socket| run(socket, feed)))
}

async fn run(socket: WebSocket, mut feed: Feed) {
    let (mut out, mut said) = socket.split();
    let ended = async {
        // Pings are answered by being read.
        while let Some(Ok(message)) = said.next().await {
            if matches!(message, Message::Close(_)) {
                break;
            }
        }
    };
    let told = async {
        while let Some(told) = feed.next().await {
            for told in told {
                if out.send(message(&told)).await.is_err() {
                    return;
                }
            }
        }
        let frame = CloseFrame { code: close_code::RESTART, reason: "come back and go on behind the last id".into() };
        let _ = out.send(Message::Close(Some(frame))).await;
    };
    tokio::select! {
        () = ended => {}
        () = told => {}
    }
}

fn message(told: &Told) -> Message {
    let text = match told {
        Told::Event(data) => serde_json::to_string(&Sent { data, event: "event", id: Some(data.id) }),
        Told::Trace(data) => serde_json::to_string(&Sent { data, event: "trace", id: None }),
        Told::Gap(data) => serde_json::to_string(&Sent { data, event: "gap", id: None }),
        Told::Heartbeat => return Message::Ping(Default::default()),
    };
    Message::Text(text.unwrap_or_default().into())
}
