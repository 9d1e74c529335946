//! What goes into a store and what comes out, independent of the engine.

mod buckets;
#[cfg(feature = "erase")]
mod erasure;
mod incoming;
mod query;
mod received;
mod stored;

pub use buckets::*;
#[cfg(feature = "erase")]
pub use erasure::*;
pub use incoming::*;
pub use query::*;
pub use received::*;
pub use stored::*;
