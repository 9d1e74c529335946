//! What shapes our bytes must not be changed by somebody else's feature: cargo unites the features that all dependents of a crate
//! ask for, so a new dependency can turn serde_json's numbers into texts or sort its maps otherwise.

use super::{Finding, SourceFile};
use crate::process;
use crate::workspace::Workspace;
use anyhow::Result;
use std::collections::BTreeSet;

/// A crate, a feature of it that must be off, and why.
const TRAPS: &[(&str, &str, &str)] = &[
    ("serde_json", "arbitrary_precision", "numbers become maps on their way through serde"),
    ("serde_json", "preserve_order", "maps keep the order of insertion, and generated files with them"),
];

/// Asks cargo for the features of all dependencies but those of the build itself.
pub fn check(workspace: &Workspace, files: &[SourceFile]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with("Cargo.toml")) {
        for (index, line) in file.text.lines().enumerate() {
            if line.starts_with("[patch") || line.starts_with("[replace") {
                findings.push(Finding::error(
                    &file.path,
                    index + 1,
                    "a dependency is patched: what users get from the registry would not be what is tested",
                ));
            }
        }
    }
    let mut command =
        workspace.cargo(["tree", "--workspace", "--all-features", "--edges", "normal,build,dev", "--prefix", "none"]);
    command.args(["--format", "{p}|{f}", "--color", "never"]);
    findings.extend(traps(&process::capture(&mut command)?));
    Ok(findings)
}

fn traps(tree: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for line in tree.lines() {
        let Some((package, features)) = line.split_once('|') else {
            continue;
        };
        let name = package.split(' ').next().unwrap_or_default();
        for (crate_name, feature, why) in TRAPS {
            let is_on = features.trim_end_matches("(*)").split(',').any(|on| on.trim() == *feature);
            if name == *crate_name && is_on && seen.insert((crate_name, feature)) {
                let message =
                    format!("{crate_name}'s feature {feature} is on: {why} (cargo tree -e features -i {crate_name})");
                findings.push(Finding::error("Cargo.lock", 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::said;
    use super::*;

    #[test]
    fn a_feature_that_somebody_switched_on_is_found() {
        let tree = "tracewire-wire v0.1.0 (x)|default\nserde_json v1.0.1|default,preserve_order,std\nserde_json v1.0.1|default,preserve_order,std (*)\n";
        let found = said(traps(tree));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("Cargo.lock:1: serde_json's feature preserve_order is on"));
        assert!(traps("serde_json v1.0.1|default,float_roundtrip,std\n").is_empty());
    }
}
