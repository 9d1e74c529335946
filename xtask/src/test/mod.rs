//! `cargo xtask test`: the single front door to everything that has to hold.
//!
//! Each step runs even if an earlier one failed, prints its time, and stands in the table at the end. A language that this machine
//! lacks is named with the command that installs it; `--all` fails on it.

pub mod counts;
mod dashboard;
pub mod lane;
mod mobile;
mod peers;
mod python;
mod reports;
mod rust;
mod schemathesis;
mod senders;
mod typescript;

pub use peers::go;
pub use python::environment as python_environment;

use crate::conformance;
use crate::node;
use crate::steps::Steps;
use crate::tools::{self, CC, JDK, MAVEN, PYTHON, PYTHON_VENV};
use crate::torture;
use crate::workspace::Workspace;
use anyhow::Result;
use clap::{Args, ValueEnum};
use lane::Lane;
use std::path::PathBuf;

/// The profile that everything is built with here, so that nothing is built twice.
pub const PROFILE: &str = "ci";

/// Options of `test`.
#[derive(Args)]
pub struct Options {
    /// Fail if the machine lacks what a step needs, instead of leaving the step out.
    #[arg(long)]
    all: bool,
    /// Run only these steps, or all of a language; separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", conflicts_with = "all")]
    only: Vec<Choice>,
    /// Where to write the steps for another process of this program.
    #[arg(long, hide = true, value_name = "FILE", requires = "only")]
    report: Option<PathBuf>,
}

/// A step, or all steps of a language.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// All steps of Rust
    Rust,
    /// All steps of Python
    Python,
    /// Rust: formatting
    Fmt,
    /// Rust: clippy, warnings are errors
    Clippy,
    /// Rust: all tests
    Cargo,
    /// Rust: the wire crate for the browser
    Wasm,
    /// Generated files are what their sources say
    Codegen,
    /// The project's own rules
    Lint,
    /// Python: formatting
    RuffFormat,
    /// Python: lints
    Ruff,
    /// Python: types
    Mypy,
    /// Python: all tests, against the built wheel
    Pytest,
    /// The site of the documentation, warnings are errors
    Docs,
    /// The code blocks of the documentation
    DocsCode,
    /// All comparisons with independent implementations
    Peers,
    /// Peers: the protobuf's style, and that it still reads what was released
    Buf,
    /// Peers: three validators and ours agree on what fits the JSON Schemas
    Schema,
    /// Peers: TOON beside the reference implementation
    ToonPeer,
    /// Peers: reports as SARIF, judged by its official schema
    Sarif,
    /// Peers: Parquet and CSV, read by DuckDB and Polars
    Parquet,
    /// Peers: the emitter in Go that was written from the specification's text
    Go,
    /// Peers: what OpenTelemetry's SDKs send to a server, twice, is there once
    Senders,
    /// Peers: the server keeps what its own description promises
    Schemathesis,
    /// What our SDKs send to a server, twice, is there once
    SdkSenders,
    /// Every SDK gives the bytes of every conformance case
    Conformance,
    /// A few seconds of fuzzing for every decoder
    Fuzz,
    /// Processes that die and disks that fail, every way once
    Torture,
    /// Python: the same with every other version of Python that is here
    PythonVersions,
    /// All steps of TypeScript
    Typescript,
    /// TypeScript: formatting and lints
    Biome,
    /// TypeScript: types
    Tsc,
    /// TypeScript: all tests in Node
    Vitest,
    /// TypeScript: all tests in a browser
    VitestBrowser,
    /// TypeScript: the packed package, installed and run in every environment
    Packaging,
    /// TypeScript: the playground, its tests and its page in Chromium
    Playground,
    /// TypeScript: the dashboard, its size, its tests and its pages in Chromium
    Dashboard,
    /// TypeScript: the dashboard in the real server, with what SDKs recorded, in Chromium
    DashboardServed,
    /// TypeScript: the reference of the API, warnings are errors
    Typedoc,
    /// Kotlin: all tests, formatting, lints and the reference of the API
    Kotlin,
    /// Swift: all tests, formatting and lints
    Swift,
    /// Kotlin and Swift: the generated code is what the library says
    Bindings,
    /// Kotlin and Swift: the library is one for telephones, and small
    Telephones,
}

