//! Numbers over many traces: how many, how long, how many tokens, what it cost.
//!
//! ```text
//! Tree ─▶ shares_of ─▶ Share: this much of one Series in one minute ─▶ a store's buckets
//!                                                                        └─▶ Report: groups, points, totals
//! ```
//!
//! A trace's [`Share`]s are the same whenever they are made from the same events, and [`Totals`] can be taken away
//! again as exactly as they were added. So a store changes its buckets by what a trace adds now less what it added
//! before, and no bucket needs to be made anew.

mod document;
mod packed;
mod report;
mod series;
mod share;
mod sketch;
mod totals;

pub use packed::Damaged;
pub use report::{Group, GroupBy, Point, Report, Selection};
pub use series::Series;
pub use share::{Share, pack_shares, shares_of, unpack_shares};
pub use sketch::Sketch;
pub use totals::Totals;
