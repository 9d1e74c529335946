//! `cargo xtask toon-peer`: our TOON beside the reference implementation and the crate `toon-format`, on values and documents
//! that a seed decides.

use crate::peers::{FOLDER, Peers};
use crate::process;
use crate::test::PROFILE;
use crate::workspace::Workspace;
use anyhow::Result;
use clap::Args;
use std::process::Command;

/// Options of `toon-peer`.
#[derive(Args)]
pub struct Options {
    /// How many values, and how many mutated documents.
    #[arg(long, default_value_t = 100_000)]
    pub count: u32,
    /// Decides which.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Runs the command.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    compare(workspace, &Peers::ensure(workspace)?, options)
}

/// Compares; the last line that is printed has the counts. A difference is an error.
pub fn compare(workspace: &Workspace, peers: &Peers, options: &Options) -> Result<()> {
    let arguments = ["build", "--quiet", "--profile", PROFILE, "--package", "tracewire-wire", "--example", "toon_peer"];
    process::run(&mut workspace.cargo(arguments))?;
    let mut command = peers.node();
    command.arg(workspace.path("core/wire/tests/peers/toon.mjs"));
    command.arg("--ours").arg(workspace.target.join(PROFILE).join("examples/toon_peer"));
    command.arg("--crate").arg(rust_program(workspace, "toon_format")?);
    for name in ["--values", "--mutations"] {
        command.arg(name).arg(options.count.to_string());
    }
    process::run(command.arg("--seed").arg(options.seed.to_string()))
}

/// A program of `xtask/peers/rust`, built.
pub fn rust_program(workspace: &Workspace, name: &str) -> Result<std::path::PathBuf> {
    let mut command: Command = workspace.cargo(["build", "--quiet", "--locked", "--profile", PROFILE]);
    command.env("CARGO_TARGET_DIR", &workspace.target).current_dir(workspace.path(FOLDER).join("rust"));
    process::run(&mut command)?;
    Ok(workspace.executable(PROFILE, name))
}
