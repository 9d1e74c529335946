//! Where things are: the checkout, the target directory, the tools.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout.
pub struct Workspace {
    /// Root of the checkout.
    pub root: PathBuf,
    /// Cargo's target directory; everything that xtask makes and does not check in is below it.
    pub target: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Workspace {
    /// Asks cargo.
    pub fn find() -> Result<Workspace> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let output = Command::new(cargo_path())
            .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
            .arg(Path::new(&manifest).join("Cargo.toml"))
            .output()
            .context("cannot start cargo")?;
        if !output.status.success() {
            bail!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).context("cannot read what cargo metadata says")?;
        Ok(Workspace { root: metadata.workspace_root, target: metadata.target_directory })
    }

    /// A path below the root.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// A folder of xtask's own below the target directory, made if it is not there.
    pub fn scratch(&self, relative: impl AsRef<Path>) -> Result<PathBuf> {
        let path = self.target.join("xtask").join(relative);
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(path)
    }

    /// A path as people want to read it: relative to the root where it is below it.
    pub fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }

    /// Cargo, in the root of the checkout.
    pub fn cargo<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(cargo_path());
        command.args(arguments).current_dir(&self.root);
        command
    }

    /// Where cargo puts an executable that it builds with a profile.
    pub fn executable(&self, profile: &str, name: &str) -> PathBuf {
        let folder = if profile == "dev" { "debug" } else { profile };
        self.target.join(folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Text files that git knows or would know, relative to the root, sorted.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output()
            .context("cannot start git (Debian: apt-get install git)")?;
        if !output.status.success() {
            bail!("git ls-files failed:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        let mut files: Vec<PathBuf> = String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(PathBuf::from)
            .filter(|path| self.root.join(path).is_file())
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }
}

/// The cargo that started us, so that a chosen toolchain stays chosen.
fn cargo_path() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}
