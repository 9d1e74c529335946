//! `tracewire export --otlp`: the spans of what was asked for, to whoever takes OTLP.

use std::io::Write as _;
use std::time::Duration;

use tracewire_server::outward::spans::{Resources, Wanted, gather};
use tracewire_server::outward::{Blocking, Target};
use tracewire_store::{Lookup, SqliteStore, Store as _, TraceFilter};
use tracewire_wire::id::TraceId;

use super::named;
use crate::args::{Export, Global};
use crate::commands::trace::by_id;
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::json::{self, count, object};
use crate::source::{Source, now};
use crate::term::{Bar, Line, Screen, Unit, palette, units};

/// Traces that are read at once.
const AT_ONCE: usize = 32;
/// For so long the same is tried again.
const PATIENCE: Duration = Duration::from_secs(60);

/// What went out.
#[derive(Default)]
struct Totals {
    traces: u64,
    spans: u64,
    rejected: u64,
    open: u64,
}

/// Sends what was asked for.
///
/// # Errors
/// Where nothing fits, the store refuses, or the other side does.
pub(super) fn send(
    source: &Source,
    what: &Export,
    url: &str,
    global: &Global,
    screen: &mut Screen<'_>,
) -> Result<u8, CliError> {
    let target = Target::otlp(url, &what.headers, what.otlp_grpc)?;
    let shown = target.shown();
    let sender = Blocking::new(target, PATIENCE)?;
    let traces = asked_for(&source.store, what)?;
    if traces.is_empty() {
        let everything = named(what).is_empty();
        return Err(if everything {
            CliError::Empty(source.directory.path().to_owned())
        } else {
            CliError::NotFound { what: "export", id: screen.fit(&named(what), 200) }
        });
    }
    let mut totals = Totals::default();
    let mut resources = Resources::default();
    let mut bar = Bar::new("exporting", Unit::Traces, Some(traces.len() as u64));
    for some in traces.chunks(AT_ONCE) {
        let gathered = gather(&source.store, some, &Wanted::All, &mut resources)?;
        for batch in gathered.batches {
            let reply = sender.send(&batch.body, |reason, wait| {
                let reason = screen.fit(reason, 200);
                let _ = writeln!(std::io::stderr(), "not taken yet ({reason}); again in {} s", wait.as_secs().max(1));
            })?;
            totals.spans += batch.spans;
            totals.rejected += reply.rejected;
            if let Some(message) = &reply.message {
                let _ = writeln!(std::io::stderr(), "{shown}: {}", screen.fit(message, 400));
            }
        }
        totals.traces += some.len() as u64;
        totals.open += gathered.open;
        bar.advance(some.len() as u64);
    }
    bar.done();
    report(&totals, &shown, global, screen)?;
    Ok(if totals.rejected == 0 { EXIT_OK } else { EXIT_PROBLEM })
}

/// The traces, latest first.
fn asked_for(store: &SqliteStore, what: &Export) -> Result<Vec<TraceId>, CliError> {
    let (since, until) = (what.when.from(now()), what.when.until);
    let lookup = match (&what.session, &what.correlation) {
        (Some(session), _) => Some(Lookup::Session(session.clone())),
        (None, Some(correlation)) => Some(Lookup::Correlation(correlation.clone())),
        (None, None) => None,
    };
    let rows = if let Some(lookup) = lookup {
        store.find(&lookup, usize::MAX)?
    } else if what.traces.is_empty() {
        let mut filter = TraceFilter { limit: 1000, since, until, ..TraceFilter::default() };
        let mut traces = Vec::new();
        loop {
            let page = store.traces(&filter)?;
            traces.extend(page.traces.iter().map(|row| row.trace_id));
            filter.after = page.next;
            if filter.after.is_none() {
                return Ok(traces);
            }
        }
    } else {
        let mut rows = Vec::new();
        for id in &what.traces {
            for trace_id in by_id(store, id)?.traces {
                rows.extend(store.trace(trace_id)?);
            }
        }
        rows
    };
    let is_in_time = |start| since.is_none_or(|since| start >= since) && until.is_none_or(|until| start < until);
    Ok(rows.iter().filter(|row| is_in_time(row.start)).map(|row| row.trace_id).collect())
}

fn report(totals: &Totals, shown: &str, global: &Global, screen: &mut Screen<'_>) -> Result<(), CliError> {
    if global.json {
        let document = object([
            ("open", count(totals.open)),
            ("rejected", count(totals.rejected)),
            ("spans", count(totals.spans)),
            ("traces", count(totals.traces)),
            ("url", shown.into()),
        ]);
        return Ok(screen.bytes(&json::line(&document))?);
    }
    let mut line = Line::new();
    let (style, sign) = match totals.rejected {
        0 => (palette::GOOD, screen.glyphs.ok),
        _ => (palette::BAD, screen.glyphs.failed),
    };
    line.push(style, sign).plain(format!(
        " {} of {} sent to {}",
        units::counted(totals.spans, "span"),
        units::counted(totals.traces, "trace"),
        screen.fit(shown, 200),
    ));
    if totals.rejected > 0 {
        line.push(palette::QUIET, screen.glyphs.dot).push(palette::BAD, format!("{} not taken", totals.rejected));
    }
    if totals.open > 0 {
        let open = format!("{} without an end left out", units::counted(totals.open, "span"));
        line.push(palette::QUIET, screen.glyphs.dot).push(palette::QUIET, open);
    }
    Ok(screen.long_line(&line)?)
}
