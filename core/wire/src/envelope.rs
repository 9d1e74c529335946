//! Envelopes: a producer's events in order, the content that they need, and the chain (section 7 of the spec).

use crate::content::{self, Mark};
use crate::error::WireError;
use crate::event::{Event, read_count, read_parsed, read_text};
use crate::id::{HASH_TEXT, Hash};
use crate::json::{self, ReadOptions};
use crate::value::{Map, Value};
use std::collections::BTreeMap;

/// The version of the specification that this crate writes.
pub const SPEC_VERSION: &str = "1.0";

/// An event, or what stands in its place.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// The event.
    Event(Box<Event>),
    /// An event that is not in this copy; its digest proves the rest (TW-ERA-002).
    Withheld(Hash),
}

impl Entry {
    /// The event's digest.
    pub fn digest(&self) -> Hash {
        match self {
            Entry::Event(event) => event.digest(),
            Entry::Withheld(digest) => *digest,
        }
    }
}

/// One content of an envelope.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// The value, and the nonce of keyed mode.
    Value {
        /// The value, its inner slots possibly references.
        value: Value,
        /// Part of the hash (TW-CON-005).
        nonce: Option<String>,
    },
    /// Erased for ever.
    Erased,
    /// Not in this copy.
    Withheld,
}

/// One envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// Version of the specification.
    pub spec: String,
    /// Version of the function that made it (TW-VER-002).
    pub seal: u64,
    /// Whose events these are.
    pub producer: String,
    /// Attributes of the emitter.
    pub resource: Map,
    /// Number of the first event.
    pub first_seq: u64,
    /// Digest of the envelope before it.
    pub prev: Option<Hash>,
    /// Producer of the process that forked this one.
    pub parent: Option<String>,
    /// Producer of the same process before this one.
    pub predecessor: Option<String>,
    /// Why the producer ended, in its last envelope.
    pub close: Option<String>,
    /// Events in order.
    pub events: Vec<Entry>,
    /// Content by hash.
    pub content: BTreeMap<Hash, Content>,
    /// The digest as it was read or computed; see [`Envelope::compute_digest`].
    pub digest: Hash,
    /// Members of a later version, kept and part of the digest.
    pub other: Map,
}

impl Envelope {
    /// Reads canonical or other JSON.
    ///
    /// # Errors
    /// [`WireError`] with the place of the first thing that is not an envelope.
    pub fn read(bytes: &[u8]) -> Result<Self, WireError> {
        Self::from_value(json::read(bytes, &ReadOptions::default())?)
    }

    /// Canonical bytes.
    pub fn write(&self) -> Vec<u8> {
        json::write(&self.to_value())
    }

    /// The digest of what is here (TW-DIG-003).
    pub fn compute_digest(&self) -> Hash {
        let digests: Vec<Hash> = self.events.iter().map(Entry::digest).collect();
        digest_of(&self.header(), &digests)
    }

