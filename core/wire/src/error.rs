//! One error for the crate, with stable codes.

/// What was refused, where, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Bytes are not the JSON that the spec allows (TW-JSON-002 to 004).
    #[error("{reason} at byte {offset}")]
    Json {
        /// Stable code.
        code: &'static str,
        /// Byte offset of the first bad byte.
        offset: usize,
        /// What is wrong, for people.
        reason: String,
    },
    /// Bytes are not what their format allows.
    #[error("{reason} at byte {offset}")]
    Bytes {
        /// Stable code.
        code: &'static str,
        /// Byte offset of the first bad byte, or of the field that holds it.
        offset: usize,
        /// What is wrong, for people.
        reason: String,
    },
    /// A line of a text is not what its format allows.
    #[error("line {line}: {reason}")]
    Line {
        /// Stable code.
        code: &'static str,
        /// The line, from 1.
        line: usize,
        /// What is wrong, for people.
        reason: String,
    },
    /// A value does not have the shape that its place demands.
    #[error("{path}: {reason}")]
    Shape {
        /// Stable code.
        code: &'static str,
        /// Where, as a JSON pointer.
        path: String,
        /// What is wrong, for people.
        reason: String,
    },
    /// An option names what there is not.
    #[error("{reason}")]
    Unknown {
        /// Stable code.
        code: &'static str,
        /// What was named, and what there is, for people.
        reason: String,
    },
}

impl WireError {
    /// Every code, with what it says; sorted.
    pub const CODES: &[(&str, &str)] = &[
        ("body_absent", "a body was asked for that was erased or withheld"),
        ("body_shape", "a member of a body has another type than its event's type demands"),
        ("content_shape", "an entry of `content` is none"),
        ("csv_duplicate_column", "two columns have one name"),
        ("csv_end", "the text ends inside a quoted cell"),
        ("csv_line_end", "a carriage return stands alone outside of quotes"),
        ("csv_quote", "a quote stands where none may"),
        ("csv_shape", "a value is no table: not a list of maps, or one that is nearly empty"),
        ("csv_too_large", "the names of the columns, repeated in each map, take far more room than the text"),
        ("csv_utf8", "the bytes are not UTF-8"),
        ("csv_width", "a row has another number of cells than there are columns"),
        ("delimiter_unknown", "a name is of no delimiter"),
        ("envelope_member_missing", "an envelope lacks a required member"),
        ("envelope_shape", "an envelope is not a map"),
        ("event_member_missing", "an event lacks a required member"),
        ("event_shape", "an event or its body is not a map"),
        ("format_unknown", "a name is of no encoding"),
        ("hash", "a text is not `sha256:` and 64 lower-case hex digits"),
        ("item_too_large", "an item, or a document that has no items, is longer than is read"),
        ("json_control", "a control character stands unescaped in a string"),
        ("json_duplicate_key", "a key stands twice in one map"),
        ("json_end", "the text ends inside a value"),
        ("json_escape", "an escape that JSON does not have"),
        ("json_integer_length", "an integer literal has more digits than are read"),
        ("json_number", "a number is not written as JSON writes it"),
        ("json_surrogate", "an escaped surrogate lacks its other half"),
        ("json_syntax", "something else stands where JSON has a value, a key or a separator"),
        ("json_too_deep", "maps and lists are nested deeper than is read"),
        ("json_too_large", "the text is longer than is read"),
        ("json_trailing", "bytes follow the value"),
        ("json_utf8", "the bytes are not UTF-8"),
        ("key", "a text is no key of Ed25519 in a form that is read"),
        ("member_type", "a member has the wrong type"),
        ("number_range", "a number is beyond the range of doubles"),
        ("proto_duplicate_field", "a field stands twice, or a repeated one in two places"),
        ("proto_duplicate_key", "a key stands twice in one map, or a member beside the field that it has"),
        ("proto_end", "the bytes end inside a field"),
        ("proto_key", "a field's key is none"),
        ("proto_length", "an id or a hash has another length"),
        ("proto_missing", "a field that must be there is not"),
        ("proto_too_deep", "maps and lists are nested deeper than is read"),
        ("proto_too_large", "an item is longer than is read"),
        ("proto_unknown_field", "a field of a later version stands where none can be kept"),
        ("proto_utf8", "a text is not UTF-8"),
        ("proto_varint", "a number is longer than 64 bits"),
        ("proto_wire_type", "a field has another type on the wire"),
        ("redact_pattern", "a pattern of a rule cannot be matched without backtracking, or is none"),
        ("redact_rule", "a text is no rule of redaction, or hashes without a key"),
        ("span_id", "a text is not a span id"),
        ("spec_version", "another major version of the specification"),
        ("statement_shape", "a statement of a known kind lacks a member, or has one of another form"),
        ("time", "a text is not a time in the form of the wire"),
        ("toon_blank_line", "a blank line stands inside a list"),
        ("toon_count", "a list has another number of items than its header says"),
        ("toon_duplicate_key", "a key stands twice in one map"),
        ("toon_escape", "an escape that TOON does not have"),
        ("toon_header", "a list's header is malformed, or stands where none may"),
        ("toon_indentation", "a line is indented as no writer indents it"),
        ("toon_syntax", "a line is neither a field, an item nor a row"),
        ("toon_too_deep", "maps and lists are nested deeper than is read"),
        ("toon_too_large", "the names of tables, repeated in each row, take far more room than the text"),
        ("toon_trailing", "lines follow the value"),
        ("toon_utf8", "the bytes are not UTF-8"),
        ("toon_width", "a row has another number of cells than its header names"),
        ("trace_id", "a text is not a trace id"),
    ];

