//! What is known of each step before anything is chosen.

use std::collections::{BTreeMap, BTreeSet};

use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;

use super::names::Names;
use crate::loops::{self, Loop};
use crate::node::{Form, Node, State};
use crate::tree::{Step, Tree};

/// Warnings that are told of a failure.
const WARNINGS: usize = 3;
/// Warnings among which these are looked for.
const WARNINGS_SEARCHED: usize = 64;
/// Levels through which they are looked for.
const LEVELS_SEARCHED: usize = 8;

/// A tree, or the part of it that is asked for.
pub(super) struct Survey<'t, 'a> {
    pub(super) tree: &'t Tree<'a>,
    pub(super) names: Names,
    /// The nodes in question, parents before children.
    pub(super) order: Vec<Step>,
    /// Those without a parent among them.
    pub(super) roots: Vec<usize>,
    /// By node: how many siblings are before it.
    places: Vec<usize>,
    /// By node: how many there are from it down.
    sizes: Vec<u64>,
    /// By node: what went wrong from it down, as a sum of hashes; 0 for nothing.
    trouble: Vec<u64>,
    /// Where a failure began, in order of time.
    pub(super) origins: Vec<usize>,
    /// Steps right before a failure, or before what failed because of it.
    pub(super) before: BTreeSet<usize>,
    /// Warnings that were logged around a failure before it happened: the log line, and where the failure began.
    pub(super) warnings: BTreeMap<usize, usize>,
    /// What was done again and again, the heaviest first.
    pub(super) loops: Vec<Loop>,
    /// The single currency of all costs, where there is one.
    pub(super) currency: Option<String>,
    pub(super) has_usage: bool,
    pub(super) has_cost: bool,
}

impl<'t, 'a> Survey<'t, 'a> {
    pub(super) fn new(tree: &'t Tree<'a>, focus: Option<usize>) -> Self {
        let (order, roots): (Vec<Step>, Vec<usize>) = match focus.filter(|index| *index < tree.nodes.len()) {
            Some(index) => (tree.walk_from(index).collect(), vec![index]),
            None => (tree.walk().collect(), tree.roots.clone()),
        };
        let mut survey = Self {
            tree,
            names: Names::new(tree),
            order,
            roots,
            places: vec![0; tree.nodes.len()],
            sizes: vec![0; tree.nodes.len()],
            trouble: vec![0; tree.nodes.len()],
            origins: Vec::new(),
            before: BTreeSet::new(),
            warnings: BTreeMap::new(),
            loops: Vec::new(),
            currency: None,
            has_usage: false,
            has_cost: false,
        };
        survey.add_up();
        survey.find_failures();
        survey.find_warnings();
        survey.find_loops();
        survey
    }

    pub(super) fn node(&self, index: usize) -> Option<&'t Node<'a>> {
        self.tree.nodes.get(index)
    }

    pub(super) fn size(&self, index: usize) -> u64 {
        self.sizes.get(index).copied().unwrap_or(0)
    }

    pub(super) fn trouble(&self, index: usize) -> u64 {
        self.trouble.get(index).copied().unwrap_or(0)
    }

    fn add_up(&mut self) {
        let mut currencies = BTreeSet::new();
        for siblings in self.tree.nodes.iter().map(|node| &node.children).chain([&self.tree.roots]) {
            for (place, sibling) in siblings.iter().enumerate() {
                if let Some(known) = self.places.get_mut(*sibling) {
                    *known = place;
                }
            }
        }
        for step in self.order.iter().rev() {
            let Some(node) = self.tree.nodes.get(step.index) else { continue };
            self.has_usage |= node.usage_total.is_some();
            if let Some(cost) = &node.cost_total {
                self.has_cost = true;
                currencies.extend(cost.0.keys().cloned());
            }
            let (mut size, mut trouble) = (1_u64, 0_u64);
            for child in &node.children {
                size += self.sizes.get(*child).copied().unwrap_or(0);
                trouble = trouble.wrapping_add(self.trouble.get(*child).copied().unwrap_or(0));
            }
            if node.failed || node.is_open() {
                trouble = trouble.wrapping_add(signature(node)).max(1);
            }
            if let (Some(sizes), Some(troubles)) = (self.sizes.get_mut(step.index), self.trouble.get_mut(step.index)) {
                (*sizes, *troubles) = (size, trouble);
            }
        }
        self.currency = currencies.pop_first().filter(|_| currencies.is_empty());
    }

