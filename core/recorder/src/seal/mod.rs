//! Seal: a journal file's records become envelopes.
//!
//! A pure, prefix-stable function of the file: whoever seals it makes the same bytes, and more journal never changes
//! what came before. Each record passes these steps in this order:
//!
//! ```text
//! decode ─▶ normalise ─▶ redact ─▶ cut ─▶ media ─▶ address content ─▶ number ─▶ chain ─▶ encode
//! └── normalise.rs ──┘   └─ policy.rs ─┘  └────── prepare.rs ─────┘   └────── sealer.rs ──────┘
//!     masking.rs: the first three for one record, where rules are applied before it is written
//! ```
//!
//! An event that comes from no file, such as one that another protocol brought, is prepared and pushed as it is, and passes the
//! same steps from redaction on.
//!
//! Any change here that changes bytes raises [`SEAL_VERSION`]; a file of an unknown seal version is read as events and
//! not sealed.

mod masking;
mod normalise;
mod policy;
mod prepare;
mod sealer;
pub(crate) mod version;

use crate::redaction::Redact;
pub(crate) use masking::Masker;
pub use prepare::{Prepared, Preparer};
pub use sealer::{Checkpoint, Sealed, SealedEvent, Sealer};
pub use version::{PLAIN_SEAL_VERSION, SEAL_VERSION};

/// The lowest version that has all of this.
pub(crate) fn version_for(redact: &Redact, media: bool) -> u64 {
    if media { version::MEDIA_SEAL_VERSION } else { redact.seal_version() }
}

fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
