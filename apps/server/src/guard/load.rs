//! How many requests at once, and how long each may take until its answer begins.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONNECTION;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use super::stalled;
use crate::problem::{Manner, Problem};
use crate::state::Shared;

pub(super) async fn bound(State(app): State<Shared>, request: Request, next: Next) -> Response {
    if *app.stop.borrow() {
        return Problem::stopping().into_response();
    }
    let Ok(_under_way) = app.requests.try_acquire() else {
        return Problem::busy("as many requests as the server bears are under way").into_response();
    };
    let (limits, version) = (app.options.limits, request.version());
    let has_arrived = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    // Senders of OTLP come again with what 503 is said to, and drop what 408 is said to.
    let is_otlp = Manner::of(request.method(), request.uri().path(), request.headers()) != Manner::Problem;
    let request = request.map(|body| Body::new(Arriving { body, has_arrived: Arc::clone(&has_arrived) }));
    match tokio::time::timeout(limits.request_time, next.run(request)).await {
        Ok(response) => stalled::bounded(response, version, limits.write_time),
        Err(_) if is_otlp || has_arrived.load(Ordering::Relaxed) => too_slow().into_response(),
        // What comes later belongs to no request any more.
        Err(_) => body_too_slow().header(CONNECTION, "close").into_response(),
    }
}

/// What was on its way to the store may have arrived, so that trying again is safe: an envelope is known by its digest.
fn too_slow() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "request_timeout",
        "The request took too long",
        "the body did not arrive, or the answer was not found, in the time that a request may take",
    )
    .retry(crate::problem::SOON)
}

fn body_too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "body_timeout",
        "The body took too long",
        "the body did not arrive whole in the time that a request may take",
    )
}

/// A body of which is known whether it arrived whole.
struct Arriving {
    body: Body,
    has_arrived: Arc<AtomicBool>,
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.has_arrived.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
