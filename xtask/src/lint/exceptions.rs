//! Clippy enforces that nothing in the libraries can panic on input; this rule sees to it that nobody switches it off in silence.

use super::{Finding, SourceFile};

/// Lints that may only be allowed with a reason.
const GUARDED: &[&str] =
    &["unwrap_used", "expect_used", "clippy::panic", "clippy::todo", "unsafe_code", "missing_docs", "dead_code"];

/// Folders whose code no user runs, and this module's own tests.
const ELSEWHERE: &[&str] = &["/tests/", "/examples/", "/benches/", "xtask/src/lint/"];

/// How many lines an attribute may span.
const LONGEST: usize = 6;

/// Checks manifests and Rust files.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        if file.path.ends_with("/Cargo.toml")
            && file.text.contains("[package]")
            // One that is a workspace of its own has no lints to take.
            && !file.text.lines().any(|line| line == "[workspace]")
            && !file.text.contains("[lints]\nworkspace = true")
        {
            findings.push(Finding::error(
                &file.path,
                1,
                "a package takes the workspace's lints: [lints] workspace = true",
            ));
        }
        if !file.has_extension(&["rs"])
            || file.is_generated()
            || ELSEWHERE.iter().any(|folder| file.path.contains(folder))
        {
            continue;
        }
        let lines: Vec<&str> = file.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let line = line.trim_start();
            if !["#[allow(", "#![allow(", "#[expect(", "#![expect("].iter().any(|start| line.starts_with(start)) {
                continue;
            }
            let attribute = lines[index..(index + LONGEST).min(lines.len())].join("\n");
            let attribute = attribute.split(")]").next().unwrap_or_default();
            if GUARDED.iter().any(|name| attribute.contains(name)) && !attribute.contains("reason = ") {
                findings.push(Finding::error(
                    &file.path,
                    index + 1,
                    "an exception from a lint says why: reason = \"…\"",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::{file, said};
    use super::*;

    #[test]
    fn an_exception_needs_a_reason() {
        let files = [file("core/wire/src/a.rs", "#[allow(clippy::unwrap_used)]\nfn a() {}\n")];
        assert_eq!(said(check(&files)), ["core/wire/src/a.rs:1: an exception from a lint says why: reason = \"…\""]);
        let files =
            [file("core/wire/src/a.rs", "#[allow(\n    clippy::unwrap_used,\n    reason = \"it is\"\n)]\nfn a() {}\n")];
        assert!(check(&files).is_empty());
    }

    #[test]
    fn a_package_takes_the_lints() {
        assert_eq!(check(&[file("core/wire/Cargo.toml", "[package]\nname = \"a\"\n")]).len(), 1);
        assert!(
            check(&[file("core/wire/Cargo.toml", "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n")]).is_empty()
        );
    }
}
