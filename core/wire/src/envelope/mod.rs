//! Envelopes: a producer's events in order, the content that they need, and the chain (section 7 of the spec).

use crate::content::{self, Mark};
use crate::error::WireError;
use crate::event::{Event, read_count, read_parsed, read_text};
use crate::id::Hash;
use crate::json::{self, ReadOptions};
use crate::value::{Map, Value};
use std::collections::BTreeMap;

mod assemble;

pub use assemble::{assemble, assemble_entries, digest_of};

/// The version of the specification that this crate writes.
pub const SPEC_VERSION: &str = "1.0";

/// The members of an envelope that this version knows.
pub(crate) const MEMBERS: [&str; 12] = [
    "close",
    "content",
    "digest",
    "events",
    "first_seq",
    "parent",
    "predecessor",
    "prev",
    "producer",
    "resource",
    "seal",
    "spec",
];

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
        /// Members of a later version, kept as they came; no hash covers them.
        other: Map,
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
    /// What readers begin with: nothing is said yet.
    pub(crate) fn blank() -> Self {
        Envelope {
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
        }
    }

    /// Reads canonical or other JSON.
    ///
    /// # Errors
    /// [`WireError`] with the place of the first thing that is not an envelope.
    pub fn read(bytes: &[u8]) -> Result<Self, WireError> {
        Self::from_value(json::read(bytes, &ReadOptions::default())?)
    }

    /// Whether this version knows a member of this name.
    pub(crate) fn is_member(name: &str) -> bool {
        MEMBERS.contains(&name)
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

    /// The members other than `events`, `content` and `digest`, in canonical order.
    pub fn header(&self) -> Map {
        let members = [
            ("close", self.close.clone().map(Value::Text)),
            ("first_seq", Some(Value::from_u64(self.first_seq))),
            ("parent", self.parent.clone().map(Value::Text)),
            ("predecessor", self.predecessor.clone().map(Value::Text)),
            ("prev", self.prev.map(|prev| prev.to_string().into())),
            ("producer", Some(Value::Text(self.producer.clone()))),
            ("resource", Some(Value::Map(self.resource.clone()))),
            ("seal", Some(Value::from_u64(self.seal))),
            ("spec", Some(Value::Text(self.spec.clone()))),
        ];
        let mut map: Map = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        // A member of a later version cannot take the place of one that this version knows.
        map.extend(self.other.iter().filter(|(name, _)| !MEMBERS.contains(&name.as_str())).cloned());
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

    /// Takes over from another copy of the same envelope what it carries in `content` and this one does not (TW-DIG-005);
    /// true if anything came. A copy of another envelope changes nothing.
    ///
    /// What either copy has erased is erased.
    pub fn merge_content(&mut self, copy: &Envelope) -> bool {
        let mut has_more = false;
        if copy.digest == self.digest {
            for (hash, content) in &copy.content {
                let is_more = match (self.content.get(hash), content) {
                    (None, _) => true,
                    (Some(Content::Withheld), Content::Value { .. }) => true,
                    (Some(Content::Withheld | Content::Value { .. }), Content::Erased) => true,
                    (Some(_), _) => false,
                };
                if is_more {
                    self.content.insert(*hash, content.clone());
                    has_more = true;
                }
            }
        }
        has_more
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
        let mut envelope = Envelope::blank();
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
                "spec" => envelope.spec = read_spec(value)?,
                // Unique here, since they are in the map that is read.
                _ => envelope.other.push_unique(name, value),
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
    /// A content without a nonce.
    pub fn new(value: Value) -> Self {
        Content::Value { value, nonce: None, other: Map::new() }
    }

    /// The entry of the envelope's `content` under this hash.
    pub fn to_value(&self, hash: &Hash) -> Value {
        match self {
            Content::Value { value, nonce, other } => {
                let mut map = other.clone();
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
            Content::Value { value, nonce, .. } => Some(content::is_under(value, nonce.as_deref(), hash)),
            Content::Erased | Content::Withheld => None,
        }
    }
}

fn read_map(value: Value, name: &str) -> Result<Map, WireError> {
    match value {
        Value::Map(map) => Ok(map),
        other => Err(WireError::shape(
            "member_type",
            format!("/{name}"),
            format!("a map is expected, this is {}", other.kind_name()),
        )),
    }
}

fn read_events(value: Value) -> Result<Vec<Entry>, WireError> {
    let Value::List(items) = value else {
        return Err(WireError::shape(
            "member_type",
            "/events",
            format!("a list is expected, this is {}", value.kind_name()),
        ));
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
        let within = |error: WireError| error.within(&format!("/content/{name}"));
        let hash: Hash = name.parse().map_err(within)?;
        contents.insert(hash, read_entry(&hash, value).map_err(within)?);
    }
    Ok(contents)
}

fn read_entry(hash: &Hash, value: Value) -> Result<Content, WireError> {
    match (Mark::of(&value), value) {
        (Some(mark), _) if mark.hash() != *hash => {
            Err(WireError::shape("content_shape", "", "what was erased or withheld has the hash under which it stands"))
        }
        (Some(Mark::Erased(_)), _) => Ok(Content::Erased),
        (Some(Mark::Withheld(_)), _) => Ok(Content::Withheld),
        (_, Value::Map(mut map)) => {
            let nonce = map.remove("nonce").map(|nonce| read_text(nonce, "nonce")).transpose()?;
            match map.remove("value") {
                Some(value) => Ok(Content::Value { value, nonce, other: map }),
                None => Err(WireError::shape("content_shape", "", "a content has a member `value`")),
            }
        }
        (_, other) => {
            Err(WireError::shape("content_shape", "", format!("a content is a map, this is {}", other.kind_name())))
        }
    }
}

/// Readers of 1.0 read every 1.x (TW-VER-001), and cannot know what another major version means.
pub fn is_readable(spec: &str) -> bool {
    spec.strip_prefix("1.").is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}

fn read_spec(value: Value) -> Result<String, WireError> {
    let spec = read_text(value, "spec")?;
    match is_readable(&spec) {
        true => Ok(spec),
        false => Err(WireError::shape("spec_version", "/spec", "a version 1.x of the specification is expected")),
    }
}
