//! The Python package, built as a user gets it.
//!
//! Lanes of a test build beside each other, and maturin puts what it packs into one place. So one builds at a time, and who may
//! build while another installs has a folder of its own.

use crate::process;
use crate::venv::{Requirements, Venv, python3};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::fs::File;
use std::path::PathBuf;

/// The wheel's build tool; the same range stands in `sdks/python/pyproject.toml`.
const MATURIN: &str = "maturin>=1.16,<2";

/// Builds the wheel with one of the workspace's profiles. Nothing is compiled twice that cargo built before with that profile.
pub fn build(workspace: &Workspace, profile: &str) -> Result<PathBuf> {
    build_into(workspace, profile, profile)
}

/// The same into a folder of this name.
pub fn build_into(workspace: &Workspace, profile: &str, name: &str) -> Result<PathBuf> {
    let lock = File::create(workspace.scratch("wheels")?.join(".lock")).context("cannot make a lock")?;
    lock.lock().context("cannot wait for another build of the wheel")?;
    let tools = Venv::ensure(
        workspace,
        &Requirements { name: "maturin", interpreter: python3(), packages: &[MATURIN], groups: &[] },
    )?;
    let folder = workspace.scratch(format!("wheels/{name}"))?;
    for entry in std::fs::read_dir(&folder)? {
        std::fs::remove_file(entry?.path())?; // an older build
    }
    let mut command = tools.program("maturin");
    command.args(["build", "--quiet", "--profile", profile, "--auditwheel", "skip", "--interpreter"]);
    command.arg(tools.bin().join("python")).arg("--out").arg(&folder);
    command.env("CARGO_TARGET_DIR", &workspace.target).current_dir(workspace.path("sdks/python"));
    process::run(&mut command)?;
    built(workspace, name)
}

/// The wheel that was built last into the folder of this name, such as a profile's.
pub fn built(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let folder = workspace.scratch(format!("wheels/{name}"))?;
    let wheel = std::fs::read_dir(&folder)?.next().context("maturin made no wheel")??;
    Ok(wheel.path())
}
