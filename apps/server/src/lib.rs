//! The tracewire server: one process that takes envelopes in, answers questions about them, and shows what happens live.
//!
//! ```text
//! SDKs ── POST /v1/envelopes ─▶ ingest ─┐
//! OpenTelemetry ── OTLP, HTTP and gRPC ─▶┤
//! journals of this machine ── watch ────┴▶ writer (one thread, one transaction for many) ─▶ store
//!                                             └▶ news ─▶ live, metrics             │
//! people, programs ── GET /v1/… ─▶ guard ─▶ api ─▶ readers (some threads) ◀────────┘
//! ```
//!
//! | module | what it is | touches |
//! |---|---|---|
//! | [`options`] | where it listens, what it serves, what it bears | – |
//! | [`server`] | binding, connections, stopping | sockets |
//! | [`guard`] | what every request passes: its id, host and origin, key, limits | – |
//! | [`name`] | names of projects, and their folders | – |
//! | [`keys`] | API keys of a project | one file of mode 0600 |
//! | [`project`] | a project's store: its writer, its readers, its journals | store, journals |
//! | [`body`] | bodies, bounded before and behind unpacking | – |
//! | [`ingest`] | what comes in | – |
//! | [`api`] | what is asked, one file for each resource | – |
//! | [`live`] | what happens, as it happens | – |
//! | [`forward`] | what comes goes on to another place, in the background | one small file for each place |
//! | [`outward`] | what goes out, to an address that somebody named | sockets |
//! | [`metrics`] | what came and what was done, counted for Prometheus | – |
//! | [`pages`] | the dashboard and the page about the API | – |
//! | [`problem`] | what went wrong, as every answer says it | – |
//! | [`log`] | what the operator reads | standard error |
//! | `clock` | what time it is | the system's clock |
//!
//! **What it may touch.** One folder, or one PostgreSQL database; the sockets that it was told; nothing else. It calls
//! nobody but where it was told to forward to.
//!
//! **The way of the data.** Nothing is acknowledged before it would survive a loss of power. Nothing that was not taken is
//! acknowledged: every refusal has a code, and what can be tried again says when. Handlers hold no state: what a request
//! asks is answered from the store, so a second server on the same PostgreSQL answers the same.

#![forbid(unsafe_code)]

pub mod api;
pub mod body;
mod clock;
mod error;
pub mod forward;
pub mod guard;
pub mod ingest;
pub mod keys;
pub mod live;
pub mod log;
pub mod metrics;
pub mod name;
pub mod options;
pub mod outward;
pub mod pages;
pub mod problem;
pub mod project;
mod run;
pub mod server;
mod state;

pub use error::ServerError;
pub use keys::Scope;
pub use log::Log;
pub use options::{Answers, DEFAULT_GRPC_PORT, DEFAULT_PORT, GrpcPort, Limits, Options};
pub use run::{Ready, serve};
pub use server::Server;
