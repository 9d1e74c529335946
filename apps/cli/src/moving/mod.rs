//! Files of every format, item by item: what `export` and `convert` share.
//!
//! ```text
//! Input ─▶ Items ─▶ (plan: TOON and CSV ask what is in the whole list) ─▶ Sink ─▶ Target
//!                                             store ─▶ envelopes or rows ─▶ Sink ─▶ Target
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `format` | which format a file has: by its name, by its first bytes |
//! | `input` | a file or standard input, from the beginning as often as needed |
//! | `items` | the items of an input, one after the other |
//! | `plan` | what a table needs to know before its first row |
//! | `sink` | where items go: JSON, JSON Lines, protobuf |
//! | `table` | where they go in tables: TOON and CSV |
//! | `kept` | TOON of what comes once, by way of a temporary file |
//! | `rows` | events as rows: which columns, and what stands in them |
//! | `parquet` | rows with typed columns |
//! | `target` | a file that is there when all of it is |
//!
//! Readers and writers of bytes are `tracewire_wire`'s; here are files, memory and order. Nothing holds more than some items.

pub mod format;
pub mod input;
pub mod items;
pub mod kept;
pub mod parquet;
pub mod plan;
pub mod rows;
pub mod sink;
pub mod table;
pub mod target;
