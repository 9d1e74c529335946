//! One error for the crate, with stable codes.

/// Why a body could not be read at all. What is wrong with one record rejects that record alone: see [`crate::Rejected`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OtlpError {
    /// The body is larger than the limit.
    #[error("the body has {size} bytes, of at most {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The body holds far more records than are taken.
    #[error("the body has {records} records, of at most {limit}")]
    TooMany {
        /// How many it holds.
        records: usize,
        /// From how many on none is looked at.
        limit: usize,
    },
    /// The bytes are not protobuf of the request's message, or are nested too deep.
    #[error("the body is not the protobuf of OTLP: {reason}")]
    Protobuf {
        /// What is wrong, for people.
        reason: String,
    },
    /// The bytes are not JSON.
    #[error("the body is not JSON: {reason}")]
    Json {
        /// What is wrong, for people, with the offset of the byte.
        reason: String,
    },
    /// JSON that is not OTLP's.
    #[error("{path}: {expected} is expected")]
    Shape {
        /// Where, as a JSON pointer.
        path: String,
        /// What is expected there.
        expected: &'static str,
    },
}

impl OtlpError {
    /// Every code, with what it says; sorted.
    pub const CODES: &[(&str, &str)] = &[
        ("otlp_json", "the body is not JSON"),
        ("otlp_protobuf", "the body is not protobuf of the request's message"),
        ("otlp_shape", "a member of the JSON has another type than OTLP says"),
        ("otlp_too_large", "the body is larger than the limit"),
        ("otlp_too_many", "the body holds more records than are taken"),
    ];

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            OtlpError::TooLarge { .. } => "otlp_too_large",
            OtlpError::TooMany { .. } => "otlp_too_many",
            OtlpError::Protobuf { .. } => "otlp_protobuf",
            OtlpError::Json { .. } => "otlp_json",
            OtlpError::Shape { .. } => "otlp_shape",
        }
    }
}
