//! What is generated, and from what:
//!
//! ```text
//! spec/registry/*.yaml ─▶ model ─┬▶ rust, python, typescript, kotlin, swift: constants; all but Rust: a method for each protocol event
//!                                └▶ pages: spec/reference/{kinds,attributes,events}.md
//! core/wire/src/error.rs ─▶ errors: spec/reference/errors.md
//! core/wire/src/body.rs ─▶ JSON Schema ─┬▶ spec/schema/v1/*.schema.json
//!                                       └▶ fields: spec/reference/fields.md
//! ```
//!
//! Every output is made in memory first; then it is written, or with `--check` compared with what is there.

mod check;
mod errors;
mod fields;
mod kotlin;
mod methods;
mod model;
mod names;
mod output;
mod pages;
mod python;
mod rust;
mod schema;
mod swift;
mod typescript;

use crate::workspace::Workspace;
use anyhow::{Result, bail};
use clap::Args;

pub use output::GENERATED_MARK;

/// Options of `codegen`.
#[derive(Args)]
pub struct Options {
    /// Write nothing; fail and show the difference if a file is not what it would be.
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let outputs = generate(workspace)?;
    if options.check { check(workspace, &outputs) } else { output::write(workspace, &outputs) }
}

/// Fails if a generated file is not what it would be.
pub fn check_all(workspace: &Workspace) -> Result<()> {
    check(workspace, &generate(workspace)?)
}

/// The paths of all generated files, relative to the root.
pub fn paths(workspace: &Workspace) -> Result<Vec<String>> {
    Ok(generate(workspace)?.into_iter().map(|output| output.path).collect())
}

fn check(workspace: &Workspace, outputs: &[output::Output]) -> Result<()> {
    let differences = output::differences(workspace, outputs);
    for difference in &differences {
        println!("{difference}");
    }
    if !differences.is_empty() {
        bail!("{} generated file(s) differ from their sources; run `cargo xtask codegen`", differences.len());
    }
    println!("{} generated files are what their sources say", outputs.len());
    Ok(())
}

fn generate(workspace: &Workspace) -> Result<Vec<output::Output>> {
    let registry = model::Registry::read(&workspace.path("spec/registry"))?;
    let mut outputs = rust::constants(&registry)?;
    outputs.push(python::constants(&registry)?);
    outputs.extend(python::events(&registry)?);
    outputs.push(typescript::constants(&registry)?);
    outputs.extend(typescript::events(&registry)?);
    outputs.push(kotlin::constants(&registry)?);
    outputs.extend(kotlin::events(&registry)?);
    outputs.push(swift::constants(&registry)?);
    outputs.extend(swift::events(&registry)?);
    outputs.extend(pages::pages(&registry));
    let schemas = schema::Schemas::make();
    outputs.extend(schemas.files()?);
    outputs.push(fields::page(&schemas)?);
    outputs.push(errors::page());
    Ok(outputs)
}
