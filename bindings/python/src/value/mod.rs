//! Python values and the wire's values, whole: what `tracewire.encode` is given, and what `tracewire.decode` gives.
//!
//! ```text
//! Python value ─▶ walk/ ─▶ Builder ─▶ Value ─▶ core's encoders
//! Python value ◀─ to_python, tags ◀── Value ◀─ core's decoders
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `builder` | the walk's other output: a whole value, or the first thing in it that has no form |
//! | `to_python` | a value as dicts, lists and scalars |
//! | `tags` | which tags are a Python value, and which stay tags |
//!
//! A tag becomes a Python value only where that value, written again, is the same tag. All others stay what they are, as
//! instances of `tracewire.formats.Tag`, so that nothing is lost on the way there and back.

mod builder;
mod tags;
mod to_python;

pub(crate) use to_python::to_python;

use crate::walk::{Host, walk};
use builder::Builder;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyType;
use tracewire_wire::value::Value;

/// How tags and Python's own types meet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tags {
    /// Tags become Python values where those say the same; keys that begin with `$` are the user's.
    Python,
    /// The wire's form stays: tags are dicts with a key that begins with `$`.
    Keep,
}

/// The class whose instances are dicts in wire form.
fn tag_class(py: Python<'_>) -> PyResult<Bound<'_, PyType>> {
    Ok(py.import(intern!(py, "tracewire._tags"))?.getattr(intern!(py, "Tag"))?.cast_into()?)
}

/// The whole value of a Python value, and of how many parts it is made.
///
/// # Errors
/// `FormatError` for the first thing in it that has no form, unless marks are to stand for such things; and what a signal
/// handler raised meanwhile.
pub(crate) fn from_python(value: &Bound<'_, PyAny>, tags: Tags, is_lenient: bool) -> PyResult<(Value, usize)> {
    let host = Host::new(value.py());
    let mut builder = Builder::new(tag_class(value.py())?, tags);
    walk(&mut builder, value, &host);
    let (built, parts, problem) = builder.finish();
    host.finish(())?;
    match problem {
        Some(problem) if !is_lenient => Err(problem.into_error(value.py())),
        _ => Ok((built, parts)),
    }
}
