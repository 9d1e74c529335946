//! What goes out: spans to whoever takes OTLP, envelopes to another server. Only to an address that somebody named.
//!
//! ```text
//! body ─▶ gzip ─▶ POST ─▶ taken (and what was rejected) │ later: wait, again │ never
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `target` | where to, in which protocol |
//! | `client` | one request, and what its answer means |
//! | `waiting` | how long to wait before the same is tried again |
//! | [`spans`] | traces of a store as requests of OTLP |
//! | `sender` | one request until it is taken or nobody waits any longer |

mod client;
mod sender;
pub mod spans;
mod target;
mod waiting;

pub use client::Reply;
pub(crate) use client::choose_crypto;
pub use sender::{Blocking, Sender};
pub use target::{Protocol, Target};
pub use waiting::Waiting;

/// Why something did not go out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutwardError {
    /// This is no address that something can be sent to.
    #[error("`{given}` is no address to send to: {reason}")]
    Address {
        /// What was given.
        given: String,
        /// What is wrong with it.
        reason: String,
    },
    /// This is no header.
    #[error("`{0}` is no header; NAME=VALUE is")]
    Header(String),
    /// What is sent is refused for good.
    #[error("{url} refuses it ({status}){}", said(message))]
    Refused {
        /// Where it was sent.
        url: String,
        /// The answer's status.
        status: String,
        /// What it said.
        message: String,
    },
    /// Nobody took it in the time that was given.
    #[error("{url} did not take it: {reason}")]
    Unreachable {
        /// Where it was sent.
        url: String,
        /// What happened last.
        reason: String,
    },
    /// What sends cannot be made.
    #[error("nothing can be sent: {0}")]
    Client(String),
}

impl OutwardError {
    /// Every code, with what it says; sorted.
    pub const CODES: &[(&str, &str)] = &[
        ("outward_address", "this is no address that something can be sent to"),
        ("outward_client", "what sends cannot be made"),
        ("outward_header", "this is no header"),
        ("outward_refused", "the other side refuses what is sent for good"),
        ("outward_unreachable", "nobody took it in the time that was given"),
    ];

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            OutwardError::Address { .. } => "outward_address",
            OutwardError::Header(_) => "outward_header",
            OutwardError::Refused { .. } => "outward_refused",
            OutwardError::Unreachable { .. } => "outward_unreachable",
            OutwardError::Client(_) => "outward_client",
        }
    }
}

fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}
