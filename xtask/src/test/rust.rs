//! The steps of Rust, and those that need nothing but Rust.

use super::{Choice, Options, PROFILE, counts};
use crate::steps::Steps;
use crate::tools::{self, CC, GIT, PYTHON, WASM_TARGET};
use crate::workspace::Workspace;
use crate::{codegen, lint};

/// Needs Python's headers to be linted, and is tested from Python.
const PYTHON_BINDING: &str = "tracewire-python";

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
                let mut command = workspace.cargo([
                    "test",
                    "--workspace",
                    "--exclude",
                    PYTHON_BINDING,
                    "--no-fail-fast",
                    "--profile",
                    PROFILE,
                ]);
                steps.run("cargo test", || counts::run(&mut command, counts::of_libtest));
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

fn without_python(mut command: std::process::Command) -> std::process::Command {
    if !PYTHON.is_present() {
        command.args(["--exclude", PYTHON_BINDING]);
    }
    command
}
