//! What is taken of one request, and of one record in it.

/// Bounds; what lies beyond is rejected or cut and marked, never silently short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a body.
    pub body_bytes: usize,
    /// Most spans or log records of a request; further ones are rejected, and a body with four times as many is refused.
    pub records: usize,
    /// Deepest nesting of a value; what lies deeper is cut (TW-VAL-014).
    pub depth: usize,
    /// Most values in a record, where each event and link counts one, too. Further ones are cut; further attributes, events and
    /// links are left out and counted as dropped.
    pub values: usize,
    /// Longest text or bytes of a value; longer ones are cut.
    pub text_bytes: usize,
    /// Most bytes of all texts, bytes and names of a record; what goes beyond is cut.
    pub record_bytes: usize,
}

impl Default for Limits {
    /// The specification's own (TW-LIM-001), and bodies of up to 20 MiB, as OpenTelemetry's collector takes them.
    fn default() -> Self {
        Limits {
            body_bytes: 20 << 20,
            records: 100_000,
            depth: 64,
            values: 50_000,
            text_bytes: 1 << 20,
            record_bytes: 4 << 20,
        }
    }
}
