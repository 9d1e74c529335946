//! Seal: a journal file's records become envelopes.
//!
//! A pure, prefix-stable function of the file: whoever seals it makes the same bytes, and more journal never changes
//! what came before. Each record passes these steps in this order:
//!
//! ```text
//! decode ─▶ normalise ─▶ redact ─▶ cut ─▶ address content ─▶ number ─▶ chain ─▶ encode
//! └── normalise.rs ──┘   └─ policy.rs ─┘  └─ prepare.rs ─┘   └────── sealer.rs ──────┘
//! ```
//!
//! An event that comes from no file, such as one that another protocol brought, is prepared and pushed as it is, and passes the
//! same steps from redaction on.
//!
//! Any change here that changes bytes raises [`SEAL_VERSION`]; a file of an unknown seal version is read as events and
//! not sealed.

mod normalise;
mod policy;
mod prepare;
mod sealer;

pub use prepare::{Prepared, Preparer};
pub use sealer::{Checkpoint, Sealed, SealedEvent, Sealer};

/// The version of this function that this crate writes and knows.
pub const SEAL_VERSION: u64 = 1;

fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
