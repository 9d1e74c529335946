//! Connections: so many at once, each with a bound on how long the head of a request may take and on how long
//! it may take nothing of what is written to it, until the server stops.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::options::Limits;

/// After an error that is the system's own, such as too many open files, accepting waits so long.
const PAUSE: Duration = Duration::from_millis(100);
/// Requests at once on one connection of HTTP/2.
const STREAMS: u32 = 64;
/// Bytes of a request's head.
const HEAD_BYTES: usize = 64 << 10;

/// Serves until the server stops, and ends when all connections have.
pub(super) async fn until_stopped(
    listener: TcpListener,
    routes: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let connections = Arc::new(Semaphore::new(limits.connections));
    let open = GracefulShutdown::new();
    loop {
        let accept = async {
            let permit = Arc::clone(&connections).acquire_owned().await.ok()?;
            Some((listener.accept().await, permit))
        };
        let stopped = async { _ = stop.wait_for(|stop| *stop).await };
        tokio::select! {
            () = stopped => break,
            accepted = accept => match accepted {
                Some((Ok((stream, peer)), permit)) => serve(stream, peer, permit, &routes, limits, &open),
                Some((Err(error), _)) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(PAUSE).await;
                }
                None => break,
            },
        }
    }
    drop(listener);
    if tokio::time::timeout(limits.stop_time, open.shutdown()).await.is_err() {
        tracing::warn!("some requests were still under way and were cut off");
    }
}

fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
    routes: &Router,
    limits: Limits,
    open: &GracefulShutdown,
) {
    // Answers are whole when they are written; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let routes = routes.clone();
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        routes.clone().oneshot(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head_time).max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(Some(limits.head_time))
        .keep_alive_timeout(limits.head_time);
    let watcher = open.watcher();
    let mut stream = TimeoutStream::new(stream);
    // Who takes nothing of what is written to them, be it an answer or what happens live, is not waited for.
    stream.set_write_timeout(Some(limits.write_time));
    let stream = TokioIo::new(Box::pin(stream));
    tokio::spawn(async move {
        let connection = builder.serve_connection_with_upgrades(stream, service).into_owned();
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%peer, error, "a connection ended early");
        }
        drop(permit);
    });
}
