//! Counts for Prometheus, of what has come since the server began. A counter that begins anew is what Prometheus expects of one.
//!
//! | file | what it is |
//! |---|---|
//! | `http` | what the server itself did |
//! | `events` | what events say: of one project, and shown to its keys alone |
//! | `removed` | what was removed because it was too old or too much |
//! | `chains` | producers whose envelopes were verified |
//! | `begun` | spans that have begun, and the calls that they are |
//! | `names` | labels whose values come from strangers, and are bounded |
//! | `rate` | events in a second, over the last minute |

mod begun;
pub(crate) mod chains;
mod events;
mod http;
mod names;
mod rate;
mod removed;

pub use events::Counted;
pub use http::{Forwarded, Metrics};
pub(crate) use removed::Removals;
