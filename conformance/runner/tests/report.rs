//! What a run looks like, for people and for programs.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::time::Duration;
use tracewire_conformance::adapter::Description;
use tracewire_conformance::judge::{Failure, Outcome};
use tracewire_conformance::known::Standing;
use tracewire_conformance::level::Level;
use tracewire_conformance::report::{self, Report, Sdk};
use tracewire_conformance::requirements::Requirements;
use tracewire_conformance::suite::{Results, Row};

const PAGE: &str =
    "- **TW-VAL-001** A number is `1`,\n  whatever <b> says.\n- **TW-VAL-002** Two.\n- **TW-JSON-001** Strict.\n";

fn row(case: &str, operation: &str, outcome: Outcome, standing: Standing) -> Row {
    Row {
        case: case.to_owned(),
        about: "It is so.".to_owned(),
        operation: operation.to_owned(),
        requirements: vec!["TW-VAL-001".to_owned()],
        outcome,
        standing,
        time: Duration::from_millis(2),
    }
}

fn sdk(name: &str, language: &str, rows: Vec<Row>) -> Sdk {
    let description = Description {
        name: format!("tracewire-{name}"),
        version: "1.2.3".to_owned(),
        language: language.to_owned(),
        protocol: "1.0".to_owned(),
        capabilities: ["convert:json", "record", "verify"].map(str::to_owned).into(),
    };
    Sdk { name: name.to_owned(), results: Results { description, rows } }
}

fn failed() -> Outcome {
    let details = "expected  31  |1|\nactual    32  |2|\n/a: expected 1, actual 2\n";
    Outcome::Failed(Failure::with("envelope 1: differs from byte 0 on", details))
}

fn report() -> Report {
    let (plain, known) = (|| Standing::Plain, || Standing::Expected("no big numbers".to_owned()));
    let all_right = vec![
        row("json/a", "convert", Outcome::Passed, plain()),
        row("values/a", "record", Outcome::Passed, plain()),
        row("values/b", "record", Outcome::Skipped("Rust has no dates".to_owned()), plain()),
    ];
    let surprise = Standing::Surprise("is known to fail, and passes: take it off the list".to_owned());
    let some_wrong = vec![
        row("json/a", "convert", Outcome::Passed, surprise),
        row("values/a", "record", failed(), plain()),
        row("values/b", "record", failed(), known()),
        row("values/c", "seal", Outcome::OutOfScope, plain()),
    ];
    let mut requirements = Requirements::of_pages([("README.md", PAGE)]);
    requirements.all.get_mut("TW-VAL-001").unwrap().cases.push("values/a".to_owned());
    requirements.all.get_mut("TW-JSON-001").unwrap().elsewhere = Some("core/a.rs: needs a disk".to_owned());
    let sdks = vec![sdk("rust", "Rust", all_right), sdk("python", "Python", some_wrong)];
    Report { spec: "1.0".to_owned(), sdks, requirements, is_partial: false, is_own: true, asked: Level::Both }
}

#[test]
fn for_people() {
    insta::assert_snapshot!(report::plain(&report::lines(&report(), 1)));
}

#[test]
fn for_programs() {
    insta::assert_snapshot!(format!("{:#}", report::document(&report())));
}

#[test]
fn for_continuous_integration() {
    insta::assert_snapshot!(report::junit(&report()));
}

#[test]
fn for_a_pull_request() {
    insta::assert_snapshot!(report::page(&report()));
}

#[test]
fn which_case_proves_what() {
    insta::assert_snapshot!(report::requirements_page(&report()));
}

#[test]
fn the_matrix_stands_between_its_marks() {
    let report = report();
    let page = "a\n<!-- conformance: begin -->\nold\n<!-- conformance: end -->\nb\n";
    insta::assert_snapshot!(report::replace_matrix(page, &report::matrix(&report)).unwrap());
    assert_eq!(report::replace_matrix("no marks", ""), None);
}

#[test]
fn a_badge_says_the_level() {
    let report = report();
    let said: Vec<String> = report.sdks.iter().map(|sdk| report::endpoint(&report, sdk).to_string()).collect();
    assert_eq!(
        said,
        [
            r##"{"color":"#2e8555","label":"tracewire","message":"emitter and reader 1.0","schemaVersion":1}"##,
            r##"{"color":"#b9770e","label":"tracewire","message":"reader 1.0, 1 of 3 cases","schemaVersion":1}"##,
        ]
    );
    insta::assert_snapshot!(report::badge(&report, &report.sdks[0]));
}

#[test]
fn a_level_asks_for_its_cases_and_capabilities() {
    let report = report();
    let earned = report.sdks[1].earned();
    assert_eq!(earned.emitter, ["2 cases fail: values/a, values/b"]);
    assert_eq!(earned.reader, [""; 0]);
    assert_eq!(earned.level(Level::Both), Some(Level::Reader));
    assert_eq!(earned.level(Level::Emitter), None);
    let mut bare = report.sdks[0].clone();
    bare.results.description.capabilities.clear();
    assert_eq!(bare.earned().reader, ["it does not claim convert:json and verify"]);
}
