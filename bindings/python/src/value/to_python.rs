//! A value as Python's own: dicts, lists, scalars, and what tags stand for.

use super::Tags;
use super::tags::Tagged;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PyString, PyType};
use std::collections::HashMap;
use tracewire_wire::value::{Map, Value, unescape_key};

/// Keys that are kept to be used again, and the longest of them: the rows of a table share theirs.
const MOST_KEYS: usize = 1024;
const LONGEST_KEY: usize = 64;

/// Makes Python values of values.
///
/// # Errors
/// What Python raises where its memory ends.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value, tags: Tags) -> PyResult<Bound<'py, PyAny>> {
    let tag = super::tag_class(py)?;
    Maker { py, tags, tag, keys: HashMap::new() }.value(value)
}

struct Maker<'py, 'v> {
    py: Python<'py>,
    tags: Tags,
    tag: Bound<'py, PyType>,
    keys: HashMap<&'v str, Bound<'py, PyString>>,
}

impl<'py, 'v> Maker<'py, 'v> {
    fn value(&mut self, value: &'v Value) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        Ok(match value {
            Value::Null => py.None().into_bound(py),
            Value::Bool(truth) => PyBool::new(py, *truth).to_owned().into_any(),
            Value::Int(number) => number.into_pyobject(py)?.into_any(),
            Value::Double(number) => number.into_pyobject(py)?.into_any(),
            Value::Text(text) => PyString::new(py, text).into_any(),
            Value::List(items) => {
                let made = items.iter().map(|item| self.value(item)).collect::<PyResult<Vec<_>>>()?;
                PyList::new(py, made)?.into_any()
            }
            Value::Map(map) if self.tags == Tags::Python && value.tag().is_some() => self.tagged(value, map)?,
            Value::Map(map) => self.dict(map, self.tags == Tags::Python)?.into_any(),
        })
    }

    fn dict(&mut self, map: &'v Map, is_user: bool) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(self.py);
        for (key, value) in map {
            let key = if is_user { unescape_key(key) } else { key.as_str() };
            dict.set_item(self.key(key), self.value(value)?)?;
        }
        Ok(dict)
    }

    fn key(&mut self, key: &'v str) -> Bound<'py, PyString> {
        if let Some(known) = self.keys.get(key) {
            return known.clone();
        }
        let made = PyString::new(self.py, key);
        if key.len() <= LONGEST_KEY && self.keys.len() < MOST_KEYS {
            self.keys.insert(key, made.clone());
        }
        made
    }

    /// What the tag stands for; where that would not say all of it, the tag.
    fn tagged(&mut self, value: &'v Value, map: &'v Map) -> PyResult<Bound<'py, PyAny>> {
        if let Some(tagged) = Tagged::of(value)
            && let Some(made) = tagged.to_python(self.py)
        {
            return Ok(made);
        }
        let dict = self.dict(map, false)?;
        self.tag.call1((dict,))
    }
}
