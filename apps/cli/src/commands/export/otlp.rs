//! `tracewire export --otlp` and `--format otlp`: the spans of what was asked for, to whoever takes OTLP, or into a file.

use std::io::Write as _;
use std::time::Duration;

use tracewire_server::outward::spans::{Resources, Wanted, gather};
use tracewire_server::outward::{Blocking, Target};
use tracewire_store::{Lookup, Store, TraceFilter};
use tracewire_wire::id::TraceId;

use super::named;
use crate::args::{Export, Global};
use crate::commands::trace::by_id;
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::json::{self, count, object};
use crate::moving::target::Target as File;
use crate::paths::short_path;
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
    let traces = asked_for(source, what, screen)?;
    let mut totals = Totals::default();
    let mut resources = Resources::default();
    let mut bar = Bar::new("exporting", Unit::Traces, Some(traces.len() as u64));
    for some in traces.chunks(AT_ONCE) {
        let gathered = gather(&*source.store, some, &Wanted::All, &mut resources)?;
        for batch in gathered.batches {
            let reply = sender.send(&batch.protobuf(), |reason, wait| {
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
    report(&totals, ("sent to", "url", &shown), global, screen)?;
    Ok(if totals.rejected == 0 { EXIT_OK } else { EXIT_PROBLEM })
}

/// Writes what was asked for, a request a line.
///
/// # Errors
/// Where nothing fits, or the store or the output refuses.
pub(super) fn write(source: &Source, what: &Export, global: &Global, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let traces = asked_for(source, what, screen)?;
    let mut target = File::open(what.output.as_deref())?;
    let mut totals = Totals::default();
    let mut resources = Resources::default();
    let mut bar = Bar::new("exporting", Unit::Traces, Some(traces.len() as u64));
    for some in traces.chunks(AT_ONCE) {
        let gathered = gather(&*source.store, some, &Wanted::All, &mut resources)?;
        for batch in gathered.batches {
            let mut line = batch.json();
            line.push(b'\n');
            target.write_all(&line).map_err(|error| target.refused(error))?;
            totals.spans += batch.spans;
        }
        totals.traces += some.len() as u64;
        totals.open += gathered.open;
        bar.advance(some.len() as u64);
    }
    bar.done();
    let path = target.path().map(|_| what.output.as_deref().map(short_path).unwrap_or_default());
    target.keep()?;
    match path {
        Some(path) => report(&totals, ("written to", "path", &path), global, screen)?,
        None if totals.open > 0 => {
            let open = units::counted(totals.open, "span");
            let _ = writeln!(std::io::stderr(), "{open} without an end left out");
        }
        None => {}
    }
    Ok(EXIT_OK)
}

/// The traces, latest first; at least one.
fn asked_for(source: &Source, what: &Export, screen: &Screen<'_>) -> Result<Vec<TraceId>, CliError> {
    let traces = found(&*source.store, what)?;
    if !traces.is_empty() {
        return Ok(traces);
    }
    Err(match named(what) {
        all if all.is_empty() => source.empty(),
        some => CliError::NotFound { what: "export", id: screen.fit(&some, 200) },
    })
}

fn found(store: &dyn Store, what: &Export) -> Result<Vec<TraceId>, CliError> {
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

/// Says what went where: in words, by the name of the member for programs, and the place.
fn report(
    totals: &Totals,
    (went, member, place): (&str, &'static str, &str),
    global: &Global,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    if global.json {
        let document = object([
            ("open", count(totals.open)),
            ("rejected", count(totals.rejected)),
            ("spans", count(totals.spans)),
            ("traces", count(totals.traces)),
            (member, place.into()),
        ]);
        return Ok(screen.bytes(&json::line(&document))?);
    }
    let mut line = Line::new();
    let (style, sign) = match totals.rejected {
        0 => (palette::GOOD, screen.glyphs.ok),
        _ => (palette::BAD, screen.glyphs.failed),
    };
    line.push(style, sign).plain(format!(
        " {} of {} {went} {}",
        units::counted(totals.spans, "span"),
        units::counted(totals.traces, "trace"),
        screen.fit(place, 200),
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
