//! Whether the items of a list are alike enough for a table, asked one after the other.

use crate::value::{Map, Value};

/// How TOON writes a list of the items that were [added](Shape::add).
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// How many items there are.
    pub count: u64,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Nothing was added.
    Empty,
    /// All are primitive: one line.
    Inline,
    /// All are maps of these columns, which are those of this one.
    Table { columns: Vec<Column>, first: Box<Value> },
    /// Items with hyphens.
    Items,
}

/// A key, and the keys of the map below it; none for a primitive.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    key: String,
    group: Vec<Column>,
}

impl Default for Shape {
    fn default() -> Self {
        Shape { count: 0, kind: Kind::Empty }
    }
}

impl Shape {
    /// One more item.
    pub fn add(&mut self, value: &Value) {
        self.count += 1;
        let is_still = match &self.kind {
            Kind::Empty => {
                self.kind = kind_of(value);
                true
            }
            Kind::Inline => is_primitive(value),
            Kind::Table { columns, .. } => value.as_map().is_some_and(|map| fits(map, columns)),
            Kind::Items => true,
        };
        if !is_still {
            self.kind = Kind::Items;
        }
    }
}

fn kind_of(value: &Value) -> Kind {
    if is_primitive(value) {
        return Kind::Inline;
    }
    match value.as_map().and_then(columns) {
        Some(columns) => Kind::Table { columns, first: Box::new(value.clone()) },
        None => Kind::Items,
    }
}

fn is_primitive(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_))
}

fn columns(map: &Map) -> Option<Vec<Column>> {
    if map.is_empty() {
        return None;
    }
    let column = |(key, value): &(String, Value)| {
        let group = match value {
            Value::List(_) => return None,
            Value::Map(map) => columns(map)?,
            _ => Vec::new(),
        };
        Some(Column { key: key.clone(), group })
    };
    map.iter().map(column).collect()
}

fn fits(map: &Map, columns: &[Column]) -> bool {
    map.len() == columns.len()
        && columns.iter().enumerate().all(|(at, column)| {
            let value = match map.iter().as_slice().get(at) {
                Some((key, value)) if *key == column.key => Some(value),
                _ => map.get(&column.key),
            };
            match value {
                Some(Value::Map(inner)) => !column.group.is_empty() && fits(inner, &column.group),
                Some(Value::List(_)) | None => false,
                Some(_) => column.group.is_empty(),
            }
        })
}
