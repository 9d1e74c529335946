//! `tracewire validate` on files as other emitters write them: every planted defect is found, the good ones are silent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod common;
#[path = "sarif/schema.rs"]
mod sarif;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{Ran, run};
use serde_json::Value;
use tempfile::TempDir;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/third-party").canonicalize().unwrap()
}

/// Runs the command in a folder of its own, with the examples beside it.
fn validate(arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    validate_in(&folder, arguments)
}

fn validate_in(folder: &TempDir, arguments: &[&str]) -> Ran {
    let arguments: Vec<&str> = ["validate"].iter().chain(arguments).copied().collect();
    run(folder.path(), &arguments)
}

fn pattern(name: &str) -> String {
    examples().join(name).to_string_lossy().into_owned()
}

/// The codes that are planted in each file, as `expected.toml` lists them.
fn expected() -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(examples().join("expected.toml")).unwrap();
    let mut all = BTreeMap::new();
    let mut file = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("[\"").and_then(|rest| rest.strip_suffix("\"]")) {
            file = name.to_owned();
        } else if let Some(codes) = line.strip_prefix("codes = [").and_then(|rest| rest.strip_suffix(']')) {
            let codes = codes.split(", ").map(|code| code.trim_matches('"').to_owned()).collect();
            all.insert(file.clone(), codes);
        }
    }
    all
}

fn codes_by_file(report: &str) -> BTreeMap<String, Vec<String>> {
    let report: Value = serde_json::from_str(report).unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let file = Path::new(finding["file"].as_str().unwrap()).file_name().unwrap().to_string_lossy().into_owned();
        found.entry(file).or_default().push(finding["code"].as_str().unwrap().to_owned());
    }
    found.values_mut().for_each(|codes| codes.sort_unstable());
    found
}

