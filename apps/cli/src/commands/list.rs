//! `tracewire list`: the latest traces, one line each.

use tracewire_insight::ProducerState as Life;
use tracewire_insight::process::Processes;
use tracewire_store::{TraceFilter, TraceRow};
use tracewire_wire::event::Status;
use tracewire_wire::value::Value;

use crate::args::{Global, List};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, count, object, or_null};
use crate::source::{Source, now};
use crate::term::{Glyphs, Line, Screen, palette, units, width};

/// Lists traces, latest first.
///
/// # Errors
/// Where there is none, or the store refuses.
pub fn run(global: &Global, what: &List, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open(global, &what.stored)?;
    let filter = TraceFilter {
        limit: what.limit.max(1),
        errors_only: what.failed,
        open_only: what.open,
        session_id: what.session.clone(),
        ..TraceFilter::default()
    };
    let page = source.store.traces(&filter)?;
    let is_filtered = what.failed || what.open || what.session.is_some();
    if page.traces.is_empty() && !global.json {
        return Err(match &what.session {
            Some(session) => CliError::NotFound { what: "session", id: screen.fit(session, 60) },
            None if is_filtered => {
                CliError::NotFound { what: "filter", id: if what.failed { "--failed" } else { "--open" }.to_owned() }
            }
            None => source.empty(),
        });
    }
    let processes = source.processes()?;
    if global.json {
        let traces = page.traces.iter().map(|row| document(row, &processes)).collect();
        let more = page.next.is_some().into();
        screen.bytes(&json::line(&object([("more", more), ("traces", Value::List(traces))])))?;
        return Ok(EXIT_OK);
    }
    let mut title = Line::new();
    title.push(palette::QUIET, format!("  {:<8}  {:<15}  {:>9}  {:>7}  what", "trace", "started", "took", "steps"));
    screen.line(title)?;
    for row in &page.traces {
        let line = line(row, &processes, screen);
        screen.line(line)?;
    }
    screen.gap()?;
    if let Some(first) = page.traces.first() {
        screen.hint(&format!("tracewire trace {}", short(first)), "the latest as a tree")?;
    }
    if page.next.is_some() {
        screen.hint(&format!("tracewire list -n {}", what.limit.saturating_mul(5)), "more")?;
    }
    Ok(EXIT_OK)
}

fn short(row: &TraceRow) -> String {
    row.trace_id.to_string().chars().take(8).collect()
}

/// How the trace stands, judged by its head and by the life of the process that started it.
pub(super) fn state(row: &TraceRow, processes: &Processes) -> &'static str {
    match &row.status {
        Some(Status::Error | Status::Timeout) => "failed",
        Some(Status::Cancelled) => "cancelled",
        Some(Status::Ok) => "ok",
        Some(_) => "ended",
        None if row.head.is_none() || row.spans == 0 => "loose",
        None => match row.producer.as_deref().map_or(Life::Unknown, |producer| processes.life(producer)) {
            Life::Alive => "in_flight",
            Life::Closed | Life::Dead => "abandoned",
            Life::Unknown => "unknown",
        },
    }
}

/// The sign of a state, and its colour.
pub(super) fn sign(state: &str, glyphs: &Glyphs) -> (&'static str, anstyle::Style) {
    match state {
        "failed" => (glyphs.failed, palette::BAD),
        "cancelled" => (glyphs.cancelled, palette::WARN),
        "ok" => (glyphs.ok, palette::GOOD),
        "in_flight" => (glyphs.in_flight, palette::LIVE),
        "abandoned" => (glyphs.abandoned, palette::WARN),
        "unknown" => (glyphs.unknown, palette::WARN),
        _ => (glyphs.unset, palette::QUIET),
    }
}

fn line(row: &TraceRow, processes: &Processes, screen: &Screen<'_>) -> Line {
    let glyphs = &screen.glyphs;
    let (glyph, style) = sign(state(row, processes), glyphs);
    let took = match (row.duration_nanos, state(row, processes)) {
        (Some(nanos), _) => screen.duration(nanos),
        (None, "in_flight") => {
            let so_far = u64::try_from(now().0.saturating_sub(row.start.0)).unwrap_or(0);
            format!("{}{}", screen.duration(so_far), glyphs.ellipsis)
        }
        (None, "loose") => String::new(),
        (None, _) => {
            let known = u64::try_from(row.last.0.saturating_sub(row.start.0)).unwrap_or(0);
            format!("{}{}", glyphs.at_least, screen.duration(known))
        }
    };
    let mut line = Line::new();
    line.push(style, glyph).plain(" ").plain(short(row)).plain("  ");
    line.push(palette::QUIET, units::short_date_time(row.start, &screen.zone)).plain("  ");
    line.plain(" ".repeat(9_usize.saturating_sub(width(&took)))).plain(took);
    line.plain(format!("  {:>7}  ", units::grouped(row.spans)));
    if let Some(kind) = &row.kind {
        line.push(palette::kind(kind), screen.fit(kind, 16)).plain(" ");
    }
    line.plain(row.name.as_ref().map_or_else(|| "unnamed".to_owned(), |name| screen.fit(name, 48)));
    let mut facts = Vec::new();
    if row.errors > 0 {
        facts.push((palette::BAD, format!("{} failed", units::grouped(row.errors))));
    }
    if row.open_spans > 0 {
        facts.push((style, format!("{} open", units::grouped(row.open_spans))));
    }
    if row.input_tokens + row.output_tokens > 0 {
        let tokens =
            format!("{}{}{} tokens", units::count(row.input_tokens), glyphs.arrow, units::count(row.output_tokens));
        facts.push((palette::QUIET, tokens));
    }
    if let Some(cost) = units::amounts(&row.cost) {
        facts.push((palette::QUIET, cost));
    }
    if let Some(service) = &row.service {
        facts.push((palette::QUIET, format!("@{}", screen.fit(service, 32))));
    }
    for (style, fact) in facts {
        if line.width() + width(glyphs.dot) + width(&fact) <= screen.columns {
            line.push(palette::QUIET, glyphs.dot).push(style, fact);
        }
    }
    line
}

fn document(row: &TraceRow, processes: &Processes) -> Value {
    object([
        ("duration_nanos", or_null(row.duration_nanos.map(count))),
        ("events", count(row.events)),
        ("failed_spans", count(row.errors)),
        ("cost", json::amounts(&row.cost)),
        ("input_tokens", count(row.input_tokens)),
        ("kind", or_null(row.kind.as_deref())),
        ("last", json::time(row.last)),
        ("name", or_null(row.name.as_deref())),
        ("open_spans", count(row.open_spans)),
        ("output_tokens", count(row.output_tokens)),
        ("service", or_null(row.service.as_deref())),
        ("session_id", or_null(row.session_id.as_deref())),
        ("spans", count(row.spans)),
        ("start", json::time(row.start)),
        ("state", state(row, processes).into()),
        ("status", or_null(row.status.as_ref().map(Status::as_str))),
        ("trace_id", row.trace_id.to_string().into()),
    ])
}
