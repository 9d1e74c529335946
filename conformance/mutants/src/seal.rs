//! Envelopes taken apart into whole events, and sealed again: a small sealer by the specification's sections 6 and 7,
//! with switches for what may go wrong.

use crate::style::Style;
use crate::{base64, bytes};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use tracewire_wire::content::{Mark, resolve_but_media, visit_slots, visit_slots_inside};
use tracewire_wire::id::Hash;
use tracewire_wire::json as wire;
use tracewire_wire::media::raw_hash;
use tracewire_wire::value::{Map, Value};

/// What is recorded, before it is addressed, numbered, chained and written.
#[derive(Clone, Debug, Default)]
pub struct Emission {
    /// The envelopes to be.
    pub parts: Vec<Part>,
    /// Content of more bytes than this is carried.
    pub inline_bytes: usize,
}

/// An envelope to be.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Its members but `close`, `content`, `digest`, `events`, `first_seq` and `prev`.
    pub header: Map,
    /// Whole events with all their content.
    pub events: Vec<Map>,
    /// Why the producer ended.
    pub close: Option<Value>,
    /// Bytes of media that it carries: what names them is no slot.
    pub media: Map,
}

/// What may go wrong when an emission is sealed.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    /// How JSON is written.
    pub style: Style,
    /// The first event's number, less one.
    pub seq_before: i64,
    /// At each new envelope a number is left out.
    pub gap: bool,
    /// The digest is computed before `close` is there.
    pub digest_before_close: bool,
    /// The digest is computed with `content`.
    pub digest_over_content: bool,
    /// The digest is computed over whole events.
    pub digest_over_events: bool,
    /// The digest is computed before `prev` is there.
    pub digest_before_prev: bool,
    /// An event's digest is computed with its body as it stands.
    pub body_unhashed: bool,
    /// An event without a body has the hash of an empty one.
    pub no_body_hashed: bool,
    /// `prev` is left out.
    pub prev_missing: bool,
    /// `prev` is always the first envelope's digest.
    pub prev_of_the_first: bool,
    /// `prev` is null in the first envelope.
    pub prev_null: bool,
    /// `close` is left out.
    pub close_missing: bool,
    /// `close` stands in each envelope.
    pub close_everywhere: bool,
    /// Content stands in each envelope that needs it.
    pub content_again: bool,
    /// Content stands for each place that needs it in the last envelope.
    pub content_at_the_end: bool,
    /// An empty `content` stands there.
    pub content_empty: bool,
    /// Content is hashed with everything inside it written out.
    pub hash_expanded: bool,
    /// Content is hashed as it is carried: what is short inside it is not replaced.
    pub hash_carried: bool,
    /// Whether a content is long is decided with everything inside it written out.
    pub limit_expanded: bool,
    /// A content of exactly the limit is carried.
    pub limit_reached: bool,
    /// All content is carried.
    pub carry_all: bool,
    /// Nothing is carried.
    pub carry_none: bool,
    /// Messages are no slots of their own.
    pub no_messages: bool,
    /// Slots inside of content are not seen.
    pub no_inner_slots: bool,
    /// Marks of what was erased or withheld are values like any other.
    pub marks_are_values: bool,
}

impl Emission {
    /// Takes the envelopes of an answer apart.
    pub fn of(request: &Json, envelopes: &Json) -> Option<Self> {
        let mut contents: BTreeMap<String, Value> = BTreeMap::new();
        let mut parts = Vec::new();
        for envelope in envelopes.as_array()? {
            let Value::Map(mut envelope) = wire::read(&bytes(envelope), &Default::default()).ok()? else { return None };
            let mut media = Map::new();
            for (hash, entry) in envelope.remove("content").iter().filter_map(Value::as_map).flat_map(Map::iter) {
                let value = entry.as_map()?.get("value")?;
                if raw_hash(value).is_some_and(|raw| raw.to_string() == *hash) {
                    media.insert(hash.clone(), entry.clone());
                }
                contents.insert(hash.clone(), value.clone());
            }
            let mut events = Vec::new();
            for event in envelope.remove("events")?.as_list()? {
                let mut event = event.as_map()?.clone();
                if let Some(Value::Map(body)) = event.get_mut("body") {
                    resolve_but_media(body, &|hash| contents.get(&hash.to_string()).cloned());
                }
                events.push(event);
            }
            let close = envelope.remove("close");
            for name in ["digest", "first_seq", "prev"] {
                envelope.remove(name);
            }
            parts.push(Part { header: envelope, events, close, media });
        }
        let inline_bytes = request["settings"]["limits"]["inline_bytes"].as_u64().unwrap_or(256);
        Some(Emission { parts, inline_bytes: inline_bytes.try_into().ok()? })
    }

