//! Small items stored together: a row holds the items `id`, `id + 1`, … up to `id + count − 1`.
//!
//! A row of its own for each event and each content costs more than the item. Tables of packs are `event` and
//! `content`; `owner` is the producer of events, and nobody for content. The column `items` holds the length of each
//! item (LEB128), then the items.

use crate::error::StoreError;
use crate::packed::{Run, read_number, write_number};
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, params};

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
            Table::Event => "INSERT INTO event(id, owner, count, items) VALUES (?1, ?2, ?3, ?4)",
            Table::Content => "INSERT INTO content(id, owner, count, items) VALUES (?1, ?2, ?3, ?4)",
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
            Table::Event => "SELECT id, owner, count, items FROM event WHERE id >= ?1 AND id < ?2 ORDER BY id",
            Table::Content => "SELECT id, owner, count, items FROM content WHERE id >= ?1 AND id < ?2 ORDER BY id",
        }
    }

    fn update(self) -> &'static str {
        match self {
            Table::Event => "UPDATE event SET items = ?2 WHERE id = ?1",
            Table::Content => "UPDATE content SET items = ?2 WHERE id = ?1",
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
    insert: CachedStatement<'t>,
    owner: i64,
    first: i64,
    ends: Vec<usize>,
    bytes: Vec<u8>,
    row: Vec<u8>,
}

impl<'t> PackWriter<'t> {
    /// A writer whose first item has this number.
    pub(super) fn new(connection: &'t Connection, table: Table, next: i64) -> Result<Self, StoreError> {
        let insert = connection.prepare_cached(table.insert())?;
        Ok(PackWriter { insert, owner: 0, first: next, ends: Vec::new(), bytes: Vec::new(), row: Vec::new() })
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
        self.row.clear();
        let mut start = 0;
        for end in &self.ends {
            write_number((end - start) as u64, &mut self.row);
            start = *end;
        }
        self.row.extend_from_slice(&self.bytes);
        self.insert.execute(params![self.first, self.owner, self.ends.len() as i64, self.row])?;
        self.first = self.next();
        self.ends.clear();
        self.bytes.clear();
        Ok(())
    }
}

/// The number behind the last item of a table.
pub(super) fn next_number(connection: &Connection, table: Table) -> Result<i64, StoreError> {
    let statement = format!("SELECT id + count FROM {} ORDER BY id DESC LIMIT 1", table.name());
    Ok(connection.prepare_cached(&statement)?.query_row([], |row| row.get(0)).optional()?.unwrap_or(1))
}

/// Calls `each` with number, owner and bytes of every item of a run. An item that was taken back is empty.
pub(super) fn each_of(
    connection: &Connection,
    table: Table,
    run: Run,
    mut each: impl FnMut(i64, i64, &[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let end = run.first.saturating_add(run.count);
    let mut next = run.first;
    let from = connection.prepare_cached(table.last())?.query_row([run.first], |row| row.get(0)).optional()?;
    let mut statement = connection.prepare_cached(table.range())?;
    let mut rows = statement.query([from.unwrap_or(run.first), end])?;
    while let Some(row) = rows.next()? {
        let (first, owner): (i64, i64) = (row.get(0)?, row.get(1)?);
        for (number, item) in (first..end).zip(items(row.get(2)?, row.get_ref(3)?.as_blob()?)?) {
            if number >= next {
                if number > next {
                    break;
                }
                each(number, owner, item)?;
                next += 1;
            }
        }
    }
    if next < end {
        return Err(StoreError::corrupt(format!("{} {next} is missing", table.name())));
    }
    Ok(())
}

/// One item.
pub(super) fn one(connection: &Connection, table: Table, number: i64) -> Result<Vec<u8>, StoreError> {
    let mut found = Vec::new();
    each_of(connection, table, Run { first: number, count: 1 }, |_, _, item| {
        found = item.to_vec();
        Ok(())
    })?;
    Ok(found)
}

/// Puts other bytes in an item's place.
pub(super) fn replace(connection: &Connection, table: Table, number: i64, bytes: &[u8]) -> Result<(), StoreError> {
    let missing = || StoreError::corrupt(format!("{} {number} is missing", table.name()));
    let first: Option<i64> =
        connection.prepare_cached(table.last())?.query_row([number], |row| row.get(0)).optional()?;
    let first = first.ok_or_else(missing)?;
    let mut row = Vec::new();
    {
        let mut statement = connection.prepare_cached(table.range())?;
        let mut rows = statement.query([first, first + 1])?;
        let found = rows.next()?.ok_or_else(missing)?;
        let mut items = items(found.get(2)?, found.get_ref(3)?.as_blob()?)?;
        let at = usize::try_from(number - first).map_err(|_| missing())?;
        *items.get_mut(at).ok_or_else(missing)? = bytes;
        items.iter().for_each(|item| write_number(item.len() as u64, &mut row));
        items.iter().for_each(|item| row.extend_from_slice(item));
    }
    connection.prepare_cached(table.update())?.execute(params![first, row])?;
    Ok(())
}

/// The items of a row.
pub(super) fn items(count: i64, mut row: &[u8]) -> Result<Vec<&[u8]>, StoreError> {
    let broken = || StoreError::corrupt("a pack cannot be read");
    // A length takes a byte at least, so a wrong count is found before it takes memory.
    let count = usize::try_from(count).ok().filter(|count| *count <= row.len()).ok_or_else(broken)?;
    let mut lengths = Vec::with_capacity(count);
    for _ in 0..count {
        lengths.push(usize::try_from(read_number(&mut row).ok_or_else(broken)?).map_err(|_| broken())?);
    }
    let mut items = Vec::with_capacity(count);
    for length in lengths {
        let (item, rest) = row.split_at_checked(length).ok_or_else(broken)?;
        items.push(item);
        row = rest;
    }
    if row.is_empty() { Ok(items) } else { Err(broken()) }
}
