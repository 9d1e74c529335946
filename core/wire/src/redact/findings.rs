//! What is found in a text: gathered from all rules, joined where it overlaps, replaced.

use super::Redactor;
use super::plan::Sought;
use super::rule::Action;
use crate::detect::Found;
use crate::order::Order as _;
use std::cmp::Reverse;

/// A part of a text that goes.
struct Finding {
    start: usize,
    end: usize,
    /// The finder that it has its name and action from.
    finder: usize,
    is_dropping: bool,
}

/// What a text becomes.
pub(super) enum Outcome {
    /// A text with marks in it.
    Replaced(String),
    /// A mark of this name in place of the whole.
    Dropped(String),
}

/// Looks at a text that is not JSON; nothing where nothing is found. In a key nothing is dropped.
pub(super) fn apply(redactor: &Redactor, text: &str, is_key: bool) -> Option<Outcome> {
    let mut findings = joined(gather(redactor, text));
    if redactor.is_looking() {
        findings
            .retain(|finding| !is_mark(redactor, text.get(finding.start..finding.end).unwrap_or_default(), finding));
    }
    if findings.is_empty() {
        return None;
    }
    let finder = |finding: &Finding| redactor.plan.finders.get(finding.finder);
    findings.iter().filter_map(finder).for_each(|finder| redactor.note(&finder.name));
    let dropping = findings.iter().find(|finding| finding.is_dropping && !is_key).and_then(finder);
    if let Some(finder) = dropping {
        return Some(Outcome::Dropped(finder.name.clone()));
    }
    let mut replaced = String::with_capacity(text.len());
    let mut behind = 0;
    for finding in &findings {
        let Some(finder) = finder(finding) else { continue };
        replaced.push_str(text.get(behind..finding.start).unwrap_or_default());
        replaced.push('[');
        replaced.push_str(&finder.name);
        if finder.action == Action::Hash && !finding.is_dropping {
            replaced.push(':');
            replaced.push_str(&redactor.hash(text.as_bytes().get(finding.start..finding.end).unwrap_or_default()));
        }
        replaced.push(']');
        behind = finding.end;
    }
    replaced.push_str(text.get(behind..).unwrap_or_default());
    Some(Outcome::Replaced(replaced))
}

/// Whether what is found is what this very rule left when the text was recorded, such as the value in `password=[assignment]`.
fn is_mark(redactor: &Redactor, found: &str, finding: &Finding) -> bool {
    let Some(finder) = redactor.plan.finders.get(finding.finder) else { return false };
    let named = found.strip_prefix('[').and_then(|rest| rest.strip_prefix(finder.name.as_str()));
    named.is_some_and(|rest| rest.is_empty() || rest == "]" || rest.starts_with(':'))
}

/// All that is found and not allowed.
fn gather(redactor: &Redactor, text: &str) -> Vec<Finding> {
    let plan = &redactor.plan;
    let mut found: Vec<Found> = Vec::new();
    plan.scan.find(text, &mut found);
    let mut findings = Vec::new();
    let mut add = |start: usize, end: usize, finder: usize| {
        let is_dropping = plan.finders.get(finder).is_some_and(|finder| finder.action == Action::Drop);
        if !plan.is_allowed(text.get(start..end).unwrap_or_default()) {
            findings.push(Finding { start, end, finder, is_dropping });
        }
    };
    for one in found {
        if let Some(finder) = plan.finder_of(one.detector) {
            add(one.start, one.end, finder);
        }
    }
    for (at, finder) in plan.finders.iter().enumerate() {
        if let Sought::Pattern(pattern) = &finder.sought {
            pattern.find(text, |start, end| add(start, end, at));
        }
    }
    findings
}

/// Findings that overlap become one, with the name of the first.
fn joined(mut findings: Vec<Finding>) -> Vec<Finding> {
    let key = |finding: &Finding| (finding.start, Reverse(finding.end), finding.finder);
    findings.order_by(|a, b| key(a).cmp(&key(b)));
    let mut joined: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        match joined.last_mut().filter(|last| finding.start < last.end) {
            Some(last) => {
                last.end = last.end.max(finding.end);
                last.is_dropping |= finding.is_dropping;
            }
            None => joined.push(finding),
        }
    }
    joined
}