    /// All events in order.
    pub fn events(&mut self) -> impl Iterator<Item = &mut Map> {
        self.parts.iter_mut().flat_map(|part| part.events.iter_mut())
    }

    /// The envelopes, in base64.
    pub fn seal(mut self, faults: &Faults) -> Json {
        let mut sealer = Sealer { faults, inline_bytes: self.inline_bytes, carried: Vec::new(), new: Map::new() };
        if faults.close_everywhere {
            let close = self.parts.iter().find_map(|part| part.close.clone());
            self.parts.iter_mut().for_each(|part| part.close = close.clone());
        }
        let mut seq = faults.seq_before;
        let (mut first, mut prev) = (None, None);
        let mut written = Vec::new();
        let mut late = Map::new();
        let count = self.parts.len();
        for (at, part) in self.parts.into_iter().enumerate() {
            seq += i64::from(faults.gap && at > 0);
            let mut envelope = part.header;
            let mut set = |name: &str, value: Value| _ = envelope.insert(name.to_owned(), value);
            set("first_seq", Value::Int(seq + 1));
            match (&prev, &first) {
                (Some(_), _) if faults.prev_missing => {}
                (Some(_), Some(first)) if faults.prev_of_the_first => set("prev", Value::Text(String::clone(first))),
                (Some(prev), _) => set("prev", Value::Text(String::clone(prev))),
                _ if faults.prev_null => set("prev", Value::Null),
                _ => {}
            }
            let (mut events, mut digests) = (Vec::new(), Vec::new());
            for mut event in part.events {
                seq += 1;
                event.insert("seq".to_owned(), Value::Int(seq));
                digests.push(sealer.event(&mut event));
                events.push(Value::Map(event));
            }
            sealer.new.extend(part.media.into_iter().filter(|_| !faults.carry_none));
            let close = part.close.filter(|_| !faults.close_missing);
            let mut content = std::mem::take(&mut sealer.new);
            if faults.content_again {
                sealer.carried.clear();
            }
            if faults.content_at_the_end {
                content.iter().for_each(|(hash, entry)| _ = late.insert(hash.clone(), entry.clone()));
                content = if at + 1 == count { std::mem::take(&mut late) } else { Map::new() };
            }
            if let Some(close) = close.clone().filter(|_| !faults.digest_before_close) {
                set("close", close);
            }
            set("events", Value::List(if faults.digest_over_events { events.clone() } else { digests }));
            if faults.digest_over_content && !content.is_empty() {
                set("content", Value::Map(content.clone()));
            }
            let hidden = if faults.digest_before_prev { envelope.remove("prev") } else { None };
            let digest = faults.style.hash(&Value::Map(envelope.clone()));
            let mut set = |name: &str, value: Option<Value>| {
                value.map(|value| envelope.insert(name.to_owned(), value));
            };
            set("prev", hidden);
            set("events", Some(Value::List(events)));
            set("close", close);
            set("content", (faults.content_empty || !content.is_empty()).then_some(Value::Map(content)));
            set("digest", Some(Value::Text(digest.clone())));
            written.push(base64(&faults.style.write(&Value::Map(envelope))));
            first.get_or_insert_with(|| digest.clone());
            prev = Some(digest);
        }
        written.into()
    }
}

struct Sealer<'a> {
    faults: &'a Faults,
    inline_bytes: usize,
    /// Hashes of what this producer has carried.
    carried: Vec<String>,
    /// What the envelope at hand carries.
    new: Map,
}

