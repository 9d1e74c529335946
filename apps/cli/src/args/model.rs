//! What is read by language models: how large it is, and a trace within a budget.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tracewire_insight::tokens::{Encoding, Form, Vision};

use super::FileFormat;

const TOKENS_EXAMPLES: &str = "\
Examples:
  tracewire tokens events.json                       each form in bytes and tokens, beside compact JSON
  tracewire tokens events.json --baseline json-pretty
  tracewire export --last 1h | tracewire tokens - --from jsonl --encoding cl100k
  tracewire tokens events.json --json                the same for programs
  tracewire tokens events.json --format pick         the value itself, in the form with the fewest tokens

Counts are those of the model's own tokenizer, made here, without a network. TOON is small where
maps are alike, and costs more than compact JSON where they are not: toon-grouped and toon-filled
show what it would cost after maps are put together by shape, or missing members are filled with
null. Both change the value, and csv does not say what kind of value was in a cell.

Images, sound and films in it are counted besides, as models count them: these are estimates by the
formulas that their makers publish.";

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
    /// The model whose counting of pictures is followed [default: one of each family]
    #[arg(long, value_name = "NAME", value_parser = vision)]
    pub model: Option<(String, Vision)>,
    /// How the file is written [default: by its name, else json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub from: Option<FileFormat>,
    /// Write the value in this form, or in the exact one with the fewest tokens, rather than the table
    #[arg(long, value_name = "FORM|pick", value_parser = wanted, conflicts_with = "baseline")]
    pub format: Option<Wanted>,
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

/// A model that says how it counts pictures.
pub fn vision(name: &str) -> Result<(String, Vision), String> {
    let families: Vec<&str> = Vision::FAMILIES.iter().map(|(model, _)| *model).collect();
    let vision = Vision::of_model(name);
    let vision = vision.ok_or_else(|| format!("nothing is known of its pictures; of {} there is", families.join(", ")));
    Ok((name.to_owned(), vision?))
}

/// An encoding by its name.
pub fn encoding(name: &str) -> Result<Encoding, String> {
    let names: Vec<&str> = Encoding::ALL.iter().map(|encoding| encoding.name()).collect();
    Encoding::parse(name).ok_or_else(|| format!("there are {}", names.join(" and ")))
}

/// The form in which a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This one.
    Form(Form),
    /// The exact one with the fewest tokens.
    Pick,
}

fn wanted(name: &str) -> Result<Wanted, String> {
    if name == "pick" {
        Ok(Wanted::Pick)
    } else {
        form(name).map(Wanted::Form).map_err(|known| format!("{known}, pick"))
    }
}

fn form(name: &str) -> Result<Form, String> {
    let names: Vec<&str> = Form::ALL.iter().map(|form| form.name()).collect();
    Form::parse(name).ok_or_else(|| format!("there are {}", names.join(", ")))
}
