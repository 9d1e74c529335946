//! The library for Kotlin and Swift, and the code that uniffi generates around it, which is checked in so that either SDK builds
//! with its own language's tools alone.

use crate::process;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};

/// The crate.
pub const PACKAGE: &str = "tracewire-uniffi";

/// A generated file: the language, its name as it is generated, and where it stands.
const FILES: [(&str, &str, &str); 3] = [
    (
        "kotlin",
        "dev/tracewire/internal/ffi/tracewire.kt",
        "sdks/kotlin/native/src/main/kotlin/dev/tracewire/internal/ffi/tracewire.kt",
    ),
    ("swift", "CTracewire.h", "sdks/swift/Sources/CTracewire/include/CTracewire.h"),
    ("swift", "TracewireNative.swift", "sdks/swift/Sources/TracewireNative/TracewireNative.swift"),
];

/// Options of `bindings`.
#[derive(clap::Args)]
pub struct Options {
    /// Write nothing; fail if a file is not what it would be
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    generate(workspace, "ci", options.check)
}

/// Builds the library; gives the folder with the shared and the static one, and the name of the shared one.
pub fn library(workspace: &Workspace, profile: &str) -> Result<(PathBuf, String)> {
    process::run(&mut workspace.cargo(["build", "--quiet", "--profile", profile, "--package", PACKAGE, "--lib"]))?;
    Ok((workspace.target.join(profile), shared_library()))
}

/// The name of the shared library on this machine.
pub fn shared_library() -> String {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    format!("{prefix}{}{suffix}", PACKAGE.replace('-', "_"))
}

/// Generates the code anew and writes what has changed, or fails where something would.
pub fn generate(workspace: &Workspace, profile: &str, check: bool) -> Result<()> {
    let (folder, name) = library(workspace, profile)?;
    let example = ["build", "--quiet", "--profile", profile, "--package", PACKAGE, "--example", "generate"];
    process::run(&mut workspace.cargo(example))?;
    let generator = folder.join("examples").join(format!("generate{}", std::env::consts::EXE_SUFFIX));
    let scratch = workspace.scratch("bindings")?;
    let mut different = Vec::new();
    for language in ["kotlin", "swift"] {
        let out = scratch.join(language);
        let mut command = std::process::Command::new(&generator);
        process::run_quietly(command.arg(language).arg(folder.join(&name)).arg(&out).current_dir(&workspace.root))?;
        for (_, made, stands) in FILES.iter().filter(|(of, ..)| *of == language) {
            if !replace(&out.join(made), &workspace.path(stands), check)? {
                different.push(*stands);
            }
        }
    }
    if check && !different.is_empty() {
        bail!("not what the library says: {}; run `cargo xtask bindings`", different.join(", "));
    }
    println!("{} of {} generated files changed", different.len(), FILES.len());
    Ok(())
}

/// Whether the file is what was made; unless it is only checked, it is from now on.
fn replace(made: &Path, stands: &Path, check: bool) -> Result<bool> {
    let text = std::fs::read(made).with_context(|| format!("uniffi made no {}", made.display()))?;
    let is_same = std::fs::read(stands).is_ok_and(|known| known == text);
    if !is_same && !check {
        if let Some(folder) = stands.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(stands, text).with_context(|| format!("cannot write {}", stands.display()))?;
    }
    Ok(is_same)
}
