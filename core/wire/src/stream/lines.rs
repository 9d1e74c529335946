//! JSON Lines: each line is a document, blank ones are none.

use super::document::placed;
use super::too_large;
use super::window::{Window, trim};
use crate::error::WireError;
use crate::json::{self, ReadOptions};
use crate::recording::Item;
use std::collections::VecDeque;

/// Reads the next line; false where its end is not there.
pub(super) fn read(window: &mut Window, max: usize, ready: &mut VecDeque<Item>) -> Result<bool, WireError> {
    let found = window.line_end(0);
    if found.unwrap_or(window.rest().len()) > max {
        return Err(too_large(window.place().line, max));
    }
    let Some(length) = found else { return Ok(false) };
    let line = window.rest().get(..length).unwrap_or_default();
    if !trim(line).is_empty() {
        // The line feed is no part of it: what lacks its end lacks it on this line.
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let options = ReadOptions { max_bytes: max, ..ReadOptions::default() };
        ready.push_back(Item::Value(json::read(line, &options).map_err(|error| placed(error, window))?));
    }
    window.take(length);
    Ok(true)
}
