//! The tracewire store: envelopes of all producers, deduplicated, indexed, and given back byte for byte.
//!
//! ```text
//! journals ─▶ sweep ─▶ Store::apply ─▶ facts: envelopes, events, content, ledger
//!             (seal)                     └─▶ derived: spans, traces, labels ─▶ queries
//!                      Store::tally ───────▶ from whole traces: tokens, costs, models, buckets ─▶ numbers
//! ```
//!
//! | module | what it is | touches |
//! |---|---|---|
//! | [`store`] | [`Store`], the one trait that engines implement | – |
//! | [`model`] | what goes in and comes out | – |
//! | [`sql`] | what SQL engines share | a database, by a driver |
//! | [`sqlite`] | [`SqliteStore`], the engine in one file | one SQLite file |
//! | [`sweep`](mod@sweep) | [`Sweeper`]: journals of live and dead processes into a store | journals, acknowledgements |
//! | `local` | [`LocalStore`], a directory's store as the SDKs ask it | as `sqlite` and `sweep` |
//! | [`search`](mod@search) | [`search()`]: steps and other events by what they say, newest first | – |
//! | [`erase`] | what rules find in what is stored already, and its erasure (feature `erase`) | – |
//! | [`excerpt`] | copies of envelopes that show some events and withhold the rest | – |
//! | `numbers` | [`numbers()`]: counts over traces, in groups and over time | – |
//! | `put_back` | one event's content put back | – |
//! | `resolve` | [`resolve_all()`]: content put back into many events | – |
//! | [`prices`] | the prices that hold for a directory | the user's file of prices |
//! | `proof` | [`take_stored()`]: envelopes as they are stored, before a verifier | – |
//! | `retain` | [`retain()`]: what is too old or too much goes | – |
//! | `signing` | [`sign_heads()`]: heads of what is stored, signed with a key (feature `sign`) |
//! | `labels` | which trace an event belongs to, and what it names | – |
//! | `rollup` | what events say of a span and of a trace, without an engine | – |
//!
//! Ingest is idempotent: the digest of an envelope is its identity. What follows from events (a span's row, a trace's
//! totals) is changed by exact differences and can be made anew from facts at any time. What follows from a whole trace is
//! brought up to date when somebody asks, so that taking events in stays cheap.

#![forbid(unsafe_code)]

#[cfg(feature = "erase")]
pub mod erase;
mod error;
pub mod excerpt;
mod labels;
mod local;
pub mod model;
mod numbers;
mod packed;
pub mod prices;
mod proof;
mod put_back;
mod resolve;
mod retain;
mod rollup;
pub mod search;
#[cfg(feature = "sign")]
mod signing;
pub mod sql;
pub mod sqlite;
pub mod store;
pub mod sweep;

pub use error::StoreError;
pub use labels::trace_of;
pub use local::LocalStore;

/// Name of the store in its directory.
pub const FILE_NAME: &str = "store.db";

pub use model::{
    Activity, ActivityFilter, Applied, Batch, BucketQuery, BucketSize, Buckets, ContentBody, Cursor, Fork, Incoming,
    IncomingContent, IncomingEvent, Label, LedgerEntry, Lookup, LooseFilter, Pending, ProducerFacts, ProducerRow,
    ProducerState, ProducerUpdate, Received, Removed, SessionCursor, SessionFilter, SessionRow, SpanRow, StoreStats,
    StoredContent, StoredEnvelope, StoredEvent, TraceCounts, TraceCursor, TraceFilter, TracePage, TraceRow,
};
#[cfg(feature = "erase")]
pub use model::{Erased, ErasedEvent, ErasedPart, Erasure};
pub use numbers::{Numbers, NumbersQuery, numbers};
pub use proof::take_stored;
pub use resolve::{resolve_all, resolve_all_but_media};
pub use retain::{Retaining, Retention, retain};
pub use search::{SearchPage, SearchQuery, SearchRow, search};
#[cfg(feature = "sign")]
pub use signing::{SignedHeads, sign_heads, sign_new_heads};
pub use sqlite::SqliteStore;
pub use store::{Ingest, Store};
pub use sweep::{Progress, SweepReport, Sweeper, sweep};
