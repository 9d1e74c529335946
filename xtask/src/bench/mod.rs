//! `cargo xtask bench`: figures as rows `{"bench","subject","version","metric","unit","value"}`, and beside them what is aimed at.

mod codecs;
mod mobile;
mod record;
mod serve;
mod table;
mod typescript;

use crate::process;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Benchmarks measure what users get.
const PROFILE: &str = "dist";

/// What can be measured.
#[derive(Subcommand)]
pub enum Command {
    /// What recording a step costs, in Python, Node and on the JVM beside other libraries, in Chromium, Swift and Rust, what it adds to an agent, and how fast the store takes it in.
    Record(Options),
    /// How fast values become JSON, TOON and protobuf and are read again, beside other libraries, and how fast they are validated.
    Codecs(Options),
    /// How fast the server takes spans in, answers, starts and shows, and the memory that it takes, beside Arize Phoenix.
    Serve(serve::Options),
}

/// Options of every benchmark.
#[derive(Args)]
pub struct Options {
    /// Write the rows to this file as well, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Fewer rounds and less data: to see that it works, not to compare.
    #[arg(long)]
    quick: bool,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    bench: String,
    subject: String,
    version: String,
    metric: String,
    unit: String,
    value: f64,
}

/// Runs the command.
pub fn run(workspace: &Workspace, command: &Command) -> Result<()> {
    let (rows, options): (Vec<Row>, _) = match command {
        Command::Record(options) => (table::medians(record::run(workspace, options)?), options),
        Command::Codecs(options) => {
            let rows = table::medians(codecs::run(workspace, options)?);
            let ratios = codecs::ratios(&rows);
            (rows.into_iter().chain(ratios).collect(), options)
        }
        Command::Serve(options) => {
            let rows = table::medians(serve::run(workspace, options)?);
            let ratios = serve::ratios(&rows);
            (rows.into_iter().chain(ratios).collect(), &options.common)
        }
    };
    println!("\n{}\n\n{}", machine(), table::table(&rows));
    if let Some(path) = &options.json {
        let lines: Vec<String> = rows.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        std::fs::write(path, lines.join("\n") + "\n").with_context(|| format!("cannot write {}", path.display()))?;
        println!("written to {}", path.display());
    }
    Ok(())
}

/// The machine in one line: figures mean little without it.
fn machine() -> String {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let names = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = names.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let [system, architecture] = [std::env::consts::OS, std::env::consts::ARCH];
    format!("machine: {}, {processors} processors, {system} {architecture}", name.unwrap_or("unknown processor"))
}

fn rows_of(command: &mut std::process::Command) -> Result<Vec<Row>> {
    let mut lines = Vec::new();
    if !process::run_watched(command, |line| lines.push(line.to_owned()))? {
        bail!("{} failed", process::typed(command));
    }
    let rows: Vec<Row> = lines
        .iter()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).with_context(|| format!("not a row: {line}")))
        .collect::<Result<_>>()?;
    if rows.is_empty() {
        bail!("{} measured nothing", process::typed(command));
    }
    Ok(rows)
}
