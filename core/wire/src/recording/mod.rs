//! What a file of any encoding holds: items in order, and the form in which they were written.
//!
//! ```text
//! JSON, TOON ─▶ Value ─▶ Recording ─▶ Value      every value comes back the same
//! JSON Lines, protobuf, CSV rows  ⇄  items
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `fits` | whether a value is an event or an envelope, and would be the same value when written again |
//!
//! Any value is an item. What is an envelope or an event is held as one, so that an encoding with types of its own can say
//! so; all else stays the value that it is, and nothing is refused or lost.

mod fits;

use crate::envelope::{Envelope, SPEC_VERSION};
use crate::event::Event;
use crate::value::{Map, Value};

/// One thing of a recording.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// An envelope.
    Envelope(Box<Envelope>),
    /// An event outside of an envelope.
    Event(Box<Event>),
    /// Anything else.
    Value(Value),
}

impl Item {
    /// The item that a value is: an envelope or an event where writing that again gives the same value, else the value.
    ///
    /// ```
    /// use tracewire_wire::{json::{self, ReadOptions}, recording::Item};
    /// let text = br#"{"seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"log"}"#;
    /// assert!(matches!(Item::from_value(json::read(text, &ReadOptions::default())?), Item::Event(_)));
    /// # Ok::<(), tracewire_wire::WireError>(())
    /// ```
    pub fn from_value(value: Value) -> Self {
        if fits::is_event(&value) {
            // What fits is read without an error; were it not so, the value would be kept.
            Event::from_value(value.clone()).map_or(Item::Value(value), |event| Item::Event(Box::new(event)))
        } else if fits::is_envelope(&value) {
            Envelope::from_value(value.clone()).map_or(Item::Value(value), |read| Item::Envelope(Box::new(read)))
        } else {
            Item::Value(value)
        }
    }

    /// The item as a value.
    pub fn to_value(&self) -> Value {
        match self {
            Item::Envelope(envelope) => envelope.to_value(),
            Item::Event(event) => event.to_value(),
            Item::Value(value) => value.clone(),
        }
    }

    /// The item as a value, without a copy where it is one already.
    pub fn into_value(self) -> Value {
        match self {
            Item::Value(value) => value,
            other => other.to_value(),
        }
    }
}

/// How items stood in the document that held them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// One after the other, as in JSON Lines, without a document around them.
    #[default]
    Lines,
    /// One item is the whole document.
    Single,
    /// A list is the document.
    List,
    /// `{"envelopes":[…],"spec":"1.0"}`: what an export is.
    Export,
}

/// Items in order, and the form in which they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// How the items stood.
    pub form: Form,
    /// The items in order.
    pub items: Vec<Item>,
}

impl Recording {
    /// The recording that a document holds.
    pub fn from_value(document: Value) -> Self {
        let items = |values: Vec<Value>| values.into_iter().map(Item::from_value).collect();
        match document {
            Value::List(values) => Recording { form: Form::List, items: items(values) },
            Value::Map(map) if is_export(&map) => {
                let values = map.into_iter().find_map(|(_, value)| match value {
                    Value::List(values) => Some(values),
                    _ => None,
                });
                Recording { form: Form::Export, items: items(values.unwrap_or_default()) }
            }
            value => Recording { form: Form::Single, items: vec![Item::from_value(value)] },
        }
    }

    /// The document that holds the recording: `to_value(from_value(v))` is `v`, for every value.
    ///
    /// Items without a document around them become a list. A recording of form [`Form::Single`] has one item; with any
    /// other number it is a list too.
    pub fn to_value(self) -> Value {
        let Recording { form, mut items } = self;
        if form == Form::Single && items.len() == 1 {
            return items.pop().map(Item::into_value).unwrap_or_default();
        }
        let values = Value::List(items.into_iter().map(Item::into_value).collect());
        match form {
            Form::Export => {
                let members = [("envelopes".to_owned(), values), ("spec".to_owned(), SPEC_VERSION.into())];
                Value::Map(members.into_iter().collect())
            }
            Form::Lines | Form::List | Form::Single => values,
        }
    }
}

/// Whether a map is an export of this version and nothing more, so that its form and its items say all of it.
pub(crate) fn is_export(map: &Map) -> bool {
    map.len() == 2
        && map.get("spec").and_then(Value::as_text) == Some(SPEC_VERSION)
        && map.get("envelopes").is_some_and(|envelopes| envelopes.as_list().is_some())
}
