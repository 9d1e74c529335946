//! Which step of one tree is which of the other.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use similar::{Algorithm, DiffTag};
use tracewire_wire::id::Hash;
use tracewire_wire::json;

use super::Comparison;
use super::differ::{Difference, Facts, differences};
use crate::node::{Form, Node};
use crate::tree::Tree;

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is there in both, and what matters is equal.
    Same,
    /// It is there in both, and something differs.
    Changed,
    /// Only the second tree has it.
    Added,
    /// Only the first tree has it.
    Removed,
    /// The first tree has it here, the second elsewhere, or the other way round.
    Moved,
}

/// One step, or two that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// How deep it stands.
    pub depth: usize,
    /// Its place among the nodes of the first tree.
    pub a: Option<usize>,
    /// Its place among the nodes of the second tree.
    pub b: Option<usize>,
    /// What became of it.
    pub change: Change,
    /// What differs, where both are there.
    pub differences: Vec<Difference>,
}

/// More siblings than these are aligned piece by piece: what it takes grows with the square of what differs.
const PIECE: usize = 2_000;

/// Compares two trees: `a` is what was, `b` what is.
#[must_use]
pub fn compare<'t, 'a>(a: &'t Tree<'a>, b: &'t Tree<'a>) -> Comparison<'t, 'a> {
    let sides = Sides { a: Side::new(a), b: Side::new(b) };
    let mut rows = Vec::new();
    let mut waiting: Vec<Pair> = Vec::new();
    push(&mut waiting, 0, sides.align(&a.roots, &b.roots));
    while let Some(Pair { depth, a: one, b: other }) = waiting.pop() {
        let (left, right) = (one.and_then(|at| a.nodes.get(at)), other.and_then(|at| b.nodes.get(at)));
        let (change, differences) = match (left, right) {
            (Some(left), Some(right)) => {
                let differences = differences(left, right);
                let is_same = differences.iter().all(|difference| !difference.matters());
                (if is_same { Change::Same } else { Change::Changed }, differences)
            }
            (Some(_), None) => (Change::Removed, Vec::new()),
            _ => (Change::Added, Vec::new()),
        };
        rows.push(Row { depth, a: one, b: other, change, differences });
        let children = |node: Option<&Node<'_>>| node.map(|node| node.children.clone()).unwrap_or_default();
        push(&mut waiting, depth + 1, sides.align(&children(left), &children(right)));
    }
    find_moved(&mut rows, &sides);
    Comparison { a, b, rows, a_facts: Facts::of(a), b_facts: Facts::of(b) }
}

struct Pair {
    depth: usize,
    a: Option<usize>,
    b: Option<usize>,
}

/// The last one is taken first, so they go in backwards.
fn push(waiting: &mut Vec<Pair>, depth: usize, pairs: Vec<(Option<usize>, Option<usize>)>) {
    waiting.extend(pairs.into_iter().rev().map(|(a, b)| Pair { depth, a, b }));
}

struct Sides {
    a: Side,
    b: Side,
}

/// What a tree's steps are recognised by, one for each node.
struct Side {
    /// Kind and name.
    loose: Vec<Hash>,
    /// Kind, name and input.
    exact: Vec<Hash>,
    /// Whether it is compared: log lines come and go.
    counts: Vec<bool>,
}

impl Side {
    fn new(tree: &Tree<'_>) -> Self {
        let loose = |node: &Node<'_>| Hash::of(format!("{:?} {:?}", node.kind, node.name()).as_bytes());
        let exact = |node: &Node<'_>| {
            let mut bytes = loose(node).as_bytes().to_vec();
            if let Some(input) = node.input() {
                bytes.extend(json::write(input));
            }
            Hash::of(&bytes)
        };
        Self {
            loose: tree.nodes.iter().map(loose).collect(),
            exact: tree.nodes.iter().map(exact).collect(),
            counts: tree.nodes.iter().map(|node| node.form != Form::Log).collect(),
        }
    }

    fn those_that_count(&self, nodes: &[usize]) -> Vec<usize> {
        nodes.iter().copied().filter(|at| self.counts.get(*at).copied().unwrap_or(false)).collect()
    }
}

impl Sides {
    /// Siblings of both sides in one order.
    fn align(&self, a: &[usize], b: &[usize]) -> Vec<(Option<usize>, Option<usize>)> {
        let (a, b) = (self.a.those_that_count(a), self.b.those_that_count(b));
        let mut pairs = Vec::with_capacity(a.len().max(b.len()));
        each_run(&keys(&a, &self.a.exact), &keys(&b, &self.b.exact), &mut |is_equal, one, other| {
            let (a, b) = (a.get(one).unwrap_or_default(), b.get(other).unwrap_or_default());
            if is_equal {
                pairs.extend(a.iter().copied().map(Some).zip(b.iter().copied().map(Some)));
                return;
            }
            each_run(&keys(a, &self.a.loose), &keys(b, &self.b.loose), &mut |is_equal, one, other| {
                let (a, b) = (a.get(one).unwrap_or_default(), b.get(other).unwrap_or_default());
                if is_equal {
                    pairs.extend(a.iter().copied().map(Some).zip(b.iter().copied().map(Some)));
                } else {
                    pairs.extend(a.iter().map(|at| (Some(*at), None)));
                    pairs.extend(b.iter().map(|at| (None, Some(*at))));
                }
            });
        });
        pairs
    }
}

fn keys(nodes: &[usize], of: &[Hash]) -> Vec<Hash> {
    nodes.iter().filter_map(|at| of.get(*at).copied()).collect()
}

/// Calls `each` with runs that are equal, and runs between them that are not, in order.
fn each_run(a: &[Hash], b: &[Hash], each: &mut dyn FnMut(bool, Range<usize>, Range<usize>)) {
    let mut from = 0;
    while from < a.len().max(b.len()) {
        let piece = |keys: &[Hash]| from.min(keys.len())..from.saturating_add(PIECE).min(keys.len());
        let (one, other) = (piece(a), piece(b));
        let part = (a.get(one.clone()).unwrap_or_default(), b.get(other.clone()).unwrap_or_default());
        for run in similar::capture_diff_slices(Algorithm::Myers, part.0, part.1) {
            let behind = |start: usize, range: Range<usize>| start + range.start..start + range.end;
            each(run.tag() == DiffTag::Equal, behind(one.start, run.old_range()), behind(other.start, run.new_range()));
        }
        from += PIECE;
    }
}

/// What went here and came there, and is the same by kind, name and input.
fn find_moved(rows: &mut [Row], sides: &Sides) {
    let mut gone: BTreeMap<Hash, VecDeque<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        if let (Change::Removed, Some(key)) = (row.change, row.a.and_then(|node| sides.a.exact.get(node))) {
            gone.entry(*key).or_default().push_back(at);
        }
    }
    let came: Vec<(usize, Hash)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.change == Change::Added)
        .filter_map(|(at, row)| Some((at, *sides.b.exact.get(row.b?)?)))
        .collect();
    for (at, key) in came {
        let Some(from) = gone.get_mut(&key).and_then(VecDeque::pop_front) else { continue };
        for moved in [at, from] {
            if let Some(row) = rows.get_mut(moved) {
                row.change = Change::Moved;
            }
        }
    }
}
