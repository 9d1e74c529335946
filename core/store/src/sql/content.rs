//! Content by hash, each once in the whole store.
//!
//! An item of the table `content` is: state (1 byte: 0 withheld, 1 value, 2 erased; the greater wins), hash (32 bytes),
//! length of the members beside the value (LEB128), these members as canonical JSON, the value as canonical JSON.

use super::driver::{Driver, Statement, first, params};
use super::pack::{self, PackWriter, Table};
use crate::error::StoreError;
use crate::model::{ContentBody, IncomingContent, StoredContent};
use crate::packed::{Run, Runs, read_number, write_number};
#[cfg(feature = "erase")]
use tracewire_wire::erase::erase_slots_inside;
use tracewire_wire::id::Hash;
#[cfg(feature = "erase")]
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Map;

/// New keys are merged into the large table when there are this many.
const YOUNG_KEYS: i64 = 1 << 16;

const LOOK_UP: &str =
    "SELECT content FROM content_key WHERE key = ?1 UNION ALL SELECT content FROM content_key_old WHERE key = ?1";

const WITHHELD: u8 = 0;
const VALUE: u8 = 1;
const ERASED: u8 = 2;

/// The key at which a hash is looked for first.
fn first_key(hash: &Hash) -> i64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(hash.as_bytes()) {
        *to = *from;
    }
    i64::from_be_bytes(bytes) & i64::MAX
}

fn next_key(key: i64) -> i64 {
    key.wrapping_add(1) & i64::MAX
}

/// Puts content in, inside one transaction.
pub(super) struct ContentWriter<'t> {
    connection: &'t dyn Driver,
    claim: Box<dyn Statement + 't>,
    is_old: Box<dyn Statement + 't>,
    look_up: Box<dyn Statement + 't>,
    pack: PackWriter<'t>,
    young_keys: i64,
}

impl<'t> ContentWriter<'t> {
    pub(super) fn new(connection: &'t dyn Driver) -> Result<Self, StoreError> {
        Ok(ContentWriter {
            connection,
            // Two plain statements: one that could write several rows keeps a copy of each page it touches.
            claim: connection
                .prepare("INSERT INTO content_key(key, content) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?,
            is_old: connection.prepare("SELECT 1 FROM content_key_old WHERE key = ?1")?,
            look_up: connection.prepare(LOOK_UP)?,
            pack: PackWriter::new(connection, Table::Content, pack::next_number(connection, Table::Content)?)?,
            young_keys: super::counter(connection, "young_content_keys")?,
        })
    }

    /// Puts one content in, or finds it; gives its number. What is there already gives way to what says more: a value to
    /// an erasure, nothing to either.
    pub(super) fn put(&mut self, content: &IncomingContent<'_>) -> Result<i64, StoreError> {
        let mut key = first_key(&content.hash);
        loop {
            let is_old = first(&mut *self.is_old, params![key], |row| row.int(0))?.is_some();
            if !is_old && self.claim.execute(params![key, self.pack.next()])? == 1 {
                return self.insert(content);
            }
            let number = first(&mut *self.look_up, params![key], |row| row.int(0))?;
            let number = number.ok_or_else(|| StoreError::corrupt("a content's key went missing"))?;
            let (hash, state) = match self.pack.unflushed(number) {
                Some(item) => Item::read(item)?.identity(),
                None => Item::read(&pack::one(self.connection, Table::Content, number)?)?.identity(),
            };
            if hash == content.hash {
                self.improve(number, state, content)?;
                return Ok(number);
            }
            key = next_key(key);
        }
    }

    fn insert(&mut self, content: &IncomingContent<'_>) -> Result<i64, StoreError> {
        let (head, json) = item(content);
        self.young_keys += 1;
        self.pack.push(0, &[&head, json])
    }

    fn improve(&mut self, number: i64, state: u8, content: &IncomingContent<'_>) -> Result<(), StoreError> {
        let (head, json) = item(content);
        if head.first().is_some_and(|new| *new > state) {
            self.flush()?;
            pack::replace(self.connection, Table::Content, number, &[&head, json].concat())?;
        }
        Ok(())
    }

    /// Makes what was put in readable inside the transaction.
    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        self.pack.flush()
    }

