//! Bodies and their parts: members by name, whatever field they stood in.

use super::cursor::{Cursor, Fault, Seen, repeated};
use super::value::unzigzag;
use crate::proto::messages::{Kind, Message};
use crate::proto::wire::{BYTES, FIELDS, FIXED64, OTHER, VARINT, key};
use crate::value::{Map, Value};

/// The key of `other`.
pub(super) const OTHER_PAIRS: u32 = key(OTHER, BYTES);

impl Cursor<'_> {
    /// A message of members behind its length.
    pub fn part(&mut self, message: &'static Message, end: usize) -> Result<Map, Fault> {
        let inner = self.length(end)?;
        self.members(message, inner)
    }

    /// What a message of members holds, up to its end.
    fn members(&mut self, message: &'static Message, end: usize) -> Result<Map, Fault> {
        self.enter()?;
        let (first, begin) = (self.entries.len(), self.at);
        let mut seen = Seen::default();
        let mut unknown: Vec<u8> = Vec::new();
        let mut has_other = false;
        while self.at < end {
            let start = self.at;
            let key = self.key(end)?;
            let (number, behind) = (key >> 3, self.at);
            if let Some((name, kind)) = message.fields.get(number as usize - 1) {
                if !seen.first(number) {
                    return repeated(start, message.name, number);
                }
                if let Some(value) = self.member(kind, key, end)? {
                    self.entries.push(((*name).to_owned(), value));
                } else if self.at == behind {
                    return self.wrong_type(start, message.name, key, end);
                }
            } else if key == OTHER_PAIRS {
                if has_other {
                    return repeated(start, message.name, number);
                }
                has_other = true;
                self.push_pairs(key, end)?;
            } else if number == OTHER {
                return self.wrong_type(start, message.name, key, end);
            } else {
                self.skip(key, end)?;
                unknown.extend_from_slice(self.since(start));
            }
        }
        self.leave();
        if !unknown.is_empty() {
            self.entries.push((FIELDS.to_owned(), Value::bytes(&unknown)));
        }
        if has_other {
            self.refuse_repeated(first, begin)?;
        }
        Ok(Map::from_unique(self.entries.split_off(first)))
    }

    /// The member that a field carries, behind its key. Nothing where the field is a list without items; nothing, and no byte
    /// taken, where it has another type.
    fn member(&mut self, kind: &Kind, key: u32, end: usize) -> Result<Option<Value>, Fault> {
        let value = match (kind, key & 7) {
            (Kind::Text, BYTES) => Value::Text(self.text(end)?.to_owned()),
            (Kind::Any, BYTES) => self.value_field(end)?,
            (Kind::Map, BYTES) => Value::Map(self.pairs(key, end)?),
            (Kind::Count | Kind::Flags, VARINT) => Value::from_u64(self.varint(end)?),
            (Kind::Integer, VARINT) => Value::from_i64(unzigzag(self.varint(end)?)),
            (Kind::Number, FIXED64) => Value::from_f64(self.double(end)?),
            (Kind::Boolean, VARINT) => Value::Bool(self.varint(end)? != 0),
            (Kind::Part(message), BYTES) => Value::Map(self.part(message, end)?),
            (Kind::Texts, BYTES) => self.run(key, end, |cursor| Ok(Value::Text(cursor.text(end)?.to_owned())))?,
            (Kind::Anys, BYTES) => self.run(key, end, |cursor| cursor.value_field(end))?,
            (Kind::Parts(message), BYTES) => self.run(key, end, |cursor| Ok(Value::Map(cursor.part(message, end)?)))?,
            (Kind::Counts, VARINT | BYTES) => {
                return self.packed(key, VARINT, end, |cursor, end| Ok(Value::from_u64(cursor.varint(end)?)));
            }
            (Kind::Numbers, FIXED64 | BYTES) => {
                return self.packed(key, FIXED64, end, |cursor, end| Ok(Value::from_f64(cursor.double(end)?)));
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    /// The items that stand together under this key.
    fn run(
        &mut self,
        key: u32,
        end: usize,
        mut item: impl FnMut(&mut Self) -> Result<Value, Fault>,
    ) -> Result<Value, Fault> {
        self.enter()?;
        let first = self.items.len();
        loop {
            let value = item(self)?;
            self.items.push(value);
            if !self.take_key(key, end)? {
                break;
            }
        }
        self.leave();
        Ok(Value::List(self.items.split_off(first)))
    }

    /// The numbers that stand together under this field, one by one or packed.
    fn packed(
        &mut self,
        first_key: u32,
        wire_type: u32,
        end: usize,
        item: fn(&mut Self, usize) -> Result<Value, Fault>,
    ) -> Result<Option<Value>, Fault> {
        let (single, packed) = (key(first_key >> 3, wire_type), key(first_key >> 3, BYTES));
        self.enter()?;
        let first = self.items.len();
        let mut is_packed = first_key == packed;
        loop {
            let inner = if is_packed { self.length(end)? } else { end };
            loop {
                if is_packed && self.at == inner {
                    break;
                }
                let value = item(self, inner)?;
                self.items.push(value);
                if !is_packed {
                    break;
                }
            }
            is_packed = self.take_key(packed, end)?;
            if !is_packed && !self.take_key(single, end)? {
                break;
            }
        }
        self.leave();
        let items = self.items.split_off(first);
        Ok(if items.is_empty() { None } else { Some(Value::List(items)) })
    }
}
