//! Bytes become recordings: one cursor, bounded in depth by [`ReadOptions::DEPTH_LIMIT`](crate::json::ReadOptions::DEPTH_LIMIT),
//! no message built in between. Memory is at most about a hundred times the bytes, for a field of two bytes may be a value.

mod cursor;
mod envelope;
mod members;
mod value;

use super::wire::{BYTES, VARINT, item, key, recording};
use crate::envelope::Envelope;
use crate::error::WireError;
use crate::event::Event;
use crate::recording::{Form, Item, Recording};
use crate::value::Value;
use cursor::{Cursor, Fault, fault, repeated};
use std::mem::take;
use value::unknown_field;

/// Reads a `tracewire.v1.Envelope`.
///
/// # Errors
/// [`WireError::Bytes`] with the offset of the field at fault.
pub fn decode_envelope(bytes: &[u8]) -> Result<Envelope, WireError> {
    let mut cursor = Cursor::new(bytes);
    cursor.envelope(cursor.end()).map_err(|fault| *fault)
}

/// Reads a `tracewire.v1.Event`.
///
/// ```
/// use tracewire_wire::{event::{Event, EventType}, proto, time::Timestamp};
/// let event = Event::new(EventType::Log, Timestamp(1));
/// assert_eq!(proto::encode_event(&event), b"\x12\x03log\x1a\x02\x10\x01");
/// assert_eq!(proto::decode_event(b"\x12\x03log\x1a\x02\x10\x01")?, event);
/// assert_eq!(proto::decode_event(b"\x12\x03log").unwrap_err().code(), "event_member_missing");
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
///
/// # Errors
/// [`WireError::Bytes`] with the offset of the field at fault.
pub fn decode_event(bytes: &[u8]) -> Result<Event, WireError> {
    let mut cursor = Cursor::new(bytes);
    cursor.event(cursor.end()).map_err(|fault| *fault)
}

/// Reads a `tracewire.v1.Recording`.
///
/// # Errors
/// [`WireError::Bytes`] with the offset of the field at fault.
pub fn decode(bytes: &[u8]) -> Result<Recording, WireError> {
    let mut reader = ItemReader::new();
    let mut items = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (item, length) = reader.next_item(rest, true)?;
        items.extend(item);
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(Recording { form: reader.form(), items })
}

/// Reads a recording item by item out of a buffer that its owner fills.
///
/// ```
/// use tracewire_wire::{proto::{self, ItemReader}, recording::{Form, Item, Recording}, value::Value};
/// let bytes = proto::encode(&Recording { form: Form::List, items: vec![Item::Value(Value::Int(1))] });
/// let mut reader = ItemReader::new();
/// assert_eq!(reader.next_item(&bytes, false)?, (None, 2), "that was the form");
/// assert_eq!(reader.next_item(&bytes[2..5], false)?, (None, 0), "more bytes are needed");
/// assert_eq!(reader.next_item(&bytes[2..], true)?, (Some(Item::Value(Value::Int(1))), 6));
/// assert_eq!(reader.form(), Form::List);
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ItemReader {
    form: Option<Form>,
    max_item_bytes: usize,
    /// How many items were taken.
    items: u64,
    /// Whether the form stands behind them.
    is_behind_items: bool,
    /// How many bytes were taken before.
    taken: usize,
    /// The cursor's stacks, kept from item to item.
    entries: Vec<(String, Value)>,
    /// See `entries`.
    values: Vec<Value>,
}

impl Default for ItemReader {
    fn default() -> Self {
        Self::new()
    }
}

impl ItemReader {
    /// A reader before the first byte of a recording, which takes items of any length.
    pub fn new() -> Self {
        Self::with_limit(usize::MAX)
    }

    /// The same, which refuses a longer item before it is there, so that its buffer's owner need not hold it.
    pub fn with_limit(max_item_bytes: usize) -> Self {
        ItemReader {
            form: None,
            max_item_bytes,
            items: 0,
            is_behind_items: false,
            taken: 0,
            entries: Vec::new(),
            values: Vec::new(),
        }
    }

    /// The form of the recording, as far as it was read; writers write it first.
    pub fn form(&self) -> Form {
        self.form.unwrap_or_default()
    }

