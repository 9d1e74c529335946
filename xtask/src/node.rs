//! Node and npm: those of this machine when they are new enough, else those that the peers bring from Python's registry.

use crate::peers::Peers;
use crate::process;
use crate::tools::{self, NODE, PYTHON, PYTHON_VENV};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What names the packages of a folder, and how they are fetched.
const NAMING: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
/// The file in `node_modules` that says for which of these it was filled.
const STAMP: &str = ".filled-for";

/// What is missing to have a Node; `None` where there is one or one can be fetched.
pub fn missing() -> Option<String> {
    if NODE.is_present() {
        return None;
    }
    tools::missing(&[PYTHON, PYTHON_VENV]).map(|_| NODE.advice())
}

/// A Node with its npm.
pub struct Node {
    /// Its folder of programs, which goes first in the search path; `None` for what is in the path already.
    folder: Option<PathBuf>,
    version: String,
}

impl Node {
    /// The Node of this machine, or the one that is installed below the target directory.
    pub fn find(workspace: &Workspace) -> Result<Node> {
        let folder = if NODE.is_present() { None } else { Some(Peers::ensure(workspace)?.node_folder(workspace)?) };
        let mut node = Node { folder, version: String::new() };
        node.version = process::capture(node.program("node").arg("--version"))?.trim().to_owned();
        Ok(node)
    }

    /// `node` or `npm`.
    pub fn program(&self, name: &str) -> Command {
        let mut command = match &self.folder {
            Some(folder) => Command::new(folder.join(name)),
            // On Windows npm is a script for the shell.
            None if cfg!(windows) && name == "npm" => Command::new("npm.cmd"),
            None => Command::new(name),
        };
        command.env("PATH", self.path());
        command
    }

    /// A script of a package in a folder's `node_modules`, run there: `typescript/bin/tsc`.
    pub fn script(&self, folder: &Path, script: &str) -> Command {
        let mut command = self.program("node");
        command.arg(folder.join("node_modules").join(script)).current_dir(folder);
        command
    }

    /// The search path with this Node first.
    pub fn path(&self) -> OsString {
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let all = self.folder.iter().cloned().chain(std::env::split_paths(&rest));
        std::env::join_paths(all).unwrap_or(rest.clone())
    }

    /// `npm ci` in a folder, unless its `node_modules` was filled for the same lock file. No script of a package runs.
    pub fn install(&self, folder: &Path) -> Result<()> {
        let wanted = self.hash(folder)?;
        let stamp = folder.join("node_modules").join(STAMP);
        if std::fs::read_to_string(&stamp).is_ok_and(|text| text == wanted) {
            return Ok(());
        }
        println!("installing npm packages: {}", folder.display());
        let mut command = self.program("npm");
        command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]).current_dir(folder);
        process::run_quietly(&mut command)?;
        std::fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
    }

    /// The same in a copy below the target directory, for packages that need not be seen from the folder itself; gives the copy.
    pub fn install_apart(&self, workspace: &Workspace, folder: &str) -> Result<PathBuf> {
        let from = workspace.path(folder);
        let name = folder.replace('/', "-");
        let parent = workspace.scratch("npm")?;
        let apart = parent.join(format!("{name}-{}", self.hash(&from)?));
        if !apart.exists() {
            for entry in std::fs::read_dir(&parent)? {
                let entry = entry?;
                if entry.file_name().to_string_lossy().starts_with(&name) {
                    std::fs::remove_dir_all(entry.path())?; // what was asked for before
                }
            }
            std::fs::create_dir_all(&apart)?;
            for file in NAMING {
                std::fs::copy(from.join(file), apart.join(file)).with_context(|| format!("no {file} in {folder}"))?;
            }
        }
        self.install(&apart)?;
        Ok(apart)
    }

    fn hash(&self, folder: &Path) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        self.version.hash(&mut hasher);
        for name in NAMING {
            let path = folder.join(name);
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?.hash(&mut hasher);
        }
        Ok(format!("{:016x}", hasher.finish()))
    }
}
