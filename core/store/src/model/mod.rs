//! What goes into a store and what comes out, independent of the engine.

mod incoming;
mod query;
mod received;
mod stored;

pub use incoming::*;
pub use query::*;
pub use received::*;
pub use stored::*;
