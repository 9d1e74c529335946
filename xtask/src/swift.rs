//! The Swift SDK, built by SwiftPM: the one place that calls it. `.ci/swift` finds a toolchain or makes one.

use crate::process;
use crate::steps::Counts;
use crate::test::counts;
use crate::uniffi;
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The SDK.
pub const SDK: &str = "sdks/swift";

/// SwiftPM on a package, with the native library that was built with this profile. What it builds lies below the target directory.
pub fn swift(workspace: &Workspace, verb: &str, package: &str, profile: &str) -> Result<Command> {
    let (native, _) = uniffi::library(workspace, profile)?;
    let scratch = workspace.scratch("swift")?.join(package.replace('/', "-"));
    let mut command = Command::new(workspace.path(".ci/swift"));
    command.args(["swift", verb, "--package-path"]).arg(workspace.path(package)).arg("--scratch-path").arg(scratch);
    command.env("TRACEWIRE_NATIVE_DIR", native).env("CARGO_TARGET_DIR", &workspace.target).current_dir(&workspace.root);
    command.env_remove("TRACEWIRE_DIR");
    Ok(command)
}

/// The SDK's tests.
pub fn test(workspace: &Workspace, profile: &str) -> Result<Counts> {
    counts::run(&mut swift(workspace, "test", SDK, profile)?, counts::of_swift)
}

/// Builds a program of a package; gives the file. The language's own library is in it, so that it runs outside of the folder too.
pub fn program(workspace: &Workspace, package: &str, profile: &str, name: &str) -> Result<PathBuf> {
    let arguments = ["--configuration", "release", "--static-swift-stdlib", "--product", name];
    process::run(swift(workspace, "build", package, profile)?.args(arguments))?;
    let shown = swift(workspace, "build", package, profile)?.args(arguments).arg("--show-bin-path").output()?;
    let folder = String::from_utf8_lossy(&shown.stdout);
    let program = folder.lines().last().map(|folder| PathBuf::from(folder.trim()).join(name));
    match program.filter(|program| program.exists()) {
        Some(program) => Ok(program),
        None => bail!("swift build made no {name}"),
    }
}
