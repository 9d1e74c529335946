//! TOON of a list, written block by block: byte for byte what [`toon::encode`](crate::toon::encode) writes of the whole.

use super::shape::{Kind, Shape};
use crate::toon::{self, EncodeOptions};
use crate::value::{Map, Value};

/// Writes the items of a list whose [`Shape`] is known.
///
/// ```
/// use tracewire_wire::{stream::{ListWriter, Shape}, toon::EncodeOptions, value::Value};
/// let mut shape = Shape::default();
/// [1, 2, 3].iter().for_each(|number| shape.add(&Value::Int(*number)));
/// let mut writer = ListWriter::new(Some("numbers"), shape, EncodeOptions::default());
/// let mut out = Vec::new();
/// writer.items(vec![Value::Int(1), Value::Int(2)], &mut out);
/// writer.items(vec![Value::Int(3)], &mut out);
/// writer.finish(&mut out);
/// assert_eq!(out, b"numbers[3]: 1,2,3");
/// ```
#[derive(Debug)]
pub struct ListWriter {
    key: Option<&'static str>,
    shape: Shape,
    options: EncodeOptions,
    has_begun: bool,
}

impl ListWriter {
    /// A writer of the list that is the document, or that stands under a key of it, which needs no quotes.
    pub fn new(key: Option<&'static str>, shape: Shape, options: EncodeOptions) -> Self {
        ListWriter { key, shape, options, has_begun: false }
    }

    /// Appends the next items. They are those that the shape was made of, in the same order.
    pub fn items(&mut self, mut items: Vec<Value>, out: &mut Vec<u8>) {
        if items.is_empty() {
            return;
        }
        // What the list's form would be of these items alone must not decide.
        let (added_before, added_behind) = match &self.shape.kind {
            Kind::Table { first, .. } => {
                items.insert(0, (**first).clone());
                (1, 0)
            }
            Kind::Items | Kind::Empty => {
                items.push(Value::Map(Map::new()));
                (0, 1)
            }
            Kind::Inline => (0, 0),
        };
        let text = toon::encode(&Value::List(items), &self.options);
        let (header, body) = match &self.shape.kind {
            Kind::Inline => text.split_once(": ").unwrap_or((&text, "")),
            _ => text.split_once('\n').unwrap_or((&text, "")),
        };
        let mut body = body;
        for _ in 0..added_before {
            body = body.split_once('\n').map_or("", |(_, rest)| rest);
        }
        for _ in 0..added_behind {
            body = body.rsplit_once('\n').map_or("", |(rest, _)| rest);
        }
        match (&self.shape.kind, std::mem::replace(&mut self.has_begun, true)) {
            (Kind::Inline, false) => {
                self.header(header, out);
                out.extend_from_slice(b": ");
            }
            (Kind::Inline, true) => out.push(self.options.delimiter.byte()),
            (_, is_later) => {
                if !is_later {
                    self.header(header, out);
                }
                out.push(b'\n');
            }
        }
        out.extend_from_slice(body.as_bytes());
    }

    /// The header of some items, with the key and with the number of all.
    fn header(&self, header: &str, out: &mut Vec<u8>) {
        let behind = header.trim_start_matches('[').trim_start_matches(|digit: char| digit.is_ascii_digit());
        out.extend_from_slice(format!("{}[{}{behind}", self.key.unwrap_or_default(), self.shape.count).as_bytes());
    }

    /// Appends what a list without items is, where there were none.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.has_begun, true) {
            let key = self.key.map(|key| format!("{key}: ")).unwrap_or_default();
            out.extend_from_slice(format!("{key}[]").as_bytes());
        }
    }
}
