//! The torture harness: processes in Rust, Python and Node that record while everything goes wrong, and an oracle that compares
//! what their calls returned with what a reader finds. `cargo xtask torture` builds what it needs and runs it.
//!
//! | module | what it is |
//! |---|---|
//! | [`scenarios`] | what is done to processes |
//! | [`fleet`] | processes that are started, heard and killed |
//! | [`said`] | what they say: a line for each call that returned |
//! | [`found`] | what readers find: journals, the store, envelopes that were sent |
//! | [`oracle`] | both compared; pure |
//! | [`round`], [`run`] | a round of a scenario; rounds until the time is over |
//! | [`report`] | the table, and JSON |
//! | [`shim`] | libraries in front of the system's |
//! | [`endpoint`] | a bad HTTP endpoint |
//! | [`victim`] | Rust's worker; Python's and Node's are in `workers/` |

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks to a person")]

mod endpoint;
mod fleet;
mod found;
mod oracle;
#[cfg(test)]
mod oracle_tests;
mod report;
mod round;
mod run;
mod said;
mod scenarios;
mod shim;
mod victim;

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};
use round::Kit;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// The torture harness of tracewire; `cargo xtask torture` runs it.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Tortures.
    Run(Box<Options>),
    /// Names the scenarios.
    List,
    /// Is tortured.
    #[command(hide = true)]
    Victim { directory: PathBuf, told: String, worker: String, seed: u64 },
}

#[derive(clap::Args)]
struct Options {
    #[arg(long)]
    python: PathBuf,
    #[arg(long)]
    node: PathBuf,
    #[arg(long)]
    native: PathBuf,
    #[arg(long)]
    bundles: PathBuf,
    #[arg(long)]
    tracewire: PathBuf,
    #[arg(long)]
    sources: PathBuf,
    #[arg(long)]
    scratch: PathBuf,
    /// How long.
    #[arg(long)]
    seconds: Option<u64>,
    /// Every scenario once, and small.
    #[arg(long, conflicts_with = "seconds")]
    short: bool,
    /// So many rounds of each scenario.
    #[arg(long)]
    rounds: Option<u64>,
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    #[arg(long)]
    seed: Option<u64>,
    #[arg(long)]
    jobs: Option<usize>,
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Victim { directory, told, worker, seed } => {
            victim::run(&directory, &told, &worker, seed).map(|()| true)
        }
        Command::List => {
            for scenario in scenarios::ALL {
                println!("{:<18} {}", scenario.name, scenario.about);
            }
            Ok(true)
        }
        Command::Run(options) => torture(&options),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A run that was interrupted may have left small file systems behind.
fn unmount_leftovers(scratch: &Path) {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    for point in mounts.lines().filter_map(|line| line.split(' ').nth(1)) {
        if Path::new(point).starts_with(scratch) {
            let _ = std::process::Command::new("umount").args(["--lazy", point]).status();
        }
    }
}

/// Whether nothing was found.
fn torture(options: &Options) -> Result<bool> {
    let find = |name: &String| {
        let known = scenarios::ALL.iter().find(|scenario| scenario.name == name);
        known.with_context(|| format!("there is no scenario {name}: see --list"))
    };
    let scenarios = match options.only.as_slice() {
        [] => scenarios::ALL.iter().collect(),
        only => only.iter().map(find).collect::<Result<Vec<_>>>()?,
    };
    let kit = Kit {
        python: options.python.clone(),
        node: options.node.clone(),
        native: options.native.clone(),
        bundles: options.bundles.clone(),
        tracewire: options.tracewire.clone(),
        sources: std::path::absolute(&options.sources)?,
        scratch: options.scratch.clone(),
        is_short: options.short,
    };
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(1..1_000_000_000));
    let plan = run::Plan {
        time: options.seconds.map(Duration::from_secs),
        scenarios,
        seed,
        // Some rounds mostly wait.
        jobs: options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from) + 1).max(1),
        rounds: options.rounds,
    };
    unmount_leftovers(&kit.scratch);
    println!("torture with seed {seed}");
    let report = run::run(&kit, &plan)?;
    report.show();
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if !report.findings.is_empty() {
        println!("what was left of rounds with findings is in {}", kit.scratch.display());
    }
    let (failed, passed) = report.rounds();
    println!("\ntorture: {passed} rounds passed; {failed} failed");
    if passed + failed == 0 {
        bail!("no round was run");
    }
    Ok(failed == 0)
}
