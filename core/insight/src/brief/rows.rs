//! The skeleton: every step as a row, or alike ones as one; and which rows come first where not all have room.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::survey::{Survey, signature, without_digits};
use crate::node::Form;
use crate::usage::{Money, Tokens};

/// How far alike siblings are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Folding {
    /// Each has its row.
    None,
    /// Of four and more without trouble, the first, the last, and one row for all between.
    Ends,
    /// One row for all, whether they went well or failed alike; below it, what is below the first.
    All,
}

/// A row: one step, or several that are alike.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The first of the steps.
    pub(super) node: usize,
    /// The row of its parent.
    pub(super) parent: Option<usize>,
    /// How many steps it stands for.
    pub(super) times: u64,
    /// How many steps there are from these down.
    pub(super) within: u64,
    /// Steps below these that have no row at all.
    pub(super) hidden: u64,
    pub(super) depth: usize,
    pub(super) nanos: u64,
    pub(super) usage: Option<Tokens>,
    pub(super) cost: Option<Money>,
    /// Whether names differ in digits only.
    pub(super) differs: bool,
}

/// Siblings that become one row.
struct Group {
    members: Vec<usize>,
    parent: Option<usize>,
    depth: usize,
    shows_below: bool,
}

/// All rows, parents before children.
pub(super) fn rows(survey: &Survey<'_, '_>, folding: Folding) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut waiting = groups(survey, &survey.roots, folding, None, 0);
    while let Some(group) = waiting.pop() {
        let Some(row) = row(survey, &group) else { continue };
        let at = rows.len();
        if group.shows_below
            && let Some(node) = survey.node(row.node)
        {
            waiting.extend(groups(survey, &node.children, folding, Some(at), group.depth + 1));
        }
        rows.push(row);
    }
    rows
}

/// Siblings in groups, the last first.
fn groups(
    survey: &Survey<'_, '_>,
    siblings: &[usize],
    folding: Folding,
    parent: Option<usize>,
    depth: usize,
) -> Vec<Group> {
    let one = |members: Vec<usize>, shows_below| Group { members, parent, depth, shows_below };
    if folding == Folding::None || siblings.len() < 2 {
        return siblings.iter().rev().map(|sibling| one(vec![*sibling], true)).collect();
    }
    let mut places: BTreeMap<(u64, u64), usize> = BTreeMap::new();
    let mut alike: Vec<Vec<usize>> = Vec::new();
    for sibling in siblings {
        let Some(node) = survey.node(*sibling) else { continue };
        let trouble = survey.trouble(*sibling);
        if trouble != 0 && folding == Folding::Ends {
            alike.push(vec![*sibling]);
            continue;
        }
        let at = *places.entry((signature(node), trouble)).or_insert(alike.len());
        match alike.get_mut(at) {
            Some(group) => group.push(*sibling),
            None => alike.push(vec![*sibling]),
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for mut members in alike {
        if folding == Folding::Ends && members.len() < 4 {
            groups.extend(members.into_iter().map(|member| one(vec![member], true)));
        } else if folding == Folding::Ends {
            let last = members.pop();
            let between = members.split_off(1);
            groups.push(one(members, true));
            groups.push(one(between, false));
            groups.extend(last.map(|last| one(vec![last], true)));
        } else {
            groups.push(one(members, true));
        }
    }
    let place: BTreeMap<usize, usize> = siblings.iter().enumerate().map(|(place, sibling)| (*sibling, place)).collect();
    groups.sort_by_key(|group| Reverse(group.members.first().and_then(|first| place.get(first)).copied()));
    groups
}

fn row(survey: &Survey<'_, '_>, group: &Group) -> Option<Row> {
    let first = *group.members.first()?;
    let node = survey.node(first)?;
    let mut row = Row {
        node: first,
        parent: group.parent,
        times: group.members.len() as u64,
        within: 0,
        hidden: 0,
        depth: group.depth,
        nanos: 0,
        usage: None,
        cost: None,
        differs: false,
    };
    for member in &group.members {
        let Some(other) = survey.node(*member) else { continue };
        row.nanos = row.nanos.saturating_add(if other.form == Form::Span { other.extent_nanos() } else { 0 });
        row.differs |= other.name() != node.name();
        row.within += survey.size(*member);
        row.hidden += if *member == first && group.shows_below { 0 } else { survey.size(*member).saturating_sub(1) };
        if let Some(more) = &other.usage_total {
            row.usage.get_or_insert_with(Tokens::default).add(more);
        }
        if let Some(more) = &other.cost_total {
            row.cost.get_or_insert_with(Money::default).add(more);
        }
    }
    Some(row)
}

impl Row {
    /// Its name; where those of its steps differ in digits, with `#` for these.
    pub(super) fn name(&self, survey: &Survey<'_, '_>) -> Option<String> {
        let name = survey.node(self.node)?.name()?;
        Some(if self.differs { without_digits(name) } else { name.to_owned() })
    }
}

/// Why a row is shown before others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// The first root.
    Root,
    /// Here a failure began.
    Failure,
    /// A warning before a failure.
    Warning,
    /// It has no end.
    Open,
    /// A failure followed it.
    Before,
    /// It took a notable part of the time.
    Slow,
    /// Everything else.
    Other,
}

/// The rows from the most to the least telling, with their ranks.
pub(super) fn by_rank(survey: &Survey<'_, '_>, rows: &[Row]) -> Vec<(Rank, usize)> {
    let mut keyed: Vec<_> = rows
        .iter()
        .enumerate()
        .filter_map(|(at, row)| {
            let node = survey.node(row.node)?;
            let rank = match node {
                _ if at == 0 => Rank::Root,
                node if node.failure_origin => Rank::Failure,
                _ if survey.warnings.contains_key(&row.node) => Rank::Warning,
                node if node.is_open()
                    && node.children.iter().all(|child| survey.node(*child).is_none_or(|child| !child.is_open())) =>
                {
                    Rank::Open
                }
                _ if survey.before.contains(&row.node) => Rank::Before,
                node if node.slow => Rank::Slow,
                _ => Rank::Other,
            };
            let form = match node.form {
                Form::Span | Form::MissingParent => 0,
                Form::Event | Form::Other => 1,
                Form::Log => 2,
            };
            let within = if rank == Rank::Other { (row.depth, form, Reverse(row.nanos)) } else { (0, 0, Reverse(0)) };
            // The first failure, but the last warning before it.
            let time = match rank {
                Rank::Failure => node.end.0,
                Rank::Warning => node.start.0.saturating_neg(),
                _ => 0,
            };
            Some((rank, within, time, at))
        })
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(rank, _, _, at)| (rank, at)).collect()
}
