//! What traces add to the numbers: their tokens, costs, models and agents, and the buckets of all traces together.
//!
//! A trace that changed is stale until somebody tallies it: its tree is built, priced and counted, and buckets change by
//! what it adds now less what it added before, which is kept in `tally`. Nothing here happens while events come in.

use super::driver::{Driver, params};
use super::names::Names;
use super::pack::{self, Table};
use super::rows;
use super::{derive, unsigned};
use crate::error::StoreError;
use crate::model::{BucketQuery, BucketSize, Buckets, StoredEvent};
use crate::packed::Run;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tracewire_insight::analytics::{Report, Series, Share, Totals, pack_shares, shares_of, unpack_shares};
use tracewire_insight::call::{self, Part};
use tracewire_insight::{Located, Pricing, ProducerState, Tree};
use tracewire_wire::event::{Body, Event};
use tracewire_wire::id::TraceId;
use tracewire_wire::json;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// `trace.stale`: what is to be done.
pub(super) const FRESH: i64 = 0;
pub(super) const STALE: i64 = 1;
/// It was tallied by somebody without prices, and has steps that may have one.
const WITHOUT_PRICES: i64 = 2;

/// Traces of this many events, in all, are tallied in one transaction.
const EVENTS_AT_ONCE: u64 = 20_000;
/// Sizes of buckets in nanoseconds: a minute, an hour. Their place in the list is `bucket.size`.
const SIZES: [i64; 2] = [60_000_000_000, 3_600_000_000_000];

/// The values of `label.what` for what tallies name.
pub(super) const MODEL_LABEL: i64 = 4;
pub(super) const AGENT_LABEL: i64 = 5;

/// Whether anything is to be tallied.
pub(super) fn is_wanted(connection: &dyn Driver, has_prices: bool) -> Result<bool, StoreError> {
    Ok(!next(connection, has_prices, 1)?.is_empty())
}

/// The traces that were stale for longest, by their row.
fn next(connection: &dyn Driver, has_prices: bool, limit: i64) -> Result<Vec<(i64, TraceId, u64)>, StoreError> {
    // Numbers in the statement: by those of parameters SQLite would plan anew each time.
    let statement = format!(
        "SELECT id, trace_id, events FROM trace WHERE stale <> 0 AND stale <= {} ORDER BY stale, id LIMIT {limit}",
        if has_prices { WITHOUT_PRICES } else { STALE },
    );
    connection.all(&statement, &[], |row| Ok((row.int(0)?, TraceId(row.bytes(1)?), unsigned(row.int(2)?))))
}

/// Tallies some traces; gives how many.
pub(super) fn some(connection: &dyn Driver, pricing: Option<&dyn Pricing>) -> Result<u64, StoreError> {
    let names = Names::new(connection);
    let mut work = Work { connection, series: HashMap::new(), changes: BTreeMap::new() };
    let (mut done, mut events) = (0, 0);
    for (row, trace_id, count) in next(connection, pricing.is_some(), 256)? {
        if done > 0 && events + count > EVENTS_AT_ONCE {
            break;
        }
        work.tally(row, trace_id, &names, pricing)?;
        events += count;
        done += 1;
    }
    work.write_buckets()?;
    Ok(done)
}

/// Everything is to be tallied again, by the prices of today.
pub(super) fn mark_all(connection: &dyn Driver) -> Result<u64, StoreError> {
    connection.execute("UPDATE trace SET stale = ?1 WHERE stale <> ?1", params![STALE])
}

/// A trace is gone: what it added is taken away.
pub(super) fn forget(connection: &dyn Driver, trace: i64) -> Result<(), StoreError> {
    let mut work = Work { connection, series: HashMap::new(), changes: BTreeMap::new() };
    let before = shares_before(connection, trace)?;
    work.change(&before, false)?;
    work.write_buckets()?;
    connection.execute("DELETE FROM tally WHERE trace = ?1", params![trace])?;
    for (what, values) in [(MODEL_LABEL, models(&before)), (AGENT_LABEL, agents(&before))] {
        for value in values {
            let statement = "DELETE FROM label WHERE what = ?1 AND value = ?2 AND trace = ?3";
            connection.execute(statement, params![what, value, trace])?;
        }
    }
    Ok(())
}

