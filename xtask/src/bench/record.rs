//! What recording a step costs, in Python, TypeScript and on the JVM beside other libraries, in Swift and in Rust, how fast journals are sealed,
//! and how fast the store takes them in.

use super::{Options, PROFILE, Row, mobile, rows_of, typescript};
use crate::tools::{self, CC, PYTHON, PYTHON_VENV};
use crate::venv::{Requirements, Venv, python3};
use crate::wheel;
use crate::workspace::Workspace;
use anyhow::{Result, bail};

/// Measures.
pub fn run(workspace: &Workspace, options: &Options) -> Result<Vec<Row>> {
    if let Some(advice) = tools::missing(&[CC, PYTHON, PYTHON_VENV]) {
        bail!("{advice}");
    }
    let mut rows = python(workspace, options)?;
    rows.extend(typescript::run(workspace, options)?);
    rows.extend(mobile::run(workspace, options)?);
    rows.extend(example(workspace, "tracewire-recorder", "bench_record", &[])?);
    rows.extend(example(workspace, "tracewire-recorder", "seal_speed", &[])?);
    let small: &[&str] = &["--spans", "20000", "--traces", "20000", "--rounds", "1"];
    rows.extend(example(workspace, "tracewire-store", "store_speed", if options.quick { small } else { &[] })?);
    Ok(rows)
}

/// Our wheel as users get it, and the others from the package index, in one environment and one run.
fn python(workspace: &Workspace, options: &Options) -> Result<Vec<Row>> {
    let venv = Venv::ensure(
        workspace,
        &Requirements { name: "bench", interpreter: python3(), packages: &[], groups: &["bench", "peers"] },
    )?;
    let wheel = wheel::build(workspace, PROFILE)?;
    venv.install_wheel(&wheel)?;
    let mut rows = Vec::new();
    for script in ["record.py", "calls.py", "agent_run.py", "delivery.py"] {
        let mut command = venv.program("python");
        command
            .arg(workspace.path("sdks/python/bench").join(script))
            .args(["--rounds", if options.quick { "1" } else { "5" }]);
        if script == "delivery.py" {
            command.arg("--wheel").arg(&wheel);
        }
        rows.extend(rows_of(&mut command)?);
    }
    Ok(rows)
}

fn example(workspace: &Workspace, package: &str, name: &str, arguments: &[&str]) -> Result<Vec<Row>> {
    let mut command =
        workspace.cargo(["run", "--quiet", "--profile", PROFILE, "--package", package, "--example", name, "--"]);
    rows_of(command.args(arguments))
}
