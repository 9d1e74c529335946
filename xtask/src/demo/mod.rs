//! `cargo xtask demo`: a real agent and a real server with its tools, once to its end and once killed in the middle of a step; and what is left.
//! With `--serve`: the same agent again and again, beside the dashboard.

mod agent;
mod serve;

pub use agent::agents;

use crate::dashboard;
use crate::process;
use crate::steps::seconds;
use crate::tools::{self, CC, PYTHON, PYTHON_VENV};
use crate::venv::{Requirements, Venv, python3};
use crate::wheel;
use crate::workspace::Workspace;
use agent::{Agent, Language};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Built as the tests build it, so that whichever comes second finds most of it done.
const PROFILE: &str = "ci";

/// What the example needs beside our wheel; the same range stands in its README.
const MCP: &str = "mcp>=2.3";

/// The agent and its server, relative to the root.
const FOLDER: &str = "examples/research-agent";

/// Options of `demo`.
#[derive(Args)]
pub struct Options {
    /// What the agent is written in
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
    /// Serve the dashboard, and let the agent work until Ctrl-C
    #[arg(long)]
    serve: bool,
    /// Open the dashboard in the browser
    #[arg(long, requires = "serve")]
    open: bool,
    /// End after so many runs
    #[arg(long, value_name = "N", requires = "serve")]
    runs: Option<usize>,
}

/// What the agent prints when it is in the middle of a step and waits to be killed there.
const READY: &str = "READY";

/// Everything that the demonstration runs.
struct Demo {
    root: PathBuf,
    /// Where the agent's source is, relative to the root.
    source: String,
    agent: Agent,
    venv: Venv,
    tracewire: PathBuf,
    directory: PathBuf,
}

/// Runs the command.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let started = Instant::now();
    if let Some(advice) = tools::missing(&[CC, PYTHON, PYTHON_VENV]) {
        bail!("{advice}");
    }
    if let Some(advice) = options.lang.missing() {
        bail!("{advice}");
    }
    heading(1, "Build", "the command line, the packages, and an environment with the official MCP package");
    if options.serve {
        dashboard::build_if_possible(workspace)?;
    }
    let demo = Demo::build(workspace, options.lang)?;
    println!("built in {}", seconds(started.elapsed()));
    if options.serve {
        heading(2, "An agent at work", "each run is live on the page; one of four finds the library closed");
        return serve::run(&demo, options.runs, options.open);
    }

    heading(
        2,
        "An agent at work",
        &format!(
            "it plans, calls four tools of {}, meets a rate limit, asks a sub-agent, streams its answer",
            options.lang.transport()
        ),
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
        let agent = Agent::build(workspace, language)?;
        Ok(Demo {
            root: workspace.root.clone(),
            source: language.source(),
            agent,
            venv,
            tracewire: workspace.executable(PROFILE, "tracewire"),
            directory,
        })
    }

    fn agent(&self) -> Command {
        let mut command = self.agent.command(self.venv.program("python"));
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
            ("serve --open", "the dashboard"),
            ("list", "both runs"),
            ("trace --last --full", "the killed run, with every input and output"),
            ("doctor", "directories, producers, sizes, losses"),
            ("tail", "follow what is recorded, live"),
        ];
        for (arguments, what) in commands {
            println!("  {program} --dir {directory} {arguments:<19}  # {what}");
        }
        println!("\nThe agent is {}; ten lines of your own are in README.md.", self.source);
    }
}

fn heading(number: u32, title: &str, about: &str) {
    println!("\n━━ {number}. {title} ━━\n{about}\n");
}
