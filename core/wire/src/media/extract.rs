//! Media of a body: taken out when it is sealed, named, and put back for who reads it.

use super::text::Candidate;
use super::{Tag, raw_hash, recognise, tag};
use crate::content;
use crate::id::Hash;
use crate::json;
use crate::value::{Map, Value};

/// Replaces every medium in a body's slots by its tag, and gives the canonical form of its bytes to `carry` under the hash of them
/// (TW-MED-002 to 006).
///
/// ```
/// use tracewire_wire::{json, media, value::{Map, Value}};
/// let gif = Value::bytes(b"GIF89a\x40\x01\xf0\0\0\0\0");
/// let mut body = Map::from_iter([("input".to_owned(), gif.clone())]);
/// let mut carried = Vec::new();
/// media::extract(&mut body, &mut |hash, json| carried.push((hash, json)));
/// let tag = media::Tag::of(body.get("input").unwrap()).unwrap();
/// assert_eq!((tag.width, tag.hash), (Some(320), Some(carried[0].0)));
/// assert_eq!(carried[0].1, json::write(&gif));
/// media::restore(body.get_mut("input").unwrap(), &mut |_| Some(gif.clone()));
/// assert_eq!(body.get("input"), Some(&gif));
/// ```
pub fn extract(body: &mut Map, carry: &mut dyn FnMut(Hash, Vec<u8>)) {
    content::visit_outer_slots(body, &mut |value| take_out(value, carry));
}

fn take_out(value: &mut Value, carry: &mut dyn FnMut(Hash, Vec<u8>)) {
    match value {
        Value::Text(text) => {
            if let Some(tag) = of_text(text, carry) {
                *value = tag.to_value();
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| take_out(item, carry)),
        Value::Map(_) if value.tag().is_none() => {
            let Value::Map(map) = value else { return };
            map.iter_mut().for_each(|(_, value)| take_out(value, carry));
        }
        Value::Map(_) => {
            if let Some(tag) = of_bytes(value, carry).or_else(|| of_cut(value)) {
                *value = tag.to_value();
                return;
            }
            // The members of a tag are nobody's values, but for what is nested in them.
            let Value::Map(map) = value else { return };
            if !map.contains_key(tag::NAME) {
                let nested = map.iter_mut().filter(|(_, value)| matches!(value, Value::List(_) | Value::Map(_)));
                nested.filter(|(_, value)| value.as_bytes().is_none()).for_each(|(_, value)| take_out(value, carry));
            }
        }
        _ => {}
    }
}

fn of_bytes(value: &Value, carry: &mut dyn FnMut(Hash, Vec<u8>)) -> Option<Tag> {
    let bytes = value.as_bytes()?;
    let media = recognise(&bytes, bytes.len() as u64)?;
    let hash = raw_hash(value)?;
    carry(hash, json::write(value));
    Some(Tag::new(media, bytes.len() as u64).carried(hash))
}

fn of_text(text: &str, carry: &mut dyn FnMut(Hash, Vec<u8>)) -> Option<Tag> {
    let candidate = Candidate::of(text)?;
    let (bytes, encoding) = if may_be(&candidate) { candidate.bytes()? } else { return None };
    let media = recognise(&bytes, bytes.len() as u64)?;
    let value = Value::bytes(&bytes);
    let hash = raw_hash(&value)?;
    carry(hash, json::write(&value));
    Some(Tag::new(media, bytes.len() as u64).carried(hash).before(candidate.prefix, Some(encoding)))
}

/// What was cut when it was recorded, or by the bounds of the seal: what it is can be told, and no more.
fn of_cut(value: &Value) -> Option<Tag> {
    let map = value.as_map().filter(|map| map.len() == 2)?;
    let (kept, missing) = (map.get("$cut")?, map.get("missing_bytes")?.as_u64()?);
    if let Some(bytes) = kept.as_bytes() {
        let total = (bytes.len() as u64).checked_add(missing)?;
        return Some(Tag::new(recognise(&bytes, total)?, total));
    }
    let candidate = Candidate::of(kept.as_text()?)?;
    let (bytes, total) = if may_be(&candidate) { candidate.cut_bytes(missing)? } else { return None };
    Some(Tag::new(recognise(&bytes, total)?, total).before(candidate.prefix, None))
}

/// Whether a text begins like a medium.
fn may_be(candidate: &Candidate<'_>) -> bool {
    candidate.may_be(|first| recognise(first, u64::MAX).is_some())
}

/// Puts the media of a value back, as far as `look_up` knows the contents under their hashes; the other tags stay.
pub fn restore(value: &mut Value, look_up: &mut dyn FnMut(&Hash) -> Option<Value>) {
    if let Some(tag) = Tag::of(value) {
        let content = tag.hash.as_ref().and_then(look_up);
        if let Some(original) = content.and_then(|content| tag.original(&content)) {
            *value = original;
        }
        return;
    }
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| restore(item, look_up)),
        Value::Map(map) => map.iter_mut().for_each(|(_, value)| restore(value, look_up)),
        _ => {}
    }
}

/// Calls `each` for the tag of every medium that was taken out of a value.
pub fn for_each_tag(value: &Value, each: &mut dyn FnMut(Tag)) {
    match value {
        Value::List(items) => items.iter().for_each(|item| for_each_tag(item, each)),
        Value::Map(map) => match Tag::of(value) {
            Some(tag) => each(tag),
            None => map.iter().for_each(|(_, value)| for_each_tag(value, each)),
        },
        _ => {}
    }
}
