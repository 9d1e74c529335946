//! `tracewire cost`: what calls of models cost, by what, and why.

mod course;
mod explain;
mod models;
mod recompute;
mod table;

use tracewire_insight::prices::{Prices, price};
use tracewire_insight::{Located, Tree};
use tracewire_store::TraceFilter;
use tracewire_wire::id::TraceId;

use super::trace;
use crate::args::{Cost, CostCommand, Global};
use crate::error::{CliError, EXIT_OK};
use crate::source::{Source, now};
use crate::term::{Bar, Screen, Unit};
use tracewire_insight::process::Processes;

/// Traces that are looked up at once.
const PAGE: usize = 500;

/// Does what was asked for.
///
/// # Errors
/// Where nothing fits, the user's prices cannot be used, or the store refuses.
pub fn run(global: &Global, what: &Cost, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    match &what.what {
        Some(CostCommand::Explain(what)) => explain::run(global, what, screen),
        Some(CostCommand::Models(what)) => models::run(global, what, screen),
        Some(CostCommand::Recompute(what)) => recompute::run(global, what, screen),
        None => table(global, what, screen),
    }
}

fn table(global: &Global, what: &Cost, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open(global, &what.stored)?;
    let prices = source.prices.clone();
    let (traces, more) = match &what.id {
        Some(id) => (trace::by_id(&*source.store, id)?.traces, false),
        None => wanted(&source, what)?,
    };
    if traces.is_empty() {
        return Err(match &what.session {
            Some(session) => CliError::NotFound { what: "session", id: screen.fit(session, 60) },
            None if what.when.is_some() => CliError::NotFound { what: "query", id: "of that time".to_owned() },
            None => source.empty(),
        });
    }
    let processes = source.processes()?;
    let mut groups = table::Groups::new(what.by);
    let mut bar = Bar::new("adding up", Unit::Traces, Some(traces.len() as u64));
    for trace_id in &traces {
        with_tree(&source, &processes, *trace_id, &prices, |tree| {
            groups.add(tree, &processes, &screen.zone);
            Ok(())
        })?;
        bar.advance(1);
    }
    drop(bar);
    if global.json {
        screen.bytes(&groups.document(&prices, traces.len(), more))?;
    } else {
        groups.show(what, traces.len(), more, screen)?;
    }
    Ok(EXIT_OK)
}

/// The traces that are asked for, latest first, and whether there are more.
fn wanted(source: &Source, what: &Cost) -> Result<(Vec<TraceId>, bool), CliError> {
    let limit = if what.limit == 0 { usize::MAX } else { what.limit };
    let mut filter = TraceFilter {
        limit: PAGE.min(limit),
        session_id: what.session.clone(),
        since: what.when.from(now()),
        until: what.when.until,
        ..TraceFilter::default()
    };
    let mut traces = Vec::new();
    loop {
        let page = source.store.traces(&filter)?;
        traces.extend(page.traces.iter().map(|row| row.trace_id));
        filter.after = page.next;
        if page.next.is_none() || traces.len() >= limit {
            let more = page.next.is_some() || traces.len() > limit;
            traces.truncate(limit);
            return Ok((traces, more));
        }
    }
}

/// Builds and prices the tree of a trace.
fn with_tree<T>(
    source: &Source,
    processes: &Processes,
    trace_id: TraceId,
    prices: &Prices,
    use_it: impl FnOnce(&Tree<'_>) -> Result<T, CliError>,
) -> Result<T, CliError> {
    // Without content: what was said costs nothing that is not counted.
    let events = source.store.events(trace_id)?;
    let located: Vec<Located<'_>> =
        events.iter().map(|stored| Located { producer: &stored.producer, event: &stored.event }).collect();
    let mut tree = Tree::build(trace_id, &located, &|producer| processes.life(producer), now());
    price(&mut tree, prices);
    use_it(&tree)
}
