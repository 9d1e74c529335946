//! `cargo xtask demo`: a real agent over a real MCP server, once to its end and once killed in the middle of a step; and what is left.

use crate::node;
use crate::process;
use crate::steps::seconds;
use crate::tools::{self, CC, PYTHON, PYTHON_VENV};
use crate::typescript;
use crate::venv::{Requirements, Venv, python3};
use crate::wasm;
use crate::wheel;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Built as the tests build it, so that whichever comes second finds most of it done.
const PROFILE: &str = "ci";

/// What the example needs beside our wheel; the same range stands in its README.
const MCP: &str = "mcp>=2.3";

/// The agent and its server, relative to the root.
const FOLDER: &str = "examples/research-agent";

/// What the agent is written in; its server is Python's.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Language {
    #[default]
    Python,
    Typescript,
}

/// Options of `demo`.
#[derive(Args)]
pub struct Options {
    /// What the agent is written in
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
}

/// Gives the bundled agent a `require`: some of the MCP package's own dependencies are CommonJS.
const BANNER: &str = "import { createRequire as requiring } from 'node:module'; \
                      const require = requiring(process.cwd() + '/');";

/// What the agent prints when it is in the middle of a step and waits to be killed there.
const READY: &str = "READY";

/// Everything that the demonstration runs.
struct Demo {
    root: PathBuf,
    agent: String,
    venv: Venv,
    /// The agent in TypeScript as Node runs it.
    bundled: Option<Bundled>,
    tracewire: PathBuf,
    directory: PathBuf,
}

/// A script for Node, and the package that it is made with.
struct Bundled {
    environment: typescript::Environment,
    script: PathBuf,
}

/// Runs the command.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let started = Instant::now();
    if let Some(advice) = tools::missing(&[CC, PYTHON, PYTHON_VENV]) {
        bail!("{advice}");
    }
    if let Some(advice) = (options.lang == Language::Typescript).then(node::missing).flatten() {
        bail!("{advice}");
    }
    heading(1, "Build", "the command line, the packages, and an environment with the official MCP package");
    let demo = Demo::build(workspace, options.lang)?;
    println!("built in {}", seconds(started.elapsed()));

    heading(
        2,
        "An agent at work",
        "it plans, calls four tools of an MCP server, meets a rate limit, asks a sub-agent, streams its answer",
    );
    process::run(&mut demo.agent())?;
    println!(
        "\nAgent and server are two processes and one trace. Look at the failed fetch and its retry, and at the sub-agent:\n"
    );
    demo.show(&["trace", "--last"])?;

    heading(3, "The same agent, killed", "kill -9 in the middle of a step; its server goes down with it");
    demo.kill_mid_step()?;
    println!("\nEvery step up to that moment is there; those that were open are abandoned:\n");
    demo.show(&["trace", "--last"])?;

    heading(4, "What is proved", "every record is numbered, hashed and chained, those of the killed processes too");
    demo.show(&["verify"])?;

    demo.say_what_next(workspace);
    println!("\ndone in {}", seconds(started.elapsed()));
    Ok(())
}

impl Demo {
    fn build(workspace: &Workspace, language: Language) -> Result<Demo> {
        let agent = match language {
            Language::Python => format!("{FOLDER}/agent.py"),
            Language::Typescript => format!("{FOLDER}/agent.ts"),
        };
        if !workspace.path(&agent).exists() {
            bail!("{agent} is not there");
        }
        process::run(&mut workspace.cargo(["build", "--profile", PROFILE, "--package", "tracewire-cli"]))?;
        let venv = Venv::ensure(
            workspace,
            &Requirements { name: "demo", interpreter: python3(), packages: &[MCP], groups: &[] },
        )?;
        venv.install_wheel(&wheel::build(workspace, PROFILE)?)?;
        let directory = workspace.scratch("demo")?.join(".tracewire");
        if directory.exists() {
            std::fs::remove_dir_all(&directory).context("cannot remove the traces of the demonstration before")?;
        }
        let bundled = match language {
            Language::Python => None,
            Language::Typescript => Some(Bundled::make(workspace, &workspace.path(&agent))?),
        };
        Ok(Demo {
            root: workspace.root.clone(),
            agent,
            venv,
            bundled,
            tracewire: workspace.executable(PROFILE, "tracewire"),
            directory,
        })
    }

