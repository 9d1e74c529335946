//! What the tests of the served dashboard need: the command line with the pages in it, SDKs that record, a browser.

use super::{FOLDER, build};
use crate::node::Node;
use crate::tools;
use crate::typescript;
use crate::venv::{Requirements, Venv, python3};
use crate::wheel;
use crate::workspace::Workspace;
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// Built as all tests are.
const PROFILE: &str = "ci";
/// Its own environment and its own wheel: other tests may install theirs at the same time.
const NAME: &str = "served";
/// What records with the TypeScript SDK.
const AGENT: &str = "apps/dashboard/tests/served/agent.mjs";

/// Everything that a run of them needs.
pub struct Served {
    node: Node,
    folder: PathBuf,
    tracewire: PathBuf,
    venv: Venv,
    /// The program that records with the TypeScript SDK, and the library that it loads.
    script: PathBuf,
    native: PathBuf,
}

impl Served {
    /// Builds the pages, then the command line, then the packages for Python and TypeScript.
    pub fn build(workspace: &Workspace) -> Result<Served> {
        let node = Node::find(workspace)?;
        build(workspace, &node)?;
        let typescript = typescript::environment(workspace, PROFILE)?;
        let script = workspace.scratch(NAME)?.join("agent.mjs");
        typescript.bundle(workspace, &workspace.path(AGENT), &script, &[])?;
        let requirements = Requirements { name: NAME, interpreter: python3(), packages: &[], groups: &[] };
        let venv = Venv::ensure(workspace, &requirements)?;
        venv.install_wheel(&wheel::build_into(workspace, PROFILE, NAME)?)?;
        let tracewire = workspace.executable(PROFILE, "tracewire");
        Ok(Served { node, folder: workspace.path(FOLDER), tracewire, venv, script, native: typescript.native })
    }

    /// Runs one of the projects of `vitest.config.ts`.
    pub fn vitest(&self, project: &str) -> Command {
        let mut command = self.node.script(&self.folder, "vitest/vitest.mjs");
        command.args(["run", "--project", project]).env("NO_COLOR", "1").env("CI", "1");
        command.env("TRACEWIRE_BIN", &self.tracewire).env("TRACEWIRE_PYTHON", self.venv.bin().join("python"));
        command.env("TRACEWIRE_TYPESCRIPT", &self.script).env("TRACEWIRE_NATIVE", &self.native);
        command.env_remove("TRACEWIRE_DIR").env_remove("TRACEWIRE_DATABASE").env("PYTHONDONTWRITEBYTECODE", "1");
        if let Some(chromium) = tools::chromium() {
            command.env("TRACEWIRE_CHROMIUM", chromium);
        }
        command
    }
}
