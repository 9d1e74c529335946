//! One value in every form, counted; and the smallest of them.

use tracewire_wire::toon::{self, Delimiter, EncodeOptions};
use tracewire_wire::value::Value;
use tracewire_wire::{csv, json};

use super::{Encoding, count};
use crate::uniform;

/// A way to write a value as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Canonical JSON without a blank.
    Json,
    /// JSON with an indentation of two blanks.
    JsonPretty,
    /// A line of JSON for each item of a list.
    JsonLines,
    /// TOON with this delimiter.
    Toon(Delimiter),
    /// CSV, where the value is a table.
    Csv,
    /// TOON after [`uniform::group_by_shape`]: another value.
    ToonGrouped,
    /// TOON after [`uniform::fill_nulls`]: another value.
    ToonFilled,
}

impl Form {
    /// All forms, in the order in which they are shown.
    pub const ALL: [Form; 9] = [
        Form::Json,
        Form::JsonPretty,
        Form::JsonLines,
        Form::Toon(Delimiter::Comma),
        Form::Toon(Delimiter::Tab),
        Form::Toon(Delimiter::Pipe),
        Form::Csv,
        Form::ToonGrouped,
        Form::ToonFilled,
    ];

    /// Its name, such as `toon-tab`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Form::Json => "json",
            Form::JsonPretty => "json-pretty",
            Form::JsonLines => "jsonl",
            Form::Toon(Delimiter::Comma) => "toon",
            Form::Toon(Delimiter::Tab) => "toon-tab",
            Form::Toon(Delimiter::Pipe) => "toon-pipe",
            Form::Csv => "csv",
            Form::ToonGrouped => "toon-grouped",
            Form::ToonFilled => "toon-filled",
        }
    }

    /// The form of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// Whether the very same value can be read from it.
    #[must_use]
    pub fn is_exact(self) -> bool {
        !matches!(self, Form::Csv | Form::ToonGrouped | Form::ToonFilled)
    }

    /// Whether [`pick`] may choose it: the exact forms of one document, but the one for people.
    #[must_use]
    pub fn may_be_picked(self) -> bool {
        PICKED.contains(&self)
    }

    /// The value in this form; `None` where it does not fit: lines and CSV are for lists, and a transformed value is not
    /// shown where the transformation changes nothing.
    #[must_use]
    pub fn write(self, value: &Value) -> Option<String> {
        match self {
            Form::Json => Some(compact(value)),
            Form::JsonPretty => String::from_utf8(json::indent(&json::write(value), 2)).ok(),
            Form::JsonLines => Some(value.as_list()?.iter().map(|item| compact(item) + "\n").collect()),
            Form::Toon(delimiter) => {
                Some(toon::encode(value, &EncodeOptions { delimiter, ..EncodeOptions::default() }))
            }
            Form::Csv => csv::encode(value, &csv::EncodeOptions::default()).ok(),
            Form::ToonGrouped => transformed(value, uniform::group_by_shape),
            Form::ToonFilled => transformed(value, uniform::fill_nulls),
        }
    }
}

fn compact(value: &Value) -> String {
    // The writer makes nothing but UTF-8.
    String::from_utf8(json::write(value)).unwrap_or_default()
}

fn transformed(value: &Value, transform: fn(Value) -> Value) -> Option<String> {
    let changed = transform(value.clone());
    (changed != *value).then(|| toon::encode(&changed, &EncodeOptions::default()))
}

/// How large a value is in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The form.
    pub form: Form,
    /// Bytes of UTF-8.
    pub bytes: usize,
    /// Tokens.
    pub tokens: usize,
}

/// The sizes of a value in all forms that fit it.
#[must_use]
pub fn sizes(value: &Value, encoding: Encoding) -> Vec<Size> {
    let size = |form: Form| {
        let text = form.write(value)?;
        Some(Size { form, bytes: text.len(), tokens: count(&text, encoding) })
    };
    Form::ALL.into_iter().filter_map(size).collect()
}

/// Forms that [`pick`] chooses from, the plainest first.
const PICKED: [Form; 4] =
    [Form::Json, Form::Toon(Delimiter::Comma), Form::Toon(Delimiter::Tab), Form::Toon(Delimiter::Pipe)];

/// The exact form that takes the fewest tokens, the value in it, and how many they are. Of equals the plainest: JSON, then
/// TOON with commas, tabs, pipes.
///
/// ```
/// use tracewire_insight::tokens::{Encoding, Form, pick};
/// use tracewire_wire::value::Value;
/// let (form, text, tokens) = pick(&Value::List(vec![Value::Int(1), Value::Int(2)]), Encoding::O200k);
/// assert_eq!((form, text.as_str(), tokens), (Form::Json, "[1,2]", 5));
/// ```
#[must_use]
pub fn pick(value: &Value, encoding: Encoding) -> (Form, String, usize) {
    let counted = |form: Form| {
        let text = form.write(value)?;
        let tokens = count(&text, encoding);
        Some((form, text, tokens))
    };
    let smallest = PICKED.into_iter().filter_map(counted).min_by_key(|(_, _, tokens)| *tokens);
    smallest.unwrap_or_else(|| (Form::Json, String::new(), 0))
}
