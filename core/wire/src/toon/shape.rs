//! Whether maps are alike enough for a table (sections 9.3 and 9.5).

use crate::order::Order as _;
use crate::value::{Map, Value};
use crate::work;

/// A column of a table: a key, and below it cells or further columns.
pub(super) struct Column<'a> {
    pub(super) key: &'a str,
    /// Columns of a group; none for a plain cell.
    pub(super) group: Vec<Column<'a>>,
}

pub(super) fn is_primitive(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_))
}

/// The columns that all these maps fit into; `None` where they need another form.
///
/// The first map is walked only as far as it is like each of the others: what is asked at every level of a tree takes
/// time in the smaller branches, not in the tree's size times its depth.
pub(super) fn columns<'a>(mut maps: impl Iterator<Item = Option<&'a Map>>) -> Option<Vec<Column<'a>>> {
    let first = maps.next()??;
    maps.all(|map| map.is_some_and(|map| are_alike(first, map))).then(|| shape_of(first)).flatten()
}

fn shape_of(map: &Map) -> Option<Vec<Column<'_>>> {
    if map.is_empty() {
        return None;
    }
    work::count(map.len());
    map.iter()
        .map(|(key, value)| {
            let group = match value {
                Value::List(_) => return None,
                Value::Map(map) => shape_of(map)?,
                _ => Vec::new(),
            };
            Some(Column { key, group })
        })
        .collect()
}

/// Whether two maps have the same keys, with primitives or maps that are alike under each.
fn are_alike(first: &Map, other: &Map) -> bool {
    if first.len() != other.len() {
        return false;
    }
    let mut row = Row::new(other);
    first.iter().enumerate().all(|(at, (key, value))| {
        work::count(1);
        match (value, row.cell(at, key)) {
            (Value::List(_), _) | (_, Some(Value::List(_)) | None) => false,
            (Value::Map(first), Some(Value::Map(other))) => are_alike(first, other),
            (first, Some(other)) => is_primitive(first) && is_primitive(other),
        }
    })
}

/// Maps of more entries, in an order of their own, are sorted once to find keys.
const FEW_KEYS: usize = 16;

/// The cells of a row.
pub(super) struct Row<'a> {
    entries: &'a [(String, Value)],
    /// The entries by key, once looking at all of them for each would take too long.
    sorted: Vec<(&'a str, &'a Value)>,
}

impl<'a> Row<'a> {
    pub(super) fn new(map: &'a Map) -> Self {
        Row { entries: map.iter().as_slice(), sorted: Vec::new() }
    }

    /// The value under a key, which is mostly where the first row has it.
    #[inline]
    pub(super) fn cell(&mut self, at: usize, key: &str) -> Option<&'a Value> {
        match self.entries.get(at) {
            Some((known, value)) if known == key => Some(value),
            _ => self.find(key),
        }
    }

    fn find(&mut self, key: &str) -> Option<&'a Value> {
        if self.entries.len() <= FEW_KEYS {
            work::count(self.entries.len());
            return self.entries.iter().find(|(known, _)| known == key).map(|(_, value)| value);
        }
        if self.sorted.is_empty() {
            work::count(self.entries.len());
            self.sorted = self.entries.iter().map(|(key, value)| (key.as_str(), value)).collect();
            self.sorted.order_unstable_by(|(a, _), (b, _)| a.cmp(b));
        }
        let at = self.sorted.binary_search_by_key(&key, |(key, _)| key).ok()?;
        self.sorted.get(at).map(|(_, value)| *value)
    }
}
