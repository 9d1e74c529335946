//! The real server on a loopback port, asked by a real client.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod answers;
mod chains;
mod common;
mod doors;
mod erase;
mod feedback;
mod forwarding;
mod ingest;
mod journals;
mod keeping;
mod live;
mod numbers;
mod otlp;
mod otlp_grpc;
mod otlp_support;
mod outward;
mod pages;
mod paging;
mod shapes;
mod slow;
mod stopping;
