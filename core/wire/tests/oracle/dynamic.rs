//! Messages walked by their descriptors: what their JSON is by the text of the specification, and messages drawn at random.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value as Field};
use std::collections::HashMap;
use tracewire_wire::id::Hash;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash(bytes: &[u8]) -> Value {
    Hash(bytes.try_into().unwrap()).to_string().into()
}

fn tag(name: &str, value: Value) -> Value {
    Value::Map(Map::from_iter([(name.to_owned(), value)]))
}

/// The items of a `Recording`.
pub fn items(recording: &DynamicMessage) -> Vec<Value> {
    recording
        .get_field_by_name("items")
        .unwrap()
        .as_list()
        .unwrap()
        .iter()
        .map(|item| value_of(only(item.as_message().unwrap())))
        .collect()
}

/// The message in a oneof of messages.
fn only(message: &DynamicMessage) -> &DynamicMessage {
    message.fields().next().unwrap().1.as_message().unwrap()
}

/// The JSON of a message.
pub fn value_of(message: &DynamicMessage) -> Value {
    match message.descriptor().name() {
        "Value" => any(message),
        "Map" => members(&message.get_field_by_name("members").unwrap()),
        "List" => Value::List(list(&message.get_field_by_name("items").unwrap())),
        "Timestamp" => time(message),
        "Entry" => match message.fields().next().unwrap() {
            (field, value) if field.name() == "withheld" => tag("$withheld", hash(value.as_bytes().unwrap())),
            (_, value) => value_of(value.as_message().unwrap()),
        },
        _ => Value::Map(by_name(message)),
    }
}

fn any(message: &DynamicMessage) -> Value {
    let Some((field, value)) = message.fields().next() else { return Value::Null };
    match (field.name(), value) {
        ("binary", Field::Bytes(bytes)) => Value::bytes(bytes),
        ("content_ref", Field::Bytes(bytes)) => tag("$ref", hash(bytes)),
        ("erased", Field::Bytes(bytes)) => tag("$erased", hash(bytes)),
        ("withheld", Field::Bytes(bytes)) => tag("$withheld", hash(bytes)),
        (_, value) => scalar(value),
    }
}

fn scalar(value: &Field) -> Value {
    match value {
        Field::Bool(value) => Value::Bool(*value),
        Field::I64(value) => Value::from_i64(*value),
        Field::U64(value) => Value::from_u64(*value),
        Field::U32(value) => Value::from_u64(u64::from(*value)),
        Field::F64(value) => Value::from_f64(*value),
        Field::String(text) => Value::from(text.as_str()),
        Field::Message(message) => value_of(message),
        other => panic!("no field is {other:?}"),
    }
}

fn list(value: &Field) -> Vec<Value> {
    value.as_list().unwrap().iter().map(scalar).collect()
}

fn members(value: &Field) -> Value {
    let entries = value.as_map().unwrap().iter();
    Value::Map(entries.map(|(key, value)| (key.as_str().unwrap().to_owned(), scalar(value))).collect())
}

fn time(message: &DynamicMessage) -> Value {
    let seconds = message.get_field_by_name("seconds").unwrap().as_i64().unwrap();
    let nanos = message.get_field_by_name("nanos").unwrap().as_i32().unwrap();
    let total = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    Timestamp(i64::try_from(total).unwrap()).to_string().into()
}

/// Members of this name are there even where their value is the default.
const ALWAYS: [&str; 9] = ["seq", "type", "spec", "seal", "producer", "first_seq", "digest", "resource", "events"];