    /// The members other than `events`, `content` and `digest`.
    pub fn header(&self) -> Map {
        let mut map = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                map.insert(name.to_owned(), value);
            }
        };
        set("close", self.close.clone().map(Value::Text));
        set("first_seq", Some(Value::from_u64(self.first_seq)));
        set("parent", self.parent.clone().map(Value::Text));
        set("predecessor", self.predecessor.clone().map(Value::Text));
        set("prev", self.prev.map(|prev| prev.to_string().into()));
        set("producer", Some(Value::Text(self.producer.clone())));
        set("resource", Some(Value::Map(self.resource.clone())));
        set("seal", Some(Value::from_u64(self.seal)));
        set("spec", Some(Value::Text(self.spec.clone())));
        for (name, value) in &self.other {
            set(name, Some(value.clone()));
        }
        map.sort();
        map
    }

    /// The envelope as a value.
    pub fn to_value(&self) -> Value {
        let mut map = self.header();
        if !self.content.is_empty() {
            let entries = self.content.iter().map(|(hash, content)| (hash.to_string(), content.to_value(hash)));
            map.insert("content".to_owned(), Value::Map(Map::from_unique(entries.collect())));
        }
        map.insert("digest".to_owned(), self.digest.to_string().into());
        let events = self.events.iter().map(|entry| match entry {
            Entry::Event(event) => event.to_value(),
            Entry::Withheld(digest) => Mark::Withheld(*digest).to_value(),
        });
        map.insert("events".to_owned(), Value::List(events.collect()));
        map.sort();
        Value::Map(map)
    }

    /// Reads an envelope from a value; unknown members are kept.
    ///
    /// # Errors
    /// [`WireError::Shape`] with the path of the first member that is missing or has the wrong form.
    pub fn from_value(value: Value) -> Result<Self, WireError> {
        let Value::Map(map) = value else {
            let reason = format!("an envelope is a map, this is {}", value.kind_name());
            return Err(WireError::shape("envelope_shape", "", reason));
        };
        let mut envelope = Envelope {
            spec: String::new(),
            seal: 0,
            producer: String::new(),
            resource: Map::new(),
            first_seq: 0,
            prev: None,
            parent: None,
            predecessor: None,
            close: None,
            events: Vec::new(),
            content: BTreeMap::new(),
            digest: Hash([0; 32]),
            other: Map::new(),
        };
        let mut missing: Vec<&str> = vec!["digest", "events", "first_seq", "producer", "resource", "seal", "spec"];
        for (name, value) in map {
            missing.retain(|required| *required != name);
            match name.as_str() {
                "close" => envelope.close = Some(read_text(value, &name)?),
                "content" => envelope.content = read_content(value)?,
                "digest" => envelope.digest = read_parsed(value, &name)?,
                "events" => envelope.events = read_events(value)?,
                "first_seq" => envelope.first_seq = read_count(&value, &name)?,
                "parent" => envelope.parent = Some(read_text(value, &name)?),
                "predecessor" => envelope.predecessor = Some(read_text(value, &name)?),
                "prev" => envelope.prev = Some(read_parsed(value, &name)?),
                "producer" => envelope.producer = read_text(value, &name)?,
                "resource" => envelope.resource = read_map(value, &name)?,
                "seal" => envelope.seal = read_count(&value, &name)?,
                "spec" => envelope.spec = read_text(value, &name)?,
                _ => _ = envelope.other.insert(name, value),
            }
        }
        match missing.first() {
            Some(name) => {
                Err(WireError::shape("envelope_member_missing", "", format!("an envelope has a member `{name}`")))
            }
            None => Ok(envelope),
        }
    }
}

impl Content {
    fn to_value(&self, hash: &Hash) -> Value {
        match self {
            Content::Value { value, nonce } => {
                let mut map = Map::new();
                if let Some(nonce) = nonce {
                    map.insert("nonce".to_owned(), Value::Text(nonce.clone()));
                }
                map.insert("value".to_owned(), value.clone());
                Value::Map(map)
            }
            Content::Erased => Mark::Erased(*hash).to_value(),
            Content::Withheld => Mark::Withheld(*hash).to_value(),
        }
    }

    /// Whether the value belongs to this hash; `None` where there is no value to ask.
    pub fn matches(&self, hash: &Hash) -> Option<bool> {
        match self {
            Content::Value { value, nonce } => Some(content::content_hash(value, nonce.as_deref()) == *hash),
            Content::Erased | Content::Withheld => None,
        }
    }
}

fn read_map(value: Value, name: &str) -> Result<Map, WireError> {
    match value {
        Value::Map(map) => Ok(map),
        other => {
            Err(WireError::shape("member_type", format!("/{name}"), format!("a map is expected, this is {}", other.kind_name())))
        }
    }
}

fn read_events(value: Value) -> Result<Vec<Entry>, WireError> {
    let Value::List(items) = value else {
        return Err(WireError::shape("member_type", "/events", format!("a list is expected, this is {}", value.kind_name())));
    };
    let read = |(at, item): (usize, Value)| match Mark::of(&item) {
        Some(Mark::Withheld(digest)) => Ok(Entry::Withheld(digest)),
        _ => match Event::from_value(item) {
            Ok(event) => Ok(Entry::Event(Box::new(event))),
            Err(error) => Err(error.within(&format!("/events/{at}"))),
        },
    };
    items.into_iter().enumerate().map(read).collect()
}

