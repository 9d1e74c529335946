//! One record: the fixed part of an event with native ids and time, and its body, written straight into a buffer that
//! the thread uses again.

use crate::capture::Capture;
use crate::cbor::{Scratch, Walker};
use crate::clock::Moment;
use crate::limits::Limits;
use std::cell::Cell;
use tracewire_wire::event::Status;
use tracewire_wire::id::{SpanId, TraceId};

/// Buffers larger than this go back to the allocator, so that one huge record does not stay resident.
const KEPT_BYTES: usize = 256 << 10;

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Lends the thread's buffer. A record begun inside another one (a value whose conversion traces) gets its own.
pub(crate) fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    let mut scratch = SCRATCH.try_with(Cell::take).ok().flatten().unwrap_or_default();
    let result = work(&mut scratch);
    if scratch.bytes.capacity() <= KEPT_BYTES {
        // While a thread ends its buffer may be gone already; then this one is simply freed.
        let _ = SCRATCH.try_with(|cell| cell.set(Some(scratch)));
    }
    result
}

/// The fixed part of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fixed<'a> {
    pub event_type: &'a str,
    pub moment: Moment,
    pub trace_id: Option<TraceId>,
    pub span_id: Option<SpanId>,
    pub parent_id: Option<SpanId>,
    pub kind: Option<&'a str>,
    pub status: Option<&'a Status>,
    pub duration_nanos: Option<u64>,
}

impl<'a> Fixed<'a> {
    pub(crate) fn new(event_type: &'a str, moment: Moment) -> Self {
        Fixed {
            event_type,
            moment,
            trace_id: None,
            span_id: None,
            parent_id: None,
            kind: None,
            status: None,
            duration_nanos: None,
        }
    }
}

/// Writes one record's CBOR into `scratch` and hands it to `append`.
pub(crate) fn write<T>(
    limits: &Limits,
    capture: Capture,
    fixed: &Fixed<'_>,
    body: impl FnOnce(&mut BodyWriter<'_, '_>),
    append: impl FnOnce(&[u8]) -> T,
) -> T {
    with_scratch(|scratch| {
        let mut walker = Walker::new(scratch, limits);
        walker.begin_part();
        walker.part_text("type", fixed.event_type);
        walker.part_int("time", fixed.moment.wall.0);
        if let Some(id) = &fixed.trace_id {
            walker.part_bytes("trace_id", id.as_bytes());
        }
        if let Some(id) = &fixed.span_id {
            walker.part_bytes("span_id", id.as_bytes());
        }
        if let Some(id) = &fixed.parent_id {
            walker.part_bytes("parent_id", id.as_bytes());
        }
        if let Some(kind) = fixed.kind {
            walker.part_text("kind", kind);
        }
        if let Some(status) = fixed.status {
            walker.part_text("status", status.as_str());
        }
        if let Some(nanos) = fixed.duration_nanos {
            walker.part_wide_int("duration_nanos", i128::from(nanos));
        }
        walker.raw_text("body");
        walker.begin_part();
        body(&mut BodyWriter { walker: &mut walker, capture });
        walker.end_part();
        walker.end_part();
        append(walker.written())
    })
}

/// Writes members into a buffer and hands them to `work`, names and items in turn: nothing is recorded.
#[cfg(feature = "guards")]
pub(crate) fn members<T>(
    limits: &Limits,
    capture: Capture,
    body: impl FnOnce(&mut BodyWriter<'_, '_>),
    work: impl FnOnce(&[u8]) -> T,
) -> T {
    with_scratch(|scratch| {
        let mut walker = Walker::new(scratch, limits);
        body(&mut BodyWriter { walker: &mut walker, capture });
        work(walker.written())
    })
}

/// Writes the members of an event's body, one call each; names are those of the spec's event fields. What a user has switched off
/// ([`Options::capture`](crate::Options::capture)) is passed over.
pub struct BodyWriter<'a, 'b> {
    walker: &'a mut Walker<'b>,
    capture: Capture,
}

impl<'b> BodyWriter<'_, 'b> {
    /// What was written so far of the whole record.
    #[cfg(feature = "guards")]
    pub(crate) fn written(&self) -> &[u8] {
        self.walker.written()
    }

    /// Whether a member of this name is recorded: what is not need not be made.
    pub fn keeps(&self, key: &str) -> bool {
        self.capture.keeps(key)
    }

    /// What is written next is the recorder's own to say, and no member of it is left out.
    #[cfg(feature = "guards")]
    pub(crate) fn speaks_for_itself(&mut self) {
        self.capture = Capture::default();
    }

    /// Writes a member's name; false, and nothing, where it is left out.
    fn member(&mut self, key: &str) -> bool {
        let is_kept = self.capture.keeps(key);
        if is_kept {
            self.walker.raw_text(key);
        }
        is_kept
    }

    /// A text member.
    pub fn text(&mut self, key: &str, value: &str) {
        if self.member(key) {
            self.walker.text(value);
        }
    }

    /// A text member, left out when there is none.
    pub fn optional_text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    /// A text that the recorder writes for its host: it is none of the values that are counted (TW-LIM-004).
    pub(crate) fn own_text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.walker.part_host_text(key, value);
        }
    }

    /// An integer that the recorder finds; not counted either.
    pub(crate) fn own_int(&mut self, key: &str, value: i128) {
        self.walker.part_wide_int(key, value);
    }

    /// A signed integer member.
    pub fn int(&mut self, key: &str, value: i64) {
        if self.member(key) {
            self.walker.int(value);
        }
    }

    /// An unsigned integer member.
    pub fn uint(&mut self, key: &str, value: u64) {
        if self.member(key) {
            self.walker.uint(value);
        }
    }

    /// A double member.
    pub fn double(&mut self, key: &str, value: f64) {
        if self.member(key) {
            self.walker.double(value);
        }
    }

    /// A boolean member.
    pub fn bool(&mut self, key: &str, value: bool) {
        if self.member(key) {
            self.walker.bool(value);
        }
    }

    /// A list of texts.
    pub fn texts<'t>(&mut self, key: &str, values: impl IntoIterator<Item = &'t str>) {
        if self.member(key) && self.walker.begin_list(0) {
            values.into_iter().for_each(|value| self.walker.text(value));
            self.walker.end_list(0);
        }
    }

    /// A member of any value: `write` makes exactly one call in value position. It is not called where the member is left out.
    pub fn value(&mut self, key: &str, write: impl FnOnce(&mut Walker<'b>)) {
        if self.member(key) {
            write(self.walker);
        }
    }

    /// A map member whose entries `write` gives as key and value in turn.
    pub fn map(&mut self, key: &str, write: impl FnOnce(&mut Walker<'b>)) {
        if self.member(key) && self.walker.begin_map(0) {
            write(self.walker);
            self.walker.end_map(0);
        }
    }

    /// The bare writer: the caller gives [`Walker::key`] and a value in turn.
    pub fn walker(&mut self) -> &mut Walker<'b> {
        self.walker
    }

    /// Members that the host wrote as CBOR of the journal's profile already: names and items in turn.
    pub fn raw_members(&mut self, members: &[u8]) {
        self.walker.raw_item(members);
    }

    /// A member that the host wrote as CBOR of the journal's profile already.
    pub fn raw(&mut self, key: &str, item: &[u8]) {
        if self.member(key) {
            self.walker.raw_item(item);
        }
    }
}
