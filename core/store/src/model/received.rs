//! An envelope that came from elsewhere, in the parts in which it goes into a store.

use super::{ContentBody, Incoming, IncomingContent, IncomingEvent};
use tracewire_wire::content::Mark;
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::event::Event;
use tracewire_wire::id::Hash;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

/// An envelope with its parts in canonical form. Whether its digest is right is for the caller to know
/// ([`tracewire_wire::verify::Verifier`]).
#[derive(Clone, Debug)]
pub struct Received {
    producer: String,
    header: Map,
    first_seq: u64,
    digest: Hash,
    events: Vec<(Option<Event>, Vec<u8>)>,
    content: Vec<(Hash, Carried)>,
}

#[derive(Clone, Debug)]
enum Carried {
    Value(Vec<u8>, Map),
    Erased,
    Withheld,
}

impl From<Envelope> for Received {
    fn from(envelope: Envelope) -> Self {
        let header = envelope.header();
        let event = |entry: Entry| match entry {
            Entry::Event(event) => {
                let mut json = Vec::new();
                event.write_to(&mut json);
                (Some(*event), json)
            }
            Entry::Withheld(digest) => (None, json::write(&Mark::Withheld(digest).to_value())),
        };
        let carried = |(hash, content): (Hash, Content)| {
            let carried = match content {
                Content::Value { value, nonce, mut other } => {
                    if let Some(nonce) = nonce {
                        other.insert("nonce".to_owned(), Value::Text(nonce));
                    }
                    Carried::Value(json::write(&value), other)
                }
                Content::Erased => Carried::Erased,
                Content::Withheld => Carried::Withheld,
            };
            (hash, carried)
        };
        Received {
            header,
            producer: envelope.producer,
            first_seq: envelope.first_seq,
            digest: envelope.digest,
            events: envelope.events.into_iter().map(event).collect(),
            content: envelope.content.into_iter().map(carried).collect(),
        }
    }
}

impl Received {
    /// The parts, for [`crate::Ingest::envelope`].
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming {
            producer: &self.producer,
            header: &self.header,
            first_seq: self.first_seq,
            digest: self.digest,
            events: self.events.iter().map(|(event, json)| IncomingEvent { event: event.as_ref(), json }).collect(),
            content: self.content.iter().map(|(hash, carried)| carried.incoming(*hash)).collect(),
        }
    }
}

impl Carried {
    fn incoming(&self, hash: Hash) -> IncomingContent<'_> {
        let (members, body) = match self {
            Carried::Value(json, members) => {
                (Some(members).filter(|members| !members.is_empty()), ContentBody::Value(json))
            }
            Carried::Erased => (None, ContentBody::Erased),
            Carried::Withheld => (None, ContentBody::Withheld),
        };
        IncomingContent { hash, members, body }
    }
}
