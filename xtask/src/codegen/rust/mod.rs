//! The registry as a Rust module of `tracewire-wire`: constants, and tables to look names up in.

mod attributes;
mod events;
mod small;

use super::model::Registry;
use super::names::constant;
use super::output::{Output, header};
use anyhow::{Context as _, Result, ensure};
use std::io::Write as _;
use std::process::{Command, Stdio};

const GENERATOR: &str = "xtask/src/codegen/rust/";

/// All files of the module.
pub fn constants(registry: &Registry) -> Result<Vec<Output>> {
    [
        ("registry.rs", "spec/registry/", root()),
        ("registry/kinds.rs", "spec/registry/kinds.yaml", small::kinds(registry)?),
        ("registry/attributes.rs", "spec/registry/attributes.yaml", attributes::module(registry)?),
        ("registry/events.rs", "spec/registry/events/", events::module(registry)?),
        ("registry/statuses.rs", "spec/registry/statuses.yaml", small::statuses(registry)?),
        ("registry/losses.rs", "spec/registry/loss_reasons.yaml", small::losses(registry)?),
    ]
    .into_iter()
    .map(|(name, source, code)| {
        let text = format!("// {}\n\n{code}", header(GENERATOR, source));
        Ok(Output { path: format!("core/wire/src/{name}"), text: format_code(&text)? })
    })
    .collect()
}

fn root() -> String {
    r"//! Names that the specification's registry defines: constants to write them with, tables to look them up in.

pub mod attributes;
pub mod events;
pub mod kinds;
pub mod losses;
pub mod statuses;
"
    .to_owned()
}

fn constant_of(code: &mut String, brief: &str, name: &str) {
    code.push_str(&format!("/// {brief}\npub const {}: &str = {name:?};\n", constant(name)));
}

fn texts(list: &[String]) -> String {
    format!("&{list:?}")
}

fn pairs<'a>(map: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    format!("&{:?}", map.collect::<Vec<_>>())
}

/// Formats code as `cargo fmt` would.
fn format_code(code: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start rustfmt (rustup component add rustfmt)")?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(code.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "rustfmt refused the generated code");
    Ok(String::from_utf8(output.stdout)?)
}
