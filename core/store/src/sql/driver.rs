//! What a database engine must do for the shared SQL: statements with numbered parameters, and rows.
//!
//! Statements are written for SQLite and name their parameters `?1`, `?2`, …; a driver of another engine translates.

use crate::error::StoreError;

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Param<'a> {
    /// Nothing.
    Null,
    /// An integer; truth is 0 or 1.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// What stands in a column of a row.
pub type Cell<'a> = Param<'a>;

/// A connection, inside a transaction or outside of any.
pub trait Driver {
    /// A statement to run once or many times.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn prepare<'d>(&'d self, sql: &str) -> Result<Box<dyn Statement + 'd>, StoreError>;

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// As [`Driver::prepare`].
    fn batch(&self, sql: &str) -> Result<(), StoreError>;
}

/// A prepared statement.
pub trait Statement {
    /// Runs it; gives how many rows it changed.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn execute(&mut self, params: &[Param<'_>]) -> Result<u64, StoreError>;

    /// Runs it without waiting to hear of it: a driver may gather such calls until something is asked, and tell of a refusal
    /// then.
    ///
    /// # Errors
    /// As [`Statement::execute`], of this call or an earlier one.
    fn put(&mut self, params: &[Param<'_>]) -> Result<(), StoreError> {
        self.execute(params).map(|_| ())
    }

    /// Runs it and calls `each` with every row until that says no.
    ///
    /// # Errors
    /// As [`Statement::execute`], and those of `each`.
    fn query(&mut self, params: &[Param<'_>], each: &mut EachRow<'_>) -> Result<(), StoreError>;
}

/// Takes a row; whether to go on.
pub type EachRow<'a> = dyn FnMut(&dyn Row) -> Result<bool, StoreError> + 'a;

/// A row that was found.
pub trait Row {
    /// What stands in a column, from 0.
    ///
    /// # Errors
    /// `store_corrupt` for what no statement of ours writes.
    fn cell(&self, column: usize) -> Result<Cell<'_>, StoreError>;
}

fn unexpected(column: usize) -> StoreError {
    StoreError::corrupt(format!("column {column} of a row holds what it never should"))
}

impl dyn Row + '_ {
    pub(crate) fn maybe_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Int(number) => Ok(Some(number)),
            _ => Err(unexpected(column)),
        }
    }

    pub(crate) fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.maybe_int(column)?.ok_or_else(|| unexpected(column))
    }

    pub(crate) fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    pub(crate) fn maybe_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text.to_owned())),
            _ => Err(unexpected(column)),
        }
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, StoreError> {
        self.maybe_text(column)?.ok_or_else(|| unexpected(column))
    }

    pub(crate) fn maybe_blob(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Blob(bytes) => Ok(Some(bytes)),
            _ => Err(unexpected(column)),
        }
    }

    pub(crate) fn blob(&self, column: usize) -> Result<&[u8], StoreError> {
        self.maybe_blob(column)?.ok_or_else(|| unexpected(column))
    }

    /// An id or a hash.
    pub(crate) fn maybe_bytes<const N: usize>(&self, column: usize) -> Result<Option<[u8; N]>, StoreError> {
        self.maybe_blob(column)?.map(|bytes| bytes.try_into().map_err(|_| unexpected(column))).transpose()
    }

    pub(crate) fn bytes<const N: usize>(&self, column: usize) -> Result<[u8; N], StoreError> {
        self.maybe_bytes(column)?.ok_or_else(|| unexpected(column))
    }
}

impl dyn Driver + '_ {
    /// Runs a statement once; gives how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        self.prepare(sql)?.execute(params)
    }

    /// The first row, read.
    pub(crate) fn first<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        read: impl FnMut(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        first(&mut *self.prepare(sql)?, params, read)
    }

    /// All rows, read.
    pub(crate) fn all<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut read: impl FnMut(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.prepare(sql)?.query(params, &mut |row| {
            found.push(read(row)?);
            Ok(true)
        })?;
        Ok(found)
    }
}

/// The first row that a statement gives, read.
pub(crate) fn first<T>(
    statement: &mut (dyn Statement + '_),
    params: &[Param<'_>],
    mut read: impl FnMut(&dyn Row) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut found = None;
    statement.query(params, &mut |row| {
        found = Some(read(row)?);
        Ok(false)
    })?;
    Ok(found)
}

macro_rules! from {
    ($($from:ty => |$value:ident| $to:expr),* $(,)?) => {
        $(impl<'a> From<$from> for Param<'a> {
            fn from($value: $from) -> Self {
                $to
            }
        })*
    };
}

from! {
    i64 => |value| Param::Int(value),
    bool => |value| Param::Int(i64::from(value)),
    &'a i64 => |value| Param::Int(*value),
    &'a str => |value| Param::Text(value),
    &'a String => |value| Param::Text(value),
    &'a [u8] => |value| Param::Blob(value),
    &'a Vec<u8> => |value| Param::Blob(value),
    &'a [u8; 8] => |value| Param::Blob(value),
    &'a [u8; 16] => |value| Param::Blob(value),
    &'a [u8; 32] => |value| Param::Blob(value),
    &'a Option<String> => |value| value.as_deref().map_or(Param::Null, Param::Text),
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Param::Null, Into::into)
    }
}

/// Parameters of a statement.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::driver::Param::from($value)),*][..] };
}
pub(crate) use params;
