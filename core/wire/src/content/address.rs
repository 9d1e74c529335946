//! Hashes of bodies and contents, and values replaced by references.

use super::Mark;
use super::slots::{AttributeMember, BodyMember, Inner, InnerMember};
use crate::id::Hash;
use crate::json;
use crate::value::{Map, Value};

/// Replaces every slot's value whose canonical form is longer than `inline_bytes` by a reference (TW-CON-006), and gives
/// each such value's canonical bytes to `carry`, inner ones first. Returns the body's hash (without a nonce).
///
/// Each slot is written and hashed once, and the body itself only in its digest form. Maps on the way are sorted.
///
/// ```
/// use tracewire_wire::{content, json::{self, ReadOptions}, value::Value};
/// let body = json::read(br#"{"input":"otters","name":"search"}"#, &ReadOptions::default())?;
/// let Value::Map(mut body) = body else { unreachable!() };
/// let whole = content::body_hash(&body, None);
/// let mut carried = Vec::new();
/// let hash = content::externalise(&mut body, 4, &mut |hash, bytes| carried.push((hash, bytes)));
/// assert_eq!(hash, whole, "no digest says whether content is inline");
/// assert_eq!(carried.len(), 1);
/// assert_eq!(carried[0].1, br#""otters""#);
/// assert_eq!(content::Mark::of(body.get("input").unwrap()), Some(content::Mark::Ref(carried[0].0)));
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
pub fn externalise(body: &mut Map, inline_bytes: usize, carry: &mut dyn FnMut(Hash, Vec<u8>)) -> Hash {
    let mut form = Vec::with_capacity(1024);
    let mut addressing = Addressing { inline_bytes, carry, spare: Vec::new() };
    write_members(body, &mut form, |name, value, out| match (BodyMember::of(name), value) {
        (BodyMember::Slot, value) => addressing.write_ref(value, out),
        (BodyMember::Attributes, Value::Map(attributes)) => {
            write_members(attributes, out, |name, value, out| match (AttributeMember::of(name), value) {
                (AttributeMember::Slot, value) => addressing.write_ref(value, out),
                (AttributeMember::Messages, Value::List(items)) => addressing.write_refs(items, out),
                (_, value) => json::write_to(value, out),
            });
        }
        (_, value) => json::write_to(value, out),
    });
    Hash::of(&form)
}

/// Addresses slots and replaces them, innermost first.
struct Addressing<'a> {
    inline_bytes: usize,
    carry: &'a mut dyn FnMut(Hash, Vec<u8>),
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
}

impl Addressing<'_> {
    /// Addresses a slot and writes the reference that stands for it in a digest.
    fn write_ref(&mut self, value: &mut Value, out: &mut Vec<u8>) {
        Mark::Ref(self.address(value)).write_to(out);
    }

    fn write_refs(&mut self, items: &mut [Value], out: &mut Vec<u8>) {
        write_list(items.iter_mut(), out, |item, out| self.write_ref(item, out));
    }

    /// The hash of a slot; its value is replaced if it is long.
    fn address(&mut self, value: &mut Value) -> Hash {
        if let Some(mark) = Mark::of(value) {
            return mark.hash();
        }
        let mut buffer = self.buffer();
        let inner_hash = self.write_form(value, &mut buffer).then(|| Hash::of(&buffer));
        buffer.clear();
        // Its inner slots are replaced by now where they are long: this is what is carried, and what its length decides.
        json::write_to(value, &mut buffer);
        let hash = inner_hash.unwrap_or_else(|| Hash::of(&buffer));
        if buffer.len() > self.inline_bytes {
            *value = Mark::Ref(hash).to_value();
            (self.carry)(hash, buffer.as_slice().to_vec());
        }
        self.spare.push(buffer);
        hash
    }

    /// Writes D(value), its inner slots addressed on the way. False, and nothing written, where it has none: then D(value) is
    /// the value itself.
    fn write_form(&mut self, value: &mut Value, out: &mut Vec<u8>) -> bool {
        match (Inner::of(value), value) {
            (Inner::Messages, Value::List(items)) => self.write_refs(items, out),
            (Inner::Members, Value::Map(map)) => {
                write_members(map, out, |name, value, out| match (InnerMember::of(name, value), value) {
                    (InnerMember::Messages, Value::List(items)) => self.write_refs(items, out),
                    (InnerMember::Slot, value) => self.write_ref(value, out),
                    (_, value) => json::write_to(value, out),
                });
            }
            _ => return false,
        }
        true
    }

    fn buffer(&mut self) -> Vec<u8> {
        let mut buffer = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(2048));
        buffer.clear();
        buffer
    }
}

/// The hash of a body (TW-DIG-001).
pub fn body_hash(body: &Map, nonce: Option<&str>) -> Hash {
    let mut form = Vec::with_capacity(1024);
    json::write_members(body, &mut form, |name, value, out| match (BodyMember::of(name), value) {
        (BodyMember::Slot, value) => write_hashed(value, out),
        (BodyMember::Attributes, Value::Map(attributes)) => {
            json::write_members(attributes, out, |name, value, out| match (AttributeMember::of(name), value) {
                (AttributeMember::Slot, value) => write_hashed(value, out),
                (AttributeMember::Messages, Value::List(items)) => write_list(items.iter(), out, write_hashed),
                (_, value) => json::write_to(value, out),
            });
        }
        (_, value) => json::write_to(value, out),
    });
    Hash::with_nonce(nonce, &form)
}

/// The hash of a content (TW-CON-005).
pub fn content_hash(value: &Value, nonce: Option<&str>) -> Hash {
    let mut form = Vec::with_capacity(1024);
    match (Inner::of(value), value) {
        (Inner::Messages, Value::List(items)) => write_list(items.iter(), &mut form, write_hashed),
        (Inner::Members, Value::Map(map)) => {
            json::write_members(map, &mut form, |name, value, out| match (InnerMember::of(name, value), value) {
                (InnerMember::Messages, Value::List(items)) => write_list(items.iter(), out, write_hashed),
                (InnerMember::Slot, value) => write_hashed(value, out),
                (_, value) => json::write_to(value, out),
            });
        }
        _ => json::write_to(value, &mut form),
    }
    Hash::with_nonce(nonce, &form)
}

/// Whether a content may stand under a hash: its own, or that of the raw bytes of a medium (TW-MED-004).
pub fn is_under(value: &Value, nonce: Option<&str>, hash: &Hash) -> bool {
    let is_own = content_hash(value, nonce) == *hash;
    #[cfg(feature = "media")]
    let is_own = is_own || nonce.is_none() && crate::media::raw_hash(value) == Some(*hash);
    is_own
}

/// Writes the reference that stands for a slot in a digest.
fn write_hashed(value: &Value, out: &mut Vec<u8>) {
    let hash = Mark::of(value).map_or_else(|| content_hash(value, None), |mark| mark.hash());
    Mark::Ref(hash).write_to(out);
}

/// Writes a map in canonical order; `write` writes each value and may change it.
fn write_members(map: &mut Map, out: &mut Vec<u8>, mut write: impl FnMut(&str, &mut Value, &mut Vec<u8>)) {
    map.sort();
    out.push(b'{');
    for (at, (name, value)) in map.iter_mut().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        json::write_text(name, out);
        out.push(b':');
        write(name, value, out);
    }
    out.push(b'}');
}

fn write_list<T>(items: impl Iterator<Item = T>, out: &mut Vec<u8>, mut write: impl FnMut(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}
