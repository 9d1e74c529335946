//! Small items stored together: a row holds the items `id`, `id + 1`, … up to `id + count − 1`.
//!
//! A row of its own for each event and each content costs more than the item. Tables of packs are `event` and
//! `content`; `owner` is the producer of events, and nobody for content. The column `lengths` holds the length of each
//! item (LEB128), the column `items` the items.

use super::driver::{Driver, Statement, first, params};
use crate::error::StoreError;
use crate::packed::{Run, read_number, write_number};

/// A row takes items until they are this many bytes. Larger rows are read for the sake of one item, smaller ones cost more.
const PACK_BYTES: usize = 16 << 10;

/// A table of packs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Event,
    Content,
}

impl Table {
    fn insert(self) -> &'static str {
        match self {
            Table::Event => "INSERT INTO event(id, owner, count, lengths, items) VALUES (?1, ?2, ?3, ?4, ?5)",
            Table::Content => "INSERT INTO content(id, owner, count, lengths, items) VALUES (?1, ?2, ?3, ?4, ?5)",
        }
    }

    fn last(self) -> &'static str {
        match self {
            Table::Event => "SELECT id FROM event WHERE id <= ?1 ORDER BY id DESC LIMIT 1",
            Table::Content => "SELECT id FROM content WHERE id <= ?1 ORDER BY id DESC LIMIT 1",
        }
    }

    fn range(self) -> &'static str {
        match self {
            Table::Event => "SELECT id, owner, lengths, items FROM event WHERE id >= ?1 AND id < ?2 ORDER BY id",
            Table::Content => "SELECT id, owner, lengths, items FROM content WHERE id >= ?1 AND id < ?2 ORDER BY id",
        }
    }

    fn update(self) -> &'static str {
        match self {
            Table::Event => "UPDATE event SET lengths = ?2, items = ?3 WHERE id = ?1",
            Table::Content => "UPDATE content SET lengths = ?2, items = ?3 WHERE id = ?1",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Table::Event => "event",
            Table::Content => "content",
        }
    }
}

/// Adds items, inside one transaction. Nothing is there to read before [`PackWriter::flush`].
pub(super) struct PackWriter<'t> {
    insert: Box<dyn Statement + 't>,
    owner: i64,
    first: i64,
    ends: Vec<usize>,
    bytes: Vec<u8>,
    lengths: Vec<u8>,
}

impl<'t> PackWriter<'t> {
    /// A writer whose first item has this number.
    pub(super) fn new(connection: &'t dyn Driver, table: Table, next: i64) -> Result<Self, StoreError> {
        let insert = connection.prepare(table.insert())?;
        Ok(PackWriter { insert, owner: 0, first: next, ends: Vec::new(), bytes: Vec::new(), lengths: Vec::new() })
    }

    /// The number of the next item.
    pub(super) fn next(&self) -> i64 {
        self.first + self.ends.len() as i64
    }

    /// Adds an item, given in parts; gives its number.
    pub(super) fn push(&mut self, owner: i64, parts: &[&[u8]]) -> Result<i64, StoreError> {
        if owner != self.owner || self.bytes.len() >= PACK_BYTES {
            self.flush()?;
            self.owner = owner;
        }
        let number = self.next();
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
        self.ends.push(self.bytes.len());
        Ok(number)
    }

    /// An item that was not flushed yet.
    pub(super) fn unflushed(&self, number: i64) -> Option<&[u8]> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.bytes.get(start..end)
    }

    /// Writes what was added.
    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        if self.ends.is_empty() {
            return Ok(());
        }
        self.lengths.clear();
        let mut start = 0;
        for end in &self.ends {
            write_number((end - start) as u64, &mut self.lengths);
            start = *end;
        }
        self.insert.put(params![self.first, self.owner, self.ends.len() as i64, &self.lengths, &self.bytes])?;
        self.first = self.next();
        self.ends.clear();
        self.bytes.clear();
        Ok(())
    }
}

/// The number behind the last item of a table.
pub(super) fn next_number(connection: &dyn Driver, table: Table) -> Result<i64, StoreError> {
    let statement = format!("SELECT id + count FROM {} ORDER BY id DESC LIMIT 1", table.name());
    Ok(connection.first(&statement, &[], |row| row.int(0))?.unwrap_or(1))
}

