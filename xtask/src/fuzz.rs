//! `cargo xtask fuzz`: has every decoder read what nobody would write.
//!
//! The targets are those of `core/fuzz`, in cargo-fuzz's layout. They are built here with the project's own compiler: coverage
//! needs flags that it has. What a run finds new is kept below the target directory, so that the next one goes on from there.

use crate::process;
use crate::steps::{Counts, seconds};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;

/// Where the targets are.
const FOLDER: &str = "core/fuzz";
/// How long a target runs within `cargo xtask test`.
const SHORT_SECONDS: u64 = 5;

/// What cargo-fuzz passes too: counters and comparisons for the fuzzer.
const COVERAGE: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
];
/// And a call on every edge, to count steps: ours takes the place of libFuzzer's.
const STEPS: &[&str] = &[
    "-Cllvm-args=-sanitizer-coverage-trace-pc",
    "-Clink-arg=-Wl,--allow-multiple-definition",
    "--cfg=tracewire_steps",
];

/// Options of `fuzz`.
#[derive(Args)]
pub struct Options {
    /// Which decoders; all of them where none is named. `growth` measures texts that grow.
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many targets run at the same time; as many as there are processors where it is left out.
    #[arg(long)]
    jobs: Option<usize>,
    /// Decides which inputs are made; another one each time where it is left out.
    #[arg(long)]
    seed: Option<u32>,
    /// Keep the table in a file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What a target did.
#[derive(Serialize)]
struct Row {
    target: String,
    executions: u64,
    seconds: f64,
    /// Inputs that it began with.
    corpus: usize,
    /// Inputs that reach something new.
    new: u64,
    /// Edges of the program that were reached.
    edges: u64,
    /// The input that broke something, and what was said.
    finding: Option<String>,
}

/// Runs the command. Returns whether nothing was found.
pub fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    Ok(fuzz(workspace, options)?.failed == 0)
}

/// The short run within the tests: every target for a few seconds, from one seed. A test is a target, or a family that grows.
pub fn short(workspace: &Workspace) -> Result<Counts> {
    let options = Options { targets: Vec::new(), seconds: SHORT_SECONDS, jobs: None, seed: Some(1), json: None };
    fuzz(workspace, &options)
}

fn fuzz(workspace: &Workspace, options: &Options) -> Result<Counts> {
    let all = targets(workspace)?;
    let (growth, named): (Vec<&String>, Vec<&String>) = options.targets.iter().partition(|name| *name == "growth");
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        bail!("there is no target {unknown}; there are growth, {}", all.join(", "));
    }
    let wanted: Vec<String> = if options.targets.is_empty() { all } else { named.into_iter().cloned().collect() };
    let programs = build(workspace)?;
    let mut counts = Counts::default();
    if options.targets.is_empty() || !growth.is_empty() {
        match process::run(&mut Command::new(programs.join("growth"))) {
            Ok(()) => counts.passed += 1,
            Err(error) => {
                println!("{error:#}");
                counts.failed += 1;
            }
        }
    }
    let rows = run_all(workspace, options, &programs, &wanted)?;
    show(&rows);
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_string_pretty(&rows)?).with_context(|| path.display().to_string())?;
    }
    let findings = rows.iter().filter(|row| row.finding.is_some()).count() as u64;
    counts.passed += rows.len() as u64 - findings;
    counts.failed += findings;
    Ok(counts)
}

