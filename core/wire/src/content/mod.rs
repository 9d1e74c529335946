//! Content addressing (section 6 of the spec): which parts of a body are content, their hashes, and references in their place.
//!
//! | file | what it is |
//! |---|---|
//! | `mark` | what stands in a slot in place of its value |
//! | `slots` | where slots are, and what a message is |
//! | `address` | hashes, and values replaced by references: sealing spends most of its time here |
//! | `resolve` | values put back for readers, in bounded space |

mod address;
mod mark;
mod resolve;
mod slots;

pub use address::{body_hash, content_hash, externalise};
pub use mark::Mark;
pub use resolve::resolve;
pub use slots::{for_each_slot, for_each_slot_inside, is_message, visit_slots, visit_slots_inside};
