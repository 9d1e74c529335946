//! What all requests share.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::sync::{Semaphore, watch};
use tracewire_recorder::seal::Preparer;

use crate::forward::Status;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::project::Projects;

/// What all requests share.
pub struct App {
    pub(crate) options: Options,
    pub(crate) projects: Projects,
    pub(crate) metrics: Metrics,
    /// Requests that are under way.
    pub(crate) requests: Semaphore,
    /// Bodies that are unpacked and read.
    pub(crate) bodies: Semaphore,
    /// Live connections.
    pub(crate) live: Arc<Semaphore>,
    /// How forwarding goes; set when the default project is open.
    pub(crate) forwards: OnceLock<Vec<Arc<Status>>>,
    pub(crate) started: Instant,
    /// What the server itself seals goes through this before.
    pub(crate) preparer: Preparer,
    /// True as soon as the server stops.
    pub(crate) stop: watch::Receiver<bool>,
}

/// The same, as handlers have it.
pub type Shared = Arc<App>;
