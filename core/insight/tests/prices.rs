//! What calls cost: worked out by hand, compared with genai-prices itself, and as properties.
#![cfg(feature = "prices")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

#[path = "prices/by_hand.rs"]
mod by_hand;
#[path = "prices/common.rs"]
mod common;
#[path = "prices/local.rs"]
mod local;
#[path = "prices/peer.rs"]
mod peer;
#[path = "prices/properties.rs"]
mod properties;
#[path = "prices/trees.rs"]
mod trees;
