//! `tracewire conformance`: the cases inside the program, and adapters of a few lines.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::run;

/// Answers `start`, and refuses everything with one code.
const REFUSES: &str = r#"while IFS= read -r line; do id=${line##*\"id\":}; id=${id%%[!0-9]*}; case $line in
*'"do":"start"'*) echo "{\"id\":$id,\"name\":\"small\",\"version\":\"2\",\"language\":\"sh\",\"protocol\":\"1.0\",\"capabilities\":[\"convert:json\"]}";;
*) echo "{\"id\":$id,\"error\":{\"code\":\"json_end\",\"message\":\"no\"}}";; esac; done"#;

#[test]
fn the_cases_are_inside() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["conformance", "list"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let counted = ran.out.lines().last().unwrap().replace(',', "");
    assert!(counted.split(' ').next().unwrap().parse::<usize>().unwrap() >= 250, "{counted}");
    let ran = run(folder.path(), &["conformance", "list", "json/*", "--json"]);
    assert!(ran.out.lines().all(|line| line.contains("\"name\":\"json/")), "{}", ran.out);
    let ran = run(folder.path(), &["conformance", "list", "no/such"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("no conformance case fits no/such [no_case]"), "{}", ran.err);
}

#[test]
fn a_case_is_shown_with_its_requirements() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["conformance", "show", "json/refused-end-in-key"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    for part in [
        "TW-JSON-002  ",
        "asked convert",
        "\"operation\": \"convert\"",
        "\"text\": \"{\\\"a\\\"\"",
        "\"error\": \"json_end\"",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let ran = run(folder.path(), &["conformance", "show", "json/no-such-case"]);
    assert_eq!(ran.code, Some(3));
}

#[test]
fn an_adapter_is_judged_and_its_badge_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let prove = ["conformance", "run", "--filter", "json/refused-end-*", "--report", "out", "--badge", "badge.svg"];
    let arguments = |more: &[&'static str]| [&prove[..], more, &["--", "sh", "-c", REFUSES]].concat();
    let ran = run(folder.path(), &arguments(&[]));
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("✓ small 2: "), "{}", ran.out);
    for file in ["out/conformance.json", "out/junit.xml", "out/report.md", "out/badge-adapter.json", "badge.svg"] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
    let ran = run(folder.path(), &["conformance", "run", "--filter", "json/*", "--", "sh", "-c", REFUSES]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("  a result expected, error json_end came\n"), "{}", ran.out);
    let ran = run(folder.path(), &["conformance", "run", "--level", "emitter", "--", "sh", "-c", REFUSES]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("  for emitter: it does not claim record\n"), "{}", ran.out);
    let ran = run(folder.path(), &["conformance", "run", "--", "no-such-adapter"]);
    assert_eq!(ran.code, Some(4));
    assert!(ran.err.contains("[conformance_adapter]"), "{}", ran.err);
}
