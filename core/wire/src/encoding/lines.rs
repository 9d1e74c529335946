//! JSON Lines of a whole text (TW-ENC-006).

use crate::error::WireError;
use crate::json::{self, ReadOptions};
use crate::recording::{Item, Recording};
use crate::value::Value;

/// A list of what the lines hold; lines of nothing but white space are passed over.
pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<Value, WireError> {
    let (mut items, mut before) = (Vec::new(), 0);
    for line in bytes.split(|byte| *byte == b'\n') {
        if !line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            items.push(json::read(line, options).map_err(|error| behind(error, before))?);
        }
        before += line.len() + 1;
    }
    Ok(Value::List(items))
}

/// The error of a line, placed in the whole text.
fn behind(error: WireError, before: usize) -> WireError {
    match error {
        WireError::Json { code, offset, reason } => WireError::Json { code, offset: before + offset, reason },
        other => other,
    }
}

/// A line each, ended by LF.
pub(super) fn write(items: impl Iterator<Item = Value>) -> Vec<u8> {
    let mut out = Vec::new();
    items.for_each(|item| push(&item, &mut out));
    out
}

/// Items of a list, or of an export, a line each; any other value is one line.
pub(super) fn of_document(document: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    match document {
        Value::List(items) => items.iter().for_each(|item| push(item, &mut out)),
        other => return write(Recording::from_value(other.clone()).items.into_iter().map(Item::into_value)),
    }
    out
}

fn push(item: &Value, out: &mut Vec<u8>) {
    json::write_to(item, out);
    out.push(b'\n');
}
