//! Requirements of the specification: each area is numbered from 001 without gaps, in order, and what cites one cites one that exists.

use super::{Finding, SourceFile};
use std::collections::{BTreeMap, BTreeSet};

/// Where requirements are made.
const PAGES: &[&str] = &[
    "spec/README.md",
    "spec/journal.md",
    "spec/privacy.md",
    "spec/media.md",
    "spec/encodings.md",
    "spec/guards.md",
    "spec/signing.md",
];

/// Whose tests invent requirements.
const INVENTING: &[&str] = &["xtask/src/lint/requirements.rs", "conformance/runner/src/requirements.rs"];

/// Checks the specification, and every file that cites it.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut known = BTreeSet::new();
    let mut last: BTreeMap<String, u32> = BTreeMap::new();
    for page in PAGES.iter().filter_map(|page| files.iter().find(|file| file.path == *page)) {
        for (index, line) in page.text.lines().enumerate() {
            let Some((area, number)) = definition(line) else {
                continue;
            };
            let expected = last.get(area).copied().unwrap_or(0) + 1;
            if number != expected {
                findings.push(Finding::error(
                    &page.path,
                    index + 1,
                    format!("TW-{area}-{number:03} stands where TW-{area}-{expected:03} is expected"),
                ));
            }
            last.insert(area.to_owned(), number.max(expected));
            known.insert(format!("TW-{area}-{number:03}"));
        }
    }
    for file in files.iter().filter(|file| !known.is_empty() && !INVENTING.contains(&file.path.as_str())) {
        for (index, line) in file.text.lines().enumerate() {
            for id in cited(line).filter(|id| !known.contains(*id)) {
                findings.push(Finding::error(
                    &file.path,
                    index + 1,
                    format!("{id} is no requirement of the specification"),
                ));
            }
        }
    }
    findings
}

/// The requirement that a line defines: `- **TW-ENV-001** …`.
fn definition(line: &str) -> Option<(&str, u32)> {
    let id = line.trim_start().strip_prefix("- **TW-")?.split_once("**")?.0;
    let (area, number) = id.split_once('-')?;
    Some((area, number.parse().ok()?))
}

/// Every `TW-AREA-nnn` in a line.
fn cited(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("TW-").filter_map(|(at, _)| {
        let rest = &line[at + 3..];
        let area = rest.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(rest.len());
        let digits = rest.get(area + 1..area + 4)?;
        let is_id = area > 0 && rest[area..].starts_with('-') && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_id.then(|| &line[at..at + 3 + area + 4])
    })
}

#[cfg(test)]
mod tests {
    use super::super::{file, said};
    use super::*;

    #[test]
    fn gaps_and_repetitions_are_found() {
        let page =
            file("spec/README.md", "- **TW-VAL-001** a\n- **TW-VAL-002** b\n- **TW-VAL-002** c\n- **TW-VAL-005** d\n");
        assert_eq!(
            said(check(&[page])),
            [
                "spec/README.md:3: TW-VAL-002 stands where TW-VAL-003 is expected",
                "spec/README.md:4: TW-VAL-005 stands where TW-VAL-004 is expected"
            ]
        );
    }

    #[test]
    fn a_citation_of_nothing_is_found() {
        let page = file("spec/README.md", "- **TW-VAL-001** a\n");
        let code = file("core/a.rs", "// TW-VAL-001 and TW-VAL-009, not TW-X nor TW-\n");
        assert_eq!(said(check(&[page, code])), ["core/a.rs:1: TW-VAL-009 is no requirement of the specification"]);
    }
}
