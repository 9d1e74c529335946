//! The tracewire recorder for Kotlin and Swift, by [uniffi](https://mozilla.github.io/uniffi-rs/).
//!
//! ```text
//! Span, Pen (Kotlin, Swift) ─▶ a buffer of the host's ─▶ hot: one call ─▶ core's host::record ─▶ journal
//!   idiom, context, CBOR                                                  ids, time              one append
//! ```
//!
//! Conversion only: bytes, texts and numbers go in and out, opaque handles, no callback, nothing asynchronous. What uniffi
//! generates is never the public API; each SDK wraps it. It holds no database and links no C. Python does not use it
//! (`spec/decisions/0002-python-binding.md`).
//!
//! | module | what it is |
//! |---|---|
//! | `hot` | the one call of each record: a C symbol, and the same for the JVM |
//! | `recorder`, `ship` | the journal of this process; batches for exporters |
//! | `formats` | values, recordings, envelopes, journals by their bytes |
//! | `refused` | the one error |
//! | `release` | which library this is, asked before anything else |
//! | `testing` | injected clock and ids, readers, a panic |
//!
//! A panic stops in each export (`bindings/boundary`), and becomes the error `internal`.

#![allow(unsafe_code, reason = "the scaffolding that uniffi generates")]

mod formats;
pub mod hot;
mod recorder;
mod refused;
pub mod release;
mod ship;
mod testing;

pub use formats::SealedJournal;
pub use recorder::Recorder;
pub use refused::TracewireError;
pub use ship::{Batch, Shipper};

uniffi::setup_scaffolding!("tracewire");

/// How many panics were stopped, and the message of the last one, given once, as JSON.
#[uniffi::export]
pub fn internal_errors() -> String {
    tracewire_boundary::guard::internal_errors()
}
