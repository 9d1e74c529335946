//! The cases catch every mutant, each by the cases that must, and what is done to spoil answers changes nothing by itself.

use std::path::Path;
use tracewire_conformance::case::{Case, load};
use tracewire_conformance_mutants::table::{Mutant, Spoil};
use tracewire_conformance_mutants::{matrix, table};

fn cases() -> Vec<Case> {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases")).unwrap_or_default()
}

#[test]
fn each_mutant_is_caught_by_the_cases_of_its_row() {
    let rows = matrix::run(&cases(), true);
    let missed: Vec<String> = rows
        .iter()
        .filter(|row| !row.missed_by.is_empty())
        .map(|row| format!("{}: {}", row.mutant.name, row.missed_by.join(", ")))
        .collect();
    assert_eq!(missed, Vec::<String>::new());
    assert!(rows.len() >= 100 && cases().len() >= 250, "{} mutants", rows.len());
}

#[test]
fn to_be_sealed_or_redacted_anew_changes_nothing() {
    let mutants = table::all();
    let redacting = mutants.iter().find(|mutant| mutant.name == "redaction-of-its-own").unwrap();
    let plain = Mutant { spoil: Spoil::Request(|_| {}), ..matrix::HONEST };
    let is_record = |case: &&Case| case.asks.first().is_some_and(|ask| ask.request["operation"] == "record");
    // Its own redaction is that by keys.
    let is_of_keys = |case: &Case| !case.name.starts_with("redaction-rules/") && case.name != "media/with-rules";
    let mut failures = Vec::new();
    for case in cases().iter().filter(is_record).filter(|case| matrix::fails(&plain, case).is_none()) {
        let anew = is_of_keys(case).then(|| matrix::fails(redacting, case)).flatten();
        let found = [matrix::fails(&matrix::HONEST, case), anew];
        failures.extend(found.into_iter().flatten().map(|why| format!("{}: {why}", case.name)));
    }
    assert_eq!(failures, Vec::<String>::new());
}

#[test]
fn each_mutant_has_a_name_of_its_own_and_a_case() {
    let mutants = table::all();
    for (at, mutant) in mutants.iter().enumerate() {
        assert!(mutants.iter().skip(at + 1).all(|other| other.name != mutant.name), "{}", mutant.name);
        assert!(!mutant.cases.is_empty() || mutant.name == "redaction-of-its-own", "{}", mutant.name);
    }
}
