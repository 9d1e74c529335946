//! The commands of the kit's own program. People who test an emitter of theirs use `tracewire conformance`.
//!
//! | command | what it does |
//! |---|---|
//! | `bless` | fills in what cases expect, where implementations agree |
//! | `run` | the cases against several implementations, with reports |
//! | `golden` | writes down what a release emits, once |
//! | `fuzz` | random scripts to several implementations, which must answer the same |

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "commands speak to a person")]

pub(crate) mod adapters;
mod bless;
mod golden;
mod run;

pub use run::{SHOWN_PROBLEMS, write as write_reports};

use crate::ConformanceError;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The conformance kit's own commands.
#[derive(Parser)]
#[command(name = "tracewire-conformance", max_term_width = 120)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fill in what cases expect, where implementations agree; name every difference.
    Bless(bless::Options),
    /// Run the cases against implementations, and write reports.
    Run(run::Options),
    /// Write down what a release emits, once and for ever.
    Golden(golden::Options),
    /// Ask several implementations the same at random, and shrink what they answer differently.
    Fuzz(crate::fuzz::Args),
}

/// Runs the command line. Exit codes: 0 as asked, 1 a problem was found, 2 not understood, 4 a file or an adapter cannot be used.
pub fn main() -> ExitCode {
    let ended = match Arguments::parse().command {
        Command::Bless(options) => bless::run(&options),
        Command::Run(options) => run::run(&options),
        Command::Golden(options) => golden::run(&options),
        Command::Fuzz(args) => crate::fuzz::run(&args, &mut std::io::stdout()).map(|summary| summary.is_clean()),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error @ ConformanceError::Pattern { .. }) => fail(&error, 2),
        Err(error) => fail(&error, 4),
    }
}

fn fail(error: &ConformanceError, code: u8) -> ExitCode {
    eprintln!("error: {error} [{}]", error.code());
    ExitCode::from(code)
}
