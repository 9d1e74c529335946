//! `bless`: what cases expect, filled in where implementations agree.

use super::adapters::{self, Named};
use crate::ConformanceError;
use crate::bless::{Verdict, Voter, bless};
use crate::case;
use crate::files::Files;
use clap::Args;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  tracewire-conformance bless --adapter rust=./rust-adapter --adapter go=./go-adapter
  tracewire-conformance bless --filter 'values/*' --check --adapter …    writes nothing, fails where it would
  tracewire-conformance bless --filter keys/utf-16-order --rewrite …     what stands is replaced

A case without `expect` gets what all adapters say that can do what it asks: two at least, one of them independent. Where they differ,
nothing is written. Files are brought into their form.
New names are added to index.txt; none is taken away.";

/// Which cases, and who is asked.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Folder of the cases
    #[arg(long, default_value = "conformance/cases", value_name = "DIR")]
    cases: PathBuf,
    /// Only cases whose names fit
    #[arg(long, value_name = "GLOB")]
    filter: Option<String>,
    /// An implementation that is asked; two at least
    #[arg(long = "adapter", value_name = "NAME=COMMAND", required = true, value_parser = adapters::parse)]
    adapters: Vec<Named>,
    /// Names of those that share no code with the others; one of them must be among those that agree
    #[arg(long, default_value = "go", value_delimiter = ',', value_name = "NAMES")]
    independent: Vec<String>,
    /// Write nothing; fail where something would be written
    #[arg(long, conflicts_with = "rewrite")]
    check: bool,
    /// Replace what stands, where all adapters say something else
    #[arg(long)]
    rewrite: bool,
}

/// Runs the command. Returns whether everything stands or was written.
pub fn run(options: &Options) -> Result<bool, ConformanceError> {
    let mut voters = voters(&options.adapters, &options.independent)?;
    let mut problems = 0;
    let mut names: BTreeSet<String> = BTreeSet::new();
    let files = Files::of_folder(&options.cases)?;
    let all = case::names(&files)?.into_iter().collect();
    let chosen = case::select(all, options.filter.as_deref(), |name: &String| name)?;
    for name in &chosen {
        let file = match case::file(&files, name) {
            Ok(file) => file,
            Err(error) => {
                problems += 1;
                println!("\n{name}\n  {error}");
                continue;
            }
        };
        match bless(&file, &mut voters, options.rewrite) {
            Verdict::Stands => {}
            Verdict::StandsAlone(who) => println!("{name}: stands on {who} alone"),
            Verdict::Write(what, _) if options.check => {
                problems += 1;
                println!("{}: would be {what}", file.name);
                continue;
            }
            Verdict::Write(what, text) => {
                write(&file.path, &text)?;
                println!("{}: {what}", file.name);
            }
            Verdict::Refused(failure) => {
                problems += 1;
                println!("\n{} ({})\n  {}\n  {}", file.name, file.requirements.join(", "), file.about, failure.summary);
                for line in failure.details.lines() {
                    println!("    {line}");
                }
                continue;
            }
        }
        names.insert(file.name.clone());
    }
    let added = if options.check { 0 } else { index(&options.cases, names)? };
    let also = if added > 0 { format!(", {added} new in the index") } else { String::new() };
    println!("{} of {} cases stand{also}", chosen.len() - problems, chosen.len());
    Ok(problems == 0)
}

/// Starts those that are asked.
pub(super) fn voters(adapters: &[Named], independent: &[String]) -> Result<Vec<Voter>, ConformanceError> {
    let start = |named: &Named| Voter::start(&named.name, independent.contains(&named.name), named.launch.clone());
    adapters.iter().map(start).collect()
}

/// Adds names to the index; returns how many were new.
fn index(folder: &Path, mut names: BTreeSet<String>) -> Result<usize, ConformanceError> {
    let path = folder.join("index.txt");
    let standing = match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|source| ConformanceError::File { path: path.clone(), source })?,
    };
    let before = standing.lines().count();
    names.extend(standing.lines().map(str::to_owned));
    let text: String = names.iter().map(|name| format!("{name}\n")).collect();
    if text != standing {
        write(&path, &text)?;
    }
    Ok(names.len().saturating_sub(before))
}

/// Beside first, so that nobody reads half a file.
fn write(path: &Path, text: &str) -> Result<(), ConformanceError> {
    let refused = |source| ConformanceError::File { path: path.to_owned(), source };
    let beside = path.with_extension("new");
    fs::write(&beside, text).map_err(refused)?;
    fs::rename(&beside, path).map_err(refused)
}
