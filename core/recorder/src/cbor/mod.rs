//! CBOR (RFC 8949) as the journal uses it: a bounded writer that never fails on a value, and a reader that
//! turns records into wire values. The profile is `spec/journal.md`, section "Values".

mod decode;
mod head;
mod text;
mod walker;
pub(crate) mod wire_form;

pub use decode::{DecodeError, Decoder};
pub use text::repair;
pub use walker::{Scratch, Walker};

/// Tag of a value that is already in wire form: a map whose `$` keys are tags and are not escaped.
pub const TAG_WIRE: u64 = 0x7457;
/// Tag of a cut: what was kept, or how many items are missing.
pub const TAG_CUT: u64 = 0x7458;
/// Tag of a mathematical finite set (IANA registry of CBOR tags).
pub const TAG_SET: u64 = 258;
