//! OTLP over HTTP: `POST /v1/traces`, `POST /v1/logs`.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::taking::{Read, Signal, most_bytes};
use crate::body;
use crate::guard::Caller;
use crate::options::Limits;
use crate::problem::{Problem, form_of};
use crate::state::Shared;

/// Takes spans by OTLP.
///
/// The same spans may come any number of times. Spans that cannot be taken are told as OTLP's partial success; all others are stored
/// when this answers.
#[utoipa::path(
    post, path = "/v1/traces", tag = "ingest", operation_id = "exportTraces",
    request_body(
        description = "`ExportTraceServiceRequest` of OTLP. `Content-Encoding` may be `gzip` or `zstd`.",
        content((Vec<u8> = "application/x-protobuf"), (Object = "application/json")),
    ),
    responses(
        (status = 200, description = "`ExportTraceServiceResponse`, in the request's encoding",
            content((Vec<u8> = "application/x-protobuf"), (Object = "application/json"))),
        (status = 400, description = "Nothing can be read: `google.rpc.Status`, in the request's encoding"),
        (status = 413, description = "Too large; send fewer spans at once"),
        (status = 503, description = "Nothing of it is acknowledged; send it again after `Retry-After` seconds"),
    ),
)]
pub(super) async fn post_traces(
    State(app): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    request: Request<Body>,
) -> Result<Response, Problem> {
    take(&app, &caller, Signal::Traces, &headers, request).await
}

/// Takes log records by OTLP.
///
/// The same records may come any number of times. Records that cannot be taken are told as OTLP's partial success; all others are
/// stored when this answers.
#[utoipa::path(
    post, path = "/v1/logs", tag = "ingest", operation_id = "exportLogs",
    request_body(
        description = "`ExportLogsServiceRequest` of OTLP. `Content-Encoding` may be `gzip` or `zstd`.",
        content((Vec<u8> = "application/x-protobuf"), (Object = "application/json")),
    ),
    responses(
        (status = 200, description = "`ExportLogsServiceResponse`, in the request's encoding",
            content((Vec<u8> = "application/x-protobuf"), (Object = "application/json"))),
        (status = 400, description = "Nothing can be read: `google.rpc.Status`, in the request's encoding"),
        (status = 413, description = "Too large; send fewer records at once"),
        (status = 503, description = "Nothing of it is acknowledged; send it again after `Retry-After` seconds"),
    ),
)]
pub(super) async fn post_logs(
    State(app): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    request: Request<Body>,
) -> Result<Response, Problem> {
    take(&app, &caller, Signal::Logs, &headers, request).await
}

async fn take(
    app: &Shared,
    caller: &Caller,
    signal: Signal,
    headers: &HeaderMap,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let form = form_of(headers).ok_or_else(|| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type_unsupported",
            "The body is of a type that is not read",
            "Content-Type may be application/x-protobuf or application/json",
        )
        .header(ACCEPT, "application/x-protobuf, application/json")
    })?;
    let limits = app.options.limits;
    let packed = body::read(headers, request.into_body(), &limits).await?;
    // As for envelopes: unpacked and read, a body takes many times its size.
    let _one_of_few = app.bodies.acquire().await.map_err(|_| Problem::stopping())?;
    let reading_app = app.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let bytes = packed.unpack(&Limits { unpacked_bytes: most_bytes(&limits), ..limits })?;
        Read::new(&bytes, signal, form, &reading_app)
    });
    let read = reading.await.map_err(|_| Problem::internal())??;
    let answer = read.store(app, caller, signal, form).await?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(form.content_type()))], answer).into_response())
}
