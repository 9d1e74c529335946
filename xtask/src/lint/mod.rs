//! The project's own rules: those that rustfmt, clippy, ruff and mypy cannot know.
//!
//! | module | rule |
//! |---|---|
//! | [`unsafety`] | unsafe code only where it is listed here with a reason, each block with its argument |
//! | [`exceptions`] | no exception from a clippy lint without a reason; every package takes the workspace's lints |
//! | [`words`] | no path of somebody's machine and no registry host in any file |
//! | [`generated`] | a file that says it is generated is one that `codegen` makes |
//! | [`length`] | a warning for files over 400 lines |
//! | [`features`] | no dependency is patched, and none changes what serde_json does |
//! | [`versions`] | every package has the workspace's version |
//! | [`lent`] | in Kotlin, memory that the native half reads in place is made where it is kept until then |
//! | [`snippets`] | Kotlin, Java and Swift that a page shows is compiled by the tests |
//! | [`requirements`] | requirements are numbered without gaps, and only numbers that exist are cited |

mod exceptions;
mod features;
mod generated;
mod length;
mod lent;
mod requirements;
mod snippets;
mod unsafety;
mod versions;
mod words;

use crate::workspace::Workspace;
use anyhow::{Result, bail};
use std::path::PathBuf;

/// A file of the project, read once for all rules.
pub struct SourceFile {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl SourceFile {
    fn has_extension(&self, extensions: &[&str]) -> bool {
        extensions.iter().any(|extension| self.path.strip_suffix(extension).is_some_and(|rest| rest.ends_with('.')))
    }

    fn is_generated(&self) -> bool {
        self.text.lines().take(3).any(|line| line.contains(crate::codegen::GENERATED_MARK))
    }
}

/// What a rule has to say.
pub struct Finding {
    place: String,
    message: String,
    is_warning: bool,
}

impl Finding {
    /// Something that fails the check.
    pub fn error(path: &str, line: usize, message: impl Into<String>) -> Finding {
        Finding { place: format!("{path}:{line}"), message: message.into(), is_warning: false }
    }

    /// Something that is only said.
    pub fn warning(path: &str, line: usize, message: impl Into<String>) -> Finding {
        Finding { is_warning: true, ..Finding::error(path, line, message) }
    }
}

/// Runs the command.
pub fn run(workspace: &Workspace) -> Result<()> {
    let files = read(workspace)?;
    let mut findings = Vec::new();
    findings.extend(unsafety::check(&files));
    findings.extend(exceptions::check(&files));
    findings.extend(words::check(&files));
    findings.extend(generated::check(workspace, &files)?);
    findings.extend(length::check(&files));
    findings.extend(lent::check(&files));
    findings.extend(requirements::check(&files));
    findings.extend(versions::check(&files));
    findings.extend(snippets::check(&files));
    findings.extend(features::check(workspace, &files)?);
    for finding in &findings {
        let mark = if finding.is_warning { "warning" } else { "error" };
        println!("{mark}: {}: {}", finding.place, finding.message);
    }
    let errors = findings.iter().filter(|finding| !finding.is_warning).count();
    if errors > 0 {
        bail!("{errors} rule(s) of the project broken");
    }
    println!("{} files keep the project's rules", files.len());
    Ok(())
}

/// All text files; what is not UTF-8 is not text.
fn read(workspace: &Workspace) -> Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for path in workspace.files()? {
        let Ok(text) = String::from_utf8(std::fs::read(workspace.path(&path))?) else {
            continue;
        };
        files.push(SourceFile { path: slashed(path), text });
    }
    Ok(files)
}

fn slashed(path: PathBuf) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
fn said(findings: Vec<Finding>) -> Vec<String> {
    findings.into_iter().map(|finding| format!("{}: {}", finding.place, finding.message)).collect()
}
