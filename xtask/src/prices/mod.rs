//! `cargo xtask prices`: the price list of models, made anew from the wheel of genai-prices.

mod changes;

use crate::process;
use crate::venv::{Requirements, Venv, python3};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use clap::Args;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The package whose list we carry.
const PACKAGE: &str = "genai-prices";
/// Turns its wheel into our list.
const CONVERTER: &str = "xtask/src/prices/convert.py";
/// Asks the package itself what calls cost.
const PEER: &str = "core/insight/tests/prices/peer.py";

const LIST: &str = "core/insight/data/genai-prices.json";
const LICENCE: &str = "core/insight/data/LICENSE";
const ANSWERS: &str = "core/insight/tests/prices/peer.tsv";

/// Options of `prices`.
#[derive(Args)]
pub struct Options {
    /// This version of the package; without one, the newest
    #[arg(long, value_name = "VERSION", conflicts_with = "check")]
    pub version: Option<String>,
    /// Write nothing: is what is checked in what the version that it names gives?
    #[arg(long)]
    pub check: bool,
}

/// Runs the command; false where what is checked in is not what it should be.
pub fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    let before = fs::read_to_string(workspace.path(LIST)).with_context(|| format!("cannot read {LIST}"))?;
    let version = match (options.check, &options.version) {
        (true, _) => Some(changes::version(&before)?),
        (false, version) => version.clone(),
    };
    let wheel = download(workspace, version.as_deref())?;
    println!("{}", workspace.shown(&wheel));
    let licence = wheel.with_file_name("LICENSE");
    let list = process::capture(Command::new(python3()).arg(workspace.path(CONVERTER)).args([&wheel, &licence]))?;
    let answers = answers(workspace, &changes::version(&list)?)?;
    let changed = changes::between(&before, &list)?;
    for change in &changed {
        println!("{change}");
    }
    println!("{} models changed", changed.len());
    let made = [(LIST, list), (LICENCE, fs::read_to_string(&licence)?), (ANSWERS, answers)];
    let mut is_same = true;
    for (path, text) in made {
        if fs::read_to_string(workspace.path(path)).is_ok_and(|known| known == text) {
            continue;
        }
        is_same = false;
        if options.check {
            println!("not what {PACKAGE} gives: {path}");
        } else {
            fs::write(workspace.path(path), text).with_context(|| format!("cannot write {path}"))?;
            println!("written: {path}");
        }
    }
    Ok(is_same || !options.check)
}

/// Gets the wheel, without what it depends on: nothing of it is run.
fn download(workspace: &Workspace, version: Option<&str>) -> Result<PathBuf> {
    let folder = workspace.scratch("prices")?;
    fs::remove_dir_all(&folder).and_then(|()| fs::create_dir_all(&folder))?;
    let wanted = version.map_or_else(|| PACKAGE.to_owned(), |version| format!("{PACKAGE}=={version}"));
    let venv = venv(workspace, "prices-download", &[])?;
    let arguments = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest"];
    process::run_quietly(venv.program("python").args(arguments).arg(&folder).arg(wanted))?;
    let mut files = fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    files.find(|path| path.extension().is_some_and(|extension| extension == "whl")).context("no wheel came")
}

/// What the package of this version says of the calls that tests ask for.
fn answers(workspace: &Workspace, version: &str) -> Result<String> {
    let package = format!("{PACKAGE}=={version}");
    let venv = venv(workspace, "prices-peer", &[&package])?;
    process::capture(venv.program("python").arg(workspace.path(PEER)))
}

fn venv(workspace: &Workspace, name: &str, packages: &[&str]) -> Result<Venv> {
    Venv::ensure(workspace, &Requirements { name, interpreter: python3(), packages, groups: &[] })
}
