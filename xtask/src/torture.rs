//! `cargo xtask torture`: processes that record while everything goes wrong, and an oracle that counts what is left.
//!
//! The harness is the program in `xtask/torture`, built as what is tested is built: it reads with the real readers, a million records
//! and more. Here it gets what it needs: Python with the wheel, Node with the bundled workers, the command line.

use crate::node;
use crate::process;
use crate::steps::Counts;
use crate::test::{PROFILE, counts, python_environment};
use crate::tools::{self, CC, PYTHON, PYTHON_VENV};
use crate::typescript;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the harness is, with its workers.
const FOLDER: &str = "xtask/torture";
/// Node's workers.
const MODULES: [&str; 3] = ["worker", "cluster", "exporters"];

/// Options of `torture`.
#[derive(Args)]
pub struct Options {
    /// No round begins after this time; every scenario runs once at least
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Keep what was done and found in a file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Only these scenarios, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "SCENARIO")]
    only: Vec<String>,
    /// Decides what is left to chance; another one each time where it is left out
    #[arg(long)]
    seed: Option<u64>,
    /// So many rounds of each scenario, instead of a time
    #[arg(long)]
    rounds: Option<u64>,
    /// Every scenario once, and small: what the tests run
    #[arg(long)]
    short: bool,
    /// Name the scenarios
    #[arg(long)]
    list: bool,
}

/// Runs the command. Returns whether nothing was found.
pub fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    let program = program(workspace)?;
    if options.list {
        return process::run(Command::new(program).arg("list")).map(|()| true);
    }
    let mut command = harness(workspace, &program)?;
    match (options.short, options.rounds) {
        (true, _) => command.arg("--short"),
        (false, Some(rounds)) => command.args(["--rounds", &rounds.to_string()]),
        (false, None) => command.args(["--seconds", &options.seconds.to_string()]),
    };
    if !options.only.is_empty() {
        command.args(["--only", &options.only.join(",")]);
    }
    if let Some(seed) = options.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    if let Some(json) = &options.json {
        command.arg("--json").arg(std::path::absolute(json)?);
    }
    let status = command.status().with_context(|| format!("cannot start {}", process::typed(&command)))?;
    Ok(status.success())
}

/// The short form within the tests: every scenario once, small, from one seed. A test is a round.
pub fn short(workspace: &Workspace) -> Result<Counts> {
    let program = program(workspace)?;
    let mut command = harness(workspace, &program)?;
    counts::run(command.args(["--short", "--seed", "1"]), counts::of_torture)
}

fn program(workspace: &Workspace) -> Result<PathBuf> {
    if !cfg!(target_os = "linux") {
        bail!("torture needs Linux: it preloads libraries, and makes small file systems");
    }
    process::run(&mut workspace.cargo(["build", "--quiet", "--profile", PROFILE, "--package", "tracewire-torture"]))?;
    Ok(workspace.executable(PROFILE, "tracewire-torture"))
}

fn harness(workspace: &Workspace, program: &Path) -> Result<Command> {
    if let Some(advice) = tools::missing(&[CC, PYTHON, PYTHON_VENV]).or_else(node::missing) {
        bail!("{advice}");
    }
    let venv = python_environment(workspace)?;
    let typescript = typescript::environment(workspace, PROFILE)?;
    let bundles = workspace.scratch("torture/bundles")?;
    for module in MODULES {
        let source = workspace.path(FOLDER).join("workers").join(format!("{module}.ts"));
        typescript.bundle(workspace, &source, &bundles.join(format!("{module}.mjs")), &[])?;
    }
    let node = process::capture(typescript.node.program("node").args(["-p", "process.execPath"]))?;
    let mut command = Command::new(program);
    command.arg("run").arg("--python").arg(venv.bin().join("python"));
    command.arg("--node").arg(node.trim()).arg("--native").arg(&typescript.native).arg("--bundles").arg(&bundles);
    command.arg("--tracewire").arg(workspace.executable(PROFILE, "tracewire"));
    command.arg("--sources").arg(workspace.path(FOLDER)).arg("--scratch").arg(workspace.scratch("torture/rounds")?);
    Ok(command)
}
