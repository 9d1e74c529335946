//! The build front door: `cargo xtask <command>`.
//!
//! | command | what it does |
//! |---|---|
//! | `demo` | records a real agent, kills it in the middle of a step, and shows what is left |
//! | `dashboard` | builds the server's pages, which the command line then carries |
//! | `test` | everything that has to hold before a change is done |
//! | `codegen` | makes what is generated: constants, JSON Schema, reference pages |
//! | `lint` | the project's own rules |
//! | `conformance` | asks every SDK the conformance cases, and reports what came out |
//! | `bench record` | measures recording and reading beside other libraries |
//! | `bench codecs` | measures JSON, TOON and protobuf beside other libraries |
//! | `bench serve` | measures the server beside Arize Phoenix |
//! | `fuzz` | has every decoder read what nobody would write |
//! | `torture` | kills processes that record, breaks their disks, and counts what is left |
//! | `npm` | packs the TypeScript package and its native part as they are published |
//! | `wasm` | builds the modules for browsers, and looks at their size |
//! | `bindings` | generates the code around the library for Kotlin and Swift |
//! | `mobile` | checks the library for telephones, and its size there |
//! | `prices` | makes the price list of models anew from the newest genai-prices |
//! | `toon-peer` | compares our TOON with the reference implementation |
//!
//! It needs cargo and, for Python, `python3` with `venv`; everything else it gets from the registries of the languages. What it
//! makes lies below cargo's target directory, except what `codegen`, `bindings` and `prices` write, and what git ignores in the packages.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks to a person")]

mod bench;
mod codegen;
mod conformance;
mod dashboard;
mod demo;
mod fuzz;
mod interpreters;
mod lint;
mod maven;
mod mobile;
mod node;
mod npm;
mod peers;
mod prices;
mod process;
mod schema_cases;
mod steps;
mod swift;
mod test;
mod told;
mod tools;
mod toon_peer;
mod torture;
mod typescript;
mod uniffi;
mod venv;
mod wasm;
mod wheel;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The build front door of tracewire.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 120)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Record a real agent, kill it in the middle of a step, and show what is left.
    Demo(demo::Options),
    /// Build the server's pages, which the command line then carries.
    Dashboard(dashboard::Options),
    /// Run everything that has to hold before a change is done.
    Test(test::Options),
    /// Make what is generated: constants, JSON Schema, reference pages.
    Codegen(codegen::Options),
    /// Check the project's own rules.
    Lint,
    /// Ask every SDK the conformance cases, and report what came out.
    Conformance(conformance::Options),
    /// Measure.
    #[command(subcommand)]
    Bench(bench::Command),
    /// Have every decoder read what nobody would write.
    Fuzz(fuzz::Options),
    /// Kill processes that record, break their disks, and count what is left.
    Torture(torture::Options),
    /// Pack the TypeScript package and its native part as they are published.
    Npm(npm::Options),
    /// Build the modules for browsers, and look at their size.
    Wasm(wasm::Options),
    /// Generate the code around the library for Kotlin and Swift.
    Bindings(uniffi::Options),
    /// Check the library for telephones, and its size there.
    Mobile,
    /// Make the price list of models anew, and say what changed.
    Prices(prices::Options),
    /// Compare our TOON with the reference implementation and the crate `toon-format`.
    ToonPeer(toon_peer::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = workspace::Workspace::find().and_then(|workspace| match arguments.command {
        Command::Demo(options) => demo::run(&workspace, &options).map(|()| true),
        Command::Dashboard(options) => dashboard::run(&workspace, &options).map(|()| true),
        Command::Test(options) => test::run(&workspace, &options),
        Command::Codegen(options) => codegen::run(&workspace, &options).map(|()| true),
        Command::Lint => lint::run(&workspace).map(|()| true),
        Command::Conformance(options) => conformance::run(&workspace, &options),
        Command::Bench(command) => bench::run(&workspace, &command).map(|()| true),
        Command::Fuzz(options) => fuzz::run(&workspace, &options),
        Command::Torture(options) => torture::run(&workspace, &options),
        Command::Npm(options) => npm::run(&workspace, &options).map(|()| true),
        Command::Wasm(options) => wasm::run(&workspace, &options).map(|()| true),
        Command::Bindings(options) => uniffi::run(&workspace, &options).map(|()| true),
        Command::Mobile => mobile::run(&workspace).map(|()| true),
        Command::Prices(options) => prices::run(&workspace, &options),
        Command::ToonPeer(options) => toon_peer::run(&workspace, &options).map(|()| true),
    });
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::CommandFactory as _;

    #[test]
    fn options_of_all_commands_fit_together() {
        Arguments::command().debug_assert();
    }
}
