//! The driver of PostgreSQL.

use bytes::BytesMut;
use futures_util::future::{LocalBoxFuture, join_all};
use std::cell::RefCell;
use std::collections::HashMap;
use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Statement as Prepared};
use tracewire_store::StoreError;
use tracewire_store::sql::driver::{Cell, Driver, EachRow, Param, Row, Statement};

/// Writes that are gathered before they are sent together.
const MOST_GATHERED: usize = 512;
/// Bytes of their parameters.
const MOST_BYTES: usize = 4 << 20;

/// A connection and what was prepared on it.
pub(crate) struct Session {
    pub(crate) runtime: Runtime,
    pub(crate) client: Client,
    prepared: RefCell<HashMap<String, Prepared>>,
    /// Writes that were asked for and not sent.
    gathered: RefCell<Gathered>,
}

#[derive(Default)]
struct Gathered {
    writes: Vec<(Prepared, Vec<Owned>)>,
    bytes: usize,
}

impl Session {
    pub(crate) fn new(runtime: Runtime, client: Client) -> Self {
        Session { runtime, client, prepared: RefCell::default(), gathered: RefCell::default() }
    }

    /// Sends what was gathered and waits for it.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        let gathered = self.gathered.take();
        if gathered.writes.is_empty() {
            return Ok(());
        }
        // Each is on its way before the answer to the one before it is here.
        let writes = gathered.writes.iter().map(|(statement, params)| -> LocalBoxFuture<'_, _> {
            Box::pin(self.client.execute_raw(statement, params.iter()))
        });
        let outcomes = self.runtime.block_on(join_all(writes));
        outcomes.into_iter().try_for_each(|outcome| outcome.map(|_| ()).map_err(|error| refusal(&error)))
    }

    /// Forgets what was gathered: its transaction is given up.
    pub(crate) fn forget(&self) {
        self.gathered.take();
    }
}

impl Driver for Session {
    fn prepare<'d>(&'d self, sql: &str) -> Result<Box<dyn Statement + 'd>, StoreError> {
        let known = self.prepared.borrow().get(sql).cloned();
        let prepared = match known {
            Some(prepared) => prepared,
            None => {
                let numbered = sql.replace('?', "$");
                let made = self.runtime.block_on(self.client.prepare(&numbered)).map_err(|error| refusal(&error))?;
                self.prepared.borrow_mut().insert(sql.to_owned(), made.clone());
                made
            }
        };
        Ok(Box::new(Ready { session: self, prepared }))
    }

    fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.settle()?;
        self.runtime.block_on(self.client.batch_execute(sql)).map_err(|error| refusal(&error))
    }
}

struct Ready<'d> {
    session: &'d Session,
    prepared: Prepared,
}

