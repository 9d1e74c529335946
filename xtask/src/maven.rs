//! The Kotlin SDK, built by Maven: the one place that calls it.

use crate::process;
use crate::steps::Counts;
use crate::test::counts;
use crate::uniffi;
use crate::workspace::Workspace;
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// The SDK.
pub const SDK: &str = "sdks/kotlin";

/// Maven on the SDK, quiet about downloads, with the native library that was built with this profile.
fn maven(workspace: &Workspace, profile: &str) -> Result<Command> {
    let (built, name) = uniffi::library(workspace, profile)?;
    let mut command = Command::new("mvn");
    command.args(["--batch-mode", "--no-transfer-progress", "-Dstyle.color=never"]).current_dir(workspace.path(SDK));
    command.env("TRACEWIRE_NATIVE", built.join(name)).env_remove("TRACEWIRE_DIR");
    Ok(command)
}

/// Everything that holds for the SDK: its tests, its style, its reference.
pub fn verify(workspace: &Workspace, profile: &str) -> Result<Counts> {
    counts::run(maven(workspace, profile)?.arg("verify"), counts::of_surefire)
}

/// Builds the SDK without its tests, with the programs upon it; gives the words that start one of them: its class, and below the
/// SDK the folder with all that it needs.
pub fn program(workspace: &Workspace, libraries: &str, class: &str, profile: &str) -> Result<Vec<PathBuf>> {
    process::run(maven(workspace, profile)?.args(["--quiet", "package", "-DskipTests"]))?;
    let path = workspace.path(SDK).join(libraries).join("*");
    Ok(vec!["java".into(), "-cp".into(), path, class.into()])
}
