//! Whether maps are alike enough for a table (sections 9.3 and 9.5).

use crate::value::{Map, Value};

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
pub(super) fn columns<'a>(mut maps: impl Iterator<Item = Option<&'a Map>>) -> Option<Vec<Column<'a>>> {
    let shape = shape_of(maps.next()??)?;
    maps.all(|map| map.is_some_and(|map| fits(map, &shape))).then_some(shape)
}

fn shape_of(map: &Map) -> Option<Vec<Column<'_>>> {
    if map.is_empty() {
        return None;
    }
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

fn fits(map: &Map, shape: &[Column<'_>]) -> bool {
    map.len() == shape.len()
        && shape.iter().enumerate().all(|(at, column)| match cell(map, at, column.key) {
            Some(Value::Map(inner)) => !column.group.is_empty() && fits(inner, &column.group),
            Some(Value::List(_)) | None => false,
            Some(_) => column.group.is_empty(),
        })
}

/// A row's value under a key, which is mostly where the first row has it.
pub(super) fn cell<'a>(map: &'a Map, at: usize, key: &str) -> Option<&'a Value> {
    match map.iter().as_slice().get(at) {
        Some((known, value)) if known == key => Some(value),
        _ => map.get(key),
    }
}