    fn find_failures(&mut self) {
        let within: BTreeSet<usize> = self.order.iter().map(|step| step.index).collect();
        let mut origins: Vec<usize> =
            within.iter().copied().filter(|index| self.node(*index).is_some_and(|node| node.failure_origin)).collect();
        origins.sort_by_key(|index| self.node(*index).map(|node| (node.end, *index)));
        let mut seen = BTreeSet::new();
        for origin in &origins {
            let mut at = Some(*origin);
            // Up to the parent that did not fail; each step once, however many failures are below it.
            while let Some(index) = at.filter(|index| within.contains(index) && seen.insert(*index)) {
                let Some(node) = self.tree.nodes.get(index).filter(|node| node.failed) else { break };
                let before = self.step_before(index).filter(|index| within.contains(index));
                self.before.extend(before);
                at = node.parent;
            }
        }
        self.origins = origins;
    }

    /// Of each failure the last warnings before it, from anywhere in the step that it is a part of.
    fn find_warnings(&mut self) {
        let nodes = self.order.iter().filter_map(|step| Some((step.index, self.node(step.index)?)));
        let mut warnings: Vec<(Timestamp, usize)> =
            nodes.filter(|(_, node)| is_warning(node)).map(|(index, node)| (node.start, index)).collect();
        warnings.sort_unstable();
        let mut found = BTreeMap::new();
        for origin in &self.origins {
            let Some(node) = self.node(*origin) else { continue };
            let scene = node.parent.unwrap_or(*origin);
            let until = warnings.partition_point(|(time, _)| *time <= node.end);
            let before = warnings.get(..until).unwrap_or_default().iter().rev().take(WARNINGS_SEARCHED);
            let here = before.filter(|(_, index)| self.is_below(*index, scene)).take(WARNINGS);
            for (_, index) in here {
                found.entry(*index).or_insert(*origin);
            }
        }
        self.warnings = found;
    }

    /// Loops of which all is in question.
    fn find_loops(&mut self) {
        let found = loops::find(self.tree, loops::LEAST_TIMES);
        let here = |one: &&Loop| one.steps.iter().all(|at| self.size(*at) > 0);
        self.loops = loops::by_weight(&found).into_iter().filter(here).cloned().collect();
    }

    /// Whether a node is a few levels below another.
    fn is_below(&self, index: usize, above: usize) -> bool {
        let mut at = Some(index);
        for _ in 0..LEVELS_SEARCHED {
            match at {
                Some(index) if index == above => return true,
                Some(index) => at = self.node(index).and_then(|node| node.parent),
                None => return false,
            }
        }
        false
    }

    /// The sibling span that ended last before a step began.
    pub(super) fn step_before(&self, index: usize) -> Option<usize> {
        let node = self.node(index)?;
        let siblings = node.parent.and_then(|parent| self.node(parent)).map_or(&self.tree.roots, |node| &node.children);
        let place = self.places.get(index).copied()?;
        let earlier = siblings.get(..place)?.iter().rev().take(32);
        let ended = earlier.filter(|sibling| self.node(**sibling).is_some_and(|node| node.form == Form::Span));
        ended.max_by_key(|sibling| self.node(**sibling).map(|other| (other.end <= node.start, other.end))).copied()
    }
}

fn is_warning(node: &Node<'_>) -> bool {
    let level = node.field("level").and_then(Value::as_text).unwrap_or_default().to_ascii_lowercase();
    node.form == Form::Log && matches!(level.as_str(), "warn" | "warning" | "error" | "critical" | "fatal")
}

/// What makes two steps alike: form, kind, name, how they ended and why; digits count as one.
pub(super) fn signature(node: &Node<'_>) -> u64 {
    let mut hash = Fnv::default();
    hash.text(status(node).unwrap_or_default());
    hash.text(node.kind.unwrap_or_default());
    hash.text(match node.form {
        Form::Span => "s",
        Form::Event => "e",
        Form::Log => "l",
        Form::Other => "o",
        Form::MissingParent => "m",
    });
    hash.text(&without_digits(node.name().unwrap_or_default()));
    if node.failed {
        hash.text(&without_digits(node.failure_message().unwrap_or_default()));
    }
    hash.0
}

/// A text in which every run of digits is `#`.
pub(super) fn without_digits(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            other => out.push(other),
        }
    }
    out
}

/// How a step ended, or stands; of a log line its level.
pub(super) fn status<'a>(node: &Node<'a>) -> Option<&'a str> {
    match (node.state, node.form) {
        (State::InFlight, _) => Some("in_flight"),
        (State::Abandoned, _) => Some("abandoned"),
        (State::Unknown, _) => Some("unknown"),
        (State::Ended, Form::MissingParent) => Some("not_recorded"),
        (State::Ended, Form::Log) => node.field("level").and_then(Value::as_text),
        (State::Ended, _) => node.status.map(|status| status.as_str()),
    }
}

/// A hash (FNV-1a) of texts one behind the other.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn text(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
