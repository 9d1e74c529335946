//! The port of OTLP over gRPC. A collector of OpenTelemetry may have it, which keeps nobody from using all the rest.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::error::ServerError;
use crate::options::{GrpcPort, Options};

/// Listens where the options say.
///
/// # Errors
/// `listen` where the port was named and cannot be had.
pub(super) async fn listen(options: &Options) -> Result<Option<(TcpListener, SocketAddr)>, ServerError> {
    let (GrpcPort::IfFree(port) | GrpcPort::Exactly(port)) = options.grpc_port else { return Ok(None) };
    let wanted = SocketAddr::new(options.host, port);
    let bound = async {
        let listener = TcpListener::bind(wanted).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    match (bound.await, options.grpc_port) {
        (Ok(bound), _) => Ok(Some(bound)),
        (Err(source), GrpcPort::Exactly(_)) => Err(ServerError::Listen { address: wanted, source }),
        (Err(error), _) => {
            tracing::warn!(%error, "OTLP over gRPC is not taken, for {wanted} cannot be had; OTLP over HTTP is");
            Ok(None)
        }
    }
}
