//! Why something was refused: a stable code, a sentence, and the place where it is known.

use tracewire_recorder::RecorderError;
use tracewire_wire::value::{Map, Value};
use tracewire_wire::{WireError, json};

/// What the package throws as `TracewireError` or `FormatError`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Stable, for programs.
    pub code: String,
    /// For people.
    pub message: String,
    /// Bytes before what was refused.
    pub offset: Option<usize>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// A JSON pointer.
    pub path: Option<String>,
}

impl Refusal {
    /// A refusal without a place.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Refusal { code: code.to_owned(), message: message.into(), ..Refusal::default() }
    }

    /// An error of core in `text`, whose lines are counted for a byte offset.
    pub fn in_text(error: WireError, text: &[u8]) -> Self {
        let line = error.line_in(text);
        Refusal { line, ..Refusal::from(error) }
    }

    /// The message of the error that the package catches.
    pub fn to_json(&self) -> String {
        let number = |number: usize| Value::from_u64(number as u64);
        let members = [
            ("code", Some(Value::from(self.code.as_str()))),
            ("line", self.line.map(number)),
            ("message", Some(Value::from(self.message.as_str()))),
            ("offset", self.offset.map(number)),
            ("path", self.path.as_deref().map(Value::from)),
        ];
        text(&Value::Map(
            members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map>(),
        ))
    }
}

/// Canonical JSON as text.
pub(crate) fn text(value: &Value) -> String {
    String::from_utf8(json::write(value)).unwrap_or_default()
}

impl From<WireError> for Refusal {
    fn from(error: WireError) -> Self {
        let (code, offset, line) = (error.code().to_owned(), error.offset(), error.line());
        let (message, path) = error.into_reason();
        Refusal { code, message, offset, line, path }
    }
}

impl From<RecorderError> for Refusal {
    fn from(error: RecorderError) -> Self {
        let offset = error.offset().and_then(|offset| usize::try_from(offset).ok());
        Refusal { offset, ..Refusal::new(error.code(), error.to_string()) }
    }
}
