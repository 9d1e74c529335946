//! The steps of Rust, and those that need nothing but Rust.

use super::{Choice, Options, PROFILE, counts};
use crate::steps::{Counts, Steps};
use crate::tools::{self, CC, GIT, PYTHON, WASM_TARGET};
use crate::workspace::Workspace;
use crate::{codegen, lint};
use anyhow::Result;

/// Needs Python's headers to be linted.
const PYTHON_BINDING: &str = "tracewire-python";
/// What asks our crates for features that the command line does without. Tested together, everything would be built once more
/// for the command line alone.
const APART: [&str; 4] = [PYTHON_BINDING, "tracewire-napi", "tracewire-uniffi", "xtask"];

/// Runs the wanted steps that read the sources.
pub fn check(workspace: &Workspace, options: &Options, steps: &mut Steps) {
    if options.wants(Choice::Fmt) {
        steps.command("fmt", &mut workspace.cargo(["fmt", "--all", "--check"]));
    }
    if options.wants(Choice::Codegen) {
        steps.run("codegen", || codegen::check_all(workspace).map(|()| Default::default()));
    }
    if options.wants(Choice::Lint) {
        match tools::missing(&[GIT]) {
            Some(advice) => steps.missing("lint", &advice),
            None => {
                steps.run("lint", || lint::run(workspace).map(|()| Default::default()));
            }
        }
    }
    if options.wants(Choice::Clippy) {
        match tools::missing(&[CC]) {
            Some(advice) => steps.missing("clippy", &advice),
            None => {
                steps.command(
                    "clippy",
                    without_python(workspace.cargo(["clippy", "--workspace", "--all-targets", "--profile", PROFILE]))
                        .args(["--", "-D", "warnings"]),
                );
            }
        }
    }
}

/// Runs the wanted steps that build.
pub fn test(workspace: &Workspace, options: &Options, steps: &mut Steps) {
    if options.wants(Choice::Cargo) {
        match tools::missing(&[CC]) {
            Some(advice) => steps.missing("cargo test", &advice),
            None => {
                steps.run("cargo test", || cargo_test(workspace));
            }
        }
    }
    if options.wants(Choice::Wasm) {
        match tools::missing(&[WASM_TARGET]) {
            Some(advice) => steps.missing("wasm", &advice),
            None => {
                let arguments = [
                    "check",
                    "--package",
                    "tracewire-wire",
                    "--target",
                    "wasm32-unknown-unknown",
                    "--profile",
                    PROFILE,
                ];
                steps.command("wasm", &mut workspace.cargo(arguments));
            }
        }
    }
}

/// The tests of all crates, in groups that share what is built with what later steps build.
fn cargo_test(workspace: &Workspace) -> Result<Counts> {
    let mut most = workspace.cargo(["test", "--no-fail-fast", "--profile", PROFILE, "--workspace"]);
    APART.iter().for_each(|package| _ = most.args(["--exclude", package]));
    let commands = [
        most,
        // As the bindings are built of it.
        workspace.cargo(["test", "--no-fail-fast", "--profile", PROFILE, "--package", "tracewire-uniffi"]),
        // As it runs.
        workspace.cargo(["test", "--no-fail-fast", "--package", "xtask"]),
    ];
    let mut sum = Counts::default();
    for mut command in commands {
        let counts = counts::run(&mut command, counts::of_libtest)?;
        sum.passed += counts.passed;
        sum.failed += counts.failed;
    }
    Ok(sum)
}

fn without_python(mut command: std::process::Command) -> std::process::Command {
    if !PYTHON.is_present() {
        command.args(["--exclude", PYTHON_BINDING]);
    }
    command
}