/// Names that no number is kept by any more go.
pub(super) fn forget_series(connection: &dyn Driver) -> Result<(), StoreError> {
    connection.execute("DELETE FROM series WHERE id NOT IN (SELECT series FROM bucket)", &[])?;
    Ok(())
}

fn shares_before(connection: &dyn Driver, trace: i64) -> Result<Vec<Share>, StoreError> {
    let statement = "SELECT shares FROM tally WHERE trace = ?1";
    let packed = connection.first(statement, params![trace], |row| row.blob(0).map(<[u8]>::to_vec))?;
    packed.map_or(Ok(Vec::new()), |packed| unpack_shares(&packed).map_err(damaged))
}

fn damaged(_: tracewire_insight::analytics::Damaged) -> StoreError {
    StoreError::corrupt("totals cannot be read")
}

struct Work<'c> {
    connection: &'c dyn Driver,
    /// Rows of `series`.
    series: HashMap<Series, i64>,
    /// By size, start and series: what comes, what goes.
    changes: BTreeMap<(usize, i64, i64), (Totals, Totals)>,
}

impl Work<'_> {
    fn tally(
        &mut self,
        row: i64,
        trace_id: TraceId,
        names: &Names<'_>,
        pricing: Option<&dyn Pricing>,
    ) -> Result<(), StoreError> {
        let (events, services) = read_slim(self.connection, row, names)?;
        let located: Vec<Located<'_>> =
            events.iter().map(|stored| Located { producer: &stored.producer, event: &stored.event }).collect();
        let mut tree = Tree::build(trace_id, &located, &|_| ProducerState::Unknown, Timestamp(i64::MIN));
        if let Some(pricing) = pricing {
            pricing.price(&mut tree);
        }
        let service = |producer: &str| services.get(producer).and_then(|service| service.as_deref().map(str::to_owned));
        let shares = shares_of(&tree, &located, &service);
        let before = shares_before(self.connection, row)?;
        if before != shares {
            self.change(&before, false)?;
            self.change(&shares, true)?;
            self.label(row, &before, &shares)?;
        }
        self.connection.execute(
            "INSERT INTO tally(trace, prices, shares) VALUES (?1, ?2, ?3) \
             ON CONFLICT (trace) DO UPDATE SET prices = excluded.prices, shares = excluded.shares",
            params![row, pricing.map(Pricing::version), &pack_shares(&shares)],
        )?;
        self.write_trace(row, &shares, pricing.is_some())
    }

    /// Gathers what buckets gain or lose.
    fn change(&mut self, shares: &[Share], comes: bool) -> Result<(), StoreError> {
        for share in shares {
            let series = self.series_row(&share.series)?;
            for (size, nanos) in SIZES.iter().enumerate() {
                let start = share.minute.0.div_euclid(*nanos).saturating_mul(*nanos);
                let (more, less) = self.changes.entry((size, start, series)).or_default();
                if comes { more } else { less }.add(&share.totals);
            }
        }
        Ok(())
    }

    fn series_row(&mut self, series: &Series) -> Result<i64, StoreError> {
        if let Some(row) = self.series.get(series) {
            return Ok(*row);
        }
        let key = series.to_key();
        let find = || self.connection.first("SELECT id FROM series WHERE key = ?1", params![&key], |row| row.int(0));
        let row = match find()? {
            Some(row) => row,
            None => {
                self.connection.execute("INSERT INTO series(key) VALUES (?1)", params![&key])?;
                find()?.ok_or_else(|| StoreError::corrupt("a series went missing"))?
            }
        };
        self.series.insert(series.clone(), row);
        Ok(row)
    }

    fn write_buckets(&mut self) -> Result<(), StoreError> {
        let key = "size = ?1 AND start = ?2 AND series = ?3";
        let mut read = self.connection.prepare(&format!("SELECT totals FROM bucket WHERE {key}"))?;
        let mut write = self.connection.prepare(
            "INSERT INTO bucket(size, start, series, totals) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (size, start, series) DO UPDATE SET totals = excluded.totals",
        )?;
        let mut remove = self.connection.prepare(&format!("DELETE FROM bucket WHERE {key}"))?;
        for ((size, start, series), (more, less)) in std::mem::take(&mut self.changes) {
            if more == less {
                continue;
            }
            let size = size as i64;
            let mut known = Ok(Totals::default());
            read.query(params![size, start, series], &mut |row| {
                known = Totals::unpack(row.blob(0)?);
                Ok(false)
            })?;
            let mut totals = known.map_err(damaged)?;
            totals.add(&more);
            totals.subtract(&less);
            if totals.is_empty() {
                remove.put(params![size, start, series])?;
            } else {
                write.put(params![size, start, series, &totals.pack()])?;
            }
        }
        Ok(())
    }

    /// Traces are found by the models and agents that took part.
    fn label(&self, row: i64, before: &[Share], shares: &[Share]) -> Result<(), StoreError> {
        let sets = [(MODEL_LABEL, models(before), models(shares)), (AGENT_LABEL, agents(before), agents(shares))];
        for (what, before, now) in sets {
            for gone in before.difference(&now) {
                let statement = "DELETE FROM label WHERE what = ?1 AND value = ?2 AND trace = ?3";
                self.connection.execute(statement, params![what, *gone, row])?;
            }
            for value in now {
                let statement = "INSERT INTO label(what, value, trace) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
                self.connection.execute(statement, params![what, value, row])?;
            }
        }
        Ok(())
    }

    fn write_trace(&self, row: i64, shares: &[Share], has_prices: bool) -> Result<(), StoreError> {
        let mut sum = Totals::default();
        shares.iter().for_each(|share| sum.add(&share.totals));
        let signed = |number: u64| super::signed(number);
        let cost = sum.cost.0.iter().map(|(currency, amount)| (currency.clone(), Value::Text(amount.to_string())));
        let cost = (!sum.cost.0.is_empty()).then(|| json::write(&Value::Map(Map::from_iter(cost))));
        let list = |values: BTreeSet<&str>| {
            (!values.is_empty()).then(|| json::write(&Value::List(values.into_iter().map(Value::from).collect())))
        };
        let stale = if sum.unpriced > 0 && !has_prices { WITHOUT_PRICES } else { FRESH };
        self.connection.execute(
            "UPDATE trace SET input_tokens = ?2, output_tokens = ?3, cost = ?4, unpriced = ?5, models = ?6, agents = ?7, \
             stale = ?8 WHERE id = ?1",
            params![
                row,
                signed(sum.tokens.input),
                signed(sum.tokens.output),
                cost.as_deref(),
                signed(sum.unpriced),
                list(models(shares)).as_deref(),
                list(agents(shares)).as_deref(),
                stale,
            ],
        )?;
        Ok(())
    }
}

