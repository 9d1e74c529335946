//! The steps of Python. The tests run against the wheel that a user would install, not against the source folder.

use super::{Choice, Options, PROFILE, counts};
use crate::interpreters::{self, Interpreter};
use crate::process;
use crate::steps::Steps;
use crate::tools::{self, PYTHON, PYTHON_VENV};
use crate::venv::{Requirements, Venv, python3};
use crate::wheel;
use crate::workspace::Workspace;
use anyhow::Result;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// The Python package, where the settings of all tools are.
const PACKAGE: &str = "sdks/python";
/// Folders with Python code. Ruff's patterns for files are relative to where it runs, so it runs above all of them.
const FOLDERS: &[&str] = &[
    PACKAGE,
    "docs",
    "examples",
    "bindings/uniffi/tests",
    "xtask/peers",
    "xtask/torture",
    "conformance/adapters",
    "apps/dashboard/tests/served",
];

/// Runs the wanted steps.
pub fn run(workspace: &Workspace, options: &Options, steps: &mut Steps) {
    let wanted: Vec<(Choice, &str)> = [
        (Choice::RuffFormat, "ruff format"),
        (Choice::Ruff, "ruff"),
        (Choice::Mypy, "mypy"),
        (Choice::Pytest, "pytest"),
        (Choice::Docs, "docs"),
        (Choice::DocsCode, "docs code"),
        (Choice::PythonVersions, "pytest, other versions"),
    ]
    .into_iter()
    .filter(|(step, _)| options.wants(*step))
    .collect();
    if wanted.is_empty() {
        return;
    }
    if let Some(advice) = tools::missing(&[PYTHON, PYTHON_VENV]) {
        wanted.iter().for_each(|(_, name)| steps.missing(name, &advice));
        return;
    }
    let mut venv = None;
    let is_ready = steps.run("python environment", || {
        venv = Some(environment(workspace)?);
        Ok(Default::default())
    });
    let Some(venv) = venv.filter(|_| is_ready) else {
        wanted.iter().for_each(|(_, name)| steps.skipped(name, "no environment"));
        return;
    };
    for (step, name) in wanted {
        if step == Choice::PythonVersions {
            other_versions(workspace, steps);
            continue;
        }
        steps.run(name, || match step {
            Choice::RuffFormat => counts::none(ruff(workspace, &venv, &["format", "--check"])?),
            Choice::Ruff => counts::none(ruff(workspace, &venv, &["check"])?),
            Choice::Mypy => counts::none(mypy(workspace, &venv)?),
            Choice::Docs => counts::none(site(workspace, &venv)?),
            Choice::DocsCode => {
                counts::run(pytest(workspace, &venv)?.arg("docs").current_dir(workspace.path(".")), counts::of_pytest)
            }
            _ => counts::run(&mut pytest(workspace, &venv)?, counts::of_pytest),
        });
    }
}

/// The environment with all test tools and the wheel, and the command line that tests and pages call.
pub fn environment(workspace: &Workspace) -> Result<Venv> {
    process::run(&mut workspace.cargo(["build", "--quiet", "--profile", PROFILE, "--package", "tracewire-cli"]))?;
    let venv = Venv::ensure(
        workspace,
        &Requirements {
            name: "test",
            interpreter: python3(),
            packages: &[],
            groups: &["test", "lint", "bench", "examples", "docs"],
        },
    )?;
    venv.install_wheel(&wheel::build(workspace, PROFILE)?)?;
    Ok(venv)
}

/// The tests once more with every other version of Python that this machine has.
fn other_versions(workspace: &Workspace, steps: &mut Steps) {
    let others = interpreters::others();
    if others.is_empty() {
        println!("\nno other version of Python is on this machine; one was tested");
    }
    for Interpreter { program, minor } in others {
        let name = format!("python3.{minor}");
        steps.run(&format!("pytest {name}"), || {
            let requirements = Requirements { name: &name, interpreter: &program, packages: &[], groups: &["test"] };
            let venv = Venv::ensure(workspace, &requirements)?;
            venv.install_wheel(&wheel::built(workspace, PROFILE)?)?;
            counts::run(&mut pytest(workspace, &venv)?, counts::of_pytest)
        });
    }
}

fn ruff(workspace: &Workspace, venv: &Venv, arguments: &[&str]) -> Result<Command> {
    let mut command = venv.program("ruff");
    command.args(arguments).arg("--config").arg(workspace.path(PACKAGE).join("pyproject.toml"));
    command.arg("--cache-dir").arg(workspace.scratch("ruff")?).args(FOLDERS).current_dir(workspace.path("."));
    Ok(command)
}

fn mypy(workspace: &Workspace, venv: &Venv) -> Result<Command> {
    let mut command = venv.program("mypy");
    command.arg("--strict").arg("--cache-dir").arg(workspace.scratch("mypy")?).current_dir(workspace.path(PACKAGE));
    Ok(command)
}

/// The site of `docs/`; what is strange in a page is an error.
fn site(workspace: &Workspace, venv: &Venv) -> Result<Command> {
    let mut command = venv.program("python");
    command.args(["-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "--builder", "html"]);
    command.arg("--doctree-dir").arg(workspace.scratch("docs/doctrees")?);
    command.arg("docs").arg(workspace.scratch("docs/html")?).current_dir(workspace.path("."));
    Ok(with_command_line(workspace, venv, command))
}

fn pytest(workspace: &Workspace, venv: &Venv) -> Result<Command> {
    let mut command = venv.program("python");
    command.args(["-m", "pytest", "-p", "no:cacheprovider", "--color", "no"]).current_dir(workspace.path(PACKAGE));
    Ok(with_command_line(workspace, venv, command))
}

/// Has a program find the `tracewire` that was built here, and record nowhere by chance.
fn with_command_line(workspace: &Workspace, venv: &Venv, mut command: Command) -> Command {
    command.env_remove("TRACEWIRE_DIR");
    let cli = workspace.executable(PROFILE, "tracewire");
    if cli.exists() {
        command.env("PATH", joined(&[cli.parent().unwrap_or(Path::new(".")), &venv.bin()]));
    }
    command
}

/// These folders before the rest of the search path.
fn joined(folders: &[&Path]) -> OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().map(|folder| folder.to_path_buf()).chain(std::env::split_paths(&rest));
    std::env::join_paths(all).unwrap_or(rest.clone())
}
