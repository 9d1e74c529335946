//! What is sent to a real server: by programs with OpenTelemetry's SDKs for Python and Node, instrumented as their users would, and
//! by our own SDKs. Everything comes twice and has to be there once.
//!
//! The packages of the former are named one by one in `xtask/peers/served`, in an environment of their own.

use super::{PROFILE, counts, python_environment};
use crate::conformance;
use crate::demo::agents;
use crate::node::Node;
use crate::peers::listed;
use crate::process;
use crate::steps::Counts;
use crate::venv::{Requirements, Venv, python3};
use crate::workspace::Workspace;
use anyhow::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;

/// The programs that send, and the tests that look at what arrived.
pub const FOLDER: &str = "xtask/peers/served";
/// The SDKs whose envelopes are sent, as the conformance kit names them.
const SDKS: [&str; 5] = ["rust", "python", "node", "kotlin", "swift"];
/// The server of the agents that call their tools over HTTP.
const HTTP_SERVER: &str = "examples/research-agent/http_server.py";

/// What OpenTelemetry's SDKs send.
pub fn opentelemetry(workspace: &Workspace) -> Result<Counts> {
    build(workspace)?;
    let text = std::fs::read_to_string(workspace.path(FOLDER).join("requirements.txt"))?;
    let requirements = Requirements { name: "senders", interpreter: python3(), packages: &listed(&text), groups: &[] };
    let venv = Venv::ensure(workspace, &requirements)?;
    let node = Node::find(workspace)?;
    let packages = node.install_apart(workspace, FOLDER)?;
    let mut command = tests(workspace, &venv, "test_opentelemetry.py");
    command.env("SENDERS_NODE", node.program("node").get_program()).env("SENDERS_PACKAGES", packages);
    counts::run(&mut command, counts::of_pytest)
}

/// What our SDKs send: those whose toolchains are here.
pub fn own(workspace: &Workspace) -> Result<Counts> {
    build(workspace)?;
    let venv = python_environment(workspace)?;
    let adapters: BTreeMap<String, Vec<String>> = conformance::built(workspace, &SDKS)?.into_iter().collect();
    let mut agents_by_name = BTreeMap::<String, Value>::new();
    for (name, agent) in agents(workspace)? {
        let command = agent.command(venv.program("python"));
        let words = std::iter::once(command.get_program()).chain(command.get_args()).map(|word| word.to_string_lossy());
        let environment =
            command.get_envs().filter_map(|(name, value)| Some((name.to_str()?, value?.to_string_lossy())));
        let mut environment: BTreeMap<_, _> = environment.collect();
        let server = workspace.path(HTTP_SERVER);
        environment.insert("RESEARCH_AGENT_SERVER", server.to_string_lossy());
        let agent = json!({ "command": words.collect::<Vec<_>>(), "environment": environment });
        agents_by_name.insert(name, agent);
    }
    let mut command = tests(workspace, &venv, "test_sdks.py");
    command.env("SENDERS_ADAPTERS", serde_json::to_string(&adapters)?);
    command.env("SENDERS_AGENTS", serde_json::to_string(&agents_by_name)?);
    counts::run(&mut command, counts::of_pytest)
}

/// The server, built as the tests have it.
pub fn build(workspace: &Workspace) -> Result<()> {
    process::run(&mut workspace.cargo(["build", "--quiet", "--profile", PROFILE, "--package", "tracewire-cli"]))
}

fn tests(workspace: &Workspace, venv: &Venv, file: &str) -> Command {
    let mut command = venv.program("python");
    command.args(["-m", "pytest", "-p", "no:cacheprovider", "--color", "no", file]);
    command.env("TRACEWIRE_PROGRAM", workspace.executable(PROFILE, "tracewire")).env_remove("TRACEWIRE_DIR");
    command.current_dir(workspace.path(FOLDER));
    command
}
