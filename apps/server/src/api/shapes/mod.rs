//! What answers look like whose values other crates write: described here, so that `/openapi.json` says it, and held against
//! what is answered by whoever explores the API by that description.
//!
//! A member that may be null and is always there is `required`; one that is left out where it says nothing is not.
#![expect(dead_code, reason = "it describes what other crates write")]

mod cost;
mod numbers;
mod rows;
mod tree;

pub(super) use cost::{CostExplained, Prices};
pub(super) use numbers::{Course, Facets, Groups, Overview, Stages};
pub(super) use rows::{Comparison, SearchRow};
pub(super) use tree::{Node, TraceDocument};
