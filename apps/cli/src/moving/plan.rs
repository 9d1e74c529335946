//! What a table needs to know before its first row.

use std::collections::BTreeMap;

use tracewire_wire::WireError;
use tracewire_wire::recording::Item;
use tracewire_wire::stream::Shape;
use tracewire_wire::value::{Map, Value};

/// As many bytes the names of the columns of a table may have together.
const MOST_NAMES: usize = 4 << 20;
/// So many cells are written however few of them hold something; a larger table must hold something in one of
/// [`SPARSEST`] cells: rows without a member in common would be a table of the square of their size.
const SMALL_TABLE: u64 = 1 << 22;
/// See [`SMALL_TABLE`].
const SPARSEST: u64 = 256;

/// The columns of CSV: the members of all rows, in the order in which they appear first.
#[derive(Debug, Default)]
pub struct Columns {
    /// Names, in order.
    pub names: Vec<String>,
    known: BTreeMap<String, ()>,
    bytes: usize,
    rows: u64,
    held: u64,
}

impl Columns {
    /// One more row.
    ///
    /// # Errors
    /// `csv_shape` for what is no row.
    pub fn add(&mut self, value: &Value) -> Result<(), WireError> {
        let Value::Map(row) = value else {
            let reason = format!("a row of CSV is a map, this is {}: choose json, jsonl or toon", value.kind_name());
            return Err(shape(format!("/{}", self.rows), reason));
        };
        self.rows += 1;
        self.held += row.len() as u64;
        // Most rows have the columns of the row before.
        if row.len() == self.names.len() && row.iter().zip(&self.names).all(|((key, _), name)| key == name) {
            return Ok(());
        }
        for (key, _) in row {
            if !self.known.contains_key(key) {
                self.known.insert(key.clone(), ());
                self.names.push(key.clone());
                self.bytes += key.len();
            }
        }
        if self.bytes > MOST_NAMES {
            let reason = format!("the rows have {} different members: choose json or jsonl", self.names.len());
            return Err(shape(String::new(), reason));
        }
        Ok(())
    }

    /// All rows were added.
    ///
    /// # Errors
    /// `csv_shape` for rows that have so little in common that the table would be nearly empty.
    pub fn check(&self) -> Result<(), WireError> {
        if self.names.is_empty() && self.rows > 0 {
            let reason = "no row has a member, so there is no column: choose json, jsonl or toon";
            return Err(shape(String::new(), reason.to_owned()));
        }
        let cells = self.rows.saturating_mul(self.names.len() as u64);
        if cells > SMALL_TABLE && cells / SPARSEST > self.held {
            let (rows, columns, held) = (self.rows, self.names.len(), self.held);
            let reason = format!("{rows} rows of {columns} columns hold only {held} values: choose json or jsonl");
            return Err(shape(String::new(), reason));
        }
        Ok(())
    }
}

fn shape(path: String, reason: String) -> WireError {
    WireError::Shape { code: "csv_shape", path, reason }
}

/// What is asked of all items before the first is written.
#[derive(Debug)]
pub enum Plan {
    /// How TOON writes the list.
    Toon(Shape),
    /// The columns of CSV.
    Csv(Columns),
}

impl Plan {
    /// One more item.
    ///
    /// # Errors
    /// Where no row can be made of it.
    pub fn add(&mut self, value: &Value) -> Result<(), WireError> {
        match self {
            Plan::Toon(shape) => {
                shape.add(value);
                Ok(())
            }
            Plan::Csv(columns) => columns.add(value),
        }
    }
}

/// The item as a value with its members in the order of canonical JSON: equal items have equal text, however they came.
pub fn value_of(item: Item) -> Value {
    let mut value = item.into_value();
    value.sort_members();
    value
}

/// About how much memory a value takes, in bytes.
pub fn weight(value: &Value) -> usize {
    let inside = match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Map(map) => weight_of_map(map),
        _ => 0,
    };
    size_of::<Value>() + inside
}

fn weight_of_map(map: &Map) -> usize {
    map.iter().map(|(key, value)| size_of::<String>() + key.len() + weight(value)).sum()
}
