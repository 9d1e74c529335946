//! What goes out of a store, and into it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{FileFormat, Stored, When};

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One envelope a line
    Jsonl,
    /// One document: {"envelopes": […]}
    Json,
    /// The same document as TOON; with --events a table for language models
    Toon,
    /// A table: one event a row
    Csv,
    /// Protobuf: the message tracewire.v1.Recording
    Proto,
    /// A table with typed columns, for DuckDB, Polars, Spark: one event a row
    Parquet,
    /// Spans for whoever reads OpenTelemetry: a request of OTLP a line, as JSON
    Otlp,
}

/// What separates cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Delimiter {
    /// ,
    #[default]
    Comma,
    /// A horizontal tab
    Tab,
    /// |
    Pipe,
}

/// How tables are written.
#[derive(Args, Clone, Copy, Debug)]
pub struct Tables {
    /// What separates the cells of TOON and CSV [default: comma; tab in files named .tsv]
    #[arg(long, value_enum, value_name = "NAME")]
    pub delimiter: Option<Delimiter>,
    /// Put ' before CSV cells that a spreadsheet would run as a formula; it is not taken away when read again
    #[arg(long)]
    pub formula_safe: bool,
}

const EXPORT_EXAMPLES: &str = "\
Examples:
  tracewire export > all.jsonl                       everything, one envelope a line
  tracewire export 0af76519 --output run.json        one trace, as one JSON document
  tracewire export --session chat-42 -o chat.jsonl   all runs of a session
  tracewire export --last 1d -o today.parquet        one event a row, for DuckDB and Polars
  tracewire export --last 1h --events --format toon  a table for a language model to read
  tracewire export --otlp http://collector:4318      spans, to whoever takes OTLP
  tracewire export --format otlp -o spans.jsonl      the same spans in a file

json, jsonl, toon and proto hold envelopes: whole ones as they were sealed. Where only a part was
asked for, the rest of an envelope is marked as withheld, and all that is written can still be
verified: digests, order and content. `tracewire convert` turns one of the four into another without
loss, so toon holds all of it, and --events --format toon a table that is shorter to read.

csv and parquet hold one event a row, producer by producer, its content in place; --events asks for
that in the other formats too. What processes at work have not sealed yet is counted on standard
error and left out.

--otlp sends the spans of what was asked for instead, with their ids, times and attributes. What the
other side does not take is said and makes the exit code 1. --format otlp writes them as OTLP's file
exporters do. Spans without an end are counted and left out of both.";

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
    /// One event a row, its content in place, rather than envelopes
    #[arg(long)]
    pub events: bool,
    /// Send spans by OTLP to this address (http, https, grpc or grpcs) rather than write
    #[arg(long, value_name = "URL", conflicts_with_all = ["output", "format", "events", "delimiter", "formula_safe"])]
    pub otlp: Option<String>,
    /// A header for that, such as a key (repeatable)
    #[arg(long = "header", value_name = "NAME=VALUE", requires = "otlp")]
    pub headers: Vec<String>,
    /// Send by gRPC to an address that does not say so
    #[arg(long, requires = "otlp")]
    pub otlp_grpc: bool,
    /// How tables are written
    #[command(flatten)]
    pub tables: Tables,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

const CONVERT_EXAMPLES: &str = "\
Examples:
  tracewire convert run.jsonl --to toon              envelopes, or any JSON, as TOON
  tracewire convert run.jsonl -o run.binpb           by the name: protobuf
  tracewire convert run.binpb --to json | jq .       and back, byte for byte
  curl … | tracewire convert --from json --to csv -  a list of maps as a table

Any value goes through json, jsonl, toon and proto and comes back the same; csv holds lists of maps.
A list of any length takes little memory; a document that is no list is read whole, up to 64 MiB.
toon and csv need to know the whole list before its first row: a file is read twice, and standard
input is kept in a temporary file meanwhile.";

/// What becomes what.
#[derive(Args, Clone, Debug)]
#[command(after_help = CONVERT_EXAMPLES)]
pub struct Convert {
    /// What is read; `-` for standard input
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// Format of what is read; by its name where it is not said, else by its first bytes
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub from: Option<FileFormat>,
    /// Format of what is written; by the name of OUT where it is not said
    #[arg(long, value_enum, value_name = "FORMAT", required_unless_present = "output")]
    pub to: Option<FileFormat>,
    /// Where to; standard output where none is named. It is written whole or not at all, and may be IN itself
    #[arg(long, short, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Mend TOON that is read: wrong counts, repeated keys, blank lines and odd indentation
    #[arg(long)]
    pub lenient: bool,
    /// How tables are written
    #[command(flatten)]
    pub tables: Tables,
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
