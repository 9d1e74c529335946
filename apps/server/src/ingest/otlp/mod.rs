//! OpenTelemetry: spans and log records by OTLP, over HTTP on the server's port and over gRPC on one of its own.
//!
//! ```text
//! HTTP  POST /v1/traces, /v1/logs ─▶ unpack ─┐
//! gRPC  …TraceService/Export, … ─▶ unframe ──┴▶ read ─▶ prepare ─▶ writer: known, or numbered and sealed ─▶ durable ─▶ answer
//! ```
//!
//! The server is the emitter of what comes: see [`crate::project::emitter`]. The same span sent again changes nothing, and children
//! may come before their parents.
//!
//! | file | what it is |
//! |---|---|
//! | `http` | both paths on the server's port |
//! | `grpc` | both services |
//! | `taking` | from bytes to an answer: the same for both |
//!
//! How OTLP says that something went wrong: see [`crate::problem`], for what every request passes says it, too.

mod grpc;
mod http;
mod taking;

pub(crate) use grpc::routes as grpc_routes;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::Shared;

/// What is posted over HTTP.
pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(http::post_traces)).routes(routes!(http::post_logs))
}
