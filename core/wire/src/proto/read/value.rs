//! Values: `Value`, and maps as pairs.

use super::cursor::{Cursor, Fault, fault, repeated};
use crate::content::Mark;
use crate::id::Hash;
use crate::order::Order as _;
use crate::proto::wire::{BYTES, FIELDS, FIXED64, ITEMS, VARINT, key, pair, value as field};
use crate::value::{Map, Value};

/// Up to so many keys a map is searched for a repeated key one by one; larger ones are sorted once.
const FEW_KEYS: usize = 16;

const BOOLEAN: u32 = key(field::BOOLEAN, VARINT);
const INTEGER: u32 = key(field::INTEGER, VARINT);
const NUMBER: u32 = key(field::NUMBER, FIXED64);
const TEXT: u32 = key(field::TEXT, BYTES);
const LIST: u32 = key(field::LIST, BYTES);
const MAP: u32 = key(field::MAP, BYTES);
const BINARY: u32 = key(field::BINARY, BYTES);
const CONTENT_REF: u32 = key(field::CONTENT_REF, BYTES);
const ERASED: u32 = key(field::ERASED, BYTES);
const WITHHELD: u32 = key(field::WITHHELD, BYTES);
const LIST_ITEM: u32 = key(ITEMS, BYTES);
const PAIR_KEY: u32 = key(pair::KEY, BYTES);
const PAIR_VALUE: u32 = key(pair::VALUE, BYTES);

/// A signed integer that has its sign in the lowest bit.
pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

