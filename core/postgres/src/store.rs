//! Opening, transactions, and what else an engine is asked.

use crate::driver::{Session, cause, refusal};
use crate::refused::cannot_open;
use crate::schema::{STEPS, Step};
use crate::tls::Address;
use std::cell::RefCell;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use tokio_postgres::error::SqlState;
use tracewire_store::sql::driver::Driver;
use tracewire_store::sql::{self, Engine, Work};
use tracewire_store::{StoreError, StoreStats};

/// How long a writer waits for another one.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the server may take to answer at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A store in one schema of a PostgreSQL database.
///
/// A connection that was lost is made anew by the next call.
///
/// ```no_run
/// use tracewire_postgres::PostgresStore;
/// use tracewire_store::{Store, TraceFilter};
/// let store = PostgresStore::open("postgres://tracewire@db.example.com/traces", "default")?;
/// println!("{} traces", store.traces(&TraceFilter::default())?.traces.len());
/// # Ok::<(), tracewire_store::StoreError>(())
/// ```
pub struct PostgresStore {
    session: RefCell<Session>,
    address: Address,
    schema: String,
    lock_timeout: Duration,
    look_until: Option<Instant>,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the configuration: it may hold a password.
        out.debug_struct("PostgresStore").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Connects, makes the project's tables where there are none, and brings older ones to this version.
    ///
    /// `url` is what libpq takes (`postgres://user:password@host/database`, or `host=… dbname=…`), with `sslmode` and
    /// `sslrootcert` as it has them; authorities are those that the platform trusts where no file is named. The project's
    /// tables are in the schema `tracewire_<project>`.
    ///
    /// # Errors
    /// `store_unavailable` where the server cannot be reached, `store_cannot_open` for a URL that is none and for who may not
    /// make tables, `store_newer_version`.
    pub fn open(url: &str, project: &str) -> Result<Self, StoreError> {
        let mut store = Self::connected(url, project)?;
        store.migrate()?;
        Ok(store)
    }

    /// Sets how long a call waits for another writer before it gives `store_locked`; 10 seconds from the beginning.
    pub fn wait_at_most(&mut self, time: Duration) {
        self.lock_timeout = time;
    }

    /// Makes everything that follows from the stored events anew: spans, traces, labels.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; nothing is changed then.
    pub fn rebuild(&mut self) -> Result<(), StoreError> {
        self.change(&mut |connection| sql::rebuild(connection))
    }

    /// The version of a project's tables, 0 where there are none yet. Changes nothing.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub fn version_of(url: &str, project: &str) -> Result<i64, StoreError> {
        Self::connected(url, project)?.version()
    }

    /// Has the server use again what deletions have freed. It gives little of it back to the file system.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    pub fn vacuum(&mut self) -> Result<(), StoreError> {
        self.vacuum_with("ANALYZE")
    }

    /// Of each table alone: it cannot be part of a transaction.
    fn vacuum_with(&self, options: &str) -> Result<(), StoreError> {
        let session = self.session.borrow();
        let mut tables = Vec::new();
        let statement =
            "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = CAST(?1 AS TEXT) ORDER BY tablename";
        session.prepare(statement)?.query(&[self.schema.as_str().into()], &mut |row| {
            if let tracewire_store::sql::driver::Cell::Text(name) = row.cell(0)? {
                tables.push(format!("{}.{}", quoted(&self.schema), quoted(name)));
            }
            Ok(true)
        })?;
        tables.iter().try_for_each(|table| session.batch(&format!("VACUUM ({options}) {table}")))
    }

    fn connected(url: &str, project: &str) -> Result<Self, StoreError> {
        let mut address = Address::read(url)?;
        address.config().connect_timeout(CONNECT_TIMEOUT).application_name("tracewire");
        let schema = format!("tracewire_{project}");
        let session = connect(&address, &schema)?;
        Ok(PostgresStore {
            session: RefCell::new(session),
            address,
            schema,
            lock_timeout: LOCK_TIMEOUT,
            look_until: None,
        })
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        let known = STEPS.len() as i64;
        if self.version()? == known {
            return Ok(());
        }
        let made = format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(&self.schema));
        // Two may come here at once, and each may find that the other one has just made it.
        let session = self.session.get_mut();
        match session.runtime.block_on(session.client.batch_execute(&made)) {
            Err(error) if error.code() != Some(&SqlState::UNIQUE_VIOLATION) => return Err(not_allowed(&error)),
            _ => {}
        }
        let schema = self.schema.clone();
        self.change(&mut |connection| {
            connection.batch("CREATE TABLE IF NOT EXISTS version(number BIGINT NOT NULL)")?;
            let found = version_of(connection)?;
            if found > known {
                return Err(StoreError::NewerVersion { path: schema.clone().into(), found, known });
            }
            let left = STEPS.iter().skip(usize::try_from(found).unwrap_or(0));
            let mut is_derived_stale = false;
            for step in left {
                let (Step::Sql(statements) | Step::Derive(statements)) = step;
                connection.batch(statements)?;
                is_derived_stale |= matches!(step, Step::Derive(_));
            }
            if is_derived_stale {
                sql::rebuild(connection)?;
            }
            connection.batch(&format!("DELETE FROM version; INSERT INTO version VALUES ({known})"))
        })
    }

    fn version(&self) -> Result<i64, StoreError> {
        let mut found = 0;
        let statement =
            "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = CAST(?1 AS TEXT) AND tablename = 'version'";
        let session = self.session.borrow();
        let mut prepared = session.prepare(statement)?;
        let mut is_there = false;
        prepared.query(&[self.schema.as_str().into()], &mut |row| {
            is_there = row.cell(0)? != tracewire_store::sql::driver::Cell::Int(0);
            Ok(false)
        })?;
        if is_there {
            found = version_of(&*session)?;
        }
        Ok(found)
    }

    /// Begins a transaction; a connection that was lost since the last one is made anew.
    fn begin(&self, begin: &str) -> Result<(), StoreError> {
        let outcome = self.session.borrow().batch(begin);
        let Err(StoreError::Unavailable { .. }) = outcome else { return outcome };
        let session = connect(&self.address, &self.schema)?;
        session.batch(begin)?;
        self.session.replace(session);
        Ok(())
    }

    fn transaction(&self, begin: &str, work: &mut Work<'_>) -> Result<(), StoreError> {
        let begun = self.begin(begin);
        let session = self.session.borrow();
        let outcome = begun.and_then(|()| work(&*session)).and_then(|()| session.batch("COMMIT"));
        if outcome.is_err() {
            session.forget();
            // Where the connection is lost, the server gives the transaction up by itself.
            let _ = session.batch("ROLLBACK");
        }
        outcome
    }
}