#[test]
fn every_planted_defect_is_found_and_the_good_ones_are_silent() {
    let ran = validate(&["--json", &pattern("*")]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert_eq!(codes_by_file(&ran.out), expected());
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let names: Vec<&str> =
        report["summary"]["passed_over"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(names.len() == 2 && names[0].ends_with("README.md") && names[1].ends_with("expected.toml"), "{names:?}");
    let good = validate(&[&pattern("good-*"), "--deny", "notes"]);
    assert_eq!(good.code, Some(0), "{}", good.out);
    let text = good.out.lines().next().unwrap();
    assert!(text.starts_with("✓ nothing found in 7 files"), "{text}");
}

#[test]
fn a_folder_stands_for_the_recordings_below_it() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("recordings/deep");
    std::fs::create_dir_all(&below).unwrap();
    std::fs::write(below.join("broken.jsonl"), "{\n").unwrap();
    std::fs::write(below.join("notes.txt"), "no recording\n").unwrap();
    std::fs::write(folder.path().join("recordings/.hidden.json"), "{").unwrap();
    let ran = validate_in(&folder, &["recordings", "--json"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert_eq!(codes_by_file(&ran.out), BTreeMap::from([("broken.jsonl".to_owned(), vec!["TW0001".to_owned()])]));
}

#[test]
fn the_report_for_people() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["bad-names.jsonl", "bad-syntax.jsonl", "bad-secrets.jsonl", "bad-content.json"] {
        std::fs::copy(examples().join(name), folder.path().join(name)).unwrap();
    }
    let ran = validate_in(&folder, &["bad-*"]);
    insta::assert_snapshot!("validate_for_people", ran.out);
    assert!(!ran.out.contains("hunter22") && !ran.out.contains("correct-horse"), "a secret is never shown");
}

#[test]
fn levels_denials_and_what_is_left_out() {
    let names = pattern("bad-names.jsonl");
    assert_eq!(validate(&[&names]).code, Some(0), "warnings alone");
    assert_eq!(validate(&[&names, "--deny", "warnings"]).code, Some(1));
    assert_eq!(validate(&[&names, "--deny", "TW0601"]).code, Some(1));
    assert_eq!(validate(&[&names, "--deny", "deprecated-attribute"]).code, Some(1));
    assert_eq!(validate(&[&names, "--deny", "TW0701"]).code, Some(0));
    assert_eq!(validate(&[&names, "--level", "schema", "--deny", "notes"]).code, Some(0));
    let spans = pattern("bad-spans.jsonl");
    let ran = validate(&[&spans, "--ignore", "TW0301,TW0302", "--json"]);
    assert!(!ran.out.contains("TW0301") && !ran.out.contains("TW0302") && ran.out.contains("TW0304"));
    let ran = validate(&[&spans, "--max-findings", "2"]);
    assert_eq!(ran.out.matches("help: ").count(), 2);
    assert!(ran.out.contains("8 findings more not shown"), "{}", ran.out);
}

#[test]
fn what_cannot_be_done_is_said() {
    for (arguments, code, what) in [
        (&["nowhere.jsonl"][..], 4, "nowhere.jsonl"),
        (&["*.nothing"][..], 4, "no file fits this pattern"),
        (&["--explain", "TW9999"][..], 2, "TW9999 is no rule"),
        (&["x", "--ignore", "TW9999"][..], 2, "TW9999 is no rule"),
        (&[][..], 2, "required"),
    ] {
        let ran = validate(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?} {}", ran.err);
        assert!(ran.err.contains(what), "{}", ran.err);
    }
    let toon = pattern("good-events.toon");
    assert_eq!(validate(&[&toon, "--fix"]).code, Some(2));
}

#[test]
fn pages_and_rules_are_shown() {
    let page = validate(&["--explain", "orphan"]);
    assert!(page.out.starts_with("# TW0301 orphan\n"), "{}", page.out);
    let rules = validate(&["--rules"]);
    assert!(rules.out.lines().count() > 60);
    assert!(rules.out.lines().all(|line| line.starts_with("TW")), "{}", rules.out);
}

#[test]
fn standard_input_is_read_in_the_encoding_that_is_named() {
    use std::io::Write as _;
    use std::process::Stdio;
    let folder = tempfile::tempdir().unwrap();
    for (name, from) in [("good-events.toon", "toon"), ("good-events.csv", "csv"), ("good-pretty.json", "json")] {
        let mut command = common::command(folder.path(), &["validate", "-", "--from", from]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&std::fs::read(examples().join(name)).unwrap()).unwrap();
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, Some(0), "{name}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn files_can_be_judged_together() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(examples().join("good-envelopes.jsonl")).unwrap();
    let (first, second) = text.split_once('\n').unwrap();
    std::fs::write(folder.path().join("a.jsonl"), first).unwrap();
    std::fs::write(folder.path().join("b.jsonl"), second).unwrap();
    let alone = validate_in(&folder, &["a.jsonl", "b.jsonl", "--deny", "warnings"]);
    assert_eq!(alone.code, Some(1));
    assert!(alone.out.contains("TW0301"), "a parent in the other file: {}", alone.out);
    let together = validate_in(&folder, &["a.jsonl", "b.jsonl", "--deny", "notes", "--together"]);
    assert_eq!(together.code, Some(0), "{}", together.out);
}

#[test]
fn fixing_mends_in_place_and_says_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("names.jsonl");
    std::fs::copy(examples().join("bad-names.jsonl"), &file).unwrap();
    let ran = validate_in(&folder, &["names.jsonl", "--fix", "--json"]);
    assert_eq!(ran.err, "names.jsonl: 4 places mended\n");
    let left = codes_by_file(&ran.out);
    assert_eq!(left["names.jsonl"], ["TW0601", "TW0607", "TW0608", "TW0609"], "what would have to be guessed");
    let before = std::fs::read(&file).unwrap();
    let again = validate_in(&folder, &["names.jsonl", "--fix"]);
    assert_eq!(again.err, "names.jsonl: nothing to mend\n");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["names.jsonl"], "nothing is left beside it");

    // A chain that was right is one again, in canonical form; unreadable lines stay.
    let pretty = folder.path().join("pretty.json");
    std::fs::copy(examples().join("good-pretty.json"), &pretty).unwrap();
    let ran = validate_in(&folder, &["pretty.json", "--fix", "--level", "canonical", "--deny", "notes"]);
    assert_eq!((ran.code, &*ran.err), (Some(0), "pretty.json: written in canonical form\n"), "{}", ran.out);
    let syntax = folder.path().join("syntax.jsonl");
    std::fs::copy(examples().join("bad-syntax.jsonl"), &syntax).unwrap();
    validate_in(&folder, &["syntax.jsonl", "--fix"]);
    let (was, is) = (
        std::fs::read_to_string(examples().join("bad-syntax.jsonl")).unwrap(),
        std::fs::read_to_string(&syntax).unwrap(),
    );
    assert_eq!(was.lines().nth(6), is.lines().nth(6));
    assert_eq!(was.lines().count(), is.lines().count());

    // Digests that are wrong are computed anew only when asked.
    let chain = folder.path().join("chain.jsonl");
    std::fs::copy(examples().join("bad-chain.jsonl"), &chain).unwrap();
    validate_in(&folder, &["chain.jsonl", "--fix"]);
    assert!(validate_in(&folder, &["chain.jsonl"]).out.contains("TW0405"));
    let ran = validate_in(&folder, &["chain.jsonl", "--fix", "--redigest"]);
    assert!(!ran.out.contains("TW0405") && !ran.out.contains("TW0406"), "{}", ran.out);
}

#[test]
fn a_long_file_gives_the_same_findings_on_all_cores() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for seq in 1..=12_000u32 {
        let id = if seq % 3000 == 0 { "B7AD6B7169203331" } else { "b7ad6b7169203331" };
        text.push_str(&format!(
            "{{\"body\":{{\"message\":\"{}\"}},\"seq\":{seq},\"time\":\"2026-11-21T04:30:00.000000000Z\",\"parent_id\":\"{id}\",\"type\":\"log\"}}\n",
            "otters ".repeat(10)
        ));
    }
    std::fs::write(folder.path().join("long.jsonl"), &text).unwrap();
    let ran = validate_in(&folder, &["long.jsonl", "--json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let lines: Vec<u64> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3000, 6000, 9000, 12_000]);
    assert_eq!(report["summary"]["events"], 12_000);
}

#[test]
fn sarif_is_what_its_schema_demands() {
    let ran = validate(&["--format", "sarif", &pattern("*.jsonl"), &pattern("bad-*"), "--level", "canonical"]);
    let log: Value = serde_json::from_str(&ran.out).unwrap();
    let schema: Value = serde_json::from_str(include_str!("sarif/sarif-schema-2.1.0.json")).unwrap();
    let mut errors = Vec::new();
    sarif::check(&schema, &schema, &log, "", &mut errors);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let mut broken = log.clone();
    broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into();
    sarif::check(&schema, &schema, &broken, "", &mut errors);
    assert!(!errors.is_empty(), "the schema looks at results");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 50);
    let mut fingerprints: Vec<&str> = Vec::new();
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["helpUri"].as_str().unwrap().ends_with(&format!("{}.md", rule["id"].as_str().unwrap())));
        fingerprints.push(result["partialFingerprints"]["tracewireFinding/v1"].as_str().unwrap());
    }
    fingerprints.sort_unstable();
    let all = fingerprints.len();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), all, "alerts are told apart");
}

#[test]
fn junit_counts_what_fails() {
    let good = validate(&["--format", "junit", &pattern("good-events.jsonl")]);
    assert!(good.out.contains("tests=\"1\" failures=\"0\"") && good.out.contains("name=\"valid\"/>"), "{}", good.out);
    let bad = validate(&["--format", "junit", &pattern("bad-spans.jsonl")]);
    assert_eq!(bad.out.matches("<failure ").count(), 6, "{}", bad.out);
    assert_eq!(bad.out.matches("<testcase ").count(), 10);
    assert!(bad.out.ends_with("</testsuites>\n"));
}
