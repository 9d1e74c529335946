//! The server's own description of its API, held against what it does: Schemathesis makes requests of it, good and bad ones, alone
//! and one after another, and looks at every answer.

use super::{PROFILE, senders};
use crate::peers::listed;
use crate::process;
use crate::steps::Counts;
use crate::venv::{Requirements, Venv, python3};
use crate::workspace::Workspace;
use anyhow::Result;

/// Explores a server with some data, always in the same way.
pub fn explore(workspace: &Workspace) -> Result<Counts> {
    senders::build(workspace)?;
    let folder = workspace.path(senders::FOLDER);
    let text = std::fs::read_to_string(folder.join("schemathesis.txt"))?;
    let packages = listed(&text);
    let requirements = Requirements { name: "schemathesis", interpreter: python3(), packages: &packages, groups: &[] };
    let venv = Venv::ensure(workspace, &requirements)?;
    let mut command = venv.program("python");
    command.args(["-B", "explore.py"]).arg(workspace.path("core/otlp/tests/captures"));
    command.arg(workspace.path("examples/third-party/good-envelopes.jsonl"));
    command.env("TRACEWIRE_PROGRAM", workspace.executable(PROFILE, "tracewire")).env_remove("TRACEWIRE_DIR");
    process::run(command.current_dir(folder))?;
    Ok(Counts { passed: 1, failed: 0 })
}
