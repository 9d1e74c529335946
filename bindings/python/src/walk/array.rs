//! numpy's scalars and arrays, by their shape and not by their import: a type with `__array_interface__` and `tolist`.

use super::{Host, Output, describe, walk};
use pyo3::prelude::*;

/// Parts of an array up to this many elements become Python values at once; larger ones are taken apart first.
const CHUNK: usize = 4096;

pub(super) fn write<'py>(out: &mut impl Output, value: &Bound<'py, PyAny>, host: &Host<'py>) -> PyResult<()> {
    let dimensions: usize = value.getattr("ndim")?.extract()?;
    if dimensions == 0 {
        let item = value.call_method0("item")?;
        // A scalar without a Python counterpart (a long double) gives itself.
        if item.get_type().is(value.get_type()) {
            describe::unserializable(out, value, host);
        } else {
            walk(out, &item, host);
        }
        return Ok(());
    }
    let size: usize = value.getattr("size")?.extract()?;
    if size <= CHUNK {
        walk(out, &value.call_method0("tolist")?, host);
        return Ok(());
    }
    let length = value.len()?;
    if out.begin_list(value.as_ptr() as usize) {
        let mut index = 0;
        while index < length && out.has_budget() {
            if dimensions == 1 {
                let end = (index + CHUNK).min(length);
                let items = value.get_item(pyo3::types::PySlice::new(value.py(), index as isize, end as isize, 1));
                index += elements(out, items.and_then(|items| items.call_method0("tolist")), host);
                if index < end {
                    break;
                }
            } else {
                if let Some(row) = host.ok(value.get_item(index)) {
                    if host.ok(write(out, &row, host)).is_none() {
                        describe::unserializable(out, &row, host);
                    }
                } else {
                    out.null();
                }
                index += 1;
            }
        }
        out.end_list((length - index) as u64);
    }
    Ok(())
}

/// Writes the elements that fit and gives how many did.
fn elements<'py>(out: &mut impl Output, items: PyResult<Bound<'py, PyAny>>, host: &Host<'py>) -> usize {
    let Some(items) = host.ok(items).and_then(|items| items.cast_into::<pyo3::types::PyList>().ok()) else {
        return 0;
    };
    let mut written = 0;
    for item in items.iter() {
        if !out.has_budget() {
            break;
        }
        walk(out, &item, host);
        written += 1;
    }
    written
}
