//! What the command line writes, judged by the programs that it is written for: SARIF by its official schema, Parquet and CSV by
//! DuckDB and Polars.

use super::PROFILE;
use crate::peers::{FOLDER, Peers, listed};
use crate::process;
use crate::steps::Counts;
use crate::venv::{Requirements, Venv, python3};
use crate::workspace::Workspace;
use anyhow::Result;
use std::path::PathBuf;

/// Compares what DuckDB and Polars read with the events that were written.
pub const PARQUET: &str = "apps/cli/tests/peers/parquet.py";
/// Recordings with planted defects: each is a report.
const DEFECTS: &str = "examples/third-party";
/// As its committee publishes it.
const SARIF_SCHEMA: &str = "apps/cli/tests/sarif/sarif-schema-2.1.0.json";

/// The command line, built as the tests have it.
fn tracewire(workspace: &Workspace) -> Result<PathBuf> {
    process::run(&mut workspace.cargo(["build", "--quiet", "--profile", PROFILE, "--package", "tracewire-cli"]))?;
    Ok(workspace.executable(PROFILE, "tracewire"))
}

/// Every recording of `examples/third-party`, as SARIF.
pub fn sarif(workspace: &Workspace, peers: &Peers) -> Result<Counts> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(workspace.path(DEFECTS))? {
        let path = entry?.path();
        let is_recording = path.extension().is_some_and(|extension| extension != "md");
        if is_recording && path.file_stem().is_some_and(|name| name != "expected") {
            files.push(path);
        }
    }
    files.sort();
    let mut command = peers.python();
    command.arg(workspace.path(FOLDER).join("sarif.py")).arg(tracewire(workspace)?);
    process::run(command.arg(workspace.path(SARIF_SCHEMA)).args(&files).current_dir(&workspace.root))?;
    Ok(Counts { passed: files.len() as u64, failed: 0 })
}

/// Tables, read by others.
pub fn parquet(workspace: &Workspace) -> Result<Counts> {
    let text = std::fs::read_to_string(workspace.path(FOLDER).join("tables.txt"))?;
    let requirements = Requirements { name: "tables", interpreter: python3(), packages: &listed(&text), groups: &[] };
    let venv = Venv::ensure(workspace, &requirements)?;
    process::run(venv.program("python").arg(workspace.path(PARQUET)).arg(tracewire(workspace)?))?;
    Ok(Counts { passed: 1, failed: 0 })
}
