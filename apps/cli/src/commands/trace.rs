//! `tracewire trace`: one trace, or the traces of a session or a correlation id, as trees.

use std::sync::Arc;

use tracewire_insight::brief::find_step;
use tracewire_insight::prices::price;
use tracewire_insight::process::Processes;
use tracewire_insight::{Located, Tree};
use tracewire_store::{Lookup, Store, TraceFilter, TraceRow, resolve_all, resolve_all_but_media};
use tracewire_wire::id::{SpanId, TraceId};

use super::brief;
use crate::args::{Global, Trace};
use crate::error::{CliError, EXIT_OK};
use crate::json;
use crate::picture::{Picture, draw, footer, header};
use crate::source::{Source, now};
use crate::term::{Screen, escape};

/// Traces of a session or correlation id that are drawn.
const MOST_TRACES: usize = 50;
/// Traces named where an id fits several.
const SOME: usize = 4;

/// Draws what was asked for.
///
/// # Errors
/// Where nothing fits, several traces fit, or the store refuses.
pub fn run(global: &Global, what: &Trace, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open(global, &what.stored)?;
    let found = select(&source, what)?;
    if found.traces.len() > 1 && (brief::is_wanted(what) || what.step.is_some()) {
        let some = found.traces.iter().take(SOME).map(|id| id.to_string().chars().take(12).collect());
        return Err(CliError::Several { count: found.traces.len(), some: some.collect() });
    }
    let processes = source.processes()?;
    let prices = source.prices.clone();
    let mut documents = Vec::new();
    let several = found.traces.len() > 1;
    for (place, trace_id) in found.traces.iter().enumerate() {
        let events = if global.json && !brief::is_wanted(what) {
            whole_events(&*source.store, *trace_id)?
        } else {
            events(&*source.store, *trace_id)?
        };
        let located: Vec<Located<'_>> = events.iter().map(|(producer, event)| Located { producer, event }).collect();
        let mut tree = Tree::build(*trace_id, &located, &|producer| processes.life(producer), now());
        price(&mut tree, &prices);
        let focus = focus(&tree, what, found.span)?;
        if brief::is_wanted(what) {
            let short = brief::short_id(&*source.store, *trace_id)?;
            brief::write(global, what, &tree, focus, &short, screen)?;
            return Ok(EXIT_OK);
        }
        if global.json {
            documents.push(json::tree(&tree, &processes.behind(&tree.producers), what.full));
            continue;
        }
        if place > 0 {
            screen.gap()?;
        }
        show(&tree, &processes, what, focus, several, screen)?;
    }
    if global.json {
        let focus = json::or_null(found.span.map(|span_id| span_id.to_string()));
        screen.bytes(&json::line(&json::object([
            ("span_id", focus),
            ("traces", tracewire_wire::value::Value::List(documents)),
        ])))?;
    }
    Ok(EXIT_OK)
}

fn show(
    tree: &Tree<'_>,
    processes: &Processes,
    what: &Trace,
    focus: Option<usize>,
    several: bool,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    // Who asks for one span wants to see what is in it.
    let picture = Picture { tree, processes, full: what.full || focus.is_some(), focus, limit: what.limit };
    header(&picture, screen)?;
    let left_out = draw(&picture, screen)?;
    if !several {
        footer(&picture, left_out, screen)?;
    }
    Ok(())
}

/// The step that is asked for.
fn focus(tree: &Tree<'_>, what: &Trace, span: Option<SpanId>) -> Result<Option<usize>, CliError> {
    let Some(digits) = &what.step else { return Ok(span.and_then(|span_id| tree.find(span_id))) };
    let trace = || tree.trace_id.to_string().chars().take(8).collect();
    find_step(tree, digits).map(Some).map_err(|count| CliError::NoStep {
        id: escape(digits, false),
        trace: trace(),
        count,
    })
}

