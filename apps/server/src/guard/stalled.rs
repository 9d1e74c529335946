//! Who is answered and does not read: ended after a time, with all that is held for them.
//!
//! On HTTP/1 the connection's own writes are bounded where it is accepted. On HTTP/2 a connection may live on while one of its streams
//! is given no room to write to, and nobody asks the body for more; so there a body is handed on by a task of its own, which does
//! not wait for ever.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::{Response, Version};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use tokio::sync::mpsc;

/// Answers up to this size are written into the connection's own buffer.
const SMALL: u64 = 64 << 10;

/// Bytes that are handed on together.
const PIECE: usize = 64 << 10;

/// A part of a body, or its end.
type Part = Option<Result<Frame<Bytes>, axum::Error>>;

/// The answer, with a body of which every part is taken within `most`, or it ends early.
pub(super) fn bounded(response: Response<Body>, version: Version, most: Duration) -> Response<Body> {
    let is_small = response.body().size_hint().upper().is_some_and(|size| size <= SMALL);
    if version != Version::HTTP_2 || is_small {
        return response;
    }
    response.map(|body| {
        let (hand_on, parts) = mpsc::channel::<Part>(1);
        tokio::spawn(feed(body, hand_on, most));
        Body::new(StreamBody::new(stream::unfold(parts, |mut parts| async {
            // Without its end, a body was cut off: the stream is reset and not closed.
            let cut_off = || Some(Err(axum::Error::new("nobody read the answer")));
            parts.recv().await.unwrap_or_else(cut_off).map(|part| (part, parts))
        })))
    })
}

async fn feed(mut body: Body, hand_on: mpsc::Sender<Part>, most: Duration) {
    loop {
        let part = tokio::select! {
            part = body.frame() => part,
            () = hand_on.closed() => return,
        };
        let frame = match part {
            Some(Ok(frame)) => frame,
            end => {
                _ = hand_on.send_timeout(end, most).await;
                return;
            }
        };
        for piece in pieces(frame) {
            if hand_on.send_timeout(Some(Ok(piece)), most).await.is_err() {
                return;
            }
        }
    }
}

/// A frame in pieces: who reads slowly, and reads, is waited for piece by piece.
fn pieces(frame: Frame<Bytes>) -> Vec<Frame<Bytes>> {
    match frame.into_data() {
        Ok(data) if data.len() > PIECE => {
            let starts = (0..data.len()).step_by(PIECE);
            starts.map(|start| Frame::data(data.slice(start..data.len().min(start + PIECE)))).collect()
        }
        Ok(data) => vec![Frame::data(data)],
        Err(trailers) => vec![trailers],
    }
}
