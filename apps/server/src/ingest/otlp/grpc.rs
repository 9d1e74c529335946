//! OTLP over gRPC: the services for traces and logs, one call each.
//!
//! tonic frames and unpacks; what a message holds is read as over HTTP, with the same bounds on how many records it may have, and
//! therefore handed on as bytes.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::{Buf as _, BufMut as _, Bytes};
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, UnaryService};
use tonic::{Code, Status};
use tracewire_otlp::Form;

use super::taking::{Read, Signal, most_bytes};
use crate::guard::{Caller, GRPC_LOGS, GRPC_TRACES};
use crate::problem::Problem;
use crate::state::Shared;

/// Both services.
pub(crate) fn routes() -> Router<Shared> {
    Router::new().route(GRPC_TRACES, post(traces)).route(GRPC_LOGS, post(logs)).fallback(nothing_there)
}

async fn traces(State(app): State<Shared>, caller: Caller, request: Request) -> Response {
    export(app, caller, Signal::Traces, request).await
}

async fn logs(State(app): State<Shared>, caller: Caller, request: Request) -> Response {
    export(app, caller, Signal::Logs, request).await
}

async fn nothing_there() -> Problem {
    Problem::not_found("there are the services of OTLP for traces and logs")
}

async fn export(app: Shared, caller: Caller, signal: Signal, request: Request) -> Response {
    let most = most_bytes(&app.options.limits);
    let problem = Arc::new(OnceLock::new());
    let service = Export { app, caller, signal, problem: Arc::clone(&problem) };
    let mut grpc = Grpc::new(Raw)
        .accept_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Zstd)
        .max_decoding_message_size(most);
    let response = grpc.unary(service, request).await;
    // Told like any other, it stands in the log as well.
    match problem.get() {
        Some(problem) => Problem::clone(problem).into_response(),
        None if Status::from_header_map(response.headers()).is_some_and(|status| status.code() == Code::OutOfRange) => {
            // A sender would believe that this passes.
            let detail = format!("a message has at most {most} bytes; send fewer spans at once");
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            Problem::new(status, "body_too_large", "The message is too large", detail).into_response()
        }
        None => response.map(Body::new),
    }
}

/// One call.
struct Export {
    app: Shared,
    caller: Caller,
    signal: Signal,
    problem: Arc<OnceLock<Problem>>,
}

impl UnaryService<Bytes> for Export {
    type Response = Bytes;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<Bytes>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let (app, caller, signal) = (Arc::clone(&self.app), self.caller.clone(), self.signal);
        let problem = Arc::clone(&self.problem);
        Box::pin(async move {
            take(&app, &caller, signal, request.into_inner()).await.map(tonic::Response::new).map_err(|said| {
                let _ = problem.set(said);
                Status::internal("")
            })
        })
    }
}

async fn take(app: &Shared, caller: &Caller, signal: Signal, message: Bytes) -> Result<Bytes, Problem> {
    let _one_of_few = app.bodies.acquire().await.map_err(|_| Problem::stopping())?;
    let reading_app = app.clone();
    let reading = tokio::task::spawn_blocking(move || Read::new(&message, signal, Form::Protobuf, &reading_app));
    let read = reading.await.map_err(|_| Problem::internal())??;
    Ok(read.store(app, caller, signal, Form::Protobuf).await?.into())
}

/// Messages as their bytes.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}
