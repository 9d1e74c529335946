//! What is taken of one request, and of one record in it.

/// Bounds; what lies beyond is rejected or cut and marked, never silently short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a body.
    pub body_bytes: usize,
    /// Most spans or log records of a request; further ones are rejected.
    pub records: usize,
    /// Deepest nesting of a value; what lies deeper is cut (TW-VAL-014).
    pub depth: usize,
    /// Most values in a record, events and links included; further ones are cut.
    pub values: usize,
    /// Longest text or bytes of a value; longer ones are cut.
    pub text_bytes: usize,
}

impl Default for Limits {
    /// The specification's own (TW-LIM-001), and bodies of up to 64 MiB.
    fn default() -> Self {
        Limits { body_bytes: 64 << 20, records: 100_000, depth: 64, values: 50_000, text_bytes: 1 << 20 }
    }
}
