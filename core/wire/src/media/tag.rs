//! What stands in the place of a medium (TW-MED-005).

use super::Media;
use super::text::Encoding;
use crate::id::Hash;
use crate::value::{Map, Value};

/// The tag's name.
pub(super) const NAME: &str = "$media";

/// What is said of a medium where it stood: `{"$media":{…}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its type, told by its bytes.
    pub media_type: String,
    /// How many bytes it has; of a text that was cut about that many.
    pub bytes: u64,
    /// The hash of its bytes, under which it is carried; none where not all of it was recorded.
    pub hash: Option<Hash>,
    /// Pixels from left to right.
    pub width: Option<u64>,
    /// Pixels from top to bottom.
    pub height: Option<u64>,
    /// How long it lasts.
    pub duration_nanos: Option<u64>,
    /// What stood before its base64: the head of a data URL.
    pub prefix: Option<String>,
    /// How it was written, where it stood in a text.
    encoding: Option<Encoding>,
}

impl Tag {
    pub(super) fn new(media: Media, bytes: u64) -> Self {
        Tag {
            media_type: media.media_type.to_owned(),
            bytes,
            hash: None,
            width: media.width,
            height: media.height,
            duration_nanos: media.duration_nanos,
            prefix: None,
            encoding: None,
        }
    }

    pub(super) fn carried(mut self, hash: Hash) -> Self {
        self.hash = Some(hash);
        self
    }

    pub(super) fn before(mut self, prefix: &str, encoding: Option<Encoding>) -> Self {
        self.prefix = (!prefix.is_empty()).then(|| prefix.to_owned());
        self.encoding = encoding;
        self
    }

    /// The tag that a value is, if it is one.
    ///
    /// ```
    /// use tracewire_wire::{json::{self, ReadOptions}, media::Tag};
    /// let value = json::read(br#"{"$media":{"bytes":70,"height":1,"type":"image/png","width":1}}"#, &ReadOptions::default())?;
    /// let tag = Tag::of(&value).unwrap();
    /// assert_eq!((tag.media_type.as_str(), tag.bytes, tag.hash, tag.width), ("image/png", 70, None, Some(1)));
    /// # Ok::<(), tracewire_wire::WireError>(())
    /// ```
    pub fn of(value: &Value) -> Option<Self> {
        let map = value.as_map().filter(|map| map.len() == 1)?;
        let said = map.get(NAME)?.as_map()?;
        let text = |name: &str| said.get(name).and_then(Value::as_text);
        let number = |name: &str| said.get(name).and_then(Value::as_u64);
        // Who writes it in a way that is not known here gets it back as it is.
        let encoding = match said.get("encoding") {
            Some(name) => Some(Encoding::named(name.as_text()?)?),
            None => None,
        };
        Some(Tag {
            media_type: text("type")?.to_owned(),
            bytes: number("bytes")?,
            hash: text("hash").and_then(|hash| hash.parse().ok()),
            width: number("width"),
            height: number("height"),
            duration_nanos: number("duration_nanos"),
            prefix: text("prefix").map(str::to_owned),
            encoding,
        })
    }

    /// The value that it is.
    pub fn to_value(&self) -> Value {
        let number = |number: Option<u64>| number.map(Value::from_u64);
        let text = |text: &str| Some(Value::from(text));
        let missing = if self.hash.is_none() { Some(self.bytes) } else { None };
        let members = [
            ("bytes", number(Some(self.bytes))),
            ("duration_nanos", number(self.duration_nanos)),
            ("encoding", self.encoding.and_then(|encoding| text(encoding.name()))),
            ("hash", self.hash.map(|hash| Value::from(hash.to_string()))),
            ("height", number(self.height)),
            ("missing_bytes", number(missing)),
            ("prefix", self.prefix.as_deref().and_then(text)),
            ("type", text(&self.media_type)),
            ("width", number(self.width)),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Map(Map::from_iter([(NAME.to_owned(), Value::Map(members.collect()))]))
    }

    /// The value that stood here, of the content that is carried under the hash; `None` where that is none of a medium.
    pub(super) fn original(&self, content: &Value) -> Option<Value> {
        let base64 = content.as_map().filter(|map| map.len() == 1)?.get("$bytes")?.as_text()?;
        Some(match self.encoding {
            None => Value::tagged("$bytes", base64),
            Some(encoding) => Value::Text(self.prefix.clone().unwrap_or_default() + &encoding.of_base64(base64)),
        })
    }
}
