//! Sends one body until it is taken, refused for good, or nobody waits any longer.

use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::client::{self, Outcome, Reply};
use super::target::Target;
use super::{OutwardError, Waiting};

/// Sends to one place.
pub struct Sender {
    client: reqwest::Client,
    target: Target,
    patience: Duration,
}

impl Sender {
    /// One that tries the same again for so long.
    ///
    /// # Errors
    /// `outward_client`.
    pub fn new(target: Target, patience: Duration) -> Result<Self, OutwardError> {
        Ok(Sender { client: client::client(&target)?, target, patience })
    }

    /// Where it sends to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Sends a body; `later` hears of each attempt that failed for now.
    ///
    /// # Errors
    /// `outward_refused`, `outward_unreachable`.
    pub async fn send(&self, body: &[u8], mut later: impl FnMut(&str, Duration)) -> Result<Reply, OutwardError> {
        let (began, mut waiting) = (Instant::now(), Waiting::default());
        loop {
            match client::send(&self.client, &self.target, body).await {
                Outcome::Taken(reply) => return Ok(reply),
                Outcome::Never { status, message } => {
                    return Err(OutwardError::Refused { url: self.target.shown(), status, message });
                }
                Outcome::Later { reason, asked } => {
                    let wait = waiting.next(asked);
                    if began.elapsed().saturating_add(wait) > self.patience {
                        return Err(OutwardError::Unreachable { url: self.target.shown(), reason });
                    }
                    later(&reason, wait);
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }
}

/// The same for programs without a runtime.
pub struct Blocking {
    runtime: Runtime,
    sender: Sender,
}

impl Blocking {
    /// As [`Sender::new`].
    ///
    /// # Errors
    /// `outward_client`.
    pub fn new(target: Target, patience: Duration) -> Result<Self, OutwardError> {
        let refused = |error: std::io::Error| OutwardError::Client(error.to_string());
        let runtime = Builder::new_current_thread().enable_all().build().map_err(refused)?;
        let sender = {
            let _inside = runtime.enter();
            Sender::new(target, patience)?
        };
        Ok(Blocking { runtime, sender })
    }

    /// As [`Sender::send`].
    ///
    /// # Errors
    /// `outward_refused`, `outward_unreachable`.
    pub fn send(&self, body: &[u8], later: impl FnMut(&str, Duration)) -> Result<Reply, OutwardError> {
        self.runtime.block_on(self.sender.send(body, later))
    }
}
