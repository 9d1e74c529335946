//! What recording a step costs in Node, beside OpenTelemetry, and in Chromium.

use super::{Options, Row, rows_of};
use crate::node;
use crate::tools::{self, CC, CHROMIUM, WASM_TARGET};
use crate::typescript;
use crate::wasm;
use crate::workspace::Workspace;
use anyhow::{Result, bail};

/// The library as users get it.
const PROFILE: &str = "npm";

/// Builds the package, and measures it.
pub fn run(workspace: &Workspace, options: &Options) -> Result<Vec<Row>> {
    if let Some(advice) = node::missing().or_else(|| tools::missing(&[CC, WASM_TARGET])) {
        bail!("{advice}");
    }
    wasm::build(workspace)?;
    let environment = typescript::environment(workspace, PROFILE)?;
    environment.build()?;
    environment.node.install(&environment.folder.join("bench"))?;
    let rounds = ["--rounds", if options.quick { "1" } else { "5" }];
    let mut rows = rows_of(environment.script("../bench/record.mjs").args(rounds))?;
    rows.extend(rows_of(environment.script("../bench/guards.mjs").args(rounds))?);
    match tools::missing(&[CHROMIUM]) {
        Some(advice) => println!("nothing is measured in Chromium: {advice}"),
        None => rows.extend(rows_of(environment.script("../bench/browser.mjs").args(rounds))?),
    }
    Ok(rows)
}
