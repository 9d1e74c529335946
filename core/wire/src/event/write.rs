//! An event becomes canonical JSON, its digest form, or a value.

use super::{Body, Event, MEMBERS};
use crate::content::{self, Mark};
use crate::id::Hash;
use crate::json;
use crate::value::{Map, Value};

impl Event {
    /// Appends the canonical JSON of the event.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        self.write_with(out, true, |out| match &self.body {
            Body::Present(body) if body.is_empty() => false,
            Body::Present(body) => {
                json_member(out, "body");
                json::write_map(body, out);
                true
            }
            Body::Erased(hash) => write_mark(out, Mark::Erased(*hash)),
            Body::Withheld(hash) => write_mark(out, Mark::Withheld(*hash)),
        });
    }

    /// The event's digest (TW-DIG-002).
    pub fn digest(&self) -> Hash {
        let body_hash = match &self.body {
            Body::Present(body) if body.is_empty() => None,
            Body::Present(body) => Some(content::body_hash(body, self.nonce.as_deref())),
            Body::Erased(hash) | Body::Withheld(hash) => Some(*hash),
        };
        self.digest_with(body_hash)
    }

    /// The event's digest, for a body whose hash is known already.
    pub fn digest_with(&self, body_hash: Option<Hash>) -> Hash {
        let mut out = Vec::with_capacity(384);
        self.write_with(&mut out, false, |out| match &body_hash {
            None => false,
            Some(hash) => {
                json_member(out, "body");
                out.push(b'"');
                hash.write_to(out);
                out.push(b'"');
                true
            }
        });
        Hash::of(&out)
    }

    /// Writes the members in canonical order. `body` writes that member and says whether there is one.
    fn write_with(&self, out: &mut Vec<u8>, with_nonce: bool, body: impl FnOnce(&mut Vec<u8>) -> bool) {
        if !self.other.is_empty() {
            return self.write_with_unknown(out, with_nonce, body);
        }
        out.push(b'{');
        let mut is_first = !body(out);
        let mut member = |out: &mut Vec<u8>, name: &str| {
            if !is_first {
                out.push(b',');
            }
            is_first = false;
            json_member(out, name);
        };
        if let Some(nanos) = self.duration_nanos {
            member(out, "duration_nanos");
            json::write_to(&Value::from_u64(nanos), out);
        }
        if let Some(kind) = &self.kind {
            member(out, "kind");
            json::write_text(kind, out);
        }
        if let (Some(nonce), true) = (&self.nonce, with_nonce) {
            member(out, "nonce");
            json::write_text(nonce, out);
        }
        if let Some(id) = self.parent_id {
            member(out, "parent_id");
            write_display(out, id);
        }
        member(out, "seq");
        json::write_to(&Value::from_u64(self.seq), out);
        if let Some(id) = self.span_id {
            member(out, "span_id");
            write_display(out, id);
        }
        if let Some(status) = &self.status {
            member(out, "status");
            json::write_text(status.as_str(), out);
        }
        member(out, "time");
        out.push(b'"');
        out.extend_from_slice(&self.time.text());
        out.push(b'"');
        if let Some(id) = self.trace_id {
            member(out, "trace_id");
            write_display(out, id);
        }
        member(out, "type");
        json::write_text(self.event_type.as_str(), out);
        out.push(b'}');
    }

    /// The rare event with members of a later version: their place in the order is only known at run time.
    fn write_with_unknown(&self, out: &mut Vec<u8>, with_nonce: bool, body: impl FnOnce(&mut Vec<u8>) -> bool) {
        let mut written = Vec::new();
        let has_body = body(&mut written);
        let mut members = self.fixed_members();
        members.extend(self.unknown_members());
        if has_body {
            // Only its place counts: what stands there is written already.
            members.insert("body".to_owned(), Value::Null);
        }
        if !with_nonce {
            members.remove("nonce");
        }
        members.sort();
        out.push(b'{');
        for (at, (name, value)) in members.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            if name == "body" {
                out.extend_from_slice(&written);
            } else {
                json::write_text(name, out);
                out.push(b':');
                json::write_to(value, out);
            }
        }
        out.push(b'}');
    }

    /// Members of a later version; none of them can take the place of a member that this version knows.
    fn unknown_members(&self) -> impl Iterator<Item = (String, Value)> {
        self.other.iter().filter(|(name, _)| !MEMBERS.contains(&name.as_str())).cloned()
    }

    /// The event as a value, members in canonical order but for unknown ones at the end.
    pub fn to_value(&self) -> Value {
        let mut map = Map::new();
        match &self.body {
            Body::Present(body) if body.is_empty() => {}
            Body::Present(body) => _ = map.insert("body".to_owned(), Value::Map(body.clone())),
            Body::Erased(hash) => _ = map.insert("body".to_owned(), Mark::Erased(*hash).to_value()),
            Body::Withheld(hash) => _ = map.insert("body".to_owned(), Mark::Withheld(*hash).to_value()),
        }
        map.extend(self.fixed_members());
        map.extend(self.unknown_members());
        Value::Map(map)
    }

    /// The known members but for the body, in canonical order.
    fn fixed_members(&self) -> Map {
        let text = |value: &dyn std::fmt::Display| Value::Text(value.to_string());
        let members = [
            ("duration_nanos", self.duration_nanos.map(Value::from_u64)),
            ("kind", self.kind.clone().map(Value::Text)),
            ("nonce", self.nonce.clone().map(Value::Text)),
            ("parent_id", self.parent_id.map(|id| text(&id))),
            ("seq", Some(Value::from_u64(self.seq))),
            ("span_id", self.span_id.map(|id| text(&id))),
            ("status", self.status.as_ref().map(|status| status.as_str().into())),
            ("time", Some(text(&self.time))),
            ("trace_id", self.trace_id.map(|id| text(&id))),
            ("type", Some(self.event_type.as_str().into())),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

fn json_member(out: &mut Vec<u8>, name: &str) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn write_display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    use std::io::Write as _;
    // Writing to a Vec cannot fail.
    let _ = write!(out, "\"{value}\"");
}

fn write_mark(out: &mut Vec<u8>, mark: Mark) -> bool {
    json_member(out, "body");
    mark.write_to(out);
    true
}
