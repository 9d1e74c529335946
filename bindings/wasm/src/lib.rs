//! tracewire for browsers and whatever else runs WebAssembly: conversion only.
//!
//! **What it is.** The native half of the TypeScript package outside of Node: what `sdks/typescript/src/native/contract.ts` asks of
//! it, as far as it can be said in numbers, texts and bytes. A few lines of TypeScript (`src/platform/wasm.ts`) make the rest of it.
//!
//! **What it may touch.** Nothing: no clock, no randomness, no file, no callback. The host writes time into the buffer, and
//! gives randomness when it opens a recorder.
//!
//! **The way of the data.** Lists of byte strings cross as one (`pack`). What is refused is an `Error` whose message is JSON.
//! A panic is a trap: the instance is dead then, which its host sees as a `RuntimeError`.
//!
//! | file | what it is |
//! |---|---|
//! | `recorder` | a recorder in memory, its one buffer, what is kept and sent (feature `recorder`); budgets and loops (feature `guards`) |
//! | `formats` | reading, writing, converting; journals by their bytes (feature `recorder`) |
//! | `tools` | the validator, what envelopes prove and what is taken out of them (feature `tools`) |
//! | `tokens` | counts of tokens (feature `tokens`) |

#![forbid(unsafe_code)]

#[cfg(feature = "recorder")]
mod formats;
#[cfg(any(feature = "recorder", feature = "tools"))]
mod pack;
#[cfg(feature = "recorder")]
mod recorder;
#[cfg(feature = "tokens")]
mod tokens;
#[cfg(feature = "tools")]
mod tools;

use tracewire_boundary::{CONTRACT_VERSION, Refusal};
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

/// The standard library's own is four times as large.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// What was built, to be compared with what the package expects.
#[wasm_bindgen(js_name = contractVersion)]
pub fn contract_version() -> u32 {
    CONTRACT_VERSION
}

/// The package's version.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Panics inside the boundary.
#[wasm_bindgen(js_name = testingPanic)]
#[allow(clippy::panic, reason = "the one purpose of this function")]
pub fn testing_panic() {
    panic!("testing_panic")
}

/// The error that the package catches.
pub(crate) fn thrown(refusal: Refusal) -> JsError {
    JsError::new(&refusal.to_json())
}
