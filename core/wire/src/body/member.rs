//! A member's value, or what stands in its place.

use crate::value::{Map, Value};
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

/// A text, or what stands in its place.
pub type Text = Member<String>;

/// A number of things, or what stands in its place.
pub type Count = Member<u64>;

/// A member's value, or what stands in its place.
#[derive(Clone, Debug, PartialEq)]
pub enum Member<T> {
    /// The value.
    Plain(T),
    /// Null: a `span.update` sets a member to null by it (TW-EVT-005).
    Null,
    /// A tag: the value was cut or redacted, or is a number beyond the type's range.
    Tag(Map),
}

impl<T> Member<T> {
    /// The value, if it is one.
    pub fn plain(&self) -> Option<&T> {
        if let Member::Plain(value) = self { Some(value) } else { None }
    }

    /// The value, if it is one.
    pub fn into_plain(self) -> Option<T> {
        if let Member::Plain(value) = self { Some(value) } else { None }
    }
}

impl<T> From<T> for Member<T> {
    fn from(value: T) -> Self {
        Member::Plain(value)
    }
}

impl<T: Serialize> Serialize for Member<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Member::Plain(value) => value.serialize(serializer),
            Member::Null => serializer.serialize_unit(),
            Member::Tag(map) => map.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Member::Null),
            value if value.tag().is_some() => match value {
                Value::Map(map) => Ok(Member::Tag(map)),
                _ => Err(D::Error::custom("a tag is a map")),
            },
            value => T::deserialize(&value).map(Member::Plain).map_err(D::Error::custom),
        }
    }
}

/// Reads a member that is there: null is a value too, and only absence is none.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(feature = "schema")]
mod schema {
    use super::Member;
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use std::borrow::Cow;

    /// What stands in the place of a value.
    struct Tag;

    impl JsonSchema for Tag {
        fn schema_name() -> Cow<'static, str> {
            "Tag".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "A tag, such as `$cut`, `$redacted` or `$int`: a map with a key that begins with exactly one `$`.",
                "type": "object",
                "not": { "propertyNames": { "not": { "pattern": "^\\$([^$]|$)" } } }
            })
        }
    }

    impl<T: JsonSchema> JsonSchema for Member<T> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            format!("Member_of_{}", T::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let (plain, tag) = (generator.subschema_for::<T>(), generator.subschema_for::<Tag>());
            json_schema!({ "anyOf": [plain, tag] })
        }
    }
}
