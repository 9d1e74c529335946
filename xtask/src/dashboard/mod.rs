//! The dashboard: its pages are built before the command line that carries them.
//!
//! `cargo xtask dashboard` builds them; `--pictures` also draws the pictures of the documentation from a server that runs.

mod served;

pub use served::Served;

use crate::node::{self, Node};
use crate::process;
use crate::tools::{self, CC, CHROMIUM, PYTHON, PYTHON_VENV};
use crate::wasm;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

/// Its folder.
pub const FOLDER: &str = "apps/dashboard";
/// What `dist` is made of.
const SOURCES: [&str; 6] = ["index.html", "package.json", "package-lock.json", "public", "src", "vite.config.ts"];
/// The file that says of what `dist` was made last. It goes when the packages do.
const STAMP: &str = "node_modules/.built-for";
/// Where the pictures are, relative to the root.
const PICTURES: &str = "docs/_static/dashboard";

/// Options of `dashboard`.
#[derive(Args)]
pub struct Options {
    /// Draw the pictures of the documentation anew
    #[arg(long)]
    pictures: bool,
}

/// Runs the command.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if let Some(advice) = node::missing() {
        bail!(advice);
    }
    if !options.pictures {
        let dist = build(workspace, &Node::find(workspace)?)?.join("dist");
        println!("the pages are in {}; whatever builds the command line now embeds them", workspace.shown(&dist));
        return Ok(());
    }
    if let Some(advice) = tools::missing(&[CC, PYTHON, PYTHON_VENV, CHROMIUM]) {
        bail!(advice);
    }
    let served = Served::build(workspace)?;
    let mut command = served.vitest("pictures");
    process::run(command.env("TRACEWIRE_PICTURES", workspace.path(PICTURES)))?;
    println!("the pictures are in {PICTURES}");
    Ok(())
}

/// Builds `dist`, unless it is what these sources give. Gives the dashboard's folder.
pub fn build(workspace: &Workspace, node: &Node) -> Result<PathBuf> {
    let folder = workspace.path(FOLDER);
    node.install(&folder)?;
    let wanted = hash(&folder, &codecs(workspace)?)?;
    let stamp = folder.join(STAMP);
    let is_built = folder.join("dist/index.html").is_file();
    if is_built && std::fs::read_to_string(&stamp).is_ok_and(|text| text == wanted) {
        return Ok(folder);
    }
    println!("building the dashboard");
    process::run_quietly(node.script(&folder, "vite/bin/vite.js").arg("build"))?;
    std::fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(folder)
}

/// The same where there is a Node; elsewhere the command line is built without a dashboard, and says so.
pub fn build_if_possible(workspace: &Workspace) -> Result<()> {
    match node::missing() {
        None => build(workspace, &Node::find(workspace)?).map(drop),
        Some(advice) => {
            println!("the server is built without its dashboard: {advice}");
            Ok(())
        }
    }
}

/// The codecs that pages load to write files. Where they cannot be built, the server writes the files.
fn codecs(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    match tools::missing(&[tools::WASM_TARGET]) {
        None => Ok(wasm::build_codecs(workspace)?.to_vec()),
        Some(advice) => {
            println!("the dashboard is built without codecs, and asks the server to export: {advice}");
            Ok(Vec::new())
        }
    }
}

fn hash(folder: &Path, more: &[PathBuf]) -> Result<String> {
    let mut files = more.to_vec();
    for name in SOURCES {
        collect(&folder.join(name), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        file.strip_prefix(folder).unwrap_or(file).hash(&mut hasher);
        std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// A file, or all files of a folder.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_follows_from_the_sources_and_from_nothing_else() {
        let folder = std::env::temp_dir().join(format!("tracewire-dashboard-{}", std::process::id()));
        for name in ["src/pages", "public", "tests"] {
            std::fs::create_dir_all(folder.join(name)).unwrap();
        }
        for name in ["index.html", "package.json", "package-lock.json", "vite.config.ts", "src/pages/a.ts"] {
            std::fs::write(folder.join(name), name).unwrap();
        }
        let before = hash(&folder, &[]).unwrap();
        std::fs::write(folder.join("tests/a.test.ts"), "a test").unwrap();
        assert_eq!(hash(&folder, &[]).unwrap(), before);
        std::fs::write(folder.join("src/pages/a.ts"), "another page").unwrap();
        let after = hash(&folder, &[]).unwrap();
        assert_ne!(after, before);
        std::fs::rename(folder.join("src/pages/a.ts"), folder.join("src/pages/b.ts")).unwrap();
        assert_ne!(hash(&folder, &[]).unwrap(), after);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
