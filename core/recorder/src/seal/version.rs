//! The versions of the seal.

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