    /// The stable code, the same in every SDK.
    pub fn code(&self) -> &'static str {
        match self {
            WireError::Json { code, .. }
            | WireError::Bytes { code, .. }
            | WireError::Line { code, .. }
            | WireError::Shape { code, .. }
            | WireError::Unknown { code, .. } => code,
        }
    }

    /// Byte offset of the first bad byte, for [`WireError::Json`] and [`WireError::Bytes`].
    pub fn offset(&self) -> Option<usize> {
        match self {
            WireError::Json { offset, .. } | WireError::Bytes { offset, .. } => Some(*offset),
            WireError::Line { .. } | WireError::Shape { .. } | WireError::Unknown { .. } => None,
        }
    }

    /// The line at fault, from 1, for [`WireError::Line`].
    pub fn line(&self) -> Option<usize> {
        match self {
            WireError::Line { line, .. } => Some(*line),
            WireError::Json { .. } | WireError::Bytes { .. } | WireError::Shape { .. } | WireError::Unknown { .. } => {
                None
            }
        }
    }

    /// The line at fault in the text that was read, from 1: counted where the error has a byte offset in a text.
    pub fn line_in(&self, text: &[u8]) -> Option<usize> {
        match self {
            WireError::Json { offset, .. } => {
                let before = text.get(..*offset).unwrap_or(text);
                Some(before.iter().filter(|byte| **byte == b'\n').count() + 1)
            }
            other => other.line(),
        }
    }

    /// What is wrong in one sentence, without code and place; and the place as a JSON pointer, for [`WireError::Shape`].
    pub fn into_reason(self) -> (String, Option<String>) {
        match self {
            WireError::Json { reason, .. }
            | WireError::Bytes { reason, .. }
            | WireError::Line { reason, .. }
            | WireError::Unknown { reason, .. } => (reason, None),
            WireError::Shape { reason, path, .. } => (reason, Some(path)),
        }
    }

    pub(crate) fn shape(code: &'static str, path: impl Into<String>, reason: impl Into<String>) -> Self {
        WireError::Shape { code, path: path.into(), reason: reason.into() }
    }

    pub(crate) fn unknown(code: &'static str, name: &str, known: &[&str]) -> Self {
        WireError::Unknown { code, reason: format!("{name:?} is not one of {}", known.join(", ")) }
    }

    /// The same error, one level further up.
    pub(crate) fn within(self, parent: &str) -> Self {
        match self {
            WireError::Shape { code, path, reason } => {
                WireError::Shape { code, path: format!("{parent}{path}"), reason }
            }
            other => other,
        }
    }
}
