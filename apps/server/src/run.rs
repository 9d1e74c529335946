//! A server as a program: with a runtime of its own, until it is told to end.

use std::io;
use std::net::SocketAddr;

use tokio::runtime::Builder;

use crate::error::ServerError;
use crate::options::Options;
use crate::server::Server;

/// A server that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it is asked.
    pub url: String,
    /// Where it takes OTLP over gRPC, if it does.
    pub grpc: Option<SocketAddr>,
}

/// Serves until the process is interrupted or told to terminate; `ready` hears when requests are answered.
///
/// # Errors
/// Why it does not start.
pub fn serve(options: Options, ready: impl FnOnce(&Ready)) -> Result<(), ServerError> {
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(ServerError::System)?;
    runtime.block_on(async {
        // Before anything is open: a signal that comes early is not lost.
        let ended = ended().map_err(ServerError::System)?;
        let server = Server::bind(options).await?;
        ready(&Ready { address: server.address(), url: server.url(), grpc: server.grpc_address() });
        ended.await;
        tracing::info!("stopping");
        server.stop().await;
        Ok(())
    })
}

#[cfg(unix)]
fn ended() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn ended() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Where the signal cannot be had, the process is ended the hard way, and nothing that was acknowledged is lost by that.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