/// The names of the targets.
fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(workspace.path(FOLDER).join("fuzz_targets"))? {
        if let Some(name) = entry?.path().file_stem() {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Builds all targets; gives the folder that they are in.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let target_directory = workspace.scratch("fuzz/build")?;
    let host = process::capture(Command::new("rustc").args(["-vV"]).current_dir(&workspace.root))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not say its host")?;
    let mut flags = COVERAGE.to_vec();
    if cfg!(target_os = "linux") {
        flags.extend(STEPS);
    }
    // With `--target`, what runs while building is built without these flags.
    let mut command = workspace.cargo(["build", "--quiet", "--locked", "--release", "--bins", "--target", host]);
    command.env("CARGO_TARGET_DIR", &target_directory).env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    process::run(command.current_dir(workspace.path(FOLDER)))?;
    Ok(target_directory.join(host).join("release"))
}

fn run_all(workspace: &Workspace, options: &Options, programs: &Path, wanted: &[String]) -> Result<Vec<Row>> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = options.jobs.unwrap_or(processors).clamp(1, wanted.len().max(1));
    if !wanted.is_empty() {
        println!("{} targets, {} s each, {jobs} at the same time", wanted.len(), options.seconds);
    }
    let next = Mutex::new(wanted.iter());
    let rows = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let name = next.lock().ok().and_then(|mut names| names.next());
                    let Some(name) = name else { return };
                    let row = run_one(workspace, options, programs, name);
                    if let Ok(mut rows) = rows.lock() {
                        rows.push(row);
                    }
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap_or_default().into_iter().collect::<Result<Vec<Row>>>()?;
    rows.sort_by(|a, b| a.target.cmp(&b.target));
    Ok(rows)
}

fn run_one(workspace: &Workspace, options: &Options, programs: &Path, name: &str) -> Result<Row> {
    let kept = workspace.scratch(format!("fuzz/corpus/{name}"))?;
    let findings = workspace.scratch("fuzz/findings")?;
    let seeds = workspace.path(FOLDER).join("corpus").join(name);
    let mut command = Command::new(programs.join(name));
    command.arg(format!("-max_total_time={}", options.seconds)).args(["-print_final_stats=1", "-rss_limit_mb=4096"]);
    command.arg(format!("-artifact_prefix={}/{name}-", findings.display()));
    if let Some(seed) = options.seed {
        command.arg(format!("-seed={seed}"));
    }
    let words = workspace.path(FOLDER).join(format!("dictionaries/{name}.dict"));
    if words.exists() {
        command.arg(format!("-dict={}", words.display()));
    }
    // What is new goes into the first folder.
    command.arg(&kept);
    if seeds.is_dir() {
        command.arg(&seeds);
    }
    let started = Instant::now();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {name}"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    let stat = |label: &str| log.lines().find_map(|line| line.strip_prefix(label)?.trim().parse().ok()).unwrap_or(0);
    Ok(Row {
        target: name.to_owned(),
        executions: stat("stat::number_of_executed_units:"),
        seconds: started.elapsed().as_secs_f64(),
        corpus: files(&seeds),
        new: stat("stat::new_units_added:"),
        edges: log.lines().rev().find_map(edges).unwrap_or(0),
        finding: (!output.status.success()).then(|| finding(&log)),
    })
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// `#1481 NEW    cov: 13 ft: 34 …`
fn edges(line: &str) -> Option<u64> {
    line.split_once("cov: ")?.1.split(' ').next()?.parse().ok()
}

/// What was said where it broke, and the input's file.
fn finding(log: &str) -> String {
    let is_telling = |line: &&str| {
        line.contains("panicked at") || line.contains("ERROR: libFuzzer") || line.contains("Test unit written to")
    };
    let mut text: Vec<&str> = Vec::new();
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        if is_telling(&line) {
            text.push(line);
            if line.contains("panicked at") {
                text.extend(lines.peek());
            }
        }
    }
    text.join("\n")
}

fn show(rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    println!(
        "\n{:<12}  {:>10}  {:>8}  {:>7}  {:>6}  {:>6}  {:>8}",
        "target", "executions", "time", "seeds", "new", "edges", "findings"
    );
    for row in rows {
        println!(
            "{:<12}  {:>10}  {:>8}  {:>7}  {:>6}  {:>6}  {:>8}",
            row.target,
            row.executions,
            seconds(std::time::Duration::from_secs_f64(row.seconds)),
            row.corpus,
            row.new,
            row.edges,
            u8::from(row.finding.is_some()),
        );
    }
    for (row, text) in rows.iter().filter_map(|row| Some((row, row.finding.as_ref()?))) {
        println!("\n{}:\n{text}", row.target);
    }
    println!(
        "\n{} executions, {} findings",
        rows.iter().map(|row| row.executions).sum::<u64>(),
        rows.iter().filter(|row| row.finding.is_some()).count()
    );
}
