//! The formats of files that commands take.

use clap::ValueEnum;

/// How a file is written: formats that hold any value, read and written by every command that takes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    /// One JSON document
    Json,
    /// JSON Lines: one document a line
    Jsonl,
    /// TOON, which language models read at little cost
    Toon,
    /// A table (RFC 4180)
    Csv,
    /// Protobuf: the message tracewire.v1.Recording
    Proto,
}
