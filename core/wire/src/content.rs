//! Content addressing (section 6 of the spec): which parts of a body are content, their hashes, and references in their place.

use crate::id::Hash;
use crate::json;
use crate::value::{Map, Value};

/// What stands in a slot in place of its value (TW-CON-003).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The value is carried elsewhere.
    Ref(Hash),
    /// The value was erased.
    Erased(Hash),
    /// The value is not in this copy.
    Withheld(Hash),
}

impl Mark {
    /// The mark that a value is, if it is one.
    pub fn of(value: &Value) -> Option<Self> {
        let map = value.as_map()?;
        let hash = |tag: &str| map.get(tag)?.as_text()?.parse().ok();
        None.or_else(|| hash("$ref").map(Mark::Ref))
            .or_else(|| hash("$erased").map(Mark::Erased))
            .or_else(|| hash("$withheld").map(Mark::Withheld))
    }

    /// The hash that it names.
    pub fn hash(&self) -> Hash {
        match self {
            Mark::Ref(hash) | Mark::Erased(hash) | Mark::Withheld(hash) => *hash,
        }
    }

    /// The value that it is.
    pub fn to_value(self) -> Value {
        let tag = match self {
            Mark::Ref(_) => "$ref",
            Mark::Erased(_) => "$erased",
            Mark::Withheld(_) => "$withheld",
        };
        Value::tagged(tag, self.hash().to_string())
    }
}

/// Replaces every slot's value whose canonical form is longer than `inline_bytes` by a reference, and gives each such
/// value's canonical bytes to `carry`, inner ones first. Returns the body's hash (without a nonce).
///
/// Sealing spends most of its time here: each slot is written and hashed once.
pub fn externalise(body: &mut Map, inline_bytes: usize, carry: &mut dyn FnMut(Hash, Vec<u8>)) -> Hash {
    let mut form = Vec::with_capacity(512);
    digest_form(body, &mut Addressing { inline_bytes, carry }, &mut form);
    Hash::of(&form)
}

/// The hash of a body (TW-DIG-001).
pub fn body_hash(body: &Map, nonce: Option<&str>) -> Hash {
    let mut form = Vec::with_capacity(512);
    digest_form(&mut body.clone(), &mut Addressing { inline_bytes: usize::MAX, carry: &mut |_, _| {} }, &mut form);
    Hash::with_nonce(nonce, &form)
}

/// The hash of a content (TW-CON-005).
pub fn content_hash(value: &Value, nonce: Option<&str>) -> Hash {
    let mut value = value.clone();
    let mut addressing = Addressing { inline_bytes: usize::MAX, carry: &mut |_, _| {} };
    match addressing.form(&mut value) {
        Some(form) => Hash::with_nonce(nonce, &form),
        None => Hash::with_nonce(nonce, &json::write(&value)),
    }
}

/// Calls `visit` for every slot of a body, outer ones first; `visit` may replace the value.
///
/// A slot whose value was replaced by a mark has no slots inside it.
pub fn visit_slots(body: &mut Map, visit: &mut dyn FnMut(&mut Value)) {
    for (name, value) in body.iter_mut() {
        match BodyMember::of(name) {
            BodyMember::Slot => visit_slot(value, visit),
            BodyMember::Attributes => {
                let Value::Map(attributes) = value else { continue };
                for (name, value) in attributes.iter_mut() {
                    match (AttributeMember::of(name), value) {
                        (AttributeMember::Slot, value) => visit_slot(value, visit),
                        (AttributeMember::Messages, Value::List(items)) => {
                            items.iter_mut().for_each(|item| visit_slot(item, visit));
                        }
                        _ => {}
                    }
                }
            }
            BodyMember::Plain => {}
        }
    }
}

