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
    let mut command = Command::new(workspace.path(".ci/swift"));
    command.args(["swift", verb, "--package-path"]).arg(workspace.path(package)).arg("--scratch-path");
    command.arg(scratch(workspace, package)?);
    command.env("TRACEWIRE_NATIVE_DIR", native).env("CARGO_TARGET_DIR", &workspace.target).current_dir(&workspace.root);
    command.env_remove("TRACEWIRE_DIR");
    Ok(command)
}

/// Everything in Swift that people write; what is generated says itself that it is left alone.
const WRITTEN: [&str; 7] = [
    "sdks/swift/Package.swift",
    "sdks/swift/Sources/Tracewire",
    "sdks/swift/Sources/TracewireTesting",
    "sdks/swift/Tests",
    "sdks/swift/bench",
    "examples/research-agent/swift",
    "conformance/adapters/swift",
];

/// The SDK's formatting, rules and tests.
pub fn test(workspace: &Workspace, profile: &str) -> Result<Counts> {
    let mut lint = Command::new(workspace.path(".ci/swift"));
    lint.args(["swift", "format", "lint", "--strict", "--recursive", "--configuration", "sdks/swift/.swift-format"]);
    process::run(lint.args(WRITTEN).current_dir(&workspace.root))?;
    let default = workspace.path(".tracewire");
    let was_there = default.exists();
    let counts = counts::run(&mut swift(workspace, "test", SDK, profile)?, counts::of_swift)?;
    if !was_there && default.exists() {
        // Tests run beside each other: what one records there, another that borrows the default client finds among its own.
        bail!("a test of Swift recorded by the default client: {} was not there before", default.display());
    }
    Ok(counts)
}

/// Builds a program of a package; gives the words that start it, where its language's own library is.
pub fn program(workspace: &Workspace, package: &str, name: &str, profile: &str) -> Result<Vec<PathBuf>> {
    let arguments = ["--configuration", "release", "--product", name];
    process::run(swift(workspace, "build", package, profile)?.args(arguments))?;
    let program = scratch(workspace, package)?.join("release").join(name);
    if !program.exists() {
        bail!("swift build made no {}", program.display());
    }
    Ok(vec![workspace.path(".ci/swift"), "--run".into(), program])
}

fn scratch(workspace: &Workspace, package: &str) -> Result<PathBuf> {
    workspace.scratch(std::path::Path::new("swift").join(package.replace('/', "-")))
}
