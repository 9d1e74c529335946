//! The tracewire wire format: what an event, an envelope and a value are, and their bytes.
//!
//! ```text
//! bytes ─▶ json::read ─▶ Value ─▶ Event / Envelope ─▶ verify
//!   ▲                      │
//!   └──── json::write ◀────┘      content: slots ⇄ hashes
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`value`] | the value model: one form for every number, tags for what JSON cannot hold |
//! | [`json`] | canonical JSON (RFC 8785): the one writer, the one reader |
//! | [`toon`] | TOON 4.4, for language models to read: both ways, nothing lost |
//! | [`csv`] | CSV (RFC 4180): rows of a table, both ways |
//! | [`proto`] | protobuf, `tracewire.v1`: events with typed fields, both ways |
//! | [`encoding`] | all of these behind one name: read, write, convert |
//! | [`recording`] | what a file of any encoding holds: items, and the form in which they stood |
//! | [`stream`] | the same item by item, in bounded space |
//! | [`event`], [`body`] | events, and what their bodies hold by type |
//! | [`content`] | which parts of a body are content, their hashes, references |
//! | `media` | images, sound and films: what they are, carried once, a tag in their place (feature `media`) |
//! | [`envelope`] | a producer's events, chained |
//! | [`erase`] | erasing and withholding without breaking a digest |
//! | [`validate`] | what is wrong with what somebody's emitter wrote, where, and how to mend it |
//! | [`detect`] | where a text holds what is nobody else's business: addresses, numbers, keys |
//! | `redact` | rules of redaction: what must not leave a journal, and what stands in its place (feature `redact`) |
//! | [`verify`] | what a set of envelopes proves, and what is missing |
//! | [`statement`] | what somebody says of a chain, outside of its envelopes: signed heads |
//! | `sign` | Ed25519 over heads, and keys (feature `sign`) |
//! | [`id`], [`time`] | ids, hashes and time as text |
//! | [`order`] | sorting, small where that counts |
//! | [`registry`] | names of kinds, attributes, protocol events, statuses and losses; generated from `spec/registry/` |
//!
//! The normative text is `spec/README.md`; requirement numbers (`TW-…`) in these pages refer to it. This crate does no
//! I/O, reads no clock, and builds for `wasm32-unknown-unknown`.

#![forbid(unsafe_code)]

mod base64;
pub mod body;
pub mod content;
pub mod csv;
pub mod detect;
pub mod encoding;
pub mod envelope;
pub mod erase;
mod error;
pub mod event;
pub mod id;
pub mod json;
#[cfg(feature = "media")]
pub mod media;
pub mod order;
pub mod proto;
pub mod recording;
#[cfg(feature = "redact")]
pub mod redact;
pub mod registry;
mod scan;
#[cfg(feature = "schema")]
pub mod schema;
#[cfg(feature = "sign")]
pub mod sign;
pub mod statement;
pub mod stream;
pub mod time;
pub mod toon;
pub mod validate;
pub mod value;
pub mod verify;
mod work;

pub use error::WireError;
