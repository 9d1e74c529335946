//! Shippers: sealed envelopes go to a sink, at least once, with a cursor on disk for each sink and producer.
//!
//! The network belongs to the host: [`Shipper::next_batch`] hands out bytes, [`Shipper::batch_result`] takes back what
//! became of them. [`sink`] holds the sinks that need no network.

mod shipper;
pub mod sink;

pub use shipper::{Batch, Shipper};
