//! Binding, serving, stopping.
//!
//! | file | what it is |
//! |---|---|
//! | `accept` | connections, each with bounds, until the server stops |
//! | `grpc` | the port of OTLP over gRPC, which another program may have |
//! | `routes` | everything that is answered |

mod accept;
mod grpc;
mod routes;

pub use routes::openapi;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tracewire_recorder::Limits;
use tracewire_recorder::seal::Preparer;

use crate::error::ServerError;
use crate::forward;
use crate::guard::Guards;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::project::{Projects, has_keys};
use crate::state::{App, Shared};

/// How often it is forgotten who asked long ago.
const FORGET: Duration = Duration::from_secs(60);

/// A server that runs. Dropped, it ends at once; [`Server::stop`] lets what is under way end first.
pub struct Server {
    address: SocketAddr,
    grpc: Option<SocketAddr>,
    app: Shared,
    stop: watch::Sender<bool>,
    /// What accepts, what forwards, and what opens projects.
    working: Vec<JoinHandle<()>>,
    forgetting: JoinHandle<()>,
}

impl Server {
    /// Opens the store, listens, and returns when requests are answered.
    ///
    /// # Errors
    /// `keys_required` beyond this machine, where no key was made; `listen`; `already_served`; those of the store.
    pub async fn bind(options: Options) -> Result<Self, ServerError> {
        crate::outward::choose_crypto();
        let wanted = options.address();
        if !options.host.is_loopback() && !has_keys(&options.directory)? {
            return Err(ServerError::NoKeys { address: wanted });
        }
        if options.database.is_some() && options.retention.bytes.is_some() {
            return Err(ServerError::RetainSize);
        }
        let listen = |source| ServerError::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let grpc = grpc::listen(&options).await?;
        let (stop, stopped) = watch::channel(false);
        let limits = options.limits;
        let preparer = Preparer::new(&Limits::default(), &options.redact).map_err(ServerError::Redact)?;
        let app = Arc::new(App {
            projects: Projects::new(&options, url(address)),
            metrics: Metrics::default(),
            requests: Semaphore::new(limits.requests),
            bodies: Semaphore::new(limits.bodies),
            live: Arc::new(Semaphore::new(limits.live)),
            forwards: OnceLock::new(),
            started: Instant::now(),
            stop: stopped,
            preparer,
            options,
        });
        let project = app.projects.open_default().await?;
        let mut forwarding = Vec::new();
        let mut statuses = Vec::new();
        for target in app.options.forward.clone() {
            let folder = app.options.directory.path();
            let (status, task) = forward::start(&project, folder, target, &app.metrics, app.stop.clone())?;
            statuses.push(status);
            forwarding.push(task);
        }
        let _ = app.forwards.set(statuses);
        let guards = Guards::new(&app);
        let routes = routes::all(&app, &guards);
        let mut working = forwarding;
        working.push(tokio::spawn(accept::until_stopped(listener, routes, limits, app.stop.clone())));
        let grpc = grpc.map(|(listener, address)| {
            let routes = routes::grpc(&guards);
            working.push(tokio::spawn(accept::until_stopped(listener, routes, limits, app.stop.clone())));
            address
        });
        if app.options.retention.is_some() {
            let app = Arc::clone(&app);
            working.push(tokio::spawn(async move { app.projects.open_all(&app.stop).await }));
        }
        let forgetting = tokio::spawn(async move {
            loop {
                tokio::time::sleep(FORGET).await;
                guards.forget();
            }
        });
        Ok(Server { address, grpc, app, stop, working, forgetting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it takes OTLP over gRPC.
    pub fn grpc_address(&self) -> Option<SocketAddr> {
        self.grpc
    }

    /// Where it is asked.
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// Takes no new requests, ends those that are under way, stores what waits, and lets the folder go.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for working in self.working {
            let _ = working.await;
        }
        self.forgetting.abort();
        for project in self.app.projects.all() {
            project.stop().await;
        }
    }
}

fn url(address: SocketAddr) -> String {
    // Everywhere is no place to go to.
    let host = if address.ip().is_unspecified() {
        if address.is_ipv6() { "[::1]".to_owned() } else { "127.0.0.1".to_owned() }
    } else if address.is_ipv6() {
        format!("[{}]", address.ip())
    } else {
        address.ip().to_string()
    };
    format!("http://{host}:{}", address.port())
}
