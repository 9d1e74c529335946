//! Trees over tracewire events.
//!
//! **What it is.** Pure functions that turn a heap of events, in whatever order they were found, into something a
//! person can read: a [`Tree`] of [`Node`]s with durations, states, sums of tokens and costs, the critical path, and
//! everything that is odd about it (orphans, cycles, ends without start, clocks that disagree).
//!
//! **What it may touch.** Nothing: no file, no clock, no environment. The present moment and the state of a producer
//! are arguments. The same events in any order give the same tree.
//!
//! **The way of the data.** `Located` events → [`fold`](self) all events of one span into a node → link nodes to
//! their parents → measure (extents, self time, critical path) → add up (tokens, costs, counts). No step
//! recurses, so a tree a million levels deep costs memory but no stack. [`document`] is the tree as JSON has it; [`process`]
//! groups producers by the process that they belong to.
//!
//! **Costs** (feature `prices`): [`call`] reads what a span says of the model it called, `prices` says what that costs, and
//! why nothing can be said where that is so.
//!
//! **Again and again.** [`loops`] finds what an agent repeats, and what that took.
//!
//! **Over many traces.** [`analytics`] counts what traces add up to; `compare` (feature `compare`) puts two side by side.
//!
//! **For language models** (feature `tokens`): `tokens` counts what a text costs and compares forms, `brief` writes a tree
//! within a budget of tokens. [`uniform`] makes lists of maps fit for tables.
//!
//! ```
//! use tracewire_insight::{Located, ProducerState, Tree};
//! use tracewire_wire::{event::Event, json, time::Timestamp};
//!
//! let read = |text: &str| Event::from_value(json::read(text.as_bytes(), &json::ReadOptions::default())?);
//! let start = read(r#"{"body":{"name":"search"},"kind":"tool","seq":1,"span_id":"00f067aa0ba902b7",
//!     "time":"2026-11-21T04:30:00.000000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}"#)?;
//! let trace_id = start.trace_id.ok_or("a trace")?;
//!
//! let events = [Located { producer: "6f1c09b2d4e8a375-1", event: &start }];
//! let tree = Tree::build(trace_id, &events, &|_| ProducerState::Dead, Timestamp(0));
//! assert_eq!(tree.nodes[0].name(), Some("search"));
//! assert_eq!(tree.counts.abandoned, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

pub mod analytics;
#[cfg(feature = "tokens")]
pub mod brief;
pub mod call;
#[cfg(feature = "compare")]
pub mod compare;
mod cost;
mod critical;
mod decimal;
pub mod document;
mod fold;
mod input;
mod link;
pub mod loops;
mod measure;
mod node;
#[cfg(feature = "prices")]
pub mod prices;
mod pricing;
pub mod process;
mod spending;
mod sums;
#[cfg(feature = "tokens")]
pub mod tokens;
mod tree;
pub mod uniform;
mod usage;

pub use cost::{CostSource, Line, NoCost, Priced};
pub use critical::SLOW_SHARE_PERCENT;
pub use decimal::Decimal;
pub use input::{Located, ProducerState};
pub use measure::own_intervals;
pub use node::{Exception, Feedback, Form, LastKnown, Moment, Node, Oddity, State, What};
pub use pricing::Pricing;
pub use spending::{Spent, explained};
pub use tree::{Counts, Loss, Step, Tree, Walk};
pub use usage::{Money, Tokens};