impl Options {
    fn wants(&self, step: Choice) -> bool {
        let language = match step {
            Choice::Fmt | Choice::Clippy | Choice::Cargo | Choice::Wasm => Some(Choice::Rust),
            Choice::RuffFormat
            | Choice::Ruff
            | Choice::Mypy
            | Choice::Pytest
            | Choice::PythonVersions
            | Choice::Docs
            | Choice::DocsCode => Some(Choice::Python),
            Choice::Biome
            | Choice::Tsc
            | Choice::Vitest
            | Choice::VitestBrowser
            | Choice::Packaging
            | Choice::Playground
            | Choice::Dashboard
            | Choice::DashboardServed
            | Choice::Typedoc => Some(Choice::Typescript),
            Choice::Buf
            | Choice::Schema
            | Choice::ToonPeer
            | Choice::Sarif
            | Choice::Parquet
            | Choice::Go
            | Choice::Senders
            | Choice::Schemathesis => Some(Choice::Peers),
            _ => None,
        };
        self.only.is_empty()
            || self.only.contains(&step)
            || language.is_some_and(|language| self.only.contains(&language))
    }
}

/// Runs the command. Returns whether everything held; the last line that it prints are the counts.
pub fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    let mut steps = Steps::new();
    let is_whole = options.only.is_empty();
    if is_whole {
        // Before anything builds the command line, which carries it: lanes that find other pages would build it again.
        steps.run("dashboard, built", || crate::dashboard::build_if_possible(workspace).map(|()| Default::default()));
    }
    // What is quick and fails most often comes before everything, in the order in which one would mend it.
    rust::check(workspace, options, &mut steps);
    if is_whole {
        steps.beside(Lane::start(workspace, "python", &[Choice::Peers, Choice::Python]));
        steps.beside(Lane::start(workspace, "typescript", &[Choice::Typescript]));
    }
    rust::test(workspace, options, &mut steps);
    if !is_whole {
        peers::run(workspace, options, &mut steps);
        python::run(workspace, options, &mut steps);
        typescript::run(workspace, options, &mut steps);
    }
    peers::fuzz(workspace, options, &mut steps);
    mobile::run(workspace, options, &mut steps);
    if is_whole && tools::missing(&[CC, JDK, MAVEN]).is_none() {
        steps.run("conformance, what is compiled", || conformance::compile(workspace).map(|()| Default::default()));
    }
    // Conformance runs in the environments that the other lanes made.
    steps.join();
    if options.wants(Choice::Conformance) {
        match tools::missing(&[PYTHON, PYTHON_VENV, CC]) {
            Some(advice) => steps.missing("conformance", &advice),
            None => {
                steps.run("conformance", || conformance::all(workspace, &conformance::Options::of_a_test()));
            }
        }
    }
    if options.wants(Choice::SdkSenders) {
        match tools::missing(&[PYTHON, PYTHON_VENV, CC]) {
            Some(advice) => steps.missing("senders, our SDKs", &advice),
            None => _ = steps.run("senders, our SDKs", || senders::own(workspace)),
        }
    }
    if options.wants(Choice::Torture) {
        match tools::missing(&[PYTHON, PYTHON_VENV, CC]).or_else(node::missing) {
            Some(advice) => steps.missing("torture", &advice),
            None if !cfg!(target_os = "linux") => steps.skipped("torture", "it needs Linux"),
            None => _ = steps.run("torture", || torture::short(workspace)),
        }
    }
    if let Some(path) = &options.report {
        lane::report(&steps, path)?;
        return Ok(true);
    }
    steps.print_table();
    steps.print_failures();
    let is_short = options.all && steps.is_anything_missing();
    if is_short {
        println!("\n--all asks for what is missing");
    }
    let counts = steps.counts();
    println!("\n{} passed, {} failed", counts.passed, counts.failed);
    Ok(!steps.is_anything_failed() && !is_short)
}
