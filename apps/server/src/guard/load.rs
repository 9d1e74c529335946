//! How many requests at once, and how long each may take until its answer begins.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::Problem;
use crate::state::Shared;

pub(super) async fn bound(State(app): State<Shared>, request: Request, next: Next) -> Response {
    if *app.stop.borrow() {
        return Problem::stopping().into_response();
    }
    let Ok(_under_way) = app.requests.try_acquire() else {
        return Problem::busy("as many requests as the server bears are under way").into_response();
    };
    match tokio::time::timeout(app.options.limits.request_time, next.run(request)).await {
        Ok(response) => response,
        // What was on its way to the store may have arrived, so that trying again is safe: an envelope is known by its digest.
        Err(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "request_timeout",
            "The request took too long",
            "the body did not arrive, or the answer was not found, in the time that a request may take",
        )
        .retry(crate::problem::SOON)
        .into_response(),
    }
}
