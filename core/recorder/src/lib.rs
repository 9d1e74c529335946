//! The tracewire recorder: what happens between a call in an agent's code and a sealed envelope.
//!
//! ```text
//! binding ─▶ span / control ─▶ cbor::Walker ─▶ journal (one append) ─▶ seal (pure) ─▶ ship (batches)
//!            ids, time          bounded copy     file, survives kill      envelopes     sinks
//! ```
//!
//! | module | what it is | touches |
//! |---|---|---|
//! | [`medium`] | what records go to: files, or memory where there is no disk | – |
//! | [`host`] | records of hosts that write CBOR themselves: bytes in, ids out | – |
//! | [`control`] | [`Recorder`]: opens a journal, stamps ids and time, flushes, closes | clock, journal |
//! | [`span`] | an open step and its context | – |
//! | [`config`] | settings from the project's file and the environment (feature `config`) | file system |
//! | [`Capture`] | which members of bodies are recorded at all | – |
//! | [`Redaction`] | rules of redaction, as a user gives them and as a header carries them | – |
//! | [`guards`] | budgets and loops, checked before a call (feature `guards`) | – |
//! | [`cbor`] | the bounded writer of values, and the reader that normalises them | – |
//! | [`journal`] | files, frames, locks, rotation, recovery | file system |
//! | [`seal`] | a journal file's records become envelopes: a pure function of the file | – |
//! | [`ship`] | a cursor per sink, batches handed out, results taken back | file system |
//! | [`testing`] | injected clock and ids: the only way to have them | – |
//!
//! Recording never fails for the caller: what cannot be written is counted by reason, and
//! [`Recorder::flush`] reports it. The format of the files is `spec/journal.md`.

#![deny(unsafe_code)]

mod capture;
pub mod cbor;
pub mod clock;
#[cfg(feature = "config")]
pub mod config;
pub mod control;
mod error;
mod fork;
#[cfg(feature = "guards")]
mod guarded;
#[cfg(feature = "guards")]
pub mod guards;
pub mod host;
pub mod journal;
pub mod limits;
pub mod medium;
mod modes;
mod options;
mod points;
pub mod record;
mod redaction;
mod sampling;
pub mod seal;
pub mod ship;
pub mod span;
pub mod testing;

pub use capture::{Capture, FIELDS};
pub use control::Recorder;
pub use error::RecorderError;
pub use journal::{Memory, WhenFull};
pub use limits::Limits;
pub use medium::{Files, Medium};
pub use modes::Mode;
pub use options::{FlushReport, Options, Stats, duration};
pub use redaction::{Redact, RedactAt, Redaction};
pub use sampling::Sampling;
pub use span::{Place, Remote, Span, SpanContext, StartSpan};
