//! `cargo xtask conformance`: every SDK's adapter is built, asked all cases, and what came out is reported.
//!
//! [`SDKS`] names them; the next one is a line there and a function that says how its adapter is built and started. What is compared and
//! reported is the kit's own program, `conformance/runner`; what is sent meanwhile must satisfy the protocol's JSON Schema.

use crate::maven;
use crate::node::Node;
use crate::peers::{FOLDER, Peers};
use crate::process;
use crate::steps::Counts;
use crate::swift;
use crate::test::{PROFILE, counts};
use crate::tools::{self, CC, CHROMIUM, JDK, MAVEN, PYTHON, PYTHON_VENV, Tool};
use crate::typescript;
use crate::wasm;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the emitter in Go stands.
const GO: &str = "examples/third-party/go";
/// Where the adapter of the npm package stands.
const NPM: &str = "conformance/adapters/typescript";
/// The JSON Schema of what is sent.
const SCHEMA: &str = "conformance/protocol/schema.json";
/// Of the messages, one in so many is shown to the second validator.
const PART: usize = 100;
/// The page with the matrix, and where that begins.
const PAGE: (&str, &str) = ("README.md", "<!-- conformance: begin -->");

/// An implementation: its name, how its adapter is built, and what that needs beside what all need; the words of the command that
/// starts it come back.
type Sdk = (&'static str, fn(&Workspace) -> Result<Vec<PathBuf>>, &'static [Tool]);

/// All of them, in the order of the matrix.
const SDKS: &[Sdk] = &[
    ("rust", rust, &[]),
    ("python", python, &[]),
    ("node", node, &[]),
    ("browser", browser, &[CHROMIUM]),
    ("kotlin", kotlin, &[JDK, MAVEN]),
    ("swift", swift, &[]),
    ("go", go, &[]),
];

/// Options of `conformance`.
#[derive(Args, Default)]
pub struct Options {
    /// Only this SDK; may be given several times
    #[arg(long = "sdk", value_name = "NAME")]
    sdks: Vec<String>,
    /// Only cases whose names fit, such as 'values/*'
    #[arg(long, value_name = "GLOB")]
    filter: Option<String>,
    /// Write conformance.json, junit.xml, report.md, requirements.md and badges here
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Write the matrix into the README instead of checking it
    #[arg(long)]
    write: bool,
    /// Ask the SDKs so many random scripts as well: they must answer the same
    #[arg(long, value_name = "SCRIPTS")]
    fuzz: Option<u64>,
}

impl Options {
    /// What continuous integration runs: all cases, and a short comparison by chance.
    pub fn of_a_test() -> Self {
        Options { fuzz: Some(500), ..Options::default() }
    }
}

/// Runs the command. Returns whether nothing is wrong.
pub fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    Ok(all(workspace, options)?.failed == 0)
}

/// The same; a test is what one SDK says of one case, or of one message what a validator says.
pub fn all(workspace: &Workspace, options: &Options) -> Result<Counts> {
    if let Some(advice) = tools::missing(&[PYTHON, PYTHON_VENV, CC]) {
        bail!(advice);
    }
    let names = || SDKS.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", ");
    if let Some(odd) = options.sdks.iter().find(|name| !SDKS.iter().any(|(known, ..)| known == name)) {
        bail!("there is no SDK `{odd}`: {}", names());
    }
    let folder = workspace.scratch("conformance")?;
    let transcript = folder.join("transcript.jsonl");
    let kit = program(workspace, "tracewire-conformance", "tracewire-conformance")?;
    let mut command = Command::new(&kit);
    command.arg("run").arg("--root").arg(&workspace.root).arg("--transcript").arg(&transcript);
    let (adapters, is_whole) = adapters(workspace, options)?;
    for adapter in &adapters {
        command.arg("--sdk").arg(adapter);
    }
    if let Some(filter) = &options.filter {
        command.args(["--filter", filter]);
    }
    command.arg("--report").arg(options.report.as_deref().unwrap_or(&folder.join("report")));
    let (page, mark) = PAGE;
    let page = workspace.path(page);
    if options.sdks.is_empty() && is_whole && std::fs::read_to_string(&page)?.contains(mark) {
        command.arg("--readme").arg(page).args(options.write.then_some("--write"));
    }
    let mut sum = counts::run(&mut command, counts::of_conformance)?;
    let messages = satisfy_schema(workspace, &transcript)?;
    sum.passed += messages.passed;
    sum.failed += messages.failed;
    if let Some(scripts) = options.fuzz {
        let mut command = Command::new(&kit);
        command.args(["fuzz", "--scripts", &scripts.to_string(), "--out"]).arg(folder.join("fuzz"));
        adapters.iter().for_each(|adapter| _ = command.arg("--adapter").arg(adapter));
        // What it found is shown as it comes; each difference is kept as a case to judge.
        let is_same = process::run_heard(&mut command, |_| {})?.success();
        sum.passed += u64::from(is_same);
        sum.failed += u64::from(!is_same);
    }
    Ok(sum)
}

/// Builds the adapters that take longest, for a run that has something else to do meanwhile.
pub fn compile(workspace: &Workspace) -> Result<()> {
    for build in [rust, kotlin, swift] {
        build(workspace)?;
    }
    Ok(())
}

/// The adapters of these SDKs that this machine can build, with the words that start each.
pub fn built(workspace: &Workspace, names: &[&str]) -> Result<Vec<(String, Vec<String>)>> {
    let mut built = Vec::new();
    for (name, build, needs) in SDKS.iter().filter(|(name, ..)| names.contains(name)) {
        match tools::missing(needs) {
            Some(advice) => println!("without {name}: {advice}"),
            None => {
                let words = build(workspace)?.iter().map(|word| word.display().to_string()).collect();
                built.push(((*name).to_owned(), words));
            }
        }
    }
    Ok(built)
}

