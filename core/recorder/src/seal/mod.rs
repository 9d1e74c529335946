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

use crate::redaction::Redact;
pub(crate) use masking::Masker;
pub use prepare::{Prepared, Preparer};
pub use sealer::{Checkpoint, Sealed, SealedEvent, Sealer};

/// The latest version of this function that this crate writes; it knows all before. A file is of the lowest version that has all that
/// its header asks for: of the first, or, where it has rules of redaction besides keys, of the second, or, where media are taken out
/// of values, of the third.
pub const SEAL_VERSION: u64 = if cfg!(feature = "media") { MEDIA_SEAL_VERSION } else { RULES_OR_PLAIN };
const RULES_OR_PLAIN: u64 = if cfg!(feature = "redact") { RULES_SEAL_VERSION } else { PLAIN_SEAL_VERSION };
/// The version of what is sealed without rules besides keys, or was redacted before.
pub const PLAIN_SEAL_VERSION: u64 = 1;
/// The version that has rules of redaction besides keys.
pub(crate) const RULES_SEAL_VERSION: u64 = 2;
/// The version that has media besides.
pub(crate) const MEDIA_SEAL_VERSION: u64 = 3;

/// The lowest version that has all of this.
pub(crate) fn version_for(redact: &Redact, media: bool) -> u64 {
    if media { MEDIA_SEAL_VERSION } else { redact.seal_version() }
}

fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
