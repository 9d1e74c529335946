//! Shippers: sealed envelopes go to a sink, at least once, with a cursor on disk for each sink and producer.
//!
//! The network belongs to the host: [`Shipper::next_batch`] hands out bytes, [`Shipper::batch_result`] takes back what
//! became of them. [`sink`] holds the sinks that need no network. With [`Tail`] a sink gets the structure of all traces, and the content
//! of those that prove to be worth it.

mod costs;
mod hold;
mod shipper;
pub mod sink;
mod tail;

pub use costs::Costs;
pub use shipper::{Batch, Shipper};
pub use tail::Tail;
