//! Python's virtual environments, made once for each set of requirements and kept below the target directory.

use crate::process;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Python package, whose `pyproject.toml` names what its tests, lints and benchmarks need.
const PYPROJECT: &str = "sdks/python/pyproject.toml";

/// What an environment is made of.
#[derive(Hash)]
pub struct Requirements<'a> {
    /// What it is for; part of its folder's name.
    pub name: &'a str,
    /// The interpreter that it is made with.
    pub interpreter: &'a Path,
    /// Packages as pip takes them.
    pub packages: &'a [&'a str],
    /// Dependency groups of the Python package's `pyproject.toml`.
    pub groups: &'a [&'a str],
}

/// The interpreter that everything is done with.
pub fn python3() -> &'static Path {
    Path::new("python3")
}

/// A virtual environment.
pub struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The environment for these requirements, made if it is not there yet.
    pub fn ensure(workspace: &Workspace, requirements: &Requirements<'_>) -> Result<Venv> {
        let pyproject = workspace.path(PYPROJECT);
        let mut hasher = DefaultHasher::new();
        requirements.hash(&mut hasher);
        process::capture(
            Command::new(requirements.interpreter).args(["-c", "import sys; print(sys.version, sys.base_prefix)"]),
        )?
        .hash(&mut hasher);
        if !requirements.groups.is_empty() {
            std::fs::read(&pyproject).with_context(|| format!("cannot read {PYPROJECT}"))?.hash(&mut hasher);
        }
        let parent = workspace.scratch("venv")?;
        let venv = Venv { folder: parent.join(format!("{}-{:016x}", requirements.name, hasher.finish())) };
        let complete = venv.folder.join("complete");
        if complete.exists() {
            return Ok(venv);
        }
        println!("making a virtual environment: {}", workspace.shown(&venv.folder));
        remove_older(&parent, requirements.name)?;
        process::run_quietly(Command::new(requirements.interpreter).args(["-m", "venv"]).arg(&venv.folder))?;
        venv.install(["--upgrade", "pip>=25.1"])?; // the first pip that reads dependency groups
        let mut arguments: Vec<String> = requirements.packages.iter().map(|package| (*package).to_owned()).collect();
        for group in requirements.groups {
            arguments.extend(["--group".to_owned(), format!("{}:{group}", pyproject.display())]);
        }
        if !arguments.is_empty() {
            venv.install(&arguments)?;
        }
        std::fs::write(complete, "")?;
        Ok(venv)
    }

    /// A program of the environment, such as `python` or `ruff`.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin().join(name));
        let mut path = std::ffi::OsString::from(self.bin());
        if let Some(rest) = std::env::var_os("PATH") {
            path.push(if cfg!(windows) { ";" } else { ":" });
            path.push(rest);
        }
        command.env("PATH", path).env("VIRTUAL_ENV", &self.folder).env_remove("PYTHONHOME").env_remove("PYTHONPATH");
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// The environment's folder of programs.
    pub fn bin(&self) -> PathBuf {
        self.folder.join(if cfg!(windows) { "Scripts" } else { "bin" })
    }

    /// Installs a wheel that was just built, in place of an older build of the same version.
    pub fn install_wheel(&self, wheel: &Path) -> Result<()> {
        let mut command = self.program("python");
        command.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--force-reinstall",
        ]);
        process::run_quietly(command.arg(wheel))
    }

    fn install<A: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<()> {
        let mut command = self.program("python");
        command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(arguments);
        process::run_quietly(&mut command)
    }
}

fn remove_older(parent: &Path, name: &str) -> Result<()> {
    for entry in std::fs::read_dir(parent)? {
        let entry = entry?;
        let file_name = entry.file_name();
        let Some(rest) = file_name.to_str().and_then(|text| text.strip_prefix(name)) else {
            continue;
        };
        if rest.len() == 17 && rest.starts_with('-') {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
