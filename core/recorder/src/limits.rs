//! Bounds that decide bytes: they stand in every journal's header, so that whoever seals the file applies the same.

/// Bounds of one record and of one envelope (requirements TW-LIM of the spec).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Deepest nesting of lists and maps inside one value.
    pub depth: u32,
    /// Most values (scalars, lists, maps, keys) inside one record.
    pub nodes: u32,
    /// Longest text or byte string, in bytes of UTF-8; what is longer is cut.
    pub text_bytes: u64,
    /// Largest record, in bytes of CBOR; values beyond it are cut.
    pub record_bytes: u64,
    /// Content up to this many bytes of canonical JSON stays inline in its event.
    pub inline_bytes: u64,
    /// An envelope ends after this many events.
    pub envelope_events: u64,
    /// An envelope ends once its events and contents reach this many bytes of canonical JSON.
    pub envelope_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            depth: 64,
            nodes: 50_000,
            text_bytes: 1 << 20,
            record_bytes: 4 << 20,
            inline_bytes: 256,
            envelope_events: 256,
            envelope_bytes: 256 << 10,
        }
    }
}

impl Limits {
    /// Of what is written as it is: it was bounded before, or is configuration.
    pub(crate) fn unbounded() -> Self {
        Limits { depth: 256, nodes: u32::MAX, text_bytes: u64::MAX, record_bytes: u64::MAX, ..Limits::default() }
    }

    /// Sets the limit of this name, which is that of its member in a journal's header; false where there is none of it. What a
    /// limit's type cannot hold is the most that it can.
    ///
    /// ```
    /// let mut limits = tracewire_recorder::Limits::default();
    /// assert!(limits.set("depth", 3) && !limits.set("height", 3));
    /// assert_eq!(limits.depth, 3);
    /// ```
    pub fn set(&mut self, name: &str, value: u64) -> bool {
        let narrow = u32::try_from(value).unwrap_or(u32::MAX);
        match name {
            "depth" => self.depth = narrow,
            "nodes" => self.nodes = narrow,
            "text_bytes" => self.text_bytes = value,
            "record_bytes" => self.record_bytes = value,
            "inline_bytes" => self.inline_bytes = value,
            "envelope_events" => self.envelope_events = value,
            "envelope_bytes" => self.envelope_bytes = value,
            _ => return false,
        }
        true
    }
}
