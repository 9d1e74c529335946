//! The tracewire store on PostgreSQL, for teams: the same [`Store`](tracewire_store::Store), the same statements, another
//! engine.
//!
//! **What it may touch.** One schema of one database, by one connection for each [`PostgresStore`]. It starts no thread.
//!
//! The way to the server is encrypted and checked as `sslmode` says, with the words of libpq ([`tls`]).
//!
//! **The way of the data.** [`tracewire_store::sql`] says what is written and read; [`driver`] sends it. Writes whose
//! outcome nobody waits for go out together, so that a batch of spans costs few round trips. One writer at a time, by
//! an advisory lock: row numbers are given in order, as in SQLite.

#![forbid(unsafe_code)]

mod driver;
mod refused;
mod schema;
mod store;
mod tls;

pub use store::PostgresStore;
