//! Every decoder, given what nobody would write.
//!
//! ```text
//! bytes ─▶ decoders::<name>::check ─▶ decode, within a budget ─▶ an error, or a value that must come back as it is
//!                                     └ memory: allocator.rs     steps: steps.rs
//! ```
//!
//! | folder | what it is |
//! |---|---|
//! | `fuzz_targets/` | one line for each decoder: libFuzzer calls `check` |
//! | `src/decoders/` | what must hold, whatever the bytes are |
//! | `src/bin/growth.rs` | texts that grow: twice the length takes about twice the work |
//! | `examples/seeds.rs` | makes `corpus/*/seed-*` from the project's vectors |
//! | `corpus/` | seeds, and one `finding-*` for each fault that was found and mended |
//! | `dictionaries/` | words of each format |
//!
//! `cargo xtask fuzz` builds and runs all of it with the project's own compiler; `cargo +nightly fuzz run json --fuzz-dir
//! core/fuzz` works as well, with a sanitizer and without counting steps.

#![deny(unsafe_code)]

mod allocator;
pub mod budget;
pub mod decoders;
pub mod growth;
pub mod steps;
