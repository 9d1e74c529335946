//! A file that says it is generated is one that `codegen` makes; what such a file says is checked by `codegen --check`.

use super::{Finding, SourceFile};
use crate::workspace::Workspace;
use anyhow::Result;

/// Checks every text file.
pub fn check(workspace: &Workspace, files: &[SourceFile]) -> Result<Vec<Finding>> {
    let paths = crate::codegen::paths(workspace)?;
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_generated() && !paths.contains(&file.path)) {
        findings.push(Finding::error(
            &file.path,
            1,
            "it says that codegen makes it, which codegen does not: remove it",
        ));
    }
    for path in &paths {
        match files.iter().find(|file| &file.path == path) {
            None => findings.push(Finding::error(path, 1, "codegen makes it, but it is not among the project's files")),
            Some(file) if !file.is_generated() => {
                findings.push(Finding::error(path, 1, "a generated file says so in its first lines"))
            }
            Some(_) => {}
        }
    }
    Ok(findings)
}
