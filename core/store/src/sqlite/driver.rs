//! The driver of SQLite.

use crate::error::StoreError;
use crate::sql::driver::{Cell, Driver, EachRow, Param, Row, Statement};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

impl Driver for Connection {
    fn prepare<'d>(&'d self, sql: &str) -> Result<Box<dyn Statement + 'd>, StoreError> {
        Ok(Box::new(Prepared(self.prepare_cached(sql)?)))
    }

    fn batch(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.execute_batch(sql)?)
    }
}

struct Prepared<'d>(CachedStatement<'d>);

impl Prepared<'_> {
    fn bind(&mut self, params: &[Param<'_>]) -> Result<(), StoreError> {
        for (at, param) in params.iter().enumerate() {
            self.0.raw_bind_parameter(at + 1, param)?;
        }
        Ok(())
    }
}

impl Statement for Prepared<'_> {
    fn execute(&mut self, params: &[Param<'_>]) -> Result<u64, StoreError> {
        self.bind(params)?;
        Ok(self.0.raw_execute()? as u64)
    }

    fn query(&mut self, params: &[Param<'_>], each: &mut EachRow<'_>) -> Result<(), StoreError> {
        self.bind(params)?;
        let mut rows = self.0.raw_query();
        while let Some(row) = rows.next()? {
            if !each(row)? {
                break;
            }
        }
        Ok(())
    }
}

impl Row for rusqlite::Row<'_> {
    fn cell(&self, column: usize) -> Result<Cell<'_>, StoreError> {
        Ok(match self.get_ref(column)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Int(number),
            ValueRef::Text(text) => Cell::Text(
                std::str::from_utf8(text).map_err(|_| StoreError::corrupt("a text in the database is not UTF-8"))?,
            ),
            ValueRef::Blob(bytes) => Cell::Blob(bytes),
            ValueRef::Real(_) => return Err(StoreError::corrupt("a number in the database is no integer")),
        })
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Param::Null => ToSqlOutput::Owned(Value::Null),
            Param::Int(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Param::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Param::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}
