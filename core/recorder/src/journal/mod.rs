//! The journal: records go into append-only files that survive the death of their process.
//!
//! ```text
//! append ─▶ writer ─▶ active file ─▶ segment (mapped window or write) ─▶ page cache
//!             │            └ frame: length, kind, guard, payload, check
//!             └ rotation, quota, losses owed to the stream
//! reader ◀─ liveness, recovery, acknowledgements ◀─ anybody, later
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`frame`], `header` | the format: `spec/journal.md` sections 2 and 3 |
//! | `writer`, `options`, `state`, `active`, `losses` | the one writer of a file, and what it could not write |
//! | `segment` | bytes to the file: mapped or written; the only unsafe code here |
//! | `reader`, `source`, `item` | items in order, around damage |
//! | `memory` | the same frames where there is no disk |
//! | `liveness`, `recovery`, `lock` | who writes, who is dead, who may end its file |
//! | `directory`, `quota`, `ack`, `evict` | where files live, how much they take, when they go |

mod ack;
mod active;
mod directory;
mod evict;
pub mod frame;
mod header;
mod item;
mod liveness;
mod lock;
mod losses;
mod members;
mod memory;
mod options;
mod origin;
mod quota;
mod reader;
mod recovery;
mod segment;
mod source;
mod state;
mod writer;

pub use ack::{acknowledge, acknowledged, is_delivered, remove_if_acknowledged};
#[cfg(feature = "config")]
pub(crate) use directory::belongs_to_user;
pub use directory::{Directory, Surroundings, find_directory, find_directory_in};
pub use header::{FORMAT, Header, Origin};
pub use item::{Item, Tail};
pub use liveness::{Liveness, liveness};
pub use lock::{Lease, lease};
pub use losses::reason;
pub use memory::{Chunk, Memory, MemoryBatch};
pub use options::{Counters, WhenFull, WriterOptions};
pub use quota::journal_bytes;
pub use reader::JournalReader;
pub use recovery::{Recovery, recover, recovered};
pub use segment::Append;
pub use writer::{Dropped, JournalWriter};
