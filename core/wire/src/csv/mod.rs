//! CSV (RFC 4180): a list of maps as rows of a table, both ways.
//!
//! ```text
//! list of maps ─▶ columns ─▶ cell ─▶ quotes ─▶ bytes        cell: missing is empty, a text stands as it is where it can,
//! list of maps ◀───────────── cell ◀─ records ◀─ bytes            all else is canonical JSON
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `cell` | what one cell says, so that a missing member, `null`, `""` and `"1"` stay apart (TW-CSV-004) |
//! | `write` | rows become lines that end with CR LF |
//! | `records` | lines become cells |
//! | `read` | cells become rows |
//! | `events` | events as rows |

mod cell;
mod events;
mod read;
mod records;
mod write;

pub use crate::toon::Delimiter;
pub use events::{EVENT_COLUMNS, event_row, members_row, read_event_row, read_members_rows};
pub use read::{DecodeOptions, RowReader, decode};
pub use write::{EncodeOptions, RowWriter, encode};
