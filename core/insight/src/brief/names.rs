//! Ids, as short as they can be told apart within a trace: the first digits, or the last where these are fewer.

use std::collections::{BTreeMap, BTreeSet};

use tracewire_wire::id::SpanId;

use crate::tree::Tree;

/// Fewer digits are not given, so that an id looks like one.
const LEAST: usize = 3;
/// Digits of a whole id.
const WHOLE: usize = 16;

/// The short ids of a tree.
pub(super) struct Names {
    length: usize,
    from_end: bool,
}

impl Names {
    pub(super) fn new(tree: &Tree<'_>) -> Self {
        let ids: BTreeSet<String> =
            tree.nodes.iter().filter_map(|node| node.span_id).map(|id| id.to_string()).collect();
        let are_distinct = |part: &dyn Fn(&String) -> Option<String>| {
            let parts: BTreeSet<Option<String>> = ids.iter().map(part).collect();
            parts.len() == ids.len()
        };
        let first = (LEAST..WHOLE).find(|length| are_distinct(&|id| id.get(..*length).map(str::to_owned)));
        let last = (LEAST..first.unwrap_or(WHOLE)).find(|length| {
            let tail = |id: &String| id.get(WHOLE - length..).map(str::to_owned);
            // No last digits may be the first of another id: whoever asks with them would get that one.
            let is_head = |tail: Option<String>, own: &String| {
                tail.is_some_and(|tail| {
                    ids.range(tail.clone()..).find(|id| *id != own).is_some_and(|id| id.starts_with(&tail))
                })
            };
            are_distinct(&tail) && !ids.iter().any(|id| is_head(tail(id), id))
        });
        match last {
            Some(length) => Self { length, from_end: true },
            None => Self { length: first.unwrap_or(WHOLE), from_end: false },
        }
    }

    pub(super) fn of(&self, id: SpanId) -> String {
        let id = id.to_string();
        let part = if self.from_end { id.get(WHOLE - self.length..) } else { id.get(..self.length) };
        part.map_or_else(|| id.clone(), str::to_owned)
    }
}

/// The node of an id's first or last digits; how many fit where not exactly one does.
///
/// # Errors
/// The number of steps whose ids begin, or for want of these end, with the digits.
pub fn find_step(tree: &Tree<'_>, digits: &str) -> Result<usize, usize> {
    let digits = digits.trim().to_ascii_lowercase();
    let mut first = BTreeMap::new();
    let mut last = BTreeMap::new();
    for (index, node) in tree.nodes.iter().enumerate() {
        let Some(id) = node.span_id else { continue };
        let text = id.to_string();
        if text.starts_with(&digits) {
            first.entry(id).or_insert(index);
        }
        if text.ends_with(&digits) {
            last.entry(id).or_insert(index);
        }
    }
    let found = if first.is_empty() { last } else { first };
    match (found.len(), found.keys().next()) {
        (1, Some(id)) => tree.find(*id).ok_or(0),
        (several, _) => Err(several),
    }
}
