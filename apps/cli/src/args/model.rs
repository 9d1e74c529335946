//! What is read by language models: how large it is, and a trace within a budget.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tracewire_insight::tokens::{Encoding, Form};

const TOKENS_EXAMPLES: &str = "\
Examples:
  tracewire tokens events.json                       each form in bytes and tokens, beside compact JSON
  tracewire tokens events.json --baseline json-pretty
  tracewire export --last 1h | tracewire tokens - --from jsonl --encoding cl100k
  tracewire tokens events.json --json                the same for programs

Counts are those of the model's own tokenizer, made here, without a network. TOON is small where
maps are alike, and costs more than compact JSON where they are not: toon-grouped and toon-filled
show what it would cost after maps are put together by shape, or missing members are filled with
null. Both change the value, and csv does not say what kind of value was in a cell.";

/// What is counted.
#[derive(Args, Clone, Debug)]
#[command(after_help = TOKENS_EXAMPLES)]
pub struct Tokens {
    /// A file with any value; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Whose tokens
    #[arg(long, default_value = "o200k", value_name = "NAME", value_parser = encoding)]
    pub encoding: Encoding,
    /// The form that all others are compared with
    #[arg(long, default_value = "json", value_name = "FORM", value_parser = form)]
    pub baseline: Form,
    /// How the file is written [default: by its name, else json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub from: Option<From>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// One JSON value
    Json,
    /// A JSON value a line
    Jsonl,
    /// TOON
    Toon,
    /// CSV with a header
    Csv,
}

/// How a trace is written for a language model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModelFormat {
    /// TOON: tables of steps
    Toon,
    /// Compact JSON with the same content
    Json,
    /// Whichever of the two shows more within the budget
    Pick,
}

/// An encoding by its name.
pub fn encoding(name: &str) -> Result<Encoding, String> {
    let names: Vec<&str> = Encoding::ALL.iter().map(|encoding| encoding.name()).collect();
    Encoding::parse(name).ok_or_else(|| format!("there are {}", names.join(" and ")))
}

fn form(name: &str) -> Result<Form, String> {
    let names: Vec<&str> = Form::ALL.iter().map(|form| form.name()).collect();
    Form::parse(name).ok_or_else(|| format!("there are {}", names.join(", ")))
}