    /// Takes what the buffer begins with: an item, or the form, and says how many bytes that were.
    ///
    /// No item and no bytes: the item's end is not there yet. `is_last` says that nothing follows the buffer.
    ///
    /// # Errors
    /// [`WireError::Bytes`] with the offset in the whole recording.
    pub fn next_item(&mut self, buffer: &[u8], is_last: bool) -> Result<(Option<Item>, usize), WireError> {
        match self.next(buffer) {
            Ok((item, length)) => {
                self.items += u64::from(item.is_some());
                let is_end = is_last && length == buffer.len();
                if self.form == Some(Form::Single) && (self.items > 1 || (is_end && self.items == 0)) {
                    let reason = format!("a recording of the form SINGLE has one item, this has {}", self.items);
                    // A second item stands here; a missing one is missing at the end, however the bytes came.
                    let offset = if self.items > 1 { self.taken } else { self.taken + length };
                    return Err(WireError::Bytes { code: "proto_missing", offset, reason });
                }
                self.taken += length;
                Ok((item, length))
            }
            Err(fault) => match *fault {
                WireError::Bytes { code: TORN, .. } if !is_last => Ok((None, 0)),
                WireError::Bytes { code, offset, reason } => {
                    let code = if code == TORN { "proto_end" } else { code };
                    Err(WireError::Bytes { code, offset: self.taken + offset, reason })
                }
                other => Err(other),
            },
        }
    }

    fn next(&mut self, buffer: &[u8]) -> Result<(Option<Item>, usize), Fault> {
        const FORM: u32 = key(recording::FORM, VARINT);
        const ITEM: u32 = key(recording::ITEMS, BYTES);
        if buffer.is_empty() {
            return Ok((None, 0));
        }
        let mut cursor = Cursor::new(buffer);
        let end = cursor.end();
        match torn(cursor.key(end))? {
            FORM if self.form.is_some() => repeated(0, "Recording", recording::FORM),
            FORM => {
                self.is_behind_items = self.items > 0;
                self.form = Some(match torn(cursor.varint(end))? {
                    0 => Form::Lines,
                    1 => Form::Single,
                    2 => Form::List,
                    3 => Form::Export,
                    other => return fault("proto_unknown_field", 0, format!("this version knows no form {other}")),
                });
                Ok((None, cursor.at))
            }
            // Items stand in one place, which recordings of the form LINES behind each other do.
            ITEM if self.is_behind_items => repeated(0, "Recording", recording::ITEMS),
            ITEM => {
                let length = usize::try_from(torn(cursor.varint(end))?).unwrap_or(usize::MAX);
                if length > self.max_item_bytes {
                    return fault("proto_too_large", 0, format!("an item of more than {} bytes", self.max_item_bytes));
                }
                match cursor.at.checked_add(length) {
                    Some(end) if end <= buffer.len() => {
                        (cursor.entries, cursor.items) = (take(&mut self.entries), take(&mut self.values));
                        let item = read_item(&mut cursor, end)?;
                        // Empty again; after an error nobody goes on.
                        (self.entries, self.values) = (cursor.entries, cursor.items);
                        Ok((Some(item), end))
                    }
                    _ => fault(TORN, 0, "the bytes end inside an item"),
                }
            }
            key if key >> 3 == recording::FORM || key >> 3 == recording::ITEMS => {
                torn(cursor.wrong_type(0, "Recording", key, end))
            }
            _ => unknown_field(0, "Recording"),
        }
    }
}

/// The code of an error that more bytes may mend; it leaves this module under another name.
const TORN: &str = "proto_torn";

/// The end of the buffer inside a key or a length is no error yet.
fn torn<T>(read: Result<T, Fault>) -> Result<T, Fault> {
    read.map_err(|mut fault| {
        if let WireError::Bytes { code, .. } = fault.as_mut()
            && *code == "proto_end"
        {
            *code = TORN;
        }
        fault
    })
}

/// What an `Item` holds, up to its end.
fn read_item(cursor: &mut Cursor<'_>, end: usize) -> Result<Item, Fault> {
    const ENVELOPE: u32 = key(item::ENVELOPE, BYTES);
    const EVENT: u32 = key(item::EVENT, BYTES);
    const VALUE: u32 = key(item::VALUE, BYTES);
    let start = cursor.at;
    if start == end {
        return fault("proto_missing", start, "an item is an envelope, an event or a value");
    }
    let item = match cursor.key(end)? {
        ENVELOPE => {
            let inner = cursor.length(end)?;
            Item::Envelope(Box::new(cursor.envelope(inner)?))
        }
        EVENT => {
            let inner = cursor.length(end)?;
            Item::Event(Box::new(cursor.event(inner)?))
        }
        // What is an envelope or an event is one, however it came.
        VALUE => Item::from_value(cursor.value_field(end)?),
        _ => return unknown_field(start, "Item"),
    };
    if cursor.at < end {
        let start = cursor.at;
        return match cursor.key(end)? >> 3 {
            item::ENVELOPE..=item::VALUE => fault("proto_duplicate_field", start, "an item is one thing"),
            _ => unknown_field(start, "Item"),
        };
    }
    Ok(item)
}