impl Cursor<'_> {
    /// A `Value` behind its length.
    #[inline]
    pub fn value_field(&mut self, end: usize) -> Result<Value, Fault> {
        let inner = self.length(end)?;
        self.value(inner)
    }

    /// What a `Value` holds, up to its end.
    pub fn value(&mut self, end: usize) -> Result<Value, Fault> {
        if self.at == end {
            return Ok(Value::Null);
        }
        let start = self.at;
        let key = self.key(end)?;
        let value = match key {
            TEXT => Value::Text(self.text(end)?.to_owned()),
            INTEGER => Value::from_i64(unzigzag(self.varint(end)?)),
            NUMBER => Value::from_f64(self.double(end)?),
            BOOLEAN => Value::Bool(self.varint(end)? != 0),
            MAP => {
                let inner = self.length(end)?;
                Value::Map(self.map(inner)?)
            }
            LIST => {
                let inner = self.length(end)?;
                Value::List(self.list(inner)?)
            }
            BINARY => Value::bytes(self.blob(end)?),
            CONTENT_REF => Mark::Ref(Hash(self.array(end)?)).to_value(),
            ERASED => Mark::Erased(Hash(self.array(end)?)).to_value(),
            WITHHELD => Mark::Withheld(Hash(self.array(end)?)).to_value(),
            _ if field::is_known(key >> 3) => return self.wrong_type(start, "Value", key, end),
            _ => {
                self.at = start;
                return self.value_with_fields(None, end);
            }
        };
        if self.at == end { Ok(value) } else { self.value_with_fields(Some(value), end) }
    }

    /// The rest of a `Value` that has more than one field: those of a later version, and at most one of this one.
    #[cold]
    fn value_with_fields(&mut self, mut value: Option<Value>, end: usize) -> Result<Value, Fault> {
        let mut unknown = Vec::new();
        while self.at < end {
            let start = self.at;
            let key = self.key(end)?;
            self.skip(key, end)?;
            if !field::is_known(key >> 3) {
                unknown.extend_from_slice(self.since(start));
                continue;
            }
            if value.is_some() {
                return repeated(start, "Value", key >> 3);
            }
            let behind = self.at;
            self.at = start;
            value = Some(self.value(behind)?);
        }
        let mut members = vec![(FIELDS.to_owned(), Value::bytes(&unknown))];
        members.extend(value.map(|value| ("value".to_owned(), value)));
        Ok(Value::Map(Map::from_unique(members)))
    }

    fn list(&mut self, end: usize) -> Result<Vec<Value>, Fault> {
        self.enter()?;
        let first = self.items.len();
        while self.at < end {
            let start = self.at;
            if self.key(end)? != LIST_ITEM {
                return unknown_field(start, "List");
            }
            let item = self.value_field(end)?;
            self.items.push(item);
        }
        self.leave();
        Ok(self.items.split_off(first))
    }

    /// What a `Map` holds, up to its end.
    pub fn map(&mut self, end: usize) -> Result<Map, Fault> {
        if self.at == end {
            self.enter()?;
            self.leave();
            return Ok(Map::new());
        }
        let start = self.at;
        if self.key(end)? != LIST_ITEM {
            return unknown_field(start, "Map");
        }
        let map = self.pairs(LIST_ITEM, end)?;
        if self.at < end { unknown_field(self.at, "Map") } else { Ok(map) }
    }

    /// A map of the pairs that stand together under this key, behind the first one's key.
    pub fn pairs(&mut self, key: u32, end: usize) -> Result<Map, Fault> {
        let (first, start) = (self.entries.len(), self.at);
        self.enter()?;
        self.push_pairs(key, end)?;
        self.leave();
        self.refuse_repeated(first, start)?;
        Ok(Map::from_unique(self.entries.split_off(first)))
    }

    /// Adds the pairs that stand together under this key to the map that is open, behind the first one's key.
    pub fn push_pairs(&mut self, key: u32, end: usize) -> Result<(), Fault> {
        loop {
            let inner = self.length(end)?;
            let entry = self.pair(inner)?;
            self.entries.push(entry);
            if !self.take_key(key, end)? {
                return Ok(());
            }
        }
    }

    #[inline]
    fn pair(&mut self, end: usize) -> Result<(String, Value), Fault> {
        let name = if self.take_key(PAIR_KEY, end)? { self.text(end)?.to_owned() } else { String::new() };
        let value = if self.take_key(PAIR_VALUE, end)? { self.value_field(end)? } else { Value::Null };
        if self.at == end { Ok((name, value)) } else { self.odd_pair(name, value, end) }
    }

    /// A pair in another order, or none.
    #[cold]
    fn odd_pair(&mut self, name: String, value: Value, end: usize) -> Result<(String, Value), Fault> {
        let start = self.at;
        match self.key(end)? {
            // The value came first.
            PAIR_KEY if name.is_empty() => {
                let name = self.text(end)?.to_owned();
                if self.at == end { Ok((name, value)) } else { repeated(self.at, "a pair of a map", pair::VALUE) }
            }
            PAIR_KEY => repeated(start, "a pair of a map", pair::KEY),
            PAIR_VALUE => repeated(start, "a pair of a map", pair::VALUE),
            _ => unknown_field(start, "a pair of a map"),
        }
    }

    /// Refuses a map whose entries begin here if two have one key.
    pub fn refuse_repeated(&self, first: usize, offset: usize) -> Result<(), Fault> {
        let entries = self.entries.get(first..).unwrap_or_default();
        // Any total order will do; that of bytes is the cheapest.
        if entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Ok(());
        }
        let repeated = if entries.len() <= FEW_KEYS {
            let mut later = entries;
            std::iter::from_fn(|| {
                later.split_first().map(|(entry, rest)| {
                    later = rest;
                    (entry, rest)
                })
            })
            .find(|((key, _), rest)| rest.iter().any(|(other, _)| other == key))
            .map(|((key, _), _)| key.as_str())
        } else {
            let mut keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
            keys.order_unstable_by(Ord::cmp);
            keys.windows(2).find_map(|pair| match pair {
                [a, b] if a == b => Some(*a),
                _ => None,
            })
        };
        match repeated {
            None => Ok(()),
            Some(key) => {
                // The key is the user's: a long one is not repeated in a message.
                let shown: String = key.chars().take(64).collect();
                fault("proto_duplicate_key", offset, format!("the key {shown:?} stands twice in one map"))
            }
        }
    }
}

/// The error for a field of a later version in a message that keeps none.
pub(super) fn unknown_field<T>(offset: usize, message: &str) -> Result<T, Fault> {
    fault("proto_unknown_field", offset, format!("{message} has no such field, and cannot keep it"))
}
