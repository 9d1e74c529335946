//! The Python package, built as a user gets it.

use crate::process;
use crate::venv::{Requirements, Venv, python3};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::path::PathBuf;

/// The wheel's build tool; the same range stands in `sdks/python/pyproject.toml`.
const MATURIN: &str = "maturin>=1.16,<2";

/// Builds the wheel with one of the workspace's profiles. Nothing is compiled twice that cargo built before with that profile.
pub fn build(workspace: &Workspace, profile: &str) -> Result<PathBuf> {
    let tools = Venv::ensure(
        workspace,
        &Requirements { name: "maturin", interpreter: python3(), packages: &[MATURIN], groups: &[] },
    )?;
    let folder = workspace.scratch(format!("wheels/{profile}"))?;
    for entry in std::fs::read_dir(&folder)? {
        std::fs::remove_file(entry?.path())?; // an older build
    }
    let mut command = tools.program("maturin");
    command.args(["build", "--quiet", "--profile", profile, "--auditwheel", "skip", "--interpreter"]);
    command.arg(tools.bin().join("python")).arg("--out").arg(&folder);
    command.env("CARGO_TARGET_DIR", &workspace.target).current_dir(workspace.path("sdks/python"));
    process::run(&mut command)?;
    built(workspace, profile)
}

/// The wheel that was built last with a profile.
pub fn built(workspace: &Workspace, profile: &str) -> Result<PathBuf> {
    let folder = workspace.scratch(format!("wheels/{profile}"))?;
    let wheel = std::fs::read_dir(&folder)?.next().context("maturin made no wheel")??;
    Ok(wheel.path())
}
