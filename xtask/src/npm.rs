//! `cargo xtask npm`: the packages as they are published, for this machine: the package itself and its native part.

use crate::node;
use crate::tools::{self, CC, WASM_TARGET};
use crate::typescript;
use crate::wasm;
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;

/// Small and quick; see the workspace's manifest.
const PUBLISHED: &str = "npm";

/// Options of `npm`.
#[derive(Args)]
pub struct Options {
    /// Where the archives go; by default below the target directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The workspace's profile; the limits of size are held by `npm` alone
    #[arg(long, default_value = PUBLISHED)]
    profile: String,
}

/// Runs the command.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if let Some(advice) = node::missing().or_else(|| tools::missing(&[CC, WASM_TARGET])) {
        bail!(advice);
    }
    let out = match &options.out {
        Some(out) => out.clone(),
        None => workspace.scratch("npm-packages")?.join(&options.profile),
    };
    wasm::build(workspace)?;
    let environment = typescript::environment(workspace, &options.profile)?;
    environment.build()?;
    environment.pack(&out, options.profile == PUBLISHED)?;
    println!("the packages are in {}", workspace.shown(&out));
    Ok(())
}