/// Calls `visit` for a slot and every slot inside it.
pub fn visit_slot(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    visit(value);
    if Mark::of(value).is_some() {
        return;
    }
    match (Inner::of(value), value) {
        (Inner::Messages, Value::List(items)) => items.iter_mut().for_each(|item| visit_slot(item, visit)),
        (Inner::Members, Value::Map(map)) => {
            for (name, value) in map.iter_mut() {
                match (inner_member(name, value), value) {
                    (InnerMember::Messages, Value::List(items)) => items.iter_mut().for_each(|item| visit_slot(item, visit)),
                    (InnerMember::Whole, value) => visit_slot(value, visit),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Puts the values of references back, as far as `lookup` knows them.
pub fn resolve(body: &mut Map, lookup: &dyn Fn(&Hash) -> Option<Value>) {
    visit_slots(body, &mut |value| {
        if let Some(Mark::Ref(hash)) = Mark::of(value)
            && let Some(found) = lookup(&hash)
        {
            *value = found;
        }
    });
}

enum BodyMember {
    Slot,
    Attributes,
    Plain,
}

impl BodyMember {
    fn of(name: &str) -> Self {
        match name {
            "input" | "output" | "data" | "tool_definitions" => BodyMember::Slot,
            "attributes" => BodyMember::Attributes,
            _ => BodyMember::Plain,
        }
    }
}

enum AttributeMember {
    Slot,
    Messages,
    Plain,
}

impl AttributeMember {
    fn of(name: &str) -> Self {
        match name {
            "gen_ai.system_instructions" | "gen_ai.tool.definitions" => AttributeMember::Slot,
            "gen_ai.input.messages" | "gen_ai.output.messages" => AttributeMember::Messages,
            _ => AttributeMember::Plain,
        }
    }
}

/// Where the slots inside a slot's value are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inner {
    Absent,
    Messages,
    Members,
}

impl Inner {
    fn of(value: &Value) -> Self {
        match value {
            Value::List(items) if are_messages(items) => Inner::Messages,
            Value::Map(map) if map.iter().any(|(name, value)| inner_member(name, value) != InnerMember::Plain) => Inner::Members,
            _ => Inner::Absent,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum InnerMember {
    Whole,
    Messages,
    Plain,
}

fn inner_member(name: &str, value: &Value) -> InnerMember {
    match (name, value) {
        ("system" | "instructions" | "tools", _) => InnerMember::Whole,
        ("messages", Value::List(items)) if are_messages(items) => InnerMember::Messages,
        _ => InnerMember::Plain,
    }
}

/// A non-empty list of messages, some of which may be marks already.
fn are_messages(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| is_message(item) || Mark::of(item).is_some())
}

/// What the spec recognises as a message (TW-CON-002).
pub fn is_message(value: &Value) -> bool {
    let Value::Map(map) = value else { return false };
    let has_text = |name: &str| map.get(name).and_then(Value::as_text);
    has_text("role").is_some()
        || matches!(has_text("type"), Some("message" | "function_call" | "function_call_output" | "reasoning"))
}

struct Addressing<'a> {
    inline_bytes: usize,
    carry: &'a mut dyn FnMut(Hash, Vec<u8>),
}

/// Appends the canonical bytes of D(body), and addresses its slots on the way.
fn digest_form(body: &mut Map, addressing: &mut Addressing<'_>, out: &mut Vec<u8>) {
    write_members(body, out, |name, value, out| match BodyMember::of(name) {
        BodyMember::Slot => addressing.write_ref(value, out),
        BodyMember::Attributes => match value {
            Value::Map(attributes) => write_members(attributes, out, |name, value, out| match (AttributeMember::of(name), value) {
                (AttributeMember::Slot, value) => addressing.write_ref(value, out),
                (AttributeMember::Messages, Value::List(items)) => addressing.write_refs(items, out),
                (_, value) => json::write_to(value, out),
            }),
            other => json::write_to(other, out),
        },
        BodyMember::Plain => json::write_to(value, out),
    });
}

impl Addressing<'_> {
    /// Addresses a slot and writes the reference that stands for it in a digest.
    fn write_ref(&mut self, value: &mut Value, out: &mut Vec<u8>) {
        let hash = self.address(value);
        out.extend_from_slice(b"{\"$ref\":\"");
        hash.write_to(out);
        out.extend_from_slice(b"\"}");
    }

    fn write_refs(&mut self, items: &mut [Value], out: &mut Vec<u8>) {
        out.push(b'[');
        for (at, item) in items.iter_mut().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            self.write_ref(item, out);
        }
        out.push(b']');
    }

    /// The hash of a slot; its value is replaced if it is long.
    fn address(&mut self, value: &mut Value) -> Hash {
        if let Some(mark) = Mark::of(value) {
            return mark.hash();
        }
        let form = self.form(value);
        let stored = json::write(value);
        let hash = Hash::of(form.as_deref().unwrap_or(&stored));
        if stored.len() > self.inline_bytes {
            *value = Mark::Ref(hash).to_value();
            (self.carry)(hash, stored);
        }
        hash
    }

    /// The canonical bytes of D(value), its inner slots addressed on the way; `None` where there are none and D(value) is the
    /// value itself.
    fn form(&mut self, value: &mut Value) -> Option<Vec<u8>> {
        let mut form = Vec::with_capacity(512);
        match (Inner::of(value), value) {
            (Inner::Messages, Value::List(items)) => self.write_refs(items, &mut form),
            (Inner::Members, Value::Map(map)) => {
                write_members(map, &mut form, |name, value, out| match (inner_member(name, value), value) {
                    (InnerMember::Messages, Value::List(items)) => self.write_refs(items, out),
                    (InnerMember::Whole, value) => self.write_ref(value, out),
                    (_, value) => json::write_to(value, out),
                });
            }
            _ => return None,
        }
        Some(form)
    }
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
