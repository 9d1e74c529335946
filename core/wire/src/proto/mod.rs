//! Protobuf, `tracewire.v1` (`spec/proto/`): events with typed fields, and any other value, both ways.
//!
//! ```text
//! Recording ─▶ write: from the last byte to the first, so that each length is known ─▶ bytes
//! Recording ◀─ read: straight into values, one cursor over the bytes ◀──────────────── bytes
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `messages` | the fields of each body and part: the one table that both directions go by |
//! | `wire` | keys, and the messages' fixed field numbers |
//! | `write/` | values, bodies, events and envelopes become bytes |
//! | `read/` | bytes become these, bounded in depth, with a code and an offset for whatever is refused |
//! | `unknown` | fields of a later version: kept in the member `$fields`, and put back |
//!
//! There are no structs between the bytes and the types of this crate, and no generated code. Code generated from the
//! `.proto` files by others is the tests' oracle.
//!
//! Equal recordings have equal bytes (TW-PB-003). Digests are never made of these bytes.

mod messages;
mod read;
mod unknown;
mod wire;
mod write;

pub use read::{ItemReader, decode, decode_envelope, decode_event};
pub use write::{encode, encode_envelope, encode_event, write_header, write_item};
