//! Rounds of several steps that come again in the same order.

use tracewire_wire::id::Hash;

use super::keys::Keys;
use super::{Group, LONGEST_ROUND};
use crate::node::Form;
use crate::tree::Tree;

/// Rounds below each parent, the shortest first: what comes again every two steps comes again every four as well.
pub(super) fn rounds(tree: &Tree<'_>, keys: &Keys, least: usize) -> Vec<Group> {
    let mut groups = Vec::new();
    let parents = tree.nodes.iter().enumerate().map(|(at, node)| (Some(at), &node.children));
    for (under, siblings) in parents.chain([(None, &tree.roots)]) {
        let is_span = |at: &usize| tree.nodes.get(*at).is_some_and(|node| node.form == Form::Span);
        let steps: Vec<usize> = siblings.iter().copied().filter(is_span).collect();
        let mut line: Vec<Option<Hash>> = steps.iter().map(|at| keys.in_round(*at)).collect();
        for period in 2..=LONGEST_ROUND.min(steps.len() / least) {
            for (start, end) in stretches(&mut line, period, least, &|round| {
                steps.get(round).unwrap_or_default().iter().any(|at| keys.tells(tree, *at))
            }) {
                let steps = steps.get(start..end).unwrap_or_default().to_vec();
                groups.push(Group { under, period, steps });
            }
        }
    }
    groups
}

/// Where a line repeats itself after `period` places, whole rounds only. They are taken out of the line.
fn stretches(
    line: &mut [Option<Hash>],
    period: usize,
    least: usize,
    is_wanted: &dyn Fn(std::ops::Range<usize>) -> bool,
) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    while start + period < line.len() {
        let (here, there) = (line.get(start..).unwrap_or_default(), line.get(start + period..).unwrap_or_default());
        let same = here.iter().zip(there).take_while(|(one, other)| one.is_some() && one == other).count();
        let round = here.get(..period).unwrap_or_default();
        // One step over and over is no round.
        let is_round = round.iter().any(|key| key.as_ref() != round.first().and_then(Option::as_ref));
        if same < (least - 1) * period || !is_round || !is_wanted(start..start + period) {
            // Every later start up to the difference meets it too.
            start += same + 1;
            continue;
        }
        let end = start + (same / period + 1) * period;
        for key in line.get_mut(start..end).unwrap_or_default() {
            *key = None;
        }
        found.push((start, end));
        start = end;
    }
    found
}
