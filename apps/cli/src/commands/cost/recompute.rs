//! `tracewire cost recompute`: all costs anew, by the prices that hold here now.

use tracewire_insight::Money;
use tracewire_insight::analytics::{Report, Selection};
use tracewire_store::{BucketQuery, BucketSize, Store};

use crate::args::{Global, Recompute};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, count, object};
use crate::source::Source;
use crate::term::{Bar, Line, Screen, Unit, palette, units};

/// Counts again, and says what changed.
///
/// # Errors
/// Where there is nothing, the user's prices cannot be used, or the store refuses.
pub fn run(global: &Global, what: &Recompute, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let mut source = Source::open(global, &what.stored)?;
    let (before, unpriced_before) = sum(&*source.store)?;
    source.store.recount()?;
    let all = source.store.count_traces(None, None)?.traces;
    let mut bar = Bar::new("counting", Unit::Traces, Some(all));
    let prices = source.prices.clone();
    let mut traces = 0;
    loop {
        let some = source.store.tally_some(Some(&*prices))?;
        if some == 0 {
            break;
        }
        traces += some;
        bar.advance(some);
    }
    drop(bar);
    let (after, unpriced) = sum(&*source.store)?;
    if global.json {
        screen.bytes(&json::line(&object([
            ("after", json::money(&after)),
            ("before", json::money(&before)),
            ("traces", count(traces)),
            ("unpriced_after", count(unpriced)),
            ("unpriced_before", count(unpriced_before)),
            ("version", prices.version().into()),
        ])))?;
        return Ok(EXIT_OK);
    }
    let shown = |money: &Money| if money.0.is_empty() { "no cost".to_owned() } else { units::money(money) };
    let mut line = Line::new();
    line.push(palette::GOOD, screen.glyphs.ok).plain(format!(" {}", units::counted(traces, "trace")));
    line.push(palette::QUIET, screen.glyphs.dot);
    if before == after {
        line.plain(format!("{} as before", shown(&after)));
    } else {
        line.plain(shown(&before)).push(palette::QUIET, screen.glyphs.arrow).plain(shown(&after));
    }
    if unpriced > 0 {
        line.push(palette::QUIET, screen.glyphs.dot);
        line.push(palette::WARN, format!("{} without a price", units::counted(unpriced, "call")));
    }
    line.push(palette::QUIET, screen.glyphs.dot).push(palette::QUIET, prices.version());
    screen.line(line)?;
    Ok(EXIT_OK)
}

/// What everything costs, and how many calls have no price.
fn sum(store: &dyn Store) -> Result<(Money, u64), CliError> {
    let mut report = Report::new(Selection::default());
    store.buckets(&BucketQuery { size: BucketSize::Hour, since: None, until: None }, &mut report)?;
    let total = report.total();
    Ok((total.cost, total.unpriced))
}