impl Sealer<'_> {
    /// Addresses an event's content and gives its digest.
    fn event(&mut self, event: &mut Map) -> Value {
        let mut digested = event.clone();
        if let Some(Value::Map(body)) = event.get_mut("body") {
            let hash = self.body_hash(body);
            digested.insert(
                "body".to_owned(),
                if self.faults.body_unhashed { Value::Map(body.clone()) } else { Value::Text(hash) },
            );
            visit_slots(body, &mut |slot| self.address(slot));
        } else if self.faults.no_body_hashed {
            digested.insert("body".to_owned(), Value::Text(self.faults.style.hash(&Value::Map(Map::new()))));
        }
        Value::Text(self.faults.style.hash(&Value::Map(digested)))
    }

    fn body_hash(&self, body: &Map) -> String {
        let mut body = body.clone();
        if let (Some(mark), false) = (Mark::of(&Value::Map(body.clone())), self.faults.marks_are_values) {
            return mark.hash().to_string();
        }
        if !self.faults.hash_expanded {
            visit_slots(&mut body, &mut |slot| self.reference(slot));
        }
        self.faults.style.hash(&Value::Map(body))
    }

    /// Puts a slot's reference in its place.
    fn reference(&self, slot: &mut Value) {
        if Mark::of(slot).is_none() || self.faults.marks_are_values {
            *slot = reference(&self.content_hash(slot));
        } else if let Some(mark) = Mark::of(slot) {
            *slot = Mark::Ref(mark.hash()).to_value();
        }
    }

    fn is_slot(&self, outer: &Value) -> bool {
        !(self.faults.no_inner_slots || self.faults.no_messages && (outer.as_list().is_some() || holds_messages(outer)))
    }

    /// The content hash of a value, by its digest form.
    fn content_hash(&self, value: &Value) -> String {
        let mut form = value.clone();
        if self.faults.hash_carried {
            form = self.form(value, &mut Vec::new());
        } else if !self.faults.hash_expanded && self.is_slot(value) {
            visit_slots_inside(&mut form, &mut |slot| self.reference(slot));
        }
        self.faults.style.hash(&form)
    }

    /// The form in which a value is carried, and what has to be carried with it.
    fn form(&self, value: &Value, carried: &mut Vec<(String, Value)>) -> Value {
        let mut form = value.clone();
        if self.is_slot(value) {
            visit_slots_inside(&mut form, &mut |slot| self.shorten(slot, carried));
        }
        form
    }

    fn shorten(&self, slot: &mut Value, carried: &mut Vec<(String, Value)>) {
        if Mark::of(slot).is_some() {
            return;
        }
        let form = self.form(slot, carried);
        let measured =
            if self.faults.limit_expanded { self.faults.style.write(slot) } else { self.faults.style.write(&form) };
        let is_long =
            measured.len() > self.inline_bytes || self.faults.limit_reached && measured.len() == self.inline_bytes;
        if (is_long || self.faults.carry_all) && !self.faults.carry_none {
            let hash = self.content_hash(slot);
            *slot = reference(&hash);
            carried.push((hash, form));
        } else {
            *slot = form;
        }
    }

    /// Replaces a slot of an event by its reference where it is long, and carries what it stands for.
    fn address(&mut self, slot: &mut Value) {
        let mut carried = Vec::new();
        self.shorten(slot, &mut carried);
        for (hash, value) in carried {
            if !self.carried.contains(&hash) {
                self.new.insert(hash.clone(), Value::Map(Map::from_iter([("value".to_owned(), value)])));
                self.carried.push(hash);
            }
        }
    }
}

fn holds_messages(value: &Value) -> bool {
    value.as_map().is_some_and(|map| map.contains_key("messages"))
}

fn reference(hash: &str) -> Value {
    match hash.parse::<Hash>() {
        Ok(hash) => Mark::Ref(hash).to_value(),
        Err(_) => Value::Null,
    }
}

/// An answer whose envelopes are taken apart, changed, and sealed again; any other answer stays.
pub fn resealed(request: &Json, mut answer: Json, change: &dyn Fn(&Json, &mut Emission), faults: &Faults) -> Json {
    if let Some(mut emission) = Emission::of(request, &answer["result"]["envelopes"]) {
        change(request, &mut emission);
        answer["result"]["envelopes"] = emission.seal(faults);
    }
    answer
}

/// The digest of an envelope, computed with faults; bodies and events that are marks keep the digest that they name, if
/// the faults allow.
pub fn digest(envelope: &Json, faults: &Faults) -> Option<String> {
    let Value::Map(mut envelope) = wire::read(envelope.to_string().as_bytes(), &Default::default()).ok()? else {
        return None;
    };
    let mut sealer = Sealer { faults, inline_bytes: usize::MAX, carried: Vec::new(), new: Map::new() };
    let mut digests = Vec::new();
    for event in envelope.remove("events")?.as_list()? {
        match (Mark::of(event), faults.marks_are_values) {
            (Some(mark), false) => digests.push(Value::Text(mark.hash().to_string())),
            _ => digests.push(sealer.event(&mut event.as_map()?.clone())),
        }
    }
    envelope.remove("content");
    envelope.remove("digest");
    envelope.insert("events".to_owned(), Value::List(digests));
    Some(faults.style.hash(&Value::Map(envelope)))
}

/// An envelope as JSON.
pub fn json_of(text: &Json) -> Json {
    serde_json::from_slice(&bytes(text)).unwrap_or(json!(null))
}
