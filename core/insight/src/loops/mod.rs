//! What an agent does again and again: the same calls with the same arguments, and what going round costs.
//!
//! Two shapes are told, and no step belongs to two loops:
//!
//! * **Rounds**: two or more steps in a row that come again in the same order below the same parent, as `think`, `search`,
//!   `think`, `search`. A call of a model is recognised by its name, for what it is given grows with every round; all else by
//!   its arguments too, and at least one step of a round has to have some.
//! * **Repeats**: one step, wherever it stands below its agent (the nearest one above; else the trace), that comes again with
//!   the same kind, name and arguments.
//!
//! What lies below a repeated step is part of the repetition and no loop of its own. A step of which no arguments are
//! recorded, or redacted ones, is never said to repeat: nobody knows.
//!
//! The work is n log n in the steps of a tree, whatever its shape.

mod document;
mod keys;
mod rounds;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use keys::Keys;

use crate::node::Node;
use crate::tree::Tree;
use crate::usage::{Money, Tokens};

/// So many times make a loop, where nobody says another number: twice may be a second try.
pub const LEAST_TIMES: usize = 3;
/// Rounds of more steps than these are not looked for.
pub const LONGEST_ROUND: usize = 16;

/// Something that was done again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Below which node: the parent of a round's steps, the agent of a step that repeats; nothing for the trace as a whole.
    pub under: Option<usize>,
    /// How many steps make a round.
    pub period: usize,
    /// The nodes in order of time, round after round.
    pub steps: Vec<usize>,
    /// Whether every round brought what the first one did: outputs are recorded, and those of all but models are equal.
    pub is_same_output: bool,
    /// What all rounds but the first add up to.
    pub again: Again,
}

impl Loop {
    /// How many rounds there are.
    #[must_use]
    pub fn times(&self) -> usize {
        self.steps.len() / self.period.max(1)
    }

    /// The steps of the first round.
    #[must_use]
    pub fn first_round(&self) -> &[usize] {
        self.steps.get(..self.period).unwrap_or_default()
    }
}

/// What a repetition took beyond its first round, all below its steps included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// Steps that repeat an earlier one.
    pub steps: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// How long they took, one after the other.
    pub duration_nanos: u64,
    /// Their tokens.
    pub tokens: Option<Tokens>,
    /// Their cost, exact.
    pub cost: Option<Money>,
    /// Whether a part of that was computed from a price list.
    pub is_cost_computed: bool,
    /// Calls of models among them that have no cost.
    pub unpriced: u64,
}

impl Again {
    fn add(&mut self, node: &Node<'_>) {
        self.duration_nanos = self.duration_nanos.saturating_add(node.extent_nanos());
        if let Some(more) = &node.usage_total {
            self.tokens.get_or_insert_with(Tokens::default).add(more);
        }
        if let Some(more) = &node.cost_total {
            self.cost.get_or_insert_with(Money::default).add(more);
        }
        self.is_cost_computed |= node.is_cost_computed;
        self.unpriced = self.unpriced.saturating_add(node.unpriced);
    }
}

/// Some steps that belong together, before it is known what else repeats.
struct Group {
    under: Option<usize>,
    period: usize,
    steps: Vec<usize>,
}

/// What a tree's steps did at least so many times (two at the least), by the time of their first step.
#[must_use]
pub fn find(tree: &Tree<'_>, least: usize) -> Vec<Loop> {
    let least = least.max(2);
    let keys = Keys::new(tree);
    let mut groups = rounds::rounds(tree, &keys, least);
    let mut is_taken = vec![false; tree.nodes.len()];
    for at in groups.iter().flat_map(|group| &group.steps) {
        if let Some(is_taken) = is_taken.get_mut(*at) {
            *is_taken = true;
        }
    }
    groups.extend(repeats(tree, &keys, least, &is_taken));
    let above = repeated_above(tree, &groups);
    let is_below = |at: usize| above.get(at).copied().flatten();
    let mut loops: Vec<Loop> = Vec::new();
    for (place, group) in groups.into_iter().enumerate() {
        let steps = group.steps.iter().copied().filter(|at| is_below(*at).is_none_or(|group| group == place));
        let steps: Vec<usize> = steps.collect();
        if steps.len() < least * group.period {
            continue;
        }
        let mut again = Again::default();
        for (at, node) in steps.iter().skip(group.period).filter_map(|at| Some((*at, tree.nodes.get(at.to_owned())?))) {
            again.steps += 1;
            again.failed += u64::from(node.failed);
            // Of a step that calls itself, what is above has what is below.
            if is_below(at).is_none() {
                again.add(node);
            }
        }
        let is_same_output = keys.is_same_output(tree, &steps, group.period);
        loops.push(Loop { under: group.under, period: group.period, steps, is_same_output, again });
    }
    loops.sort_by_key(|one| one.steps.first().copied());
    loops
}

/// The heaviest first: what cost most, then what took longest.
#[must_use]
pub fn by_weight(loops: &[Loop]) -> Vec<&Loop> {
    let cost = |one: &Loop| one.again.cost.as_ref().and_then(|cost| cost.0.values().max().cloned());
    let mut sorted: Vec<&Loop> = loops.iter().collect();
    sorted.sort_by_cached_key(|one| Reverse((cost(one), one.again.duration_nanos, one.again.steps)));
    sorted
}

/// Steps that come again with the same arguments below one agent.
fn repeats(tree: &Tree<'_>, keys: &Keys, least: usize, is_taken: &[bool]) -> Vec<Group> {
    let agents = agents(tree);
    let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, agent) in agents.iter().enumerate() {
        if let (Some(key), Some(false)) = (keys.exact(at), is_taken.get(at)) {
            alike.entry((*agent, key)).or_default().push(at);
        }
    }
    let groups = alike.into_iter().filter(|(_, steps)| steps.len() >= least);
    groups.map(|((under, _), steps)| Group { under, period: 1, steps }).collect()
}

/// By node: the nearest agent above it.
fn agents(tree: &Tree<'_>) -> Vec<Option<usize>> {
    let mut agents = vec![None; tree.nodes.len()];
    for step in tree.walk() {
        let Some(parent) = tree.nodes.get(step.index).and_then(|node| node.parent) else { continue };
        let is_agent = tree.nodes.get(parent).is_some_and(|node| node.kind == Some("agent"));
        let agent = if is_agent { Some(parent) } else { agents.get(parent).copied().flatten() };
        if let Some(place) = agents.get_mut(step.index) {
            *place = agent;
        }
    }
    agents
}

/// By node: the group of the highest step above it that repeats an earlier one.
fn repeated_above(tree: &Tree<'_>, groups: &[Group]) -> Vec<Option<usize>> {
    let mut repeating = vec![None; tree.nodes.len()];
    for (place, group) in groups.iter().enumerate() {
        for at in group.steps.iter().skip(group.period) {
            if let Some(repeating) = repeating.get_mut(*at) {
                *repeating = Some(place);
            }
        }
    }
    let mut above: Vec<Option<usize>> = vec![None; tree.nodes.len()];
    for step in tree.walk() {
        let Some(parent) = tree.nodes.get(step.index).and_then(|node| node.parent) else { continue };
        let highest = above.get(parent).copied().flatten().or(repeating.get(parent).copied().flatten());
        if let Some(place) = above.get_mut(step.index) {
            *place = highest;
        }
    }
    above
}
