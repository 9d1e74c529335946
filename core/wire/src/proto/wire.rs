//! Keys, and the field numbers of the messages whose fields the code names one by one.

/// A varint follows.
pub(super) const VARINT: u32 = 0;
/// Eight bytes follow.
pub(super) const FIXED64: u32 = 1;
/// A length follows, and so many bytes.
pub(super) const BYTES: u32 = 2;
/// Four bytes follow.
pub(super) const FIXED32: u32 = 5;

/// The key that stands before a field.
pub(super) const fn key(number: u32, wire_type: u32) -> u32 {
    number << 3 | wire_type
}

/// The largest field number that protobuf allows.
pub(super) const MAX_NUMBER: u32 = (1 << 29) - 1;

/// `other` of every message that has it.
pub(super) const OTHER: u32 = 100;

/// The member under which fields of a later version are kept.
pub(super) const FIELDS: &str = "$fields";

/// Pairs of a map.
pub(super) mod pair {
    pub const KEY: u32 = 1;
    pub const VALUE: u32 = 2;
}

/// `Value`.
pub(super) mod value {
    pub const BOOLEAN: u32 = 1;
    pub const INTEGER: u32 = 2;
    pub const NUMBER: u32 = 3;
    pub const TEXT: u32 = 4;
    pub const LIST: u32 = 5;
    pub const MAP: u32 = 6;
    pub const BINARY: u32 = 7;
    pub const CONTENT_REF: u32 = 8;
    pub const ERASED: u32 = 9;
    pub const WITHHELD: u32 = 10;

    /// Whether this version knows the field.
    pub fn is_known(number: u32) -> bool {
        (BOOLEAN..=WITHHELD).contains(&number)
    }
}

/// The one field of `List` and of `Map`.
pub(super) const ITEMS: u32 = 1;

/// `google.protobuf.Timestamp`.
pub(super) mod timestamp {
    pub const SECONDS: u32 = 1;
    pub const NANOS: u32 = 2;
}

/// `Event`; its bodies by type stand in `messages`.
pub(super) mod event {
    pub const SEQ: u32 = 1;
    pub const TYPE: u32 = 2;
    pub const TIME: u32 = 3;
    pub const TRACE_ID: u32 = 4;
    pub const SPAN_ID: u32 = 5;
    pub const PARENT_ID: u32 = 6;
    pub const KIND: u32 = 7;
    pub const STATUS: u32 = 8;
    pub const DURATION_NANOS: u32 = 9;
    pub const NONCE: u32 = 10;
    pub const FIRST_BODY: u32 = 11;
    pub const UNKNOWN: u32 = 20;
    pub const ERASED: u32 = 21;
    pub const WITHHELD: u32 = 22;

    /// Whether this version knows the field.
    pub fn is_known(number: u32) -> bool {
        (SEQ..=WITHHELD).contains(&number) || number == super::OTHER
    }
}

/// `Envelope`.
pub(super) mod envelope {
    pub const SPEC: u32 = 1;
    pub const SEAL: u32 = 2;
    pub const PRODUCER: u32 = 3;
    pub const FIRST_SEQ: u32 = 4;
    pub const PREV: u32 = 5;
    pub const PARENT: u32 = 6;
    pub const PREDECESSOR: u32 = 7;
    pub const CLOSE: u32 = 8;
    pub const DIGEST: u32 = 9;
    pub const RESOURCE: u32 = 10;
    pub const EVENTS: u32 = 11;
    pub const CONTENT: u32 = 12;

    /// Whether this version knows the field.
    pub fn is_known(number: u32) -> bool {
        (SPEC..=CONTENT).contains(&number) || number == super::OTHER
    }
}

/// `Entry`.
pub(super) mod entry {
    pub const EVENT: u32 = 1;
    pub const WITHHELD: u32 = 2;
}

/// `Content`.
pub(super) mod content {
    pub const HASH: u32 = 1;
    pub const VALUE: u32 = 2;
    pub const ABSENCE: u32 = 3;
    pub const NONCE: u32 = 4;

    /// `ABSENCE_ERASED`.
    pub const ABSENCE_ERASED: u64 = 1;
    /// `ABSENCE_WITHHELD`.
    pub const ABSENCE_WITHHELD: u64 = 2;

    /// Whether this version knows the field.
    pub fn is_known(number: u32) -> bool {
        (HASH..=NONCE).contains(&number) || number == super::OTHER
    }
}

/// `Recording`.
pub(super) mod recording {
    pub const FORM: u32 = 1;
    pub const ITEMS: u32 = 2;
}

/// `Item`.
pub(super) mod item {
    pub const ENVELOPE: u32 = 1;
    pub const EVENT: u32 = 2;
    pub const VALUE: u32 = 3;
}
