//! Content addressing (section 6 of the spec): which parts of a body are content, their hashes, and references in their place.
//!
//! | file | what it is |
//! |---|---|
//! | `mark` | what stands in a slot in place of its value |
//! | `slots` | where slots are, and what a message is |
//! | `address` | hashes, and values replaced by references: sealing spends most of its time here |
//! | `references` | which contents a body or a content needs |
//! | `resolve` | values put back for readers, in bounded space |

mod address;
mod mark;
mod references;
mod resolve;
mod slots;

pub use address::{body_hash, content_hash, externalise, is_under};
pub use mark::Mark;
pub use references::{for_each_reference, for_each_reference_inside};
pub use resolve::resolve;
#[cfg(feature = "media")]
pub use resolve::resolve_but_media;
#[cfg(feature = "media")]
pub(crate) use slots::visit_outer_slots;
pub use slots::{for_each_slot, for_each_slot_inside, is_message, visit_slots, visit_slots_inside};
