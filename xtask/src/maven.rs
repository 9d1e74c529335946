//! The Kotlin SDK, built by Maven: the one place that calls it.

use crate::process;
use crate::steps::Counts;
use crate::test::counts;
use crate::uniffi;
use crate::workspace::Workspace;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The SDK.
pub const SDK: &str = "sdks/kotlin";

/// Maven in a folder, quiet about downloads, with the native library that was built with this profile.
pub fn maven(workspace: &Workspace, folder: &str, profile: &str) -> Result<Command> {
    let (built, name) = uniffi::library(workspace, profile)?;
    let mut command = Command::new("mvn");
    command.args(["--batch-mode", "--no-transfer-progress", "-Dstyle.color=never"]).current_dir(workspace.path(folder));
    command.env("TRACEWIRE_NATIVE", built.join(name)).env_remove("TRACEWIRE_DIR");
    Ok(command)
}

/// Everything that holds for the SDK: its tests, its style, its reference.
pub fn verify(workspace: &Workspace, profile: &str) -> Result<Counts> {
    counts::run(maven(workspace, SDK, profile)?.arg("install"), counts::of_surefire)
}

/// Builds the SDK into Maven's repository of this machine without its tests, for what is built upon it.
pub fn install(workspace: &Workspace, profile: &str) -> Result<()> {
    process::run(maven(workspace, SDK, profile)?.args(["--quiet", "install", "-DskipTests", "-Dtracewire.quick"]))
}

/// Builds a program upon the SDK; gives the words that start it.
pub fn program(workspace: &Workspace, folder: &str, profile: &str, class: &str) -> Result<Vec<PathBuf>> {
    install(workspace, profile)?;
    let path = workspace.path(folder).join("target/class-path");
    let mut command = maven(workspace, folder, profile)?;
    command.args(["--quiet", "compile", "dependency:build-classpath"]);
    process::run(command.arg(format!("-Dmdep.outputFile={}", path.display())))?;
    let classes = workspace.path(folder).join("target/classes");
    let all = format!("{}:{}", classes.display(), std::fs::read_to_string(&path)?.trim());
    Ok(vec!["java".into(), "-cp".into(), all.into(), Path::new(class).to_path_buf()])
}
