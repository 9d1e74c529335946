//! Where a server listens, what it serves, and what it bears.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tracewire_insight::prices::Prices;
use tracewire_recorder::Redact;
use tracewire_recorder::journal::Directory;
use tracewire_store::Retention;
use tracewire_wire::sign::SigningKey;

use crate::outward::Target;

/// The port of OTLP/HTTP, which is served on it too: what is set up for OpenTelemetry finds it without a word.
pub const DEFAULT_PORT: u16 = 4318;

/// The port of OTLP/gRPC.
pub const DEFAULT_GRPC_PORT: u16 = 4317;

/// Where OTLP over gRPC is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GrpcPort {
    /// Nowhere.
    #[default]
    Off,
    /// On this port where it is free: a collector may have it.
    IfFree(u16),
    /// On this port, or the server does not start.
    Exactly(u16),
}

/// What a server answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answers {
    /// All there is.
    #[default]
    Everything,
    /// `/metrics` and nothing else.
    Metrics,
}

/// What a server is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder: the default project's journals, store and keys, and those of other projects.
    pub directory: Directory,
    /// Where it listens. Beyond this machine keys are required.
    pub host: IpAddr,
    /// The port; 0 for any that is free.
    pub port: u16,
    /// What is answered on the port.
    pub answers: Answers,
    /// Where OTLP over gRPC is served, on the same host.
    pub grpc_port: GrpcPort,
    /// Where what comes into the default project goes on to.
    pub forward: Vec<Target>,
    /// `postgres://…`: where the projects' stores are, if not in the folder.
    pub database: Option<String>,
    /// Further names by which it may be asked, such as that of a proxy in front.
    pub allowed_hosts: Vec<String>,
    /// Further origins whose pages may ask it, such as `https://app.example.com`.
    pub allowed_origins: Vec<String>,
    /// Whether a key is required on this machine too.
    pub require_keys: bool,
    /// By which costs are counted.
    pub prices: Arc<Prices>,
    /// What is taken out of what the server itself seals: what comes by OTLP, and judgements. What SDKs sealed stays
    /// as they sealed it.
    pub redact: Redact,
    /// The key that signs heads which were accepted, of SDKs and of its own.
    pub signing: Option<Arc<SigningKey>>,
    /// How long traces are kept, and how many bytes of them, in each project.
    pub retention: Retention,
    /// What it bears.
    pub limits: Limits,
}

impl Options {
    /// A server for this machine alone.
    pub fn new(directory: Directory) -> Self {
        Options {
            directory,
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: DEFAULT_PORT,
            answers: Answers::Everything,
            grpc_port: GrpcPort::Off,
            forward: Vec::new(),
            database: None,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            require_keys: false,
            prices: Arc::new(Prices::bundled().clone()),
            redact: Redact::default(),
            signing: None,
            retention: Retention::default(),
            limits: Limits::default(),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// Whether a request needs a key.
    pub fn needs_keys(&self) -> bool {
        self.require_keys || !self.host.is_loopback()
    }
}

/// What a server bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body as it comes.
    pub body_bytes: usize,
    /// Bytes of a body behind unpacking. Readers take envelopes of 16 MiB (TW-LIM-003).
    pub unpacked_bytes: usize,
    /// How long the head of a request may take.
    pub head_time: Duration,
    /// How long a request may take with its body and until its answer begins.
    pub request_time: Duration,
    /// How long the store may look for an answer.
    pub query_time: Duration,
    /// How long who is answered may read nothing, until the answer and its connection end.
    pub write_time: Duration,
    /// How long requests that are under way may take when the server stops.
    pub stop_time: Duration,
    /// Bytes of a trace as one document.
    pub document_bytes: usize,
    /// Connections at once; further ones wait to be accepted.
    pub connections: usize,
    /// Requests at once; further ones are told to come back.
    pub requests: usize,
    /// Bodies that are unpacked and read at once; further ones wait.
    pub bodies: usize,
    /// Live connections at once.
    pub live: usize,
    /// Requests in a second of one key, or of one address without one; `None` for any number.
    pub rate: Option<NonZeroU32>,
    /// How often it is looked for traces that are kept no longer.
    pub retain_every: Duration,
    /// How often it is looked for envelopes that nobody verified yet.
    pub verify_every: Duration,
    /// Threads that read the store.
    pub readers: usize,
    /// Bytes that a project's file of SQLite may have; `None` for as many as the disk has.
    pub store_bytes: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body_bytes: 32 << 20,
            unpacked_bytes: 64 << 20,
            document_bytes: 64 << 20,
            head_time: Duration::from_secs(10),
            request_time: Duration::from_secs(60),
            query_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            stop_time: Duration::from_secs(10),
            connections: 1024,
            requests: 256,
            bodies: 4,
            live: 128,
            rate: NonZeroU32::new(1000),
            retain_every: Duration::from_secs(3600),
            verify_every: Duration::from_secs(2),
            readers: std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8),
            store_bytes: None,
        }
    }
}
