//! What was last: traces by their last event, sessions. Searching starts from here.

use super::derive::label_number;
use super::driver::{Driver, Param, params};
use super::filter::{self, Filter};
use super::rows;
use super::{signed, unsigned};
use crate::error::StoreError;
use crate::model::{Activity, ActivityFilter, Label, SessionFilter, SessionRow};
use std::collections::BTreeMap;
use tracewire_insight::{Decimal, Money};
use tracewire_wire::id::TraceId;
use tracewire_wire::time::Timestamp;

pub(super) fn activity(connection: &dyn Driver, filter: &ActivityFilter) -> Result<Vec<Activity>, StoreError> {
    let mut asked = Filter::default();
    let mut labels = filter.labels.iter();
    let from = match labels.next() {
        // Few traces have one label: start from them.
        Some((label, value)) => {
            asked.and_all("trace.id = label.trace", []);
            asked.and("label.what = ?", label_number(*label));
            asked.and("label.value = ?", value.as_str());
            "label CROSS JOIN trace"
        }
        None => "trace",
    };
    for (label, value) in labels {
        let condition = "trace.id IN (SELECT trace FROM label WHERE what = ? AND value = ?)";
        asked.and_all(condition, [label_number(*label).into(), value.into()]);
    }
    if filter.errors_only {
        asked.and_all("errors > 0", []);
    }
    asked.and_some("last >= ?", filter.since.map(|time| time.0));
    asked.and_some("start <= ?", filter.until.map(|time| time.0));
    if let Some(after) = filter.after {
        asked.and_all("(last, start, id) < (?, ?, ?)", [after.last.0.into(), after.start.0.into(), after.row.into()]);
    }
    let select = format!("SELECT trace_id, start, last, id FROM {from}");
    let statement = asked.statement(&select, "ORDER BY last DESC, start DESC, id DESC", filter.limit);
    connection.all(&statement, asked.params(), |row| {
        Ok(Activity {
            trace_id: TraceId(row.bytes(0)?),
            start: Timestamp(row.int(1)?),
            last: Timestamp(row.int(2)?),
            row: row.int(3)?,
        })
    })
}

pub(super) fn service(connection: &dyn Driver, producer: &str) -> Result<Option<String>, StoreError> {
    let statement = "SELECT service FROM producer WHERE name = ?1";
    Ok(connection.first(statement, params![producer], |row| row.maybe_text(0))?.flatten())
}

pub(super) fn sessions(connection: &dyn Driver, asked: &SessionFilter) -> Result<Vec<SessionRow>, StoreError> {
    let limit = if asked.limit == 0 { filter::DEFAULT_LIMIT } else { asked.limit };
    let (since, until) = (asked.since.map_or(i64::MIN, |time| time.0), asked.until.map_or(i64::MAX, |time| time.0));
    let (last, behind) = asked.after.as_ref().map_or((i64::MAX, ""), |after| (after.last.0, after.session_id.as_str()));
    // Sums of integers are wider in some engines: they are made integers again.
    let sum = |column: &str| format!("CAST(sum({column}) AS BIGINT)");
    // Said only where it is asked, so that its index is taken.
    let one = if asked.session_id.is_some() { " AND value = ?7" } else { "" };
    let statement = format!(
        "SELECT value, count(*), {}, {}, {}, {}, {}, {}, min(start), max(last) \
         FROM label CROSS JOIN trace WHERE trace.id = label.trace AND what = ?1{one} GROUP BY value \
         HAVING max(last) >= ?2 AND min(start) < ?3 AND (max(last) < ?4 OR (max(last) = ?4 AND value > ?5)) \
         ORDER BY max(last) DESC, value LIMIT ?6",
        sum("spans"),
        sum("open"),
        sum("errors"),
        sum("input_tokens"),
        sum("output_tokens"),
        sum("unpriced"),
    );
    let label = label_number(Label::Session);
    let mut parameters = params![label, since, until, last, behind, signed(limit as u64)].to_vec();
    parameters.extend(asked.session_id.as_deref().map(Param::from));
    let mut sessions = connection.all(&statement, &parameters, |row| {
        Ok(SessionRow {
            session_id: row.text(0)?,
            traces: unsigned(row.int(1)?),
            spans: unsigned(row.int(2)?),
            open_spans: unsigned(row.int(3)?),
            errors: unsigned(row.int(4)?),
            input_tokens: unsigned(row.int(5)?),
            output_tokens: unsigned(row.int(6)?),
            cost: BTreeMap::new(),
            unpriced: unsigned(row.int(7)?),
            start: Timestamp(row.int(8)?),
            last: Timestamp(row.int(9)?),
        })
    })?;
    for session in &mut sessions {
        session.cost = cost_of(connection, &session.session_id)?;
    }
    Ok(sessions)
}

/// Amounts are exact, so no engine adds them up.
fn cost_of(connection: &dyn Driver, session: &str) -> Result<BTreeMap<String, String>, StoreError> {
    let statement = "SELECT cost FROM label CROSS JOIN trace \
         WHERE trace.id = label.trace AND what = ?1 AND value = ?2 AND cost IS NOT NULL";
    let mut sum = Money::default();
    let parsed = |costs: BTreeMap<String, String>| {
        let amounts = costs.into_iter().filter_map(|(currency, amount)| Some((currency, Decimal::parse(&amount)?)));
        Money(amounts.collect())
    };
    connection
        .all(statement, params![label_number(Label::Session), session], |row| rows::read_cost(row, 0))?
        .into_iter()
        .for_each(|costs| sum.add(&parsed(costs)));
    Ok(sum.0.into_iter().map(|(currency, amount)| (currency, amount.to_string())).collect())
}