    /// Ends the work of a transaction.
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        self.flush()?;
        let mut young_keys = self.young_keys;
        if young_keys >= YOUNG_KEYS {
            self.connection.batch(
                "INSERT INTO content_key_old SELECT key, content FROM content_key ORDER BY key; DELETE FROM content_key;",
            )?;
            young_keys = 0;
        }
        super::set_counter(self.connection, "young_content_keys", young_keys)
    }
}

/// The item of a content: what stands before the value, and the value.
fn item<'a>(content: &IncomingContent<'a>) -> (Vec<u8>, &'a [u8]) {
    let (state, json) = match content.body {
        ContentBody::Value(json) => (VALUE, json),
        ContentBody::Erased => (ERASED, &[][..]),
        ContentBody::Withheld => (WITHHELD, &[][..]),
    };
    let mut head = Vec::with_capacity(34);
    head.push(state);
    head.extend_from_slice(content.hash.as_bytes());
    match content.members {
        Some(members) if state == VALUE && !members.is_empty() => {
            let members = super::map_bytes(members);
            write_number(members.len() as u64, &mut head);
            head.extend_from_slice(&members);
        }
        _ => head.push(0),
    }
    (head, json)
}

/// An item, in parts.
struct Item<'a> {
    state: u8,
    hash: Hash,
    members: &'a [u8],
    json: &'a [u8],
}

impl<'a> Item<'a> {
    fn read(item: &'a [u8]) -> Result<Self, StoreError> {
        Self::parse(item).ok_or_else(|| StoreError::corrupt("a content cannot be read"))
    }

    fn parse(item: &'a [u8]) -> Option<Self> {
        let (state, rest) = item.split_first()?;
        let (hash, mut rest) = rest.split_first_chunk::<32>()?;
        let members = usize::try_from(read_number(&mut rest)?).ok()?;
        let (members, json) = rest.split_at_checked(members)?;
        Some(Item { state: *state, hash: Hash(*hash), members, json })
    }

    fn identity(&self) -> (Hash, u8) {
        (self.hash, self.state)
    }

    fn to_stored(&self) -> Result<StoredContent, StoreError> {
        Ok(match self.state {
            VALUE => StoredContent::Value {
                json: self.json.to_vec(),
                members: if self.members.is_empty() { Map::new() } else { super::map_of(self.members)? },
            },
            ERASED => StoredContent::Erased,
            _ => StoredContent::Withheld,
        })
    }
}

fn beginning(hash: &Hash) -> u64 {
    hash.as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// The first 64 bits of an item's hash; `None` for one that was taken back.
pub(super) fn beginning_of(item: &[u8]) -> Result<Option<u64>, StoreError> {
    if item.is_empty() { Ok(None) } else { Ok(Some(beginning(&Item::read(item)?.hash))) }
}

/// What is left of an item whose value goes; `None` for one that has none, and one that is wanted by the beginning of its hash.
pub(super) fn emptied_unless(item: &[u8], is_wanted: impl Fn(u64) -> bool) -> Result<Option<Vec<u8>>, StoreError> {
    if item.is_empty() {
        return Ok(None);
    }
    let Item { state, hash, .. } = Item::read(item)?;
    if state != VALUE || is_wanted(beginning(&hash)) {
        return Ok(None);
    }
    let mut emptied = vec![WITHHELD];
    emptied.extend_from_slice(hash.as_bytes());
    emptied.push(0);
    Ok(Some(emptied))
}

/// The number of a content and what stands there; `None` for one that is not here.
fn find(connection: &dyn Driver, hash: &Hash) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
    let mut look_up = connection.prepare(LOOK_UP)?;
    let mut key = first_key(hash);
    loop {
        let Some(number) = first(&mut *look_up, params![key], |row| row.int(0))? else { return Ok(None) };
        let bytes = pack::one(connection, Table::Content, number)?;
        if Item::read(&bytes)?.hash == *hash {
            return Ok(Some((number, bytes)));
        }
        key = next_key(key);
    }
}

