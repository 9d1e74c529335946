//! `cargo xtask bench`: figures as rows `{"bench","subject","version","metric","unit","value"}`, and beside them what is aimed at.

use crate::process;
use crate::tools::{self, CC, PYTHON, PYTHON_VENV};
use crate::venv::{Requirements, Venv, python3};
use crate::wheel;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Benchmarks measure what users get.
const PROFILE: &str = "dist";

/// What can be measured.
#[derive(Subcommand)]
pub enum Command {
    /// What recording a step costs, in Python beside other libraries and in Rust, and how fast the store takes it in.
    Record(Record),
}

/// Options of `bench record`.
#[derive(Args)]
pub struct Record {
    /// Write the rows to this file as well, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Fewer rounds and smaller stores: to see that it works, not to compare.
    #[arg(long)]
    quick: bool,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    bench: String,
    subject: String,
    version: String,
    metric: String,
    unit: String,
    value: f64,
}

/// What a figure should be.
#[derive(Clone, Copy)]
enum Target {
    AtMost(f64),
    AtLeast(f64),
}

/// Figures of our own that are aimed at, by bench, subject and metric.
const TARGETS: &[(&str, &str, &str, Target)] = &[
    ("record", "tracewire", "p50", Target::AtMost(4.0)),
    ("record", "tracewire", "p50.busy", Target::AtMost(4.0)),
    ("record", "tracewire", "p99", Target::AtMost(25.0)),
    ("record", "tracewire", "p99.busy", Target::AtMost(25.0)),
    ("record", "tracewire", "grown", Target::AtMost(5e6)),
    ("record", "tracewire", "import", Target::AtMost(15.0)),
    ("delivery", "tracewire", "session_1000", Target::AtMost(40.0)),
    ("delivery", "tracewire", "background", Target::AtLeast(50_000.0)),
    ("record", "tracewire-rust", "record_p50", Target::AtMost(1.5)),
    ("record", "tracewire-rust", "memory_growth_50000_spans", Target::AtMost(5.0)),
    ("store", "tracewire", "sweep_spans_per_second", Target::AtLeast(40_000.0)),
    ("store", "tracewire", "latest_50_of_1000000_traces", Target::AtMost(1.0)),
    ("store", "tracewire", "trace_of_500_spans", Target::AtMost(2.0)),
];

/// Runs the command.
pub fn run(workspace: &Workspace, command: &Command) -> Result<()> {
    match command {
        Command::Record(options) => record(workspace, options),
    }
}

fn record(workspace: &Workspace, options: &Record) -> Result<()> {
    if let Some(advice) = tools::missing(&[CC, PYTHON, PYTHON_VENV]) {
        bail!("{advice}");
    }
    let mut rows = python(workspace, options)?;
    rows.extend(example(workspace, "tracewire-recorder", "bench_record", &[])?);
    let small: &[&str] = &["--spans", "20000", "--traces", "20000", "--rounds", "1"];
    rows.extend(example(workspace, "tracewire-store", "store_speed", if options.quick { small } else { &[] })?);
    let rows = medians(rows);
    println!("\n{}", table(&rows));
    if let Some(path) = &options.json {
        let lines: Vec<String> = rows.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        std::fs::write(path, lines.join("\n") + "\n").with_context(|| format!("cannot write {}", path.display()))?;
        println!("written to {}", path.display());
    }
    Ok(())
}

/// Our wheel as users get it, and the others from the package index, in one environment and one run.
fn python(workspace: &Workspace, options: &Record) -> Result<Vec<Row>> {
    let venv = Venv::ensure(
        workspace,
        &Requirements { name: "bench", interpreter: python3(), packages: &[], groups: &["bench", "peers"] },
    )?;
    let wheel = wheel::build(workspace, PROFILE)?;
    venv.install_wheel(&wheel)?;
    let mut rows = Vec::new();
    for script in ["record.py", "calls.py", "delivery.py"] {
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

fn rows_of(command: &mut std::process::Command) -> Result<Vec<Row>> {
    let mut lines = Vec::new();
    if !process::run_watched(command, |line| lines.push(line.to_owned()))? {
        bail!("{} failed", process::typed(command));
    }
    let rows: Vec<Row> = lines
        .iter()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).with_context(|| format!("not a row: {line}")))
        .collect::<Result<_>>()?;
    if rows.is_empty() {
        bail!("{} measured nothing", process::typed(command));
    }
    Ok(rows)
}

/// One row for each figure: the median of its rounds, in the order in which they first came.
fn medians(rows: Vec<Row>) -> Vec<Row> {
    let mut rounds: BTreeMap<(String, String, String), Vec<f64>> = BTreeMap::new();
    let mut first: Vec<Row> = Vec::new();
    for row in rows {
        let values = rounds.entry((row.bench.clone(), row.subject.clone(), row.metric.clone())).or_default();
        values.push(row.value);
        if values.len() == 1 {
            first.push(row);
        }
    }
    for row in &mut first {
        if let Some(values) = rounds.get_mut(&(row.bench.clone(), row.subject.clone(), row.metric.clone())) {
            values.sort_by(f64::total_cmp);
            row.value = values[values.len() / 2];
        }
    }
    first
}

fn table(rows: &[Row]) -> String {
    let mut lines = vec![["bench", "subject", "version", "metric", "value", "unit", "target", ""].map(str::to_owned)];
    for row in rows {
        let target = TARGETS
            .iter()
            .find(|(bench, subject, metric, _)| (*bench, *subject, *metric) == (&row.bench, &row.subject, &row.metric))
            .map(|(.., target)| *target);
        let (aim, verdict) = match target {
            Some(Target::AtMost(most)) => (format!("≤ {most}"), if row.value <= most { "met" } else { "MISSED" }),
            Some(Target::AtLeast(least)) => (format!("≥ {least}"), if row.value >= least { "met" } else { "MISSED" }),
            None => (String::new(), ""),
        };
        let value = format!("{:.*}", if row.value.abs() < 100.0 { 3 } else { 0 }, row.value);
        lines.push([
            row.bench.clone(),
            row.subject.clone(),
            row.version.clone(),
            row.metric.clone(),
            value,
            row.unit.clone(),
            aim,
            verdict.to_owned(),
        ]);
    }
    let widths: [usize; 8] =
        std::array::from_fn(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for line in lines {
        for (column, cell) in line.iter().enumerate() {
            let padding = " ".repeat(widths[column] - cell.chars().count());
            let is_number = column == 4;
            text.push_str(&if is_number { format!("{padding}{cell}  ") } else { format!("{cell}{padding}  ") });
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(metric: &str, value: f64) -> Row {
        let [bench, subject, version, unit] = ["record", "tracewire", "0.1.0", "µs"].map(str::to_owned);
        Row { bench, subject, version, metric: metric.to_owned(), unit, value }
    }

    #[test]
    fn rounds_become_their_median() {
        let rows = medians(vec![row("p50", 3.0), row("p99", 9.0), row("p50", 1.0), row("p50", 2.0)]);
        assert_eq!(rows, [row("p50", 2.0), row("p99", 9.0)]);
    }

    #[test]
    fn a_table_says_which_targets_are_met() {
        let text = table(&[row("p50", 3.5), row("p99", 31.25), row("p999", 120.4)]);
        assert_eq!(
            text,
            "bench   subject    version  metric   value  unit  target\n\
             record  tracewire  0.1.0    p50      3.500  µs    ≤ 4     met\n\
             record  tracewire  0.1.0    p99     31.250  µs    ≤ 25    MISSED\n\
             record  tracewire  0.1.0    p999       120  µs\n"
        );
    }
}
