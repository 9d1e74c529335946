//! The steps of the dashboard: its pages on made-up data, and the same in the server that people start.

use super::counts;
use crate::dashboard::{Served, build};
use crate::process;
use crate::steps::Counts;
use crate::tools;
use crate::typescript::Environment;
use crate::workspace::Workspace;
use anyhow::Result;

/// Their types, what they weigh, their logic, and each page in a browser.
pub fn pages(workspace: &Workspace, environment: &Environment) -> Result<Counts> {
    let node = &environment.node;
    let folder = build(workspace, node)?;
    process::run(node.script(&folder, "typescript/bin/tsc").arg("--noEmit"))?;
    process::run(node.script(&folder, "@biomejs/biome/bin/biome").args(["ci", "."]))?;
    process::run(node.program("node").arg("scripts/size.mjs").current_dir(&folder))?;
    let mut command = node.script(&folder, "vitest/vitest.mjs");
    if let Some(chromium) = tools::chromium() {
        command.env("TRACEWIRE_CHROMIUM", chromium);
    }
    let projects = ["run", "--project", "logic", "--project", "browser"];
    counts::run(command.args(projects).env("NO_COLOR", "1").env("CI", "1"), counts::of_vitest)
}

/// The real server with the pages in it, over what SDKs recorded and what came by OTLP.
pub fn served(workspace: &Workspace) -> Result<Counts> {
    counts::run(&mut Served::build(workspace)?.vitest("served"), counts::of_vitest)
}
