//! The steps of TypeScript: the sources with the library that was built here, and the package as a user gets it.

use super::{Choice, Options, PROFILE, counts, dashboard};
use crate::node;
use crate::process;
use crate::steps::{Counts, Steps};
use crate::tools::{self, CC, CHROMIUM, PYTHON, PYTHON_VENV, Tool, WASM_TARGET};
use crate::typescript::{self, Environment, PACKAGE};
use crate::wasm;
use crate::workspace::Workspace;
use anyhow::Result;

/// Runs the wanted steps.
pub fn run(workspace: &Workspace, options: &Options, steps: &mut Steps) {
    let wanted: Vec<(Choice, &str)> = [
        (Choice::Biome, "biome"),
        (Choice::Tsc, "tsc"),
        (Choice::Vitest, "vitest"),
        (Choice::VitestBrowser, "vitest, in a browser"),
        (Choice::Packaging, "packaging"),
        (Choice::Playground, "playground"),
        (Choice::Dashboard, "dashboard"),
        (Choice::DashboardServed, "dashboard, served"),
        (Choice::Typedoc, "typedoc"),
    ]
    .into_iter()
    .filter(|(step, _)| options.wants(*step))
    .collect();
    if wanted.is_empty() {
        return;
    }
    if let Some(advice) = node::missing().or_else(|| tools::missing(&[CC, WASM_TARGET])) {
        wanted.iter().for_each(|(_, name)| steps.missing(name, &advice));
        return;
    }
    let mut environment = None;
    let is_of_dashboard = |step: &Choice| matches!(step, Choice::Dashboard | Choice::DashboardServed);
    let is_ready = steps.run("typescript environment", || {
        if wanted.iter().any(|(step, _)| is_of_dashboard(step)) {
            // The command line is built for the environment, and carries it.
            crate::dashboard::build_if_possible(workspace)?;
        }
        environment = Some(typescript::environment(workspace, PROFILE)?);
        Ok(Counts::default())
    });
    let Some(environment) = environment.filter(|_| is_ready) else {
        wanted.iter().for_each(|(_, name)| steps.skipped(name, "no environment"));
        return;
    };
    // The steps that need more than the library for Node.
    let is_in_browser = |step: &Choice| {
        matches!(step, Choice::VitestBrowser | Choice::Packaging | Choice::Playground) || is_of_dashboard(step)
    };
    // The vocabularies that tokens are counted with are a module in Node too; the dashboard counts on its server.
    let needs_modules =
        |step: &Choice| (is_in_browser(step) && !is_of_dashboard(step)) || matches!(step, Choice::Vitest);
    let has_modules = wanted.iter().any(|(step, _)| needs_modules(step))
        && steps.run("wasm modules", || wasm::build(workspace).map(|()| Counts::default()));
    for (step, name) in wanted {
        let needed: &[Tool] = match step {
            Choice::DashboardServed => &[CHROMIUM, PYTHON, PYTHON_VENV],
            _ if is_in_browser(&step) => &[CHROMIUM],
            _ => &[],
        };
        match tools::missing(needed) {
            Some(advice) => steps.missing(name, &advice),
            None if needs_modules(&step) && !has_modules => steps.skipped(name, "no modules"),
            None => _ = steps.run(name, || one(workspace, step, &environment)),
        }
    }
}

fn one(workspace: &Workspace, step: Choice, environment: &Environment) -> Result<Counts> {
    match step {
        Choice::Biome => counts::none(with(environment.script("@biomejs/biome/bin/biome"), &["ci", "."])),
        Choice::Tsc => {
            process::run(environment.script("typescript/bin/tsc").arg("--noEmit"))?;
            counts::none(with(environment.script("typescript/bin/tsc"), &["--noEmit", "--project", "packaging"]))
        }
        Choice::Vitest => vitest(environment, &["--project", "node"]),
        Choice::VitestBrowser => vitest(environment, &["--project", "browser"]),
        Choice::Packaging => packaging(workspace, environment),
        Choice::Playground => playground(workspace, environment),
        Choice::Dashboard => dashboard::pages(workspace, environment),
        Choice::DashboardServed => dashboard::served(workspace),
        _ => {
            // Within the site, whose reference leads to it.
            let out = workspace.scratch("docs/html/reference/typescript")?;
            counts::none(with(environment.script("typedoc/bin/typedoc"), &["--out", &out.to_string_lossy()]))
        }
    }
}

fn vitest(environment: &Environment, arguments: &[&str]) -> Result<Counts> {
    let mut command = environment.script("vitest/vitest.mjs");
    counts::run(command.arg("run").args(arguments), counts::of_vitest)
}

/// The page that shows traces: its types, its tests, and the page itself.
fn playground(workspace: &Workspace, environment: &Environment) -> Result<Counts> {
    let folder = workspace.path("examples/playground");
    environment.node.install(&folder)?;
    process::run(environment.node.script(&folder, "typescript/bin/tsc").arg("--noEmit"))?;
    process::run(environment.node.script(&folder, "@biomejs/biome/bin/biome").args(["ci", "."]))?;
    let mut command = environment.node.script(&folder, "vitest/vitest.mjs");
    if let Some(chromium) = tools::chromium() {
        command.env("TRACEWIRE_CHROMIUM", chromium);
    }
    counts::run(command.arg("run").env("NO_COLOR", "1").env("CI", "1"), counts::of_vitest)
}

/// Builds, packs, installs and runs the package in every environment.
fn packaging(workspace: &Workspace, environment: &Environment) -> Result<Counts> {
    environment.build()?;
    let packages = workspace.scratch("npm-packages")?.join(PROFILE);
    environment.pack(&packages, false)?;
    let tools = environment.node.install_apart(workspace, &format!("{PACKAGE}/packaging"))?;
    let mut command = environment.script("vitest/vitest.mjs");
    // Installed packages bring their own library.
    command.env_remove("TRACEWIRE_NATIVE").env("TRACEWIRE_PACKAGES", packages).env("TRACEWIRE_PACKAGING_TOOLS", tools);
    counts::run(command.args(["run", "--config", "packaging/vitest.config.ts"]), counts::of_vitest)
}

fn with(mut command: std::process::Command, arguments: &[&str]) -> std::process::Command {
    command.args(arguments);
    command
}
