//! Spans that have begun, and what is known of the calls of models that they are.

use tracewire_insight::call::{Call, Part, is_wanted};
use tracewire_wire::event::Event;
use tracewire_wire::id::SpanId;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// The parts of a body that say what a call was.
const PARTS: [Part; 3] = [Part::Attributes, Part::Usage, Part::Cost];

/// What the start of a span says, and its updates.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) parent_id: Option<SpanId>,
    pub(super) start: Timestamp,
    /// Whether a span below reported what it used.
    pub(super) has_usage_below: bool,
    /// Of its body what calls are read from, and no more.
    said: Map,
}

impl Begun {
    /// A span that is told of for the first time.
    pub(super) fn new(event: &Event) -> Self {
        let mut begun = Begun {
            kind: event.kind.clone().unwrap_or_default(),
            name: event.body_field("name").and_then(Value::as_text).unwrap_or_default().to_owned(),
            parent_id: event.parent_id,
            start: event.time,
            has_usage_below: false,
            said: Map::new(),
        };
        begun.hear(event);
        begun
    }

    /// Takes over what an event says later.
    pub(super) fn hear(&mut self, event: &Event) {
        for part in PARTS {
            let Some(members) = event.body_field(part.name()).and_then(Value::as_map) else { continue };
            for (name, value) in members.iter().filter(|(name, _)| is_wanted(part, name)) {
                if self.said.get(part.name()).is_none() {
                    self.said.insert(part.name().to_owned(), Value::Map(Map::new()));
                }
                if let Some(Value::Map(known)) = self.said.get_mut(part.name()) {
                    known.insert(name.clone(), value.clone());
                }
            }
        }
    }

    /// The call of a model that it was, as far as it was one.
    pub(super) fn call(&self) -> Call<'_> {
        Call::of_body(&self.said)
    }

    /// A count of what it used.
    pub(super) fn usage(&self, name: &str) -> Option<u64> {
        self.said.get(Part::Usage.name())?.as_map()?.get(name)?.as_u64()
    }
}
