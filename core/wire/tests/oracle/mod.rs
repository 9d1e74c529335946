//! Protobuf as others have it: code that prost generates, and messages that are walked by their descriptors.

pub mod descriptors;
pub mod dynamic;

/// What prost generates of the messages.
#[allow(clippy::all, missing_docs, reason = "generated")]
pub mod v1 {
    include!("tracewire.v1.rs");
}
