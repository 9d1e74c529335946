//! The agent of the demonstration in each language: how it is built, and how it is started.

use super::{FOLDER, PROFILE};
use crate::node;
use crate::process;
use crate::tools::{self, JDK, MAVEN};
use crate::typescript;
use crate::workspace::Workspace;
use crate::{maven, swift};
use anyhow::{Result, bail};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the agent is written in; its server is Python's.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    #[default]
    Python,
    Typescript,
    Kotlin,
    Swift,
}

impl Language {
    /// Where its source is, relative to the root.
    pub fn source(self) -> String {
        let source = match self {
            Language::Python => "agent.py",
            Language::Typescript => "agent.ts",
            Language::Kotlin => "kotlin",
            Language::Swift => "swift/agent",
        };
        format!("{FOLDER}/{source}")
    }

    /// What the machine lacks for it.
    pub fn missing(self) -> Option<String> {
        match self {
            Language::Typescript => node::missing(),
            Language::Kotlin => tools::missing(&[JDK, MAVEN]),
            Language::Python | Language::Swift => None,
        }
    }

    /// How its calls reach the tools.
    pub fn transport(self) -> &'static str {
        match self {
            Language::Python | Language::Typescript => "an MCP server",
            Language::Kotlin | Language::Swift => "a server in Python, over HTTP",
        }
    }
}

/// The agent, ready to be started.
pub enum Agent {
    /// A script for Python.
    Script(PathBuf),
    /// A script for Node, and the package that it is made with.
    Bundled(Box<typescript::Environment>, PathBuf),
    /// The words of a command.
    Program(Vec<PathBuf>),
}

/// The agents of all languages that this machine can build, by the languages' names.
pub fn agents(workspace: &Workspace) -> Result<Vec<(String, Agent)>> {
    let mut agents = Vec::new();
    for language in Language::value_variants() {
        let Some(name) = language.to_possible_value() else { continue };
        match language.missing() {
            Some(advice) => println!("without the agent in {}: {advice}", name.get_name()),
            None => agents.push((name.get_name().to_owned(), Agent::build(workspace, *language)?)),
        }
    }
    Ok(agents)
}

/// Gives the bundled agent a `require`: some of the MCP package's own dependencies are CommonJS.
const BANNER: &str = "import { createRequire as requiring } from 'node:module'; \
                      const require = requiring(process.cwd() + '/');";

impl Agent {
    /// Builds it.
    pub fn build(workspace: &Workspace, language: Language) -> Result<Agent> {
        let source = language.source();
        if !workspace.path(&source).exists() {
            bail!("{source} is not there");
        }
        Ok(match language {
            Language::Python => Agent::Script(workspace.path(source)),
            Language::Typescript => bundle(workspace, &workspace.path(source))?,
            Language::Kotlin => {
                Agent::Program(maven::program(workspace, "target/research-agent/lib", "AgentKt", PROFILE)?)
            }
            Language::Swift => Agent::Program(swift::program(workspace, &source, "agent", PROFILE)?),
        })
    }

    /// The command that starts it; `python` runs its server.
    pub fn command(&self, python: Command) -> Command {
        let interpreter = python.get_program().to_owned();
        let mut command = match self {
            Agent::Script(script) => {
                let mut command = python;
                command.arg(script);
                command
            }
            Agent::Bundled(environment, script) => {
                let mut command = environment.node.program("node");
                command.arg(script).env("TRACEWIRE_NATIVE", &environment.native);
                command
            }
            Agent::Program(words) => process::command(words),
        };
        command.env("PYTHON", interpreter);
        command
    }
}

/// Makes one file of the agent and the package's sources. It looks for its server where its own source is.
fn bundle(workspace: &Workspace, agent: &Path) -> Result<Agent> {
    let environment = typescript::environment(workspace, PROFILE)?;
    let script = workspace.scratch("demo")?.join("agent.mjs");
    let place = format!("--define:import.meta.url=\"file://{}\"", agent.display());
    environment.bundle(workspace, agent, &script, &[&place, &format!("--banner:js={BANNER}")])?;
    Ok(Agent::Bundled(Box::new(environment), script))
}