fn models(shares: &[Share]) -> BTreeSet<&str> {
    shares.iter().filter_map(|share| share.series.model.as_deref()).collect()
}

fn agents(shares: &[Share]) -> BTreeSet<&str> {
    shares.iter().filter_map(|share| share.series.agent.as_deref()).collect()
}

type Services = BTreeMap<Arc<str>, Option<Arc<str>>>;

/// A trace's events without what no number is made of, and their producers' services.
fn read_slim(
    connection: &dyn Driver,
    trace: i64,
    names: &Names<'_>,
) -> Result<(Vec<StoredEvent>, Services), StoreError> {
    let mut events = Vec::new();
    let mut services = Services::new();
    for run in &rows::event_rows(connection, trace)?.0 {
        pack::each_of(connection, Table::Event, Run { ..*run }, |id, producer, json| {
            if let Some(mut event) = derive::read_event(json)? {
                let named = names.get(producer)?;
                services.entry(named.name.clone()).or_insert(named.service);
                slim(&mut event);
                events.push(StoredEvent { id: unsigned(id), producer: named.name, event });
            }
            Ok(())
        })?;
    }
    Ok((events, services))
}

/// Members of a body that numbers are made of.
const COUNTED: [&str; 6] = ["name", "attributes", "usage", "cost", "chunks", "time_to_first_chunk_nanos"];