fn by_name(message: &DynamicMessage) -> Map {
    let kind = message.descriptor().name().to_owned();
    let is_fixed = kind == "Event" || kind == "Envelope";
    let mut map = Map::new();
    for field in message.descriptor().fields() {
        let has = message.has_field(&field) || (is_fixed && ALWAYS.contains(&field.name()));
        if !has || field.name() == "other" {
            continue;
        }
        let value = message.get_field(&field);
        let body = field.containing_oneof().filter(|_| !field.field_descriptor_proto().proto3_optional());
        let (name, value) = match (kind.as_str(), field.name(), value.as_ref()) {
            ("Event", name, Field::Bytes(bytes)) if body.is_some() => ("body", tag(&format!("${name}"), hash(bytes))),
            ("Event", _, Field::Message(held)) if body.is_some() => match value_of(held) {
                Value::Map(members) if members.is_empty() => continue,
                members => ("body", members),
            },
            ("Event", name, Field::Bytes(bytes)) => (name, hex(bytes).into()),
            ("Envelope", name, Field::Bytes(bytes)) => (name, hash(bytes)),
            ("Content", "hash", _) => continue,
            ("Envelope", "content", contents) => ("content", contents_of(contents)),
            (_, name, value) if field.is_map() => (name, members(value)),
            (_, name, value) if field.is_list() => (name, Value::List(list(value))),
            (_, name, value) => (name, scalar(value)),
        };
        map.insert(name.to_owned(), value);
    }
    if let Some(other) = message.get_field_by_name("other") {
        let Value::Map(other) = members(&other) else { panic!("`other` is a map") };
        map.extend(other);
    }
    map
}

fn contents_of(contents: &Field) -> Value {
    let entry = |content: &Field| {
        let content = content.as_message().unwrap();
        let hash = hash(content.get_field_by_name("hash").unwrap().as_bytes().unwrap());
        let value = match content.get_field_by_name("absence").unwrap().as_enum_number().unwrap() {
            1 => tag("$erased", hash.clone()),
            2 => tag("$withheld", hash.clone()),
            _ => Value::Map(by_name(content)),
        };
        (hash.as_text().unwrap().to_owned(), value)
    };
    Value::Map(contents.as_list().unwrap().iter().map(entry).collect())
}

/// Draws messages that are as the specification wants them.
pub struct Draw {
    state: u64,
    later: &'static [&'static str],
    /// Whether a field of a later version was drawn.
    pub drew_later: bool,
}

