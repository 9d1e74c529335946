//! The TypeScript package: what it is built of and how. The package's own scripts (`sdks/typescript/scripts`) do all that needs no Rust.

use crate::node::Node;
use crate::process;
use crate::tools;
use crate::wasm;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package.
pub const PACKAGE: &str = "sdks/typescript";
/// Its native part for Node.
const NATIVE: &str = "tracewire-napi";

/// Everything that the package's own tests need.
pub struct Environment {
    /// The package's folder, with its `node_modules`.
    pub folder: PathBuf,
    /// Runs it.
    pub node: Node,
    /// The native library, as `TRACEWIRE_NATIVE` names it.
    pub native: PathBuf,
    path: OsString,
}

/// Installs what the package's development needs, and builds its native library and the command line with one of the workspace's profiles.
pub fn environment(workspace: &Workspace, profile: &str) -> Result<Environment> {
    let node = Node::find(workspace)?;
    let folder = workspace.path(PACKAGE);
    node.install(&folder)?;
    process::run(&mut workspace.cargo(["build", "--quiet", "--profile", profile, "--package", "tracewire-cli"]))?;
    let native = native(workspace, profile)?;
    let programs = workspace.executable(profile, "tracewire");
    let programs = programs.parent().unwrap_or(Path::new(".")).to_path_buf();
    let rest = node.path();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&rest)))?;
    Ok(Environment { folder, node, native, path })
}

impl Environment {
    /// A script of an installed package, in the package's folder: it finds the library and the command line that were built
    /// here, and records nowhere by chance.
    pub fn script(&self, script: &str) -> Command {
        let mut command = self.node.script(&self.folder, script);
        command.env("PATH", &self.path).env("TRACEWIRE_NATIVE", &self.native);
        if let Some(chromium) = tools::chromium() {
            command.env("TRACEWIRE_CHROMIUM", chromium);
        }
        command.env_remove("TRACEWIRE_DIR").env("NO_COLOR", "1").env("CI", "1");
        command
    }

    /// Makes one file of a program and the package's sources.
    pub fn bundle(&self, workspace: &Workspace, program: &Path, out: &Path, more: &[&str]) -> Result<()> {
        // What takes the native library's place where that is missing is part of it.
        if !self.folder.join("src/native/recorder.generated.js").exists() {
            wasm::build(workspace)?;
        }
        let mut command = self.script("esbuild/bin/esbuild");
        command.arg(program).arg(format!("--outfile={}", out.display()));
        command.args(["--bundle", "--platform=node", "--format=esm", "--target=node20", "--log-level=warning"]);
        command.args(["--alias:tracewire=./src/index.ts", "--alias:tracewire/mcp=./src/integrations/mcp.ts"]);
        // The program has no packages of its own.
        command.args(more).env("NODE_PATH", self.folder.join("node_modules"));
        process::run(&mut command)
    }

    /// Builds `dist/`.
    pub fn build(&self) -> Result<()> {
        let mut command = self.node.program("node");
        process::run(command.arg("scripts/build.mjs").current_dir(&self.folder))
    }

    /// Packs the built package and its native part for this machine into a folder of archives.
    pub fn pack(&self, out: &Path, is_published: bool) -> Result<()> {
        let mut command = self.node.program("node");
        command.arg("scripts/pack.mjs").arg("--out").arg(out).arg("--native");
        command.arg(format!("{}={}", host()?, self.native.display()));
        if is_published {
            command.arg("--sizes");
        }
        process::run(command.current_dir(&self.folder))
    }
}

/// Builds the native library; gives the file that Node loads.
pub fn native(workspace: &Workspace, profile: &str) -> Result<PathBuf> {
    process::run(&mut workspace.cargo(["build", "--quiet", "--profile", profile, "--package", NATIVE]))?;
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let folder = workspace.target.join(profile);
    let library = folder.join(format!("{prefix}{}{suffix}", NATIVE.replace('-', "_")));
    let native = folder.join("tracewire.node");
    // A new file in place of the old one: a process that has the old one mapped keeps it.
    let fresh = folder.join("tracewire.node.new");
    std::fs::copy(&library, &fresh).with_context(|| format!("cargo made no {}", library.display()))?;
    std::fs::rename(&fresh, &native)?;
    Ok(native)
}

/// Rust's name of this machine.
fn host() -> Result<String> {
    let told = process::capture(Command::new("rustc").arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not say its host")?;
    Ok(host.to_owned())
}
