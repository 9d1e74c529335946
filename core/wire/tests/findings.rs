//! `spec/findings/`: a page for each rule, and each page's examples say what the rule says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::path::{Path, PathBuf};
use tracewire_wire::csv;
use tracewire_wire::validate::{self, Bounds, Level, Options, RULES, Report, Rule, Severity, Validator};
use tracewire_wire::value::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/findings")
}

fn page(rule: &Rule) -> String {
    std::fs::read_to_string(folder().join(format!("{}.md", rule.code))).unwrap()
}

/// An example: its language and text, and what stands above it.
fn example<'a>(page: &'a str, title: &str) -> (&'a str, &'a str, Options) {
    let (_, rest) = page.split_once(&format!("\n## {title}\n\n")).unwrap();
    let (above, rest) = rest.split_once("```").unwrap();
    let (language, rest) = rest.split_once('\n').unwrap();
    let text = rest.split_once("```").unwrap().0;
    let mut options = Options::default();
    if let Some((_, number)) = above.split_once("spans=") {
        options.bounds =
            Bounds { spans: number.chars().next().unwrap().to_digit(10).unwrap() as usize, ..Bounds::default() };
    }
    (language, text, options)
}

fn report(rule: &Rule, (language, text, options): (&str, &str, Options)) -> Report {
    let options = Options { level: rule.level, ..options };
    match language {
        "json" => validate::validate(text.as_bytes(), &options),
        "csv" => {
            let mut validator = Validator::new(options);
            match csv::decode(text.as_bytes(), &csv::DecodeOptions::default()) {
                Ok(Value::List(rows)) => rows.iter().zip(0..).for_each(|(row, at)| validator.push_item(row, at, None)),
                Ok(_) => panic!("rows are a list"),
                Err(error) => validator.push_unreadable(&error),
            }
            validator.finish()
        }
        other => panic!("{other}?"),
    }
}

#[test]
fn rules_are_sorted_and_unique() {
    assert!(RULES.is_sorted_by(|a, b| a.code < b.code));
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RULES.len());
    for rule in RULES {
        assert!(rule.code.len() == 6 && rule.code.starts_with("TW"), "{}", rule.code);
        assert!(rule.summary.ends_with('.') && !rule.summary.contains('\n'), "{}", rule.code);
        assert_eq!(Rule::find(rule.name), Some(rule));
        assert_eq!(Rule::find(&rule.code.to_lowercase()), Some(rule));
    }
}

#[test]
fn every_rule_has_a_page_and_every_page_a_rule() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    files.sort_unstable();
    let expected: Vec<String> = RULES.iter().map(|rule| format!("{}.md", rule.code)).collect();
    assert_eq!(files, expected);
    let index = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for rule in RULES {
        let page = page(rule);
        assert!(page.starts_with(&format!("# {} {}\n\n{}\n", rule.code, rule.name, rule.summary)), "{}", rule.code);
        let fixed = if rule.can_fix { "yes" } else { "no" };
        let requirement = if rule.requirement.is_empty() { "–" } else { rule.requirement };
        let (severity, level) = (rule.severity.as_str(), rule.level.as_str());
        assert!(page.contains(&format!("\n| {severity} | {level} | {fixed} | {requirement} |\n")), "{}", rule.code);
        assert!(page.contains("\n**Why it matters.** ") && page.contains("\n## How to mend it\n"), "{}", rule.code);
        let mark = if rule.can_fix { " ✎" } else { "" };
        let row = format!(
            "| [{code}]({code}.md) | `{}`{mark} | {severity} | {level} | {} |",
            rule.name,
            rule.summary,
            code = rule.code
        );
        assert!(index.contains(&row), "{row}");
    }
}

#[test]
fn every_bad_example_breaks_its_rule_alone_and_every_good_one_none() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let page = page(rule);
        let bad = report(rule, example(&page, "Bad"));
        let mut codes: Vec<&str> = bad.findings.iter().map(|finding| finding.rule.code).collect();
        codes.dedup();
        if codes != [rule.code] {
            wrong.push(format!("{} bad: {}", rule.code, shown(&bad)));
        }
        if bad.findings.iter().any(|finding| finding.fix.is_none() || finding.message.is_empty()) {
            wrong.push(format!("{}: a finding says how to mend it", rule.code));
        }
        let good = report(rule, example(&page, "Good"));
        if !good.findings.is_empty() {
            wrong.push(format!("{} good: {}", rule.code, shown(&good)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn shown(report: &Report) -> String {
    report.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join(" / ")
}

#[test]
fn a_level_holds_those_before_it_and_no_more() {
    for rule in RULES {
        let page = page(rule);
        let (language, text, options) = example(&page, "Bad");
        if language != "json" {
            continue;
        }
        for level in [Level::Schema, Level::Semantic, Level::Canonical] {
            let report = validate::validate(text.as_bytes(), &Options { level, ..options });
            let is_found = report.findings.iter().any(|finding| finding.rule.code == rule.code);
            assert_eq!(is_found, level >= rule.level, "{} at {}", rule.code, level.as_str());
            assert!(report.findings.iter().all(|finding| finding.rule.level <= level));
            let errors = report.findings.iter().filter(|finding| finding.rule.severity == Severity::Error).count();
            assert_eq!(report.summary.errors, errors as u64);
        }
    }
}
