//! What the bindings for Node (`bindings/napi`), for everything else that runs JavaScript (`bindings/wasm`), and for Kotlin and
//! Swift (`bindings/uniffi`) have in common: text and bytes become calls of core, and what core gives becomes text and bytes. No
//! I/O of its own.
//!
//! | module | what it is |
//! |---|---|
//! | `options` | options of recorders and formats, given as JSON |
//! | `formats` | values and recordings in every format |
//! | `envelopes` | proof, removal, journals by their bytes |
//! | `guard` | where a panic stops |
//! | `reports` | what recorders report, as JSON |
//! | `refusal` | why something was refused, as JSON |
//! | `guards`, `validate`, `tokens` | features: a module for a browser leaves them out |

#![forbid(unsafe_code)]

pub mod envelopes;
pub mod formats;
pub mod guard;
#[cfg(feature = "guards")]
pub mod guards;
pub mod options;
pub mod refusal;
pub mod reports;
#[cfg(feature = "tokens")]
pub mod tokens;
#[cfg(feature = "validate")]
pub mod validate;

pub use refusal::Refusal;

/// The version of the contract between the bindings and the packages around them; each compares it when it loads its native half.
pub const CONTRACT_VERSION: u32 = 1;