    fn agent(&self) -> Command {
        let python = self.venv.program("python");
        let mut command = match &self.bundled {
            None => {
                let mut command = python;
                command.arg(&self.agent);
                command
            }
            Some(Bundled { environment, script }) => {
                let mut command = environment.node.program("node");
                command.arg(script).env("TRACEWIRE_NATIVE", &environment.native).env("PYTHON", python.get_program());
                command
            }
        };
        command.env("TRACEWIRE_DIR", &self.directory).current_dir(&self.root);
        command
    }

    fn show(&self, arguments: &[&str]) -> Result<()> {
        process::run(Command::new(&self.tracewire).args(arguments).env("TRACEWIRE_DIR", &self.directory))
    }

    /// Starts the agent, waits until it is inside a step, kills it, and waits until its server is gone as well.
    fn kill_mid_step(&self) -> Result<()> {
        let mut command = self.agent();
        command.env("RESEARCH_AGENT_PAUSE", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
        println!("$ RESEARCH_AGENT_PAUSE=1 {}", process::typed(&command));
        let mut agent = command.spawn().context("cannot start the agent")?;
        let output = agent.stdout.take().context("the agent has no output")?;
        let mut errors = agent.stderr.take().context("the agent has no error output")?;
        let is_ready = BufReader::new(output).lines().map_while(Result::ok).any(|line| line.trim() == READY);
        if is_ready {
            println!("{READY}\n$ kill -9 {}", agent.id());
        }
        agent.kill().context("cannot kill the agent")?;
        agent.wait()?;
        // The server shares the agent's error output: it ends when both are gone.
        let mut said = String::new();
        errors.read_to_string(&mut said)?;
        if !is_ready {
            bail!("the agent ended before it was inside a step:\n{said}");
        }
        Ok(())
    }

    fn say_what_next(&self, workspace: &Workspace) {
        let program = workspace.shown(&self.tracewire);
        let directory = workspace.shown(&self.directory);
        println!("\nThe traces are in {directory}. What to type next:\n");
        let commands = [
            ("list", "both runs"),
            ("trace --last --full", "the killed run, with every input and output"),
            ("doctor", "directories, producers, sizes, losses"),
            ("tail", "follow what is recorded, live"),
        ];
        for (arguments, what) in commands {
            println!("  {program} --dir {directory} {arguments:<19}  # {what}");
        }
        println!("\nThe agent is {}; ten lines of your own are in README.md.", self.agent);
    }
}

impl Bundled {
    /// Makes one file of the agent and the package's sources. It looks for its server where its own source is.
    fn make(workspace: &Workspace, agent: &Path) -> Result<Bundled> {
        let environment = typescript::environment(workspace, PROFILE)?;
        // What takes the native library's place where that is missing is part of the bundle.
        if !environment.folder.join("src/native/recorder.generated.js").exists() {
            wasm::build(workspace)?;
        }
        let script = workspace.scratch("demo")?.join("agent.mjs");
        let mut command = environment.script("esbuild/bin/esbuild");
        command.arg(agent).arg(format!("--outfile={}", script.display()));
        command.arg(format!("--define:import.meta.url=\"file://{}\"", agent.display()));
        command.args(["--bundle", "--platform=node", "--format=esm", "--target=node20", "--log-level=warning"]);
        command.args(["--alias:tracewire=./src/index.ts", "--alias:tracewire/mcp=./src/integrations/mcp.ts"]);
        command.arg(format!("--banner:js={BANNER}"));
        // The example has no packages of its own.
        command.env("NODE_PATH", environment.folder.join("node_modules"));
        process::run(&mut command)?;
        Ok(Bundled { environment, script })
    }
}

fn heading(number: u32, title: &str, about: &str) {
    println!("\n━━ {number}. {title} ━━\n{about}\n");
}
