//! Which steps are told in full, why, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::has_details;
use super::rows::Row;
use super::survey::{Survey, signature};
use crate::node::{Node, State};

/// Ancestors of a failure that are told.
const ANCESTORS: usize = 3;
/// Steps before a failure, of the same parent, that are told besides the very one before it.
const EARLIER: usize = 4;
/// Parts of the first and the last of repeated steps that are told.
const PARTS: usize = 4;
/// Rows of repeated steps whose first and last are told.
const REPEATED: usize = 64;

/// A step to tell.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) node: usize,
    /// Why it is told; nothing for those that are told because there is room.
    pub(super) why: Option<String>,
    /// One part in this many of what is left may go to one of its values.
    pub(super) share: usize,
}

/// All steps that have something to tell, the most telling first.
pub(super) fn candidates(survey: &Survey<'_, '_>, focus: Option<usize>, folded: &[Row]) -> Vec<Candidate> {
    let mut list = List { survey, seen: BTreeSet::new(), found: Vec::new() };
    if let Some(focus) = focus {
        list.add(focus, "asked for", 1);
    }
    list.failures();
    for step in &survey.order {
        let Some(node) = survey.node(step.index).filter(|node| node.is_open()) else { continue };
        if !node.children.iter().any(|child| survey.node(*child).is_some_and(Node::is_open)) {
            list.add(step.index, open_word(node), 4);
        }
    }
    if let Some(root) = survey.roots.first() {
        list.add(*root, "the whole run", 5);
    }
    let total = u128::from(survey.tree.extent_nanos()).max(1);
    let mut slow: Vec<(u64, usize)> = survey
        .order
        .iter()
        .filter_map(|step| {
            survey.node(step.index).filter(|node| node.slow).map(|node| (node.critical_nanos, step.index))
        })
        .collect();
    slow.sort_unstable_by(|a, b| b.cmp(a));
    for (nanos, index) in slow {
        list.add(index, &format!("slow: {} % of the time was spent here", u128::from(nanos) * 100 / total), 5);
    }
    list.ends(folded);
    list.rest(folded);
    list.found
}

fn open_word(node: &Node<'_>) -> &'static str {
    match node.state {
        State::InFlight => "still at work",
        _ => "began and never ended",
    }
}

struct List<'s, 't, 'a> {
    survey: &'s Survey<'t, 'a>,
    seen: BTreeSet<usize>,
    found: Vec<Candidate>,
}

impl List<'_, '_, '_> {
    fn add(&mut self, node: usize, why: &str, share: usize) {
        self.push(node, Some(why.to_owned()), share);
    }

    fn push(&mut self, index: usize, why: Option<String>, share: usize) {
        if self.survey.node(index).is_some_and(has_details) && self.seen.insert(index) {
            self.found.push(Candidate { node: index, why, share });
        }
    }

    /// Where failures began, of alike ones the first; the step before each, and those it is a part of.
    fn failures(&mut self) {
        let survey = self.survey;
        let mut alike: BTreeMap<u64, u64> = BTreeMap::new();
        for origin in &survey.origins {
            if let Some(node) = survey.node(*origin) {
                *alike.entry(signature(node)).or_default() += 1;
            }
        }
        let mut told = BTreeSet::new();
        for (place, origin) in survey.origins.iter().enumerate() {
            let Some(node) = survey.node(*origin) else { continue };
            let key = signature(node);
            if !told.insert(key) {
                continue;
            }
            let also = alike.get(&key).copied().unwrap_or(1);
            let mut why = if place == 0 { "failed first".to_owned() } else { "failed".to_owned() };
            if also > 1 {
                why.push_str(&format!("; {also} failed alike"));
            }
            self.push(*origin, Some(why), 3);
            if let Some(before) = survey.step_before(*origin) {
                self.add(before, "the step before the failure", 6);
            }
            let mut at = node.parent;
            for _ in 0..ANCESTORS {
                let Some(index) = at.filter(|index| !survey.roots.contains(index)) else { break };
                self.add(index, "the failure is a part of it", 8);
                at = survey.node(index).and_then(|node| node.parent);
            }
            for (warning, _) in survey.warnings.iter().filter(|(_, of)| *of == origin) {
                let parent = survey.node(*warning).and_then(|node| node.parent);
                if let Some(parent) = parent.filter(|parent| parent != origin) {
                    self.add(parent, "a warning came from it", 6);
                }
            }
            self.earlier(*origin);
            if place == 0
                && let Some(root) = survey.roots.first()
            {
                self.add(*root, "the whole run", 5);
            }
        }
    }

    /// Steps of the same parent that came before.
    fn earlier(&mut self, origin: usize) {
        let mut at = origin;
        for _ in 0..EARLIER {
            let Some(before) = self.survey.step_before(at) else { return };
            self.add(before, "earlier, in the same step", 8);
            at = before;
        }
    }

    /// What there is to tell besides: rows, those of models, agents and tools first, then all that they stand for.
    fn rest(&mut self, folded: &[Row]) {
        let survey = self.survey;
        let is_telling = |row: &&Row| {
            let kind = survey.node(row.node).and_then(|node| node.kind);
            kind.is_some_and(|kind| matches!(kind, "llm" | "agent" | "tool"))
        };
        for row in folded.iter().filter(is_telling).chain(folded) {
            self.push(row.node, None, 6);
        }
        for step in &survey.order {
            self.push(step.index, None, 6);
        }
    }

    /// The first and the last of repeated steps.
    fn ends(&mut self, folded: &[Row]) {
        let survey = self.survey;
        for row in folded.iter().filter(|row| row.times > 2).take(REPEATED) {
            let Some(node) = survey.node(row.node) else { continue };
            let siblings = node
                .parent
                .and_then(|parent| survey.node(parent))
                .map_or(&survey.tree.roots, |parent| &parent.children);
            let (key, trouble) = (signature(node), survey.trouble(row.node));
            let is_alike = |index: &&usize| {
                survey.node(**index).is_some_and(|other| signature(other) == key) && survey.trouble(**index) == trouble
            };
            let last = siblings.iter().rev().find(is_alike).copied();
            for (end, word) in [(Some(row.node), "first"), (last, "last")] {
                let Some(end) = end else { continue };
                self.add(end, &format!("the {word} of {} alike", row.times), 8);
                // What is repeated often does nothing itself.
                let parts = survey.node(end).map(|end| end.children.as_slice()).unwrap_or_default();
                for part in parts.iter().take(PARTS) {
                    self.add(*part, &format!("a part of the {word} of {} alike", row.times), 8);
                }
            }
        }
    }
}
