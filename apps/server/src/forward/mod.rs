//! Forwarding: what comes into the default project goes on to another place, in the background, at least once.
//!
//! ```text
//! news ─▶ what comes behind the place ─▶ sent until it is taken ─▶ the place on disk ─▶ again
//! ```
//!
//! Spans go by OTLP as soon as they have ended, those that come from now on: what is there already is for `tracewire export --otlp`.
//! Envelopes go to another tracewire server, all that there are. What is refused for good is counted and left behind; what is refused
//! for now is sent again, for as long as it takes, and nothing else overtakes it. Nothing is held in memory but one page.
//!
//! | file | what it is |
//! |---|---|
//! | `place` | how far it is, on disk |
//! | `spans` | the next page of spans |
//! | `envelopes` | the next page of envelopes |
//! | `status` | how it goes, for health and metrics |

mod envelopes;
mod place;
mod spans;
mod status;

pub use status::Status;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::error::ServerError;
use crate::metrics::Metrics;
use crate::outward::{OutwardError, Protocol, Sender, Target};
use crate::problem::Problem;
use crate::project::Project;
use place::Place;

/// One attempt waits no longer in all than the sender is patient; then the same is tried anew.
const PATIENCE: Duration = Duration::from_secs(600);
/// What comes together goes on together.
const GATHER: Duration = Duration::from_millis(200);
/// Between attempts where the store or the disk refuses.
const PAUSE: Duration = Duration::from_secs(2);

/// What is sent in one go, and where it ends.
struct Page {
    /// Bodies, each with how many spans or envelopes it holds.
    bodies: Vec<(u64, Vec<u8>)>,
    /// Where the next page begins.
    place: Place,
    /// Whether this was not all.
    has_more: bool,
}

/// A target that is being forwarded to.
struct Forward {
    project: Arc<Project>,
    sender: Sender,
    place: Place,
    path: std::path::PathBuf,
    status: Arc<Status>,
    stop: watch::Receiver<bool>,
}

/// Begins to forward.
///
/// # Errors
/// Where nothing can be sent, or the place cannot be read.
pub(crate) fn start(
    project: &Arc<Project>,
    folder: &Path,
    target: Target,
    metrics: &Metrics,
    stop: watch::Receiver<bool>,
) -> Result<(Arc<Status>, JoinHandle<()>), ServerError> {
    let shown = target.shown();
    let path = place::path_of(folder, &shown);
    let last = *project.news().borrow();
    let place = place::read(&path)?.unwrap_or_else(|| match target.protocol() {
        Protocol::Envelopes => Place::default(),
        Protocol::OtlpHttp | Protocol::OtlpGrpc => Place { after: last, ..Place::default() },
    });
    // Written before anything comes, so that what comes while the server is down is forwarded, too.
    place::write(&path, &place)?;
    let status = Arc::new(Status::new(shown.clone(), metrics.forwarded(shown)));
    let sender = Sender::new(target, PATIENCE)?;
    let forward = Forward { project: Arc::clone(project), sender, place, path, status: Arc::clone(&status), stop };
    Ok((status, tokio::spawn(forward.run())))
}

impl Forward {
    async fn run(mut self) {
        let mut stop = self.stop.clone();
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => {}
            () = self.go_on() => {}
        }
    }

    async fn go_on(&mut self) {
        let mut news = self.project.news();
        loop {
            news.borrow_and_update();
            loop {
                match self.page().await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(problem) => {
                        self.status.fails(problem.detail());
                        tracing::warn!(code = problem.code(), "forwarding waits");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
            if news.changed().await.is_err() {
                return;
            }
            tokio::time::sleep(GATHER).await;
        }
    }

    /// Sends the next page; false where there is none.
    async fn page(&mut self) -> Result<bool, Problem> {
        let place = self.place.clone();
        let page = match self.sender.target().protocol() {
            Protocol::Envelopes => envelopes::next(&self.project, place).await?,
            Protocol::OtlpHttp | Protocol::OtlpGrpc => spans::next(&self.project, place).await?,
        };
        for (count, body) in &page.bodies {
            self.send(*count, body).await;
        }
        if page.place != self.place {
            let (path, place) = (self.path.clone(), page.place.clone());
            let written = tokio::task::spawn_blocking(move || place::write(&path, &place)).await;
            if !matches!(written, Ok(Ok(()))) {
                let detail = "the place of forwarding cannot be written";
                return Err(Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "file", "It waits", detail));
            }
            self.place = page.place;
            self.status.goes_on();
        }
        Ok(page.has_more)
    }

    /// Sends until it is taken or refused for good.
    async fn send(&self, count: u64, body: &[u8]) {
        loop {
            let status = &self.status;
            match self.sender.send(body, |reason, _| status.fails(reason)).await {
                Ok(reply) => {
                    if let Some(message) = &reply.message {
                        tracing::warn!(message, to = status.to(), "not everything was taken");
                    }
                    return status.sent(count, reply.rejected);
                }
                Err(error @ OutwardError::Refused { .. }) => {
                    tracing::warn!(code = error.code(), %error, count, "what is refused is left behind");
                    return status.sent(count, count);
                }
                Err(error) => {
                    tracing::warn!(code = error.code(), %error, "forwarding waits");
                    status.fails(&error.to_string());
                }
            }
        }
    }
}
