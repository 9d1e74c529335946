//! Rules that are applied before a record is written: what they find never reaches a disk.
//!
//! The record is read, redacted and written again in wire form, so that it seals to the same bytes as if its file's seal had removed it.

#[cfg(feature = "redact")]
mod applied;
#[cfg(feature = "redact")]
pub(crate) use applied::Masker;

#[cfg(not(feature = "redact"))]
mod absent;
#[cfg(not(feature = "redact"))]
pub(crate) use absent::Masker;
