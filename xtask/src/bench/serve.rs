//! How fast the server takes spans in and answers, beside Arize Phoenix in the same run. `xtask/peers/bench` has the programs that
//! load and ask both; Phoenix has an environment of its own.

use super::{PROFILE, Row, rows_of};
use crate::node::{self, Node};
use crate::peers::listed;
use crate::process;
use crate::tools::{self, CC, CHROMIUM, PYTHON, PYTHON_VENV};
use crate::venv::{Requirements, Venv, python3};
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use clap::Args;

/// Where the programs are.
const FOLDER: &str = "xtask/peers/bench";
/// The server's pages, whose packages drive Chromium, too.
const DASHBOARD: &str = "apps/dashboard";

/// Options of `bench serve`.
#[derive(Args)]
// The flattened options are called `Options`, too, and so would be their group.
#[group(id = "serve")]
pub struct Options {
    #[command(flatten)]
    pub common: super::Options,
    /// Only these parts: ingest, latest, trace, analytics, start, memory, dashboard, live; separated by commas
    #[arg(long, value_name = "PARTS")]
    only: Option<String>,
    /// Only this subject: tracewire or arize-phoenix
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
}

/// Measures.
pub fn run(workspace: &Workspace, options: &Options) -> Result<Vec<Row>> {
    if let Some(advice) = tools::missing(&[CC, PYTHON, PYTHON_VENV]) {
        bail!("{advice}");
    }
    let text = std::fs::read_to_string(workspace.path(FOLDER).join("requirements.txt"))?;
    let requirements =
        Requirements { name: "bench-serve", interpreter: python3(), packages: &listed(&text), groups: &[] };
    let venv = Venv::ensure(workspace, &requirements)?;
    let node = pages(workspace)?;
    // The pages are embedded when the server is built, so they come before it.
    process::run(&mut workspace.cargo(["build", "--quiet", "--profile", PROFILE, "--package", "tracewire-cli"]))?;
    let mut command = venv.program("python");
    command.args(["-B", "serve.py", "--rounds", if options.common.quick { "1" } else { "3" }]);
    command.args(options.common.quick.then_some("--quick"));
    for (name, value) in [("--only", &options.only), ("--subject", &options.subject)] {
        command.args(value.iter().flat_map(|value| [name, value]));
    }
    command.env("TRACEWIRE_PROGRAM", workspace.executable(PROFILE, "tracewire")).env_remove("TRACEWIRE_DIR");
    if let Some(node) = node {
        command.env("BENCH_NODE", node.program("node").get_program());
        command.env("BENCH_PACKAGES", workspace.path(DASHBOARD));
    }
    if let Some(chromium) = tools::chromium() {
        command.env("TRACEWIRE_CHROMIUM", chromium);
    }
    rows_of(command.current_dir(workspace.path(FOLDER)))
}

/// How many times as good ours is as Phoenix: for rates ours over theirs, for all else theirs over ours.
pub fn ratios(rows: &[Row]) -> Vec<Row> {
    // What both were asked has one name but for the number of spans that they have.
    let question = |metric: &str| match metric.split_once(".of_") {
        Some((before, _)) => (before.to_owned(), true),
        None => (metric.to_owned(), false),
    };
    let ratio = |theirs: &Row| {
        let same = |ours: &&Row| ours.subject == "tracewire" && question(&ours.metric) == question(&theirs.metric);
        let ours = rows.iter().find(same).filter(|_| theirs.subject != "tracewire")?;
        let (better, worse) =
            if ours.unit.ends_with("/s") { (ours.value, theirs.value) } else { (theirs.value, ours.value) };
        (worse > 0.0).then(|| Row {
            metric: format!("{} / {}", ours.metric, theirs.subject),
            unit: "times better".to_owned(),
            value: better / worse,
            ..ours.clone()
        })
    };
    rows.iter().filter_map(ratio).collect()
}

/// The built pages, and the Node that drives Chromium; `None` where the machine lacks what that needs.
fn pages(workspace: &Workspace) -> Result<Option<Node>> {
    if let Some(advice) = node::missing().or_else(|| tools::missing(&[CHROMIUM])) {
        println!("nothing is measured in Chromium: {advice}");
        return Ok(None);
    }
    let node = Node::find(workspace)?;
    let folder = workspace.path(DASHBOARD);
    node.install(&folder)?;
    process::run_quietly(node.script(&folder, "vite/bin/vite.js").arg("build"))?;
    Ok(Some(node))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(subject: &str, metric: &str, unit: &str, value: f64) -> Row {
        let [bench, version] = ["serve", "1.0.0"].map(str::to_owned);
        Row { bench, subject: subject.to_owned(), version, metric: metric.to_owned(), unit: unit.to_owned(), value }
    }

    #[test]
    fn more_in_a_second_and_less_time_are_better() {
        let rows = [
            row("tracewire", "ingest.http", "spans/s", 20_000.0),
            row("arize-phoenix", "ingest.http", "spans/s", 1_000.0),
            row("tracewire", "latest_50.of_1000000_spans", "ms", 5.0),
            row("arize-phoenix", "latest_50.of_50000_spans", "ms", 40.0),
            row("tracewire", "ready", "ms", 40.0),
            row("tracewire", "ready.of_1000000_spans", "ms", 10.0),
            row("arize-phoenix", "ready.of_50000_spans", "ms", 90.0),
            row("arize-phoenix", "other", "ms", 1.0),
        ];
        assert_eq!(
            ratios(&rows),
            [
                row("tracewire", "ingest.http / arize-phoenix", "times better", 20.0),
                row("tracewire", "latest_50.of_1000000_spans / arize-phoenix", "times better", 8.0),
                row("tracewire", "ready.of_1000000_spans / arize-phoenix", "times better", 9.0),
            ]
        );
    }
}
