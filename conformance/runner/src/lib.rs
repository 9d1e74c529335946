//! The conformance runner: cases go to adapters, bytes come back, and every difference is shown.
//!
//! ```text
//! cases/*.json ─▶ Case ─▶ Adapter (a program, JSON Lines) ─▶ judge ─▶ Outcome ─▶ report: text, JSON, JUnit, matrix
//!                                                             ▲
//!                                     expected bytes, known failures
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`case`] | a case as its file has it, and the index that says which there are |
//! | [`adapter`] | a program around an implementation, started, asked and stopped in time |
//! | [`judge`] | whether an answer is what was expected |
//! | [`difference`] | where two byte strings part, in hex and decoded |
//! | [`known`] | failures that are known, with their reasons |
//! | [`requirements`] | the specification's numbered requirements, and the cases that cite them |
//! | [`suite`] | all cases against one adapter, side by side |
//! | [`bless`] | what cases expect, where implementations agree |
//! | [`level`] | what an implementation has earned |
//! | [`golden`] | what releases emitted, kept for ever |
//! | [`kit`] | all of it together, from folders or from the binary |
//! | [`report`] | what came out |
//! | [`command`] | the kit's own program |
//! | [`fuzz`] | random scripts to several adapters, which must answer the same |
//!
//! It starts programs and reads files; it knows the wire format only to show a difference decoded, never to decide what is right.

#![forbid(unsafe_code)]

pub mod adapter;
pub mod bless;
pub mod case;
pub mod command;
pub mod difference;
mod error;
pub mod files;
pub mod fuzz;
pub mod golden;
pub mod judge;
pub mod kit;
pub mod known;
pub mod layout;
pub mod level;
pub mod report;
pub mod requirements;
pub mod suite;

pub use error::ConformanceError;