fn read_content(value: Value) -> Result<BTreeMap<Hash, Content>, WireError> {
    let mut contents = BTreeMap::new();
    for (name, value) in read_map(value, "content")? {
        let path = format!("/content/{name}");
        let hash: Hash = name.parse().map_err(|error: WireError| error.within(&path))?;
        let content = match (Mark::of(&value), value) {
            (Some(Mark::Erased(_)), _) => Content::Erased,
            (Some(Mark::Withheld(_)), _) => Content::Withheld,
            (_, Value::Map(mut map)) => {
                let nonce = map.remove("nonce").map(|nonce| read_text(nonce, "nonce")).transpose();
                let nonce = nonce.map_err(|error| error.within(&path))?;
                match map.remove("value") {
                    Some(value) => Content::Value { value, nonce },
                    None => return Err(WireError::shape("content_shape", path, "a content has a member `value`")),
                }
            }
            (_, other) => {
                let reason = format!("a content is a map, this is {}", other.kind_name());
                return Err(WireError::shape("content_shape", path, reason));
            }
        };
        contents.insert(hash, content);
    }
    Ok(contents)
}

/// The digest of an envelope with these members and events (TW-DIG-003).
pub fn digest_of(header: &Map, event_digests: &[Hash]) -> Hash {
    let mut out = Vec::with_capacity(512 + event_digests.len() * (HASH_TEXT + 3));
    let events = Member("events", &|out| {
        out.push(b'[');
        for (at, digest) in event_digests.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            write_hash(digest, out);
        }
        out.push(b']');
    });
    write_members(header, &[events], &mut out);
    Hash::of(&out)
}

/// Canonical bytes of an envelope from canonical pieces: its header in canonical order, each event, and each content's value.
pub fn assemble(header: &Map, events: &[&[u8]], content: &[(Hash, &[u8])], digest: &Hash) -> Vec<u8> {
    let length: usize = events.iter().map(|event| event.len() + 1).sum::<usize>()
        + content.iter().map(|(_, value)| value.len() + HASH_TEXT + 16).sum::<usize>();
    let mut out = Vec::with_capacity(length + 1024);
    let write_content = |out: &mut Vec<u8>| {
        out.push(b'{');
        for (at, (hash, value)) in content.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            write_hash(hash, out);
            out.extend_from_slice(b":{\"value\":");
            out.extend_from_slice(value);
            out.push(b'}');
        }
        out.push(b'}');
    };
    let write_events = |out: &mut Vec<u8>| {
        out.push(b'[');
        for (at, event) in events.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(event);
        }
        out.push(b']');
    };
    let write_digest = |out: &mut Vec<u8>| write_hash(digest, out);
    let mut members = vec![Member("digest", &write_digest), Member("events", &write_events)];
    if !content.is_empty() {
        members.insert(0, Member("content", &write_content));
    }
    write_members(header, &members, &mut out);
    out
}

fn write_hash(hash: &Hash, out: &mut Vec<u8>) {
    out.push(b'"');
    hash.write_to(out);
    out.push(b'"');
}

struct Member<'a>(&'a str, &'a dyn Fn(&mut Vec<u8>));

/// Writes a sorted map with further members, which are in order too, merged in.
fn write_members(header: &Map, further: &[Member<'_>], out: &mut Vec<u8>) {
    let mut further = further.iter().peekable();
    let mut is_first = true;
    let mut name_of = |name: &str, out: &mut Vec<u8>| {
        out.push(if is_first { b'{' } else { b',' });
        is_first = false;
        json::write_text(name, out);
        out.push(b':');
    };
    for (name, value) in header {
        while let Some(Member(inserted, write)) = further.next_if(|Member(inserted, _)| *inserted < name.as_str()) {
            name_of(inserted, out);
            write(out);
        }
        name_of(name, out);
        json::write_to(value, out);
    }
    for Member(inserted, write) in further {
        name_of(inserted, out);
        write(out);
    }
    out.push(b'}');
}
