//! `tracewire run -- COMMAND…`: a program with its recordings in one place, and what it recorded when it ends.

mod child;

use std::collections::BTreeSet;
use std::io::Write as _;

use tracewire_insight::prices::price;
use tracewire_insight::{Located, Tree};
use tracewire_recorder::journal::Directory;
use tracewire_store::{SqliteStore, Store};
use tracewire_wire::id::TraceId;
use tracewire_wire::value::Value;

use super::trace;
use crate::args::{Global, Run};
use crate::error::CliError;
use crate::json::{self, object};
use crate::picture::{Picture, draw, footer, header};
use crate::source::{self, Source, now};
use crate::term::{Line, Screen, palette, units};

/// Trees that are drawn; the others are counted.
const MOST_TREES: usize = 5;
/// Rows of one tree.
const MOST_ROWS: usize = 200;
/// Events read at once.
const PAGE: usize = 4096;

/// Runs the command and gives its exit code: 128 and the signal's number where a signal ended it.
///
/// # Errors
/// Where it cannot be started. What goes wrong afterwards is said on standard error and changes no exit code.
pub fn run(global: &Global, what: &Run) -> Result<u8, CliError> {
    let (directory, _) = source::directory(global);
    let place = std::path::absolute(directory.path())?;
    let directory = Directory::at(&place);
    let before = Before::look(&directory);
    let exit_code = child::run(what, &place)?;
    if !what.quiet {
        let mut screen = Screen::stderr(global.color);
        if global.dir.is_some() {
            screen.hint_suffix = format!(" --dir {}", source::shell_word(&place.to_string_lossy()));
        }
        let shown = report(global, &directory, &before, exit_code, &mut screen).and_then(|()| Ok(screen.flush()?));
        if let Err(error) = shown {
            // The program's own result is what its caller waits for.
            let _ = writeln!(std::io::stderr(), "tracewire: what was recorded cannot be shown: {error}");
        }
    }
    Ok(exit_code)
}

/// What was there before the program began: all else is its own.
struct Before {
    producers: BTreeSet<String>,
    last_event: u64,
}

impl Before {
    fn look(directory: &Directory) -> Self {
        let mut before = Before { producers: BTreeSet::new(), last_event: 0 };
        let journals = directory.journals().unwrap_or_default();
        let names = journals.iter().filter_map(|path| path.file_stem()).map(|name| name.to_string_lossy().into_owned());
        before.producers.extend(names);
        let path = source::store_path(directory);
        if let Some(store) = path.exists().then(|| SqliteStore::open(&path).ok()).flatten() {
            before.producers.extend(store.producers().unwrap_or_default().into_iter().map(|row| row.name));
            before.last_event = store.last_event().unwrap_or(0);
        }
        before
    }
}

fn report(
    global: &Global,
    directory: &Directory,
    before: &Before,
    exit_code: u8,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let (mut traces, mut loose) = (Vec::new(), 0);
    let source = match source::must_have_something(directory) {
        Ok(()) => Some(Source::open_at(directory.clone())?),
        Err(_) => None,
    };
    if let Some(source) = &source {
        (traces, loose) = recorded(&*source.store, before)?;
    }
    let all = traces.len();
    // The last ones, as they were begun.
    traces.drain(..all.saturating_sub(MOST_TREES));
    let (Some(source), false) = (&source, traces.is_empty()) else {
        if global.json {
            return Ok(screen.bytes(&json::line(&document(exit_code, Vec::new())))?);
        }
        let mut line = Line::new();
        line.push(palette::WARN, screen.glyphs.warning).plain(match loose {
            0 => " tracewire: nothing was recorded; is tracewire imported, and is a step begun?".to_owned(),
            loose => format!(" tracewire: no step was recorded, {} of no trace were", units::counted(loose, "event")),
        });
        return Ok(screen.long_line(&line)?);
    };
    let processes = source.processes()?;
    let prices = source.prices.clone();
    let mut documents = Vec::new();
    for trace_id in &traces {
        let events = trace::events(&*source.store, *trace_id)?;
        let located: Vec<Located<'_>> = events.iter().map(|(producer, event)| Located { producer, event }).collect();
        let mut tree = Tree::build(*trace_id, &located, &|producer| processes.life(producer), now());
        price(&mut tree, &prices);
        if global.json {
            documents.push(json::tree(&tree, &processes.behind(&tree.producers), false));
            continue;
        }
        screen.gap()?;
        let picture = Picture { tree: &tree, processes: &processes, full: false, focus: None, limit: MOST_ROWS };
        header(&picture, screen)?;
        let left_out = draw(&picture, screen)?;
        if all == 1 {
            footer(&picture, left_out, screen)?;
        }
    }
    if global.json {
        return Ok(screen.bytes(&json::line(&document(exit_code, documents)))?);
    }
    if all > 1 {
        screen.gap()?;
        let shown = if all > traces.len() { format!(", the last {} above", traces.len()) } else { String::new() };
        let mut line = Line::new();
        line.plain(format!("{}{shown}", units::counted(all as u64, "trace")));
        screen.long_line(&line)?;
        screen.hint("tracewire list", "all of them")?;
    }
    Ok(())
}

fn document(exit_code: u8, traces: Vec<Value>) -> Value {
    object([("exit_code", json::count(u64::from(exit_code))), ("traces", Value::List(traces))])
}

/// The traces to which new producers added something, by the order in which it came; and how many events are of none.
fn recorded(store: &dyn Store, before: &Before) -> Result<(Vec<TraceId>, u64), CliError> {
    let (mut traces, mut seen, mut loose) = (Vec::new(), BTreeSet::new(), 0);
    let mut at = before.last_event;
    loop {
        let page = store.events_after(at, PAGE)?;
        let Some(last) = page.last() else { return Ok((traces, loose)) };
        at = last.id;
        for stored in page.iter().filter(|stored| !before.producers.contains(&*stored.producer)) {
            match stored.event.trace_id {
                Some(trace_id) if seen.insert(trace_id) => traces.push(trace_id),
                Some(_) => {}
                None => loose += 1,
            }
        }
    }
}
