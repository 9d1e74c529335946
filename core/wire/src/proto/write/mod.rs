//! Recordings become bytes. Each message is written from its end to its beginning, so that its length is known when it is
//! due (see `back`).

mod back;
mod envelope;
mod members;
mod value;

use super::wire::{BYTES, VARINT, item, key, recording};
use crate::envelope::Envelope;
use crate::event::Event;
use crate::recording::{Form, Item, Recording};
use back::Back;

/// A recording as a `tracewire.v1.Recording`.
///
/// ```
/// use tracewire_wire::{json::{self, ReadOptions}, proto, recording::Recording};
/// let document = json::read(br#"[{"a":1.5},null]"#, &ReadOptions::default())?;
/// let bytes = proto::encode(&Recording::from_value(document.clone()));
/// assert_eq!(proto::decode(&bytes)?.to_value(), document);
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
pub fn encode(recording: &Recording) -> Vec<u8> {
    let mut out = Vec::new();
    write_header(recording.form, &mut out);
    for item in &recording.items {
        write_item(item, &mut out);
    }
    out
}

/// Appends what a recording begins with. With the items behind it, it is the recording.
pub fn write_header(form: Form, out: &mut Vec<u8>) {
    let number = match form {
        Form::Lines => return,
        Form::Single => 1,
        Form::List => 2,
        Form::Export => 3,
    };
    out.extend_from_slice(&[key(recording::FORM, VARINT) as u8, number]);
}

/// Appends an item of a recording.
pub fn write_item(item: &Item, out: &mut Vec<u8>) {
    let mut back = Back::with_capacity(1024);
    let number = match item {
        Item::Envelope(envelope) => {
            envelope::write(envelope, &mut back);
            item::ENVELOPE
        }
        Item::Event(event) => {
            envelope::write_event(event, &mut back);
            item::EVENT
        }
        Item::Value(value) => {
            value::write(value, &mut back);
            item::VALUE
        }
    };
    back.close(number, 0);
    back.varint(back.written() as u64);
    back.key(recording::ITEMS, BYTES);
    out.extend_from_slice(back.as_bytes());
}

/// An envelope as a `tracewire.v1.Envelope`.
pub fn encode_envelope(envelope: &Envelope) -> Vec<u8> {
    let mut out = Back::with_capacity(4096);
    envelope::write(envelope, &mut out);
    out.as_bytes().to_vec()
}

/// An event as a `tracewire.v1.Event`.
pub fn encode_event(event: &Event) -> Vec<u8> {
    let mut out = Back::with_capacity(512);
    envelope::write_event(event, &mut out);
    out.as_bytes().to_vec()
}