/// What is held in memory of a long trace should be little.
fn slim(event: &mut Event) {
    let Body::Present(body) = &mut event.body else { return };
    let kept = std::mem::take(body).into_iter().filter(|(name, _)| COUNTED.contains(&&**name));
    *body = kept
        .map(|(name, value)| match (&*name, value) {
            ("attributes", Value::Map(attributes)) => {
                let wanted = attributes.into_iter().filter(|(name, _)| call::is_wanted(Part::Attributes, name));
                (name, Value::Map(wanted.collect()))
            }
            // How many there are is told by the span's page, not here.
            ("chunks", Value::List(mut chunks)) => {
                chunks.truncate(1);
                (name, Value::List(chunks))
            }
            (_, value) => (name, value),
        })
        .collect();
}

/// Hands every bucket that fits to `report`, in order of time.
pub(super) fn buckets(
    connection: &dyn Driver,
    query: &BucketQuery,
    report: &mut dyn Buckets,
) -> Result<(), StoreError> {
    let series = connection.all("SELECT id, key FROM series", &[], |row| {
        let series = Series::from_key(&row.text(1)?).map_err(damaged)?;
        Ok((row.int(0)?, series))
    })?;
    let series: HashMap<i64, Series> = series.into_iter().filter(|(_, series)| report.wants(series)).collect();
    let (size, since, until) = window(query);
    let mut statement = connection.prepare(
        "SELECT start, series, totals FROM bucket WHERE size = ?1 AND start >= ?2 AND start < ?3 ORDER BY start, series",
    )?;
    statement.query(params![size as i64, since, until], &mut |row| {
        if let Some(series) = series.get(&row.int(1)?) {
            report.take(series, Timestamp(row.int(0)?), &Totals::unpack(row.blob(2)?).map_err(damaged)?);
        }
        Ok(true)
    })
}

/// The place of a query's size, and its first and its last nanosecond. The bucket in which the time begins counts whole.
fn window(query: &BucketQuery) -> (usize, i64, i64) {
    let size = match query.size {
        BucketSize::Minute => 0,
        BucketSize::Hour => 1,
    };
    let nanos = SIZES.get(size).copied().unwrap_or(1);
    let since = query.since.map_or(i64::MIN, |since| since.0.div_euclid(nanos).saturating_mul(nanos));
    (size, since, query.until.map_or(i64::MAX, |until| until.0))
}

/// Hands what traces added to `report`, with the session of each.
pub(super) fn of_sessions(connection: &dyn Driver, query: &BucketQuery, report: &mut Report) -> Result<(), StoreError> {
    let (size, since, until) = window(query);
    let nanos = SIZES.get(size).copied().unwrap_or(1);
    let mut statement = connection.prepare(
        "SELECT session, shares FROM tally JOIN trace ON trace.id = tally.trace WHERE start < ?2 AND last >= ?1",
    )?;
    statement.query(params![since, until], &mut |row| {
        let session = row.maybe_text(0)?;
        for share in unpack_shares(row.blob(1)?).map_err(damaged)? {
            let start = share.minute.0.div_euclid(nanos).saturating_mul(nanos);
            if (since..until).contains(&start) {
                report.add_of_session(session.as_deref(), &share.series, Timestamp(start), &share.totals);
            }
        }
        Ok(true)
    })
}