/// Calls `each` with number, owner and bytes of every item of a run. An item that was taken back is empty.
pub(super) fn each_of(
    connection: &dyn Driver,
    table: Table,
    run: Run,
    mut each: impl FnMut(i64, i64, &[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let end = run.first.saturating_add(run.count);
    let mut next = run.first;
    let from = connection.first(table.last(), params![run.first], |row| row.int(0))?;
    connection.prepare(table.range())?.query(params![from.unwrap_or(run.first), end], &mut |row| {
        let (first, owner) = (row.int(0)?, row.int(1)?);
        for (number, item) in (first..end).zip(split(row.blob(2)?, row.blob(3)?)?) {
            if number >= next {
                if number > next {
                    break;
                }
                each(number, owner, item)?;
                next += 1;
            }
        }
        Ok(true)
    })?;
    if next < end {
        return Err(StoreError::corrupt(format!("{} {next} is missing", table.name())));
    }
    Ok(())
}

/// Calls `each` with number and bytes of these items, which are in ascending order, until it says `false`. No row is read twice.
pub(super) fn some(
    connection: &dyn Driver,
    table: Table,
    numbers: &[i64],
    mut each: impl FnMut(i64, &[u8]) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let (mut last, mut range) = (connection.prepare(table.last())?, connection.prepare(table.range())?);
    let mut wanted = numbers.iter().copied().peekable();
    while let Some(number) = wanted.peek().copied() {
        let missing = || StoreError::corrupt(format!("{} {number} is missing", table.name()));
        let from = first(&mut *last, params![number], |row| row.int(0))?.ok_or_else(missing)?;
        let mut goes_on = true;
        range.query(params![from, from + 1], &mut |row| {
            for (at, item) in (from..).zip(split(row.blob(2)?, row.blob(3)?)?) {
                while goes_on && wanted.next_if_eq(&at).is_some() {
                    goes_on = each(at, item)?;
                }
            }
            Ok(false)
        })?;
        if !goes_on {
            return Ok(());
        }
        if wanted.peek() == Some(&number) {
            return Err(missing());
        }
    }
    Ok(())
}

/// One item.
pub(super) fn one(connection: &dyn Driver, table: Table, number: i64) -> Result<Vec<u8>, StoreError> {
    let mut found = Vec::new();
    some(connection, table, &[number], |_, item| {
        found = item.to_vec();
        Ok(false)
    })?;
    Ok(found)
}

/// Puts other bytes in the place of items of a run, where `edit` gives some.
pub(super) fn edit(
    connection: &dyn Driver,
    table: Table,
    run: Run,
    mut edit: impl FnMut(i64, &[u8]) -> Result<Option<Vec<u8>>, StoreError>,
) -> Result<(), StoreError> {
    let end = run.first.saturating_add(run.count);
    let from = connection.first(table.last(), params![run.first], |row| row.int(0))?.unwrap_or(run.first);
    let rows = connection.all(table.range(), params![from, end], |row| row.int(0))?;
    for first in rows {
        let written = connection.first(table.range(), params![first, first + 1], |row| {
            let mut lengths = Vec::new();
            let mut items = Vec::new();
            let mut is_changed = false;
            for (number, item) in (first..).zip(split(row.blob(2)?, row.blob(3)?)?) {
                let new = if (run.first..end).contains(&number) { edit(number, item)? } else { None };
                is_changed |= new.is_some();
                let item = new.as_deref().unwrap_or(item);
                write_number(item.len() as u64, &mut lengths);
                items.extend_from_slice(item);
            }
            Ok(is_changed.then_some((lengths, items)))
        })?;
        if let Some((lengths, items)) = written.flatten() {
            connection.execute(table.update(), params![first, &lengths, &items])?;
        }
    }
    Ok(())
}

/// Puts other bytes in an item's place.
pub(super) fn replace(connection: &dyn Driver, table: Table, number: i64, bytes: &[u8]) -> Result<(), StoreError> {
    let missing = || StoreError::corrupt(format!("{} {number} is missing", table.name()));
    let at = connection.first(table.last(), params![number], |row| row.int(0))?.ok_or_else(missing)?;
    let written = connection.first(table.range(), params![at, at + 1], |row| {
        let mut items = split(row.blob(2)?, row.blob(3)?)?;
        let place = usize::try_from(number - at).map_err(|_| missing())?;
        *items.get_mut(place).ok_or_else(missing)? = bytes;
        let mut lengths = Vec::new();
        items.iter().for_each(|item| write_number(item.len() as u64, &mut lengths));
        Ok((lengths, items.concat()))
    })?;
    let (lengths, items) = written.ok_or_else(missing)?;
    connection.execute(table.update(), params![at, &lengths, &items])?;
    Ok(())
}

/// The items of a row.
pub(super) fn split<'a>(mut lengths: &[u8], mut bytes: &'a [u8]) -> Result<Vec<&'a [u8]>, StoreError> {
    let broken = || StoreError::corrupt("a pack cannot be read");
    let mut items = Vec::with_capacity(lengths.len());
    while !lengths.is_empty() {
        let length = read_number(&mut lengths).and_then(|length| usize::try_from(length).ok()).ok_or_else(broken)?;
        let (item, rest) = bytes.split_at_checked(length).ok_or_else(broken)?;
        items.push(item);
        bytes = rest;
    }
    if bytes.is_empty() { Ok(items) } else { Err(broken()) }
}