/// Erases one content; gives how many bytes it had, `None` where there is none to erase.
#[cfg(feature = "erase")]
pub(super) fn erase(connection: &dyn Driver, hash: &Hash) -> Result<Option<u64>, StoreError> {
    let Some((number, bytes)) = find(connection, hash)? else { return Ok(None) };
    let Item { state, json, .. } = Item::read(&bytes)?;
    if state == ERASED {
        return Ok(None);
    }
    let (erased, _) = item(&IncomingContent { hash: *hash, members: None, body: ContentBody::Erased });
    pack::replace(connection, Table::Content, number, &erased)?;
    Ok(Some(json.len() as u64))
}

/// Takes out of a content what it holds inline of those that go; true if it held any.
#[cfg(feature = "erase")]
pub(super) fn erase_inside(
    connection: &dyn Driver,
    hash: &Hash,
    goes: &dyn Fn(&Hash) -> bool,
) -> Result<bool, StoreError> {
    let Some((number, bytes)) = find(connection, hash)? else { return Ok(false) };
    let Item { state, json, .. } = Item::read(&bytes)?;
    if state != VALUE {
        return Ok(false);
    }
    let mut value = json::read(json, &ReadOptions::default())?;
    if !erase_slots_inside(&mut value, goes) {
        return Ok(false);
    }
    // State, hash and members stay as they are.
    let head = bytes.get(..bytes.len().saturating_sub(json.len())).unwrap_or_default();
    pack::replace(connection, Table::Content, number, &[head, &json::write(&value)].concat())?;
    Ok(true)
}

/// One content, by its hash.
pub(super) fn read(connection: &dyn Driver, hash: &Hash) -> Result<Option<StoredContent>, StoreError> {
    find(connection, hash)?.map(|(_, bytes)| Item::read(&bytes)?.to_stored()).transpose()
}

/// Calls `each` with those of these contents that are here, in the order in which they lie, until it says `false`.
pub(super) fn read_some(
    connection: &dyn Driver,
    hashes: &[Hash],
    each: &mut dyn FnMut(Hash, StoredContent) -> bool,
) -> Result<(), StoreError> {
    let mut look_up = connection.prepare(LOOK_UP)?;
    let mut places = Vec::with_capacity(hashes.len());
    for hash in hashes {
        let number = first(&mut *look_up, params![first_key(hash)], |row| row.int(0))?;
        places.extend(number.map(|number| (number, *hash)));
    }
    places.sort_unstable();
    let numbers: Vec<i64> = places.iter().map(|(number, _)| *number).collect();
    let mut places = places.into_iter();
    pack::some(connection, Table::Content, &numbers, |_, item| {
        let Some((_, hash)) = places.next() else { return Ok(false) };
        let item = Item::read(item)?;
        // Another one has its key, which is rare: it lies elsewhere.
        let content = if item.hash == hash { Some(item.to_stored()?) } else { read(connection, &hash)? };
        Ok(content.is_none_or(|content| each(hash, content)))
    })
}

/// Calls `each` with the hash and what is stored of every content of a list.
pub(super) fn each_of(
    connection: &dyn Driver,
    contents: &Runs,
    mut each: impl FnMut(Hash, StoredContent) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for run in &contents.0 {
        pack::each_of(connection, Table::Content, *run, |_, _, item| {
            let item = Item::read(item)?;
            each(item.hash, item.to_stored()?)
        })?;
    }
    Ok(())
}

/// Calls `each` with the number and hash of every content of a list.
pub(super) fn each_hash(
    connection: &dyn Driver,
    contents: &Runs,
    mut each: impl FnMut(i64, Hash),
) -> Result<(), StoreError> {
    for Run { first, count } in &contents.0 {
        pack::each_of(connection, Table::Content, Run { first: *first, count: *count }, |number, _, item| {
            each(number, Item::read(item)?.hash);
            Ok(())
        })?;
    }
    Ok(())
}