pub(super) struct Found {
    pub(super) traces: Vec<TraceId>,
    pub(super) span: Option<SpanId>,
}

fn select(source: &Source, what: &Trace) -> Result<Found, CliError> {
    let store = &*source.store;
    let named = |kind, id: &String| CliError::NotFound { what: kind, id: escape(id, false) };
    // The earliest first, as people tell it.
    let all = |rows: Vec<TraceRow>| Found { traces: rows.iter().rev().map(|row| row.trace_id).collect(), span: None };
    if let Some(session) = &what.session {
        let rows = store.find(&Lookup::Session(session.clone()), MOST_TRACES)?;
        return if rows.is_empty() { Err(named("session", session)) } else { Ok(all(rows)) };
    }
    if let Some(correlation) = &what.correlation {
        let rows = store.find(&Lookup::Correlation(correlation.clone()), MOST_TRACES)?;
        return if rows.is_empty() { Err(named("correlation id", correlation)) } else { Ok(all(rows)) };
    }
    if let Some(id) = &what.id {
        return by_id(store, id);
    }
    latest(source)
}

/// The trace that began last.
pub(super) fn latest(source: &Source) -> Result<Found, CliError> {
    let latest = source.store.traces(&TraceFilter { limit: 1, ..TraceFilter::default() })?.traces;
    match latest.first() {
        Some(row) => Ok(Found { traces: vec![row.trace_id], span: None }),
        None => Err(source.empty()),
    }
}

/// A trace, else a span; a whole span id is a span first.
pub(super) fn by_id(store: &dyn Store, typed: &str) -> Result<Found, CliError> {
    let id = typed.trim().to_ascii_lowercase();
    if id.is_empty() || id.len() > 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(CliError::NoId(escape(typed, false)));
    }
    if id.len() == 16
        && let Some(found) = by_span(store, &id)?
    {
        return Ok(found);
    }
    let rows = store.find(&Lookup::Trace(id.clone()), SOME + 1)?;
    match rows.as_slice() {
        [] => {}
        [row] => return Ok(Found { traces: vec![row.trace_id], span: None }),
        several => {
            let some =
                several.iter().take(SOME).map(|row| row.trace_id.to_string().chars().take(id.len() + 6).collect());
            return Err(CliError::Ambiguous { count: several.len(), some: some.collect(), id });
        }
    }
    let span = if id.len() < 16 { by_span(store, &id)? } else { None };
    span.ok_or(CliError::NotFound { what: "trace or span", id })
}

fn by_span(store: &dyn Store, id: &str) -> Result<Option<Found>, CliError> {
    for row in store.find(&Lookup::Span(id.to_owned()), SOME)? {
        let spans = store.spans(row.trace_id)?;
        if let Some(span) = spans.iter().find(|span| span.span_id.to_string().starts_with(id)) {
            return Ok(Some(Found { traces: vec![row.trace_id], span: Some(span.span_id) }));
        }
    }
    Ok(None)
}

pub(super) type Event = (Arc<str>, tracewire_wire::event::Event);

/// The events of a trace with their content, as far as it is here; of media what they are.
pub(super) fn events(store: &dyn Store, trace_id: TraceId) -> Result<Vec<Event>, CliError> {
    let mut events = store.events(trace_id)?;
    // A content that does not read back is shown as a reference; `verify` says what is wrong with it.
    resolve_all_but_media(store, &mut events, |_, _| Ok::<(), CliError>(()))?;
    Ok(events.into_iter().map(|stored| (stored.producer, stored.event)).collect())
}

/// The same, every value as it was recorded.
fn whole_events(store: &dyn Store, trace_id: TraceId) -> Result<Vec<Event>, CliError> {
    let mut events = store.events(trace_id)?;
    resolve_all(store, &mut events, |_, _| Ok::<(), CliError>(()))?;
    Ok(events.into_iter().map(|stored| (stored.producer, stored.event)).collect())
}
