//! The differential fuzz finds a mutant, makes the difference small, and says the same each time.

use serde_json::{Value, json};
use tracewire_conformance::fuzz::{Args, Summary, run};

/// What the fuzz says of an honest adapter and another one.
fn compared(other: &str, folder: &std::path::Path) -> Option<(Summary, Value)> {
    let adapter = |name: &str| format!("{name}={} adapter {name}", env!("CARGO_BIN_EXE_tracewire-conformance-mutants"));
    let args = Args {
        adapters: vec![adapter("honest"), adapter(other)],
        scripts: 25,
        seed: 1,
        jobs: Some(2),
        out: Some(folder.to_owned()),
        json: true,
    };
    let mut out = Vec::new();
    let summary = run(&args, &mut out).ok()?;
    Some((summary, serde_json::from_slice(&out).ok()?))
}

#[test]
fn a_mutant_is_found_and_its_case_is_small() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, said) = compared("empty-body-kept", folder.path()).unwrap();
    assert!(!summary.is_clean());
    let request = &said["found"][0]["request"];
    assert_eq!((&request["settings"], request["script"].as_array().map(Vec::len)), (&json!({}), Some(1)), "{request}");
    assert_eq!(request["script"][0]["body"], json!({}));
    let kept: Vec<_> = std::fs::read_dir(folder.path().join("found")).unwrap().collect();
    assert_eq!(kept.len(), said["found"].as_array().unwrap().len());
}

#[test]
fn whoever_is_honest_differs_from_nobody_and_chance_repeats_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = compared("honest", folder.path()).unwrap();
    let (second, _) = compared("honest", folder.path()).unwrap();
    assert!(first.is_clean() && second.is_clean());
    assert_eq!((first.scripts, first.operations), (25, second.operations));
    assert!(first.operations > 50, "{}", first.operations);
}
