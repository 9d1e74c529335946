//! The tracewire recorder for Node: `tracewire.node`. Conversion only; the public API is the package.
//!
//! ```text
//! Span, Pen (TypeScript) ─▶ one reused Buffer ─▶ recorder.rs: record ─▶ core's host::record ─▶ journal
//!   idiom, context, CBOR                          one call               ids, time              one append
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | `guard` | where a panic stops |
//! | `desks` | recorders and the buffers that records come in |
//! | `recorder`, `ship` | the journal of this process; batches for exporters |
//! | `formats` | values, recordings, envelopes, journals by their bytes |
//! | `store` | the local store, swept and searched |
//! | `testing` | injected clock and ids, readers, a panic |
//!
//! Numbers come as doubles and are checked: Node-API turns -1 into 4294967295 where an unsigned integer is asked for. No callback
//! is held and no thread is made, so nothing here keeps Node alive.

#![deny(unsafe_code)]

mod desks;
mod formats;
mod guard;
mod recorder;
mod ship;
mod store;
mod testing;

use napi_derive::napi;

/// The version of the contract between this library and the package around it.
#[napi]
pub fn contract_version() -> u32 {
    tracewire_boundary::CONTRACT_VERSION
}

/// The version of the library.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// How many panics were stopped, and the message of the last one, given once, as JSON.
#[napi]
pub fn internal_errors() -> String {
    guard::internal_errors()
}
