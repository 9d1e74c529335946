//! What goes out of a store, and into it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::When;

/// How envelopes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One envelope a line
    Jsonl,
    /// One document: {"envelopes": […]}
    Json,
}

const EXPORT_EXAMPLES: &str = "\
Examples:
  tracewire export > all.jsonl                       everything, one envelope a line
  tracewire export 0af76519 --output run.json        one trace, as one JSON document
  tracewire export --session chat-42 -o chat.jsonl   all runs of a session
  tracewire export --last 1d -o today.jsonl          what was recorded in the last 24 hours

Whole envelopes are written as they were sealed. Where only a part was asked for, the rest of an
envelope is marked as withheld, and all that is written can still be verified: digests, order and
content. What processes at work have not sealed yet is counted on standard error and left out.";

/// What goes out.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXPORT_EXAMPLES)]
pub struct Export {
    /// Traces by id; the first digits are enough. None: everything
    #[arg(value_name = "TRACE", conflicts_with_all = ["session", "correlation"])]
    pub traces: Vec<String>,
    /// All traces of a session
    #[arg(long, value_name = "ID", conflicts_with = "correlation")]
    pub session: Option<String>,
    /// All traces with a correlation id
    #[arg(long, value_name = "ID")]
    pub correlation: Option<String>,
    /// From when to when
    #[command(flatten)]
    pub when: When,
    /// Where to; standard output where none is named. It is written whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How; by the file's name where it is not said, else one envelope a line
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
}

/// What comes in.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  tracewire import run.json more.jsonl
  ssh robot tracewire export --last 1h | tracewire import

What is there already is passed over, so the same file can come again. What cannot be read, or does
not match its digest, is named with file and line, left out, and makes the exit code 1; all the rest
is taken.")]
pub struct Import {
    /// Files of envelopes: JSON Lines, a JSON list, or the document that `export` writes. None or `-`: standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}
