//! Canonical JSON (RFC 8785): the one writer and the one reader of JSON in tracewire.

mod indent;
mod number;
mod read;
mod write;

pub use indent::indent;
pub(crate) use read::{Member, nearest, read_members, read_number};
pub use read::{Numbers, ReadOptions, read};
pub use write::{write, write_in_order, write_text, write_to};
pub(crate) use write::{write_map, write_members, write_number};