impl Statement for Ready<'_> {
    fn execute(&mut self, params: &[Param<'_>]) -> Result<u64, StoreError> {
        self.session.settle()?;
        let params: Vec<Owned> = params.iter().map(Owned::from).collect();
        let changed = self.session.client.execute_raw(&self.prepared, params.iter());
        self.session.runtime.block_on(changed).map_err(|error| refusal(&error))
    }

    fn put(&mut self, params: &[Param<'_>]) -> Result<(), StoreError> {
        let is_full = {
            let mut gathered = self.session.gathered.borrow_mut();
            let params: Vec<Owned> = params.iter().map(Owned::from).collect();
            gathered.bytes += params.iter().map(Owned::size).sum::<usize>();
            gathered.writes.push((self.prepared.clone(), params));
            gathered.writes.len() >= MOST_GATHERED || gathered.bytes >= MOST_BYTES
        };
        if is_full { self.session.settle() } else { Ok(()) }
    }

    fn query(&mut self, params: &[Param<'_>], each: &mut EachRow<'_>) -> Result<(), StoreError> {
        self.session.settle()?;
        let params: Vec<Owned> = params.iter().map(Owned::from).collect();
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as &(dyn ToSql + Sync)).collect();
        // All of them are here before the first is looked at: looking may ask for others.
        let rows = self.session.client.query(&self.prepared, &params);
        for row in self.session.runtime.block_on(rows).map_err(|error| refusal(&error))? {
            if !each(&Found(row))? {
                break;
            }
        }
        Ok(())
    }
}

struct Found(tokio_postgres::Row);

impl Row for Found {
    fn cell(&self, column: usize) -> Result<Cell<'_>, StoreError> {
        let odd = |_| StoreError::Corrupt { reason: format!("column {column} of a row cannot be read") };
        let kind = self.0.columns().get(column).map(|column| column.type_().clone());
        Ok(match kind {
            Some(Type::INT8) => self.0.try_get::<_, Option<i64>>(column).map_err(odd)?.map_or(Cell::Null, Cell::Int),
            Some(Type::INT4) => {
                let number = self.0.try_get::<_, Option<i32>>(column).map_err(odd)?;
                number.map_or(Cell::Null, |number| Cell::Int(i64::from(number)))
            }
            Some(Type::BYTEA) => {
                self.0.try_get::<_, Option<&[u8]>>(column).map_err(odd)?.map_or(Cell::Null, Cell::Blob)
            }
            _ => self.0.try_get::<_, Option<&str>>(column).map_err(odd)?.map_or(Cell::Null, Cell::Text),
        })
    }
}

/// A parameter that waits to be sent.
#[derive(Debug)]
enum Owned {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Owned {
    fn size(&self) -> usize {
        match self {
            Owned::Null => 0,
            Owned::Int(_) => 8,
            Owned::Text(text) => text.len(),
            Owned::Blob(bytes) => bytes.len(),
        }
    }
}

impl From<&Param<'_>> for Owned {
    fn from(param: &Param<'_>) -> Self {
        match param {
            Param::Null => Owned::Null,
            Param::Int(number) => Owned::Int(*number),
            // The one character that its texts cannot hold. What was received is kept as bytes, and exactly.
            Param::Text(text) => Owned::Text(text.replace('\0', "\u{fffd}")),
            Param::Blob(bytes) => Owned::Blob(bytes.to_vec()),
        }
    }
}

impl ToSql for Owned {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Owned::Null => Ok(IsNull::Yes),
            Owned::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Owned::Int(number) => number.to_sql(kind, out),
            Owned::Text(text) => text.to_sql(kind, out),
            Owned::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

/// What the server, or the way to it, said.
pub(crate) fn refusal(error: &tokio_postgres::Error) -> StoreError {
    let reason = error.as_db_error().map_or_else(|| cause(error), |found| found.message().to_owned());
    match error.code() {
        Some(&SqlState::DISK_FULL) => StoreError::DiskFull,
        Some(
            &SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED,
        ) => StoreError::Locked,
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => StoreError::ReadOnly,
        Some(&SqlState::QUERY_CANCELED) => StoreError::QueryTimeout,
        Some(&SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED) => StoreError::Corrupt { reason },
        Some(
            &SqlState::ADMIN_SHUTDOWN
            | &SqlState::CRASH_SHUTDOWN
            | &SqlState::CANNOT_CONNECT_NOW
            | &SqlState::TOO_MANY_CONNECTIONS,
        ) => StoreError::Unavailable { reason },
        None if is_of_the_way(error) => StoreError::Unavailable { reason },
        _ => StoreError::Engine(reason),
    }
}

/// Whether the way to the server failed, and not what was asked.
fn is_of_the_way(error: &tokio_postgres::Error) -> bool {
    let mut behind = std::error::Error::source(error);
    while let Some(next) = behind {
        if next.is::<std::io::Error>() {
            return true;
        }
        behind = next.source();
    }
    error.is_closed()
}

/// An error and what is behind it, in words.
pub(crate) fn cause(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(behind) = next {
        words.push_str(": ");
        words.push_str(&behind.to_string());
        next = behind.source();
    }
    words
}
