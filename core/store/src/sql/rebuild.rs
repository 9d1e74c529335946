//! Everything that follows from the stored events, made anew.

use super::derive::{Derivation, read_event};
use super::driver::Driver;
use super::names::Names;
use super::pack::{self, Table};
use crate::error::StoreError;
use crate::packed::Run;

/// Events whose derivation is held in memory at once.
const EVENTS_AT_ONCE: i64 = 20_000;

/// Makes everything that follows from events anew: spans, traces, labels.
///
/// # Errors
/// [`StoreError`] when the engine refuses, or what is stored does not read back.
pub fn rebuild(connection: &dyn Driver) -> Result<(), StoreError> {
    connection.batch(
        "DELETE FROM tally; DELETE FROM bucket; DELETE FROM series;
         DELETE FROM span; DELETE FROM span_key; DELETE FROM span_key_old; DELETE FROM label; DELETE FROM trace_event;
         DELETE FROM loss; DELETE FROM loose; DELETE FROM loose_label; DELETE FROM trace;",
    )?;
    super::set_counter(connection, "young_span_keys", 0)?;
    let names = Names::new(connection);
    let end = pack::next_number(connection, Table::Event)?;
    let mut first = 1;
    while first < end {
        let count = EVENTS_AT_ONCE.min(end - first);
        let mut derivation = Derivation::new(connection, &names)?;
        pack::each_of(connection, Table::Event, Run { first, count }, |row, producer, json| match read_event(json)? {
            Some(event) => derivation.observe(row, producer, &event),
            None => Ok(()),
        })?;
        derivation.finish()?;
        first += count;
    }
    Ok(())
}
