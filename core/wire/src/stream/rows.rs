//! CSV, row by row.

use super::window::Window;
use super::{StreamOptions, too_large};
use crate::csv::RowReader;
use crate::error::WireError;
use crate::recording::Item;
use crate::value::Value;
use std::collections::VecDeque;

#[derive(Debug, Default)]
pub(super) struct Rows {
    reader: Option<RowReader>,
    /// So many bytes have to be at hand before it is worth while to look again.
    wanted: usize,
}

impl Rows {
    /// Reads the next row; false where its end is not there.
    pub(super) fn read(
        &mut self,
        window: &mut Window,
        options: &StreamOptions,
        ready: &mut VecDeque<Item>,
    ) -> Result<bool, WireError> {
        let length = window.rest().len();
        if length < self.wanted && !window.is_end {
            return Ok(false);
        }
        let reader = self.reader.get_or_insert_with(|| RowReader::new(options.csv));
        let (row, taken) = reader.next_row(window.rest(), window.is_end)?;
        if taken == 0 && length > options.max_item_bytes {
            return Err(too_large(window.place().line, options.max_item_bytes));
        }
        self.wanted = if taken == 0 { length.saturating_mul(2) } else { 0 };
        window.take(taken);
        ready.extend(row.map(|row| Item::Value(Value::Map(row))));
        Ok(taken > 0)
    }
}
