//! What the bindings for Node (`bindings/napi`) and for everything else that runs JavaScript (`bindings/wasm`) have in common:
//! text and bytes become calls of core, and what core gives becomes text and bytes. The contract is
//! `sdks/typescript/src/native/contract.ts`. No I/O of its own.
//!
//! | module | what it is |
//! |---|---|
//! | `options` | options of recorders and formats, given as JSON |
//! | `formats` | values and recordings in every format |
//! | `envelopes` | proof, removal, journals by their bytes |
//! | `reports` | what recorders report, as JSON |
//! | `refusal` | why something was refused, as JSON |
//! | `validate`, `tokens` | features: a module for a browser leaves them out |

#![forbid(unsafe_code)]

pub mod envelopes;
pub mod formats;
pub mod options;
pub mod refusal;
pub mod reports;
#[cfg(feature = "tokens")]
pub mod tokens;
#[cfg(feature = "validate")]
pub mod validate;

pub use refusal::Refusal;

/// The version of the contract between the bindings and the package around them; `CONTRACT_VERSION` there.
pub const CONTRACT_VERSION: u32 = 1;
