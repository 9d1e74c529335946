//! Fields of a later version: their bytes are kept as `{"$fields":{"$bytes":"…"}}`, and stand at the end of their message when
//! it is written again (TW-PB-006).

use super::wire::{BYTES, FIELDS, FIXED32, FIXED64, MAX_NUMBER, VARINT};
use crate::base64;
use crate::value::{Map, Value};

/// The bytes that a tag of bytes and nothing else holds, if they have no other text.
pub(super) fn binary(value: &Value) -> Option<Vec<u8>> {
    let map = value.as_map().filter(|map| map.len() == 1)?;
    let text = map.get("$bytes")?.as_text()?;
    base64::decode(text).filter(|bytes| base64::encode(bytes) == text)
}

/// The fields of a later version that a message's members hold.
///
/// None where the member is anything else, or where reading the bytes would give another member: it is a member like any
/// other then.
pub(super) fn fields_of(members: &Map, is_known: impl Fn(u32) -> bool) -> Option<Vec<u8>> {
    // Such a member is rare, and looked for in every map.
    let bytes = binary(members.get(FIELDS)?)?;
    are_unknown(&bytes, is_known).then_some(bytes)
}

/// Whether bytes are one or more fields, none of which is known.
fn are_unknown(bytes: &[u8], is_known: impl Fn(u32) -> bool) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some(key) = varint(&mut rest).and_then(|key| u32::try_from(key).ok()) else { return false };
        let number = key >> 3;
        if number == 0 || number > MAX_NUMBER || is_known(number) {
            return false;
        }
        let length = match key & 7 {
            VARINT => varint(&mut rest).map(|_| 0),
            FIXED64 => Some(8),
            FIXED32 => Some(4),
            BYTES => varint(&mut rest),
            _ => None,
        };
        match length.and_then(|length| usize::try_from(length).ok()).and_then(|length| rest.get(length..)) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    !bytes.is_empty()
}

/// Takes a varint of 64 bits.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for (at, byte) in rest.iter().take(10).enumerate() {
        // The tenth byte has room for one bit.
        if at == 9 && *byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * at);
        if *byte < 0x80 {
            *rest = rest.get(at + 1..)?;
            return Some(value);
        }
    }
    None
}
