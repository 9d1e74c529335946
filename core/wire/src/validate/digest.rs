//! Digests of maps as they stand, also of such that are no events yet: what an emitter computed over its own bytes.

use crate::content::{self, Mark};
use crate::envelope::digest_of;
use crate::id::Hash;
use crate::json;
use crate::value::{Map, Value};

/// The event digest (TW-DIG-002).
pub(super) fn of_event(event: &Map) -> Hash {
    let body = event.get("body");
    let nonce = event.get("nonce").and_then(Value::as_text);
    let is_empty = body.is_some_and(|body| body.as_map().is_some_and(Map::is_empty));
    if nonce.is_some() || is_empty {
        let mut bare = event.clone();
        bare.remove("nonce");
        if is_empty {
            bare.remove("body");
        }
        return write(&bare, nonce);
    }
    write(event, None)
}

fn write(event: &Map, nonce: Option<&str>) -> Hash {
    let mut out = Vec::with_capacity(512);
    json::write_members(event, &mut out, |name, value, out| match (name, value) {
        ("body", Value::Map(body)) => {
            let hash = match Mark::of(value) {
                Some(Mark::Erased(hash) | Mark::Withheld(hash)) => hash,
                _ => content::body_hash(body, nonce),
            };
            out.push(b'"');
            hash.write_to(out);
            out.push(b'"');
        }
        (_, value) => json::write_to(value, out),
    });
    Hash::of(&out)
}

/// The envelope digest (TW-DIG-003); `None` where an event is none.
pub(super) fn of_envelope(envelope: &Map) -> Option<Hash> {
    let digest = |entry: &Value| match (Mark::of(entry), entry) {
        (Some(Mark::Withheld(hash)), _) => Some(hash),
        (_, Value::Map(event)) => Some(of_event(event)),
        _ => None,
    };
    let digests: Vec<Hash> = envelope.get("events")?.as_list()?.iter().map(digest).collect::<Option<_>>()?;
    Some(digest_of(envelope, &digests))
}