/// The adapters that are asked, each as `name=command`, and whether those are all.
fn adapters(workspace: &Workspace, options: &Options) -> Result<(Vec<String>, bool)> {
    let (mut adapters, mut is_whole) = (Vec::new(), true);
    for (name, build, needs) in SDKS {
        if !options.sdks.is_empty() && !options.sdks.iter().any(|sdk| sdk == name) {
            continue;
        }
        // A machine that lacks something asks all others; the steps of that SDK's own tests say what is missing, too.
        match tools::missing(needs) {
            Some(advice) if options.sdks.is_empty() => {
                println!("conformance: without {name}: {advice}");
                is_whole = false;
                continue;
            }
            Some(advice) => bail!(advice),
            None => {}
        }
        let words: Vec<String> = build(workspace)?.iter().map(|word| format!("'{}'", word.display())).collect();
        adapters.push(format!("{name}={}", words.join(" ")));
    }
    Ok((adapters, is_whole))
}

/// Whether every request and every answer of the run is one of the protocol, said by two validators that know nothing of each other.
fn satisfy_schema(workspace: &Workspace, transcript: &Path) -> Result<Counts> {
    let peers = Peers::ensure(workspace)?;
    let scripts = workspace.path(FOLDER).join("schema");
    let text = std::fs::read_to_string(transcript)?;
    // The second opinion takes its time; a part of the messages shows that both read the schema alike.
    let some = transcript.with_extension("some.jsonl");
    let part: Vec<&str> = text.lines().step_by(PART).collect();
    std::fs::write(&some, part.join("\n"))?;
    let mut counts = Counts::default();
    let mut python = peers.python();
    python.arg(scripts.join("check.py"));
    let mut node = peers.node();
    node.arg(scripts.join("check.mjs"));
    for (name, mut validator, file) in [("ajv", node, transcript), ("jsonschema", python, &some)] {
        let messages = std::fs::read_to_string(file)?;
        let said = process::capture(validator.arg(workspace.path(SCHEMA)).arg(file))?;
        let (all, answers) = (messages.lines().count(), said.lines().count());
        if all != answers {
            bail!("{name} gave {answers} answers to {all} messages");
        }
        let of_message = messages.lines().zip(said.lines());
        let wrong: Vec<&str> = of_message.filter(|(_, said)| *said != "true").map(|(message, _)| message).collect();
        for message in wrong.iter().take(5) {
            println!("{name}: no message of the protocol: {}", message.chars().take(400).collect::<String>());
        }
        println!("{name}: {} of {all} messages satisfy {SCHEMA}", all - wrong.len());
        // One test a validator: the number of messages says nothing of what is proved.
        counts.passed += u64::from(wrong.is_empty());
        counts.failed += u64::from(!wrong.is_empty());
    }
    Ok(counts)
}

/// A program of the workspace, built as the tests have it.
fn program(workspace: &Workspace, package: &str, name: &str) -> Result<PathBuf> {
    process::run(&mut workspace.cargo([
        "build",
        "--quiet",
        "--profile",
        PROFILE,
        "--package",
        package,
        "--bin",
        name,
    ]))?;
    Ok(workspace.executable(PROFILE, name))
}

fn rust(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    Ok(vec![program(workspace, "tracewire-conformance-rust", "tracewire-conformance-rust")?])
}

fn python(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let python = crate::test::python_environment(workspace)?.bin().join("python");
    Ok(vec![python, "-B".into(), workspace.path("conformance/adapters/python/adapter.py")])
}

fn node(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let (program, folder) = npm(workspace, "node")?;
    // Beside the adapter its loader finds it; the runner hands next to nothing of the environment on.
    let native = typescript::native(workspace, PROFILE)?;
    let beside = folder.join("tracewire.node");
    std::fs::copy(&native, &beside).with_context(|| format!("cannot write {}", beside.display()))?;
    Ok(vec![program, folder.join("node.mjs")])
}

/// The same adapter in a page of Chromium, by a program that hands lines to and fro.
fn browser(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let (program, folder) = npm(workspace, "browser")?;
    let chromium = tools::chromium().with_context(|| tools::missing(&[CHROMIUM]).unwrap_or_default())?;
    Ok(vec![program, workspace.path(NPM).join("browser.mjs"), folder, chromium])
}

/// Bundles the adapter of the npm package for one platform; gives Node and the folder of the bundle.
fn npm(workspace: &Workspace, platform: &str) -> Result<(PathBuf, PathBuf)> {
    // What takes the native library's place where that is missing is part of either bundle.
    wasm::build(workspace)?;
    let node = Node::find(workspace)?;
    node.install(&workspace.path(typescript::PACKAGE))?;
    let folder = workspace.scratch("conformance")?.join("typescript");
    let mut command = node.program("node");
    process::run(command.arg(workspace.path(NPM).join("build.mjs")).arg(&folder).arg(platform))?;
    Ok((command.get_program().into(), folder))
}

fn kotlin(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    maven::program(workspace, "target/conformance/lib", "AdapterKt", PROFILE)
}

fn swift(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    swift::program(workspace, "conformance/adapters/swift/adapter", "adapter", PROFILE)
}

fn go(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let program = workspace.scratch("conformance")?.join(format!("go{}", std::env::consts::EXE_SUFFIX));
    let mut command = crate::test::go(workspace, &Peers::ensure(workspace)?, "build")?;
    process::run(command.arg("-o").arg(&program).arg("./cmd/adapter").current_dir(workspace.path(GO)))?;
    Ok(vec![program])
}
