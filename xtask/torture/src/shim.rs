//! Libraries that stand in front of the system's: compiled when they are needed, and told what to do through a small file.

use crate::round::Kit;
use anyhow::{Context as _, Result, bail};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// One compiler at a time.
static COMPILING: Mutex<()> = Mutex::new(());

/// A library, and the file that steers it.
pub struct Shim {
    library: PathBuf,
    path: PathBuf,
    control: File,
}

impl Shim {
    /// The library of this name, steered by a file in `folder`.
    pub fn new(kit: &Kit, name: &str, folder: &Path) -> Result<Shim> {
        let path = folder.join("control");
        let control = File::create(&path).context("cannot make the file that steers a shim")?;
        control.set_len(4096)?;
        Ok(Shim { library: compiled(kit, name)?, path, control })
    }

    /// Puts it in front of a program.
    pub fn before(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library).env("TORTURE_CONTROL", &self.path);
    }

    /// Sets the first bytes of the control file.
    pub fn set(&self, bytes: &[u8]) -> Result<()> {
        self.control.write_all_at(bytes, 0).context("cannot steer a shim")
    }
}

fn compiled(kit: &Kit, name: &str) -> Result<PathBuf> {
    let _one = COMPILING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let source = kit.sources.join("shims").join(format!("{name}.c"));
    let library = kit.scratch.join(format!("{name}.so"));
    let time = |path: &Path| path.metadata().and_then(|found| found.modified()).ok();
    if time(&library) > time(&source) {
        return Ok(library);
    }
    let mut command = Command::new("cc");
    command.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-o"]).arg(&library).arg(&source).arg("-ldl");
    let output = command.output().context("cannot start cc")?;
    if !output.status.success() {
        bail!("{name}.c does not compile:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(library)
}