impl Draw {
    pub fn new(seed: u64, later: &'static [&'static str]) -> Self {
        Draw { state: seed | 1, later, drew_later: false }
    }

    fn below(&mut self, count: u64) -> u64 {
        // Xorshift: any sequence will do.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % count
    }

    fn bytes(&mut self, length: usize) -> Field {
        Field::Bytes((0..length).map(|_| 1 + self.below(255) as u8).collect::<Vec<u8>>().into())
    }

    fn text(&mut self) -> String {
        ["", "a", "ok", "\u{e9}\n", "0123456789abcdef0123456789abcdef", "\u{1f600}"][self.below(6) as usize].to_owned()
    }

    pub fn message(&mut self, descriptor: &MessageDescriptor) -> DynamicMessage {
        self.message_at(descriptor, 0)
    }

    fn message_at(&mut self, descriptor: &MessageDescriptor, depth: u64) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        let kind = descriptor.name().to_owned();
        if kind == "Timestamp" {
            message.set_field_by_name("seconds", Field::I64(self.below(8_000_000_000) as i64 - 4_000_000_000));
            message.set_field_by_name("nanos", Field::I32(self.below(1_000_000_000) as i32));
            return message;
        }
        for oneof in descriptor.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let fields: Vec<FieldDescriptor> = oneof.fields().collect();
            // Deep values are leaves: none of the kinds that hold further ones.
            let fits = |field: &&FieldDescriptor| depth < 5 || !matches!(field.name(), "list" | "map");
            let fields: Vec<&FieldDescriptor> = fields.iter().filter(fits).collect();
            let must = kind == "Entry" || kind == "Content";
            if must || self.below(8) > 0 {
                let field = fields[self.below(fields.len() as u64) as usize];
                self.set(&mut message, field, depth);
            }
        }
        for field in descriptor.fields() {
            let in_oneof = field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic());
            let must = matches!(
                (kind.as_str(), field.name()),
                ("Event", "time") | ("Envelope", "digest" | "spec") | ("Content", "hash")
            );
            let is_gone = kind == "Content" && message.has_field_by_name("absence");
            if !in_oneof && (must || (self.below(3) == 0 && depth < 8 && !is_gone)) {
                self.set(&mut message, &field, depth);
            }
        }
        if kind == "Event" {
            self.settle_event(&mut message);
        }
        message
    }

    /// The type is that of the body, and a body is not empty.
    fn settle_event(&mut self, event: &mut DynamicMessage) {
        const TYPES: [&str; 9] =
            ["span.start", "span.update", "span.event", "span.end", "event", "log", "metric", "feedback", "loss"];
        let body = event.fields().find_map(|(field, value)| match (field.number(), value) {
            (11..=20, Field::Message(body)) => Some((field, body.fields().next().is_none())),
            _ => None,
        });
        if let Some((field, is_empty)) = body {
            let event_type = TYPES.get(field.number() as usize - 11).copied().unwrap_or("later.type");
            if is_empty {
                event.clear_field(&field);
            }
            event.set_field_by_name("type", Field::String(event_type.to_owned()));
        }
    }

    fn set(&mut self, message: &mut DynamicMessage, field: &FieldDescriptor, depth: u64) {
        let is_later = self.later.contains(&field.name());
        let value = if field.is_map() {
            let value = field.kind().as_message().unwrap().map_entry_value_field();
            // Names of members that no message has a field for.
            let names = ["", "zeta", "\u{e9}", "\u{e000}", "\u{1f600}", "x-1"];
            let entries = (0..1 + self.below(3)).map(|_| {
                let name = names[self.below(6) as usize].to_owned();
                (MapKey::String(name), self.one(&value, depth))
            });
            Field::Map(entries.collect::<HashMap<_, _>>())
        } else if field.is_list() && field.name() == "content" {
            let mut contents: Vec<Field> = (0..1 + self.below(3)).map(|_| self.one(field, depth)).collect();
            // Sorted by their hashes, as the specification has them.
            contents.sort_by_key(|content| {
                content.as_message().unwrap().get_field_by_name("hash").unwrap().as_bytes().unwrap().to_vec()
            });
            Field::List(contents)
        } else if field.is_list() {
            Field::List((0..1 + self.below(3)).map(|_| self.one(field, depth)).collect())
        } else {
            self.one(field, depth)
        };
        self.drew_later |= is_later;
        message.set_field(field, value);
    }

    fn one(&mut self, field: &FieldDescriptor, depth: u64) -> Field {
        let name = field.name();
        match field.kind() {
            Kind::Bool => Field::Bool(self.below(2) == 0),
            Kind::Sint64 => Field::I64([0, -1, 7, i64::MAX, i64::MIN, 1 << 53][self.below(6) as usize]),
            // Numbers that are integers in JSON.
            Kind::Uint64 if matches!(name, "seq" | "seal" | "first_seq") => Field::U64(self.below(1 << 53)),
            Kind::Uint64 => Field::U64([0, 1, 300, 1 << 53, u64::MAX][self.below(5) as usize]),
            Kind::Uint32 => Field::U32([0, 1, 255, u32::MAX][self.below(4) as usize]),
            // A number that is integral stands in another field of a value.
            Kind::Double if name == "number" => Field::F64([0.5, -1e-7, 1e300, f64::INFINITY][self.below(4) as usize]),
            Kind::Double => Field::F64([0.0, 0.5, -3.0, 1e300, f64::NEG_INFINITY][self.below(5) as usize]),
            Kind::String if name == "spec" => Field::String(format!("1.{}", self.below(9))),
            Kind::String => Field::String(self.text()),
            Kind::Bytes if name == "trace_id" => self.bytes(16),
            Kind::Bytes if matches!(name, "span_id" | "parent_id") => self.bytes(8),
            Kind::Bytes if name == "binary" => {
                let length = self.below(4) as usize;
                self.bytes(length)
            }
            Kind::Bytes => self.bytes(32),
            Kind::Enum(_) => Field::EnumNumber(1 + self.below(2) as i32),
            Kind::Message(message) => Field::Message(self.message_at(&message, depth + 1)),
            other => panic!("no field is {other:?}"),
        }
    }
}
