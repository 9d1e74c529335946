//! SARIF 2.1.0, which code scanning takes.

use std::collections::BTreeMap;

use tracewire_wire::id::Hash;
use tracewire_wire::validate::{Finding, RULES, Rule, Severity};
use tracewire_wire::value::Value;

use super::super::{Totals, pages};
use super::Reporter;
use crate::error::CliError;
use crate::json::{self, count, object};
use crate::term::Screen;

#[derive(Default)]
pub(super) struct Sarif {
    has_some: bool,
    /// How often the same was found: alerts are told apart by it.
    seen: BTreeMap<Hash, u64>,
    tool: Vec<u8>,
}

impl Reporter for Sarif {
    fn begin(&mut self, screen: &mut Screen<'_>) -> Result<(), CliError> {
        let driver = object([
            ("informationUri", env!("CARGO_PKG_REPOSITORY").into()),
            ("name", "tracewire".into()),
            ("rules", Value::List(RULES.iter().map(rule).collect())),
            ("semanticVersion", env!("CARGO_PKG_VERSION").into()),
        ]);
        let tool = json::line(&object([("driver", driver)]));
        screen.bytes(
            b"{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json\",\
              \"runs\":[{\"columnKind\":\"unicodeCodePoints\",\"results\":[",
        )?;
        // The tool stands behind the results, which are written as they come.
        self.tool = tool.trim_ascii_end().to_vec();
        Ok(())
    }

    fn finding(
        &mut self,
        file: &str,
        finding: &Finding,
        severity: Severity,
        screen: &mut Screen<'_>,
    ) -> Result<(), CliError> {
        if std::mem::replace(&mut self.has_some, true) {
            screen.bytes(b",")?;
        }
        let line = json::line(&self.result(file, finding, severity));
        Ok(screen.bytes(line.trim_ascii_end())?)
    }

    fn finish(&mut self, _totals: &Totals, screen: &mut Screen<'_>) -> Result<(), CliError> {
        screen.bytes(b"],\"tool\":")?;
        screen.bytes(&self.tool)?;
        Ok(screen.bytes(b"}],\"version\":\"2.1.0\"}\n")?)
    }
}

impl Sarif {
    fn result(&mut self, file: &str, finding: &Finding, severity: Severity) -> Value {
        let mut message = finding.message.clone();
        if let Some(fix) = &finding.fix {
            message.push_str(&format!(". Help: {fix}"));
        }
        let artifact = object([("uri", uri(file).into())]);
        let mut physical = vec![("artifactLocation".to_owned(), artifact)];
        if let Some(line) = finding.line {
            let mut region = vec![("startLine".to_owned(), count(line))];
            region.extend(finding.column.map(|column| ("startColumn".to_owned(), count(column))));
            physical.push(("region".to_owned(), Value::Map(region.into_iter().collect())));
        }
        let mut location = vec![("physicalLocation".to_owned(), Value::Map(physical.into_iter().collect()))];
        if !finding.pointer.is_empty() {
            let logical = object([("fullyQualifiedName", finding.pointer.as_str().into())]);
            location.push(("logicalLocations".to_owned(), Value::List(vec![logical])));
        }
        let index = RULES.iter().position(|rule| rule.code == finding.rule.code).unwrap_or_default();
        object([
            ("level", level(severity).into()),
            ("locations", Value::List(vec![Value::Map(location.into_iter().collect())])),
            ("message", object([("text", message.into())])),
            ("partialFingerprints", object([("tracewireFinding/v1", self.fingerprint(file, finding).into())])),
            ("ruleId", finding.rule.code.into()),
            ("ruleIndex", count(index as u64)),
        ])
    }

    /// The same for the same finding, whatever lines came before it meanwhile.
    fn fingerprint(&mut self, file: &str, finding: &Finding) -> String {
        let text = [file, finding.rule.code, &finding.pointer, &finding.message].join("\n");
        let hash = Hash::of(text.as_bytes());
        let number = self.seen.entry(hash).or_default();
        *number += 1;
        let digits: String = hash.to_string().chars().skip("sha256:".len()).take(32).collect();
        format!("{digits}:{number}")
    }
}

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn rule(rule: &Rule) -> Value {
    let properties = object([
        ("level", rule.level.as_str().into()),
        ("requirement", rule.requirement.into()),
        ("tags", Value::List(vec!["tracewire".into(), rule.level.as_str().into()])),
    ]);
    object([
        ("defaultConfiguration", object([("level", level(rule.severity).into())])),
        ("fullDescription", object([("text", rule.summary.into())])),
        ("help", object([("markdown", pages::of(rule).into()), ("text", plain(pages::of(rule)).into())])),
        ("helpUri", pages::address(rule).into()),
        ("id", rule.code.into()),
        ("name", rule.name.into()),
        ("properties", properties),
        ("shortDescription", object([("text", rule.summary.into())])),
    ])
}

/// A page without the marks of Markdown that a reader stumbles over.
fn plain(page: &str) -> String {
    page.lines().filter(|line| !line.starts_with("```")).collect::<Vec<_>>().join("\n")
}

/// A relative reference (RFC 3986): what is no letter, digit or harmless mark is escaped byte by byte.
fn uri(file: &str) -> String {
    let mut out = String::new();
    for byte in file.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_references() {
        assert_eq!(uri("traces/a b#1.jsonl"), "traces/a%20b%231.jsonl");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
