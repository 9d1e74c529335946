//! What fits the JSON Schemas, said by three validators that know nothing of each other: Python's `jsonschema`, `ajv` in its
//! strictest mode, and the crate `jsonschema`. Each must say of each case of `spec/schema/cases` what stands there. That our own
//! reader says so too is a test of the wire crate.

use crate::peers::{FOLDER, Peers};
use crate::process;
use crate::steps::Counts;
use crate::toon_peer::rust_program;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::process::Command;

#[derive(Deserialize)]
struct Case {
    case: String,
    schema: bool,
}

/// Runs all validators; a test is what one of them says of one case.
pub fn agree(workspace: &Workspace, peers: &Peers) -> Result<Counts> {
    let scripts = workspace.path(FOLDER).join("schema");
    process::run(peers.python().arg(scripts.join("make_cases.py")).arg("--check"))?;
    let rust = rust_program(workspace, "schema")?;
    let mut counts = Counts::default();
    for document in ["event", "envelope"] {
        let schema = workspace.path(format!("spec/schema/v1/{document}.schema.json"));
        let cases = workspace.path(format!("spec/schema/cases/{document}.jsonl"));
        let text = std::fs::read_to_string(&cases)?;
        let expected: Vec<Case> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let mut python = peers.python();
        python.arg(scripts.join("check.py"));
        let mut node = peers.node();
        node.arg(scripts.join("check.mjs"));
        for (name, mut validator) in
            [("jsonschema (Python)", python), ("ajv", node), ("jsonschema (Rust)", Command::new(&rust))]
        {
            let said = process::capture(validator.arg(&schema).arg(&cases))
                .with_context(|| format!("{name} does not take {document}.schema.json"))?;
            let said: Vec<&str> = said.lines().collect();
            if said.len() != expected.len() {
                bail!("{name} gave {} answers to {} cases", said.len(), expected.len());
            }
            let wrong: Vec<&Case> = expected
                .iter()
                .zip(&said)
                .filter(|(case, said)| case.schema.to_string() != **said)
                .map(|(case, _)| case)
                .collect();
            for case in &wrong {
                println!("{document}, {name}: {} is {}", case.case, if case.schema { "refused" } else { "accepted" });
            }
            println!("{document}, {name}: {} of {} cases as expected", expected.len() - wrong.len(), expected.len());
            counts.passed += (expected.len() - wrong.len()) as u64;
            counts.failed += wrong.len() as u64;
        }
    }
    Ok(counts)
}
