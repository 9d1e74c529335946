//! Attributes and values: OTLP's and the wire's, both ways.
//!
//! The wire has one form for every number (TW-VAL-001), so a double that is integral is an integer there. Which values were
//! doubles stands beside them, in `tracewire.otlp.types`, by JSON pointer.

mod json_text;
mod path;
mod read;
mod write;

pub(crate) use json_text::{json_text, parse_encoded, parse_json};
pub(crate) use path::Path;
pub(crate) use read::{Budget, read_attributes, read_value};
pub(crate) use write::{any_text, key_values, plain_value, write_value};

/// A double whose value the wire has as an integer.
pub(crate) const DOUBLE: &str = "double";
/// The double −0, which the wire has as 0.
pub(crate) const NEGATIVE_ZERO: &str = "negative_zero";
/// An index into a table of texts, which only profiles have.
pub(crate) const TEXT_INDEX: &str = "text_index";
/// A text that held JSON, which the wire has as the value.
pub(crate) const JSON: &str = "json";