impl Engine for PostgresStore {
    fn change(&mut self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let schema = self.schema.replace('\'', "''");
        let millis = self.lock_timeout.as_millis().max(1);
        self.transaction(
            &format!(
                "BEGIN; SET LOCAL lock_timeout = {millis}; \
                 SELECT pg_advisory_xact_lock(hashtextextended('{schema}', 0))"
            ),
            work,
        )
    }

    fn look(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let Some(until) = self.look_until else { return self.transaction(begin, work) };
        let millis = sql::time_left(until)?.as_millis().max(1);
        // Of one statement; what is asked behind it is ended here.
        self.transaction(&format!("{begin}; SET LOCAL statement_timeout = {millis}"), &mut |connection| {
            work(connection)?;
            sql::time_left(until).map(|_| ())
        })
    }

    fn look_until(&mut self, until: Option<Instant>) -> Result<(), StoreError> {
        self.look_until = until;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.change(&mut |connection| {
            connection.batch("SET LOCAL synchronous_commit = on")?;
            sql::count_up(connection, "made_durable")
        })
    }

    /// The server does that by itself.
    fn tidy(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Files that hold the old rows are given up by the server; what it has archived of its log is the operator's.
    fn rewrite(&mut self) -> Result<bool, StoreError> {
        self.vacuum_with("FULL, ANALYZE")?;
        Ok(true)
    }

    fn sizes(&self) -> Result<StoreStats, StoreError> {
        let mut stats = StoreStats { version: self.version()?, ..StoreStats::default() };
        let sizes = "SELECT CAST(coalesce(sum(pg_total_relation_size(pg_class.oid)), 0) AS BIGINT) FROM pg_catalog.pg_class \
                     JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = CAST(?1 AS TEXT) AND relkind = 'r'";
        self.session.borrow().prepare(sizes)?.query(&[self.schema.as_str().into()], &mut |row| {
            if let tracewire_store::sql::driver::Cell::Int(bytes) = row.cell(0)? {
                stats.bytes = u64::try_from(bytes).unwrap_or(0);
            }
            Ok(false)
        })?;
        Ok(stats)
    }
}

fn connect(address: &Address, schema: &str) -> Result<Session, StoreError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StoreError::Unavailable { reason: error.to_string() })?;
    let (client, connection) = runtime.block_on(address.connect()).map_err(|error| not_allowed(&error))?;
    runtime.spawn(async move {
        // How it ended is heard by whoever asks next.
        let _ = connection.await;
    });
    let session = Session::new(runtime, client);
    // Commits wait for the disk when that is asked for.
    session.batch(&format!("SET search_path TO {}; SET synchronous_commit = off", quoted(schema)))?;
    Ok(session)
}

fn version_of(connection: &dyn Driver) -> Result<i64, StoreError> {
    let mut found = 0;
    connection.prepare("SELECT coalesce(max(number), 0) FROM version")?.query(&[], &mut |row| {
        if let tracewire_store::sql::driver::Cell::Int(number) = row.cell(0)? {
            found = number;
        }
        Ok(false)
    })?;
    Ok(found)
}

/// What keeps a store from being opened at all, where trying again does not help.
fn not_allowed(error: &tokio_postgres::Error) -> StoreError {
    match error.code() {
        Some(
            &SqlState::INVALID_PASSWORD
            | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION
            | &SqlState::INVALID_CATALOG_NAME
            | &SqlState::INSUFFICIENT_PRIVILEGE,
        ) => cannot_open(error.as_db_error().map_or("it is not allowed", |found| found.message())),
        None if is_of_tls(error) => cannot_open(&cause(error)),
        _ => refusal(error),
    }
}

/// Whether both sides cannot agree on TLS, which trying again does not mend.
fn is_of_tls(error: &tokio_postgres::Error) -> bool {
    let Some(behind) = std::error::Error::source(error) else { return false };
    match behind.downcast_ref::<std::io::Error>() {
        Some(error) => error.get_ref().is_some_and(|error| error.is::<rustls::Error>()),
        // The server has none.
        None => error.to_string().starts_with("error performing TLS handshake"),
    }
}

/// A name as SQL takes any.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
