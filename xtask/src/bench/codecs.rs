//! How fast values become JSON, TOON and protobuf and are read again, beside other libraries, and how fast they are validated.
//!
//! The program that measures is a workspace of its own (`xtask/bench-codecs`): one of the others asks for features of
//! serde_json that would change what ours does. Built twice, it measures JSON without them and TOON with them.

use super::{Options, PROFILE, Row, rows_of};
use crate::process;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::path::Path;
use std::process::Command;

const FOLDER: &str = "xtask/bench-codecs";

/// The reference implementation of TOON.
const REFERENCE: &str = "@toon-format/toon@4.4.0";

/// Our own name among the subjects.
const OURS: &str = "tracewire";

/// Measures.
pub fn run(workspace: &Workspace, options: &Options) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (features, part) in [("", "json"), ("toon", "toon")] {
        let mut command = program(workspace, features);
        command.arg(part);
        if options.quick {
            command.arg("--quick");
        }
        rows.extend(rows_of(&mut command)?);
    }
    match node_and_npm() {
        Ok(()) => rows.extend(reference(workspace, options)?),
        Err(missing) => println!("skipped: {REFERENCE}: {missing}"),
    }
    Ok(rows)
}

/// How many times as fast ours is as each of the others: rows like `uniform.read / serde_json`.
pub fn ratios(rows: &[Row]) -> Vec<Row> {
    let ratio = |theirs: &Row| {
        let same = |ours: &&Row| ours.subject == OURS && ours.bench == theirs.bench && ours.metric == theirs.metric;
        let ours = rows.iter().find(same).filter(|_| theirs.subject != OURS && theirs.value > 0.0)?;
        Some(Row {
            metric: format!("{} / {}", ours.metric, theirs.subject),
            unit: "times".to_owned(),
            value: ours.value / theirs.value,
            ..ours.clone()
        })
    };
    rows.iter().filter_map(ratio).collect()
}

fn program(workspace: &Workspace, features: &str) -> Command {
    let mut command = workspace.cargo(["run", "--quiet", "--locked", "--profile", PROFILE, "--features", features]);
    command.arg("--manifest-path").arg(workspace.path(FOLDER).join("Cargo.toml"));
    command.arg("--target-dir").arg(&workspace.target).arg("--");
    command
}

/// Measures the reference implementation on the same samples.
fn reference(workspace: &Workspace, options: &Options) -> Result<Vec<Row>> {
    let folder = workspace.scratch("bench-codecs")?;
    let mut samples = program(workspace, "");
    samples.arg("samples").arg(&folder);
    if options.quick {
        samples.arg("--quick");
    }
    process::run(&mut samples)?;
    install(&folder)?;
    let mut node = Command::new("node");
    node.arg(workspace.path(FOLDER).join("reference.mjs")).arg(&folder).arg(if options.quick { "1" } else { "5" });
    rows_of(&mut node)
}

fn install(folder: &Path) -> Result<()> {
    std::fs::write(folder.join("package.json"), "{\"private\":true}\n")
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", REFERENCE]).current_dir(folder);
    process::run_quietly(&mut npm)
}

fn node_and_npm() -> Result<(), &'static str> {
    for name in ["node", "npm"] {
        if !Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()) {
            return Err("Node.js and npm are missing (Debian: sudo apt-get install nodejs npm; or https://nodejs.org)");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_compared_with_each_of_the_others() {
        let row = |subject: &str, metric: &str, value| {
            let [bench, version, unit] = ["json", "1.0.0", "MB/s"].map(str::to_owned);
            Row { bench, subject: subject.to_owned(), version, metric: metric.to_owned(), unit, value }
        };
        let rows = [row("tracewire", "read", 300.0), row("serde_json", "read", 200.0), row("serde_json", "write", 9.0)];
        let found = ratios(&rows);
        assert_eq!(found, [Row { unit: "times".to_owned(), ..row("tracewire", "read / serde_json", 1.5) }]);
    }
}
