//! `tracewire watch`: traces as they grow, full-screen.
//!
//! | file | what it is | touches |
//! |---|---|---|
//! | this one | the loop between store, keys and terminal | store, terminal |
//! | `data` | what was recorded, as far as it is looked at | – |
//! | `app` | what is selected, what keys do | – |
//! | `scene` | what was recorded, as lines of the panes' widths | – |
//! | `draw` | panes on a frame | – |

mod app;
mod data;
mod draw;
mod scene;
#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyEventKind};
use tracewire_recorder::journal::Directory;
use tracewire_store::TraceFilter;

use super::trace;
use crate::args::{Global, Watch};
use crate::error::{CliError, EXIT_OK};
use crate::paths::short_path;
use crate::prices;
use crate::source::{self, Source, now};
use crate::term::{ColorWhen, Glyphs};
use app::{App, Flow};
use draw::Look;

/// How often journals are looked at, and what is in flight counts on.
const INTERVAL: Duration = Duration::from_millis(250);

/// Each so many looks, processes are looked at though nothing came.
const LOOKS_FOR_PROCESSES: u32 = 4;

/// Watches until it is told to end.
///
/// # Errors
/// Where standard output is no terminal, or the store refuses.
pub fn run(global: &Global, what: &Watch) -> Result<u8, CliError> {
    if global.json {
        return Err(CliError::NoTerminal("JSON is for programs"));
    }
    if !io::stdout().is_terminal() {
        return Err(CliError::NoTerminal("standard output is none"));
    }
    let (directory, _) = source::directory(global);
    let look = Look {
        glyphs: Glyphs::of_locale(|name| std::env::var(name).ok()),
        zone: TimeZone::system(),
        color: match global.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
        },
    };
    let is_told_to_end = told_to_end()?;
    let mut feed = Feed { source: None, directory, limit: what.limit.max(1), last_event: None, looks: 0 };
    let mut app = App::new(what.filter.clone().unwrap_or_default());
    app.data.prices = Some(prices::load(&feed.directory)?);
    // Sweeping a large backlog shows its progress on the terminal as it is.
    feed.refresh(&mut app)?;
    // The terminal is as it was also after a panic: the hook of `try_init` sees to that.
    let mut terminal = Restored(ratatui::try_init()?);
    watch(&mut terminal.0, &mut app, &mut feed, &look, &is_told_to_end)?;
    Ok(EXIT_OK)
}

/// Gives the terminal back, whatever happens.
struct Restored(DefaultTerminal);

impl Drop for Restored {
    fn drop(&mut self) {
        // The hook has done it by then; a second time would write over what it said.
        if !std::thread::panicking() {
            ratatui::restore();
        }
    }
}

fn watch(
    terminal: &mut DefaultTerminal,
    app: &mut App,
    feed: &mut Feed,
    look: &Look,
    is_told_to_end: &AtomicBool,
) -> Result<(), CliError> {
    let mut looked = Instant::now();
    loop {
        terminal.draw(|frame| draw::draw(frame, app, look))?;
        let wait = INTERVAL.saturating_sub(looked.elapsed());
        if event::poll(wait)? {
            // All keys that wait, then one picture of it.
            while event::poll(Duration::ZERO)? {
                if let Event::Key(key) = event::read()?
                    && key.kind != KeyEventKind::Release
                    && app.key(key) == Flow::End
                {
                    return Ok(());
                }
            }
            feed.select(app)?;
        }
        if is_told_to_end.load(Ordering::Relaxed) {
            return Ok(());
        }
        if looked.elapsed() >= INTERVAL {
            feed.refresh(app)?;
            looked = Instant::now();
        }
    }
}

/// What a shell reports of a program that SIGHUP ended.
#[cfg(unix)]
const TERMINAL_GONE: i32 = 129;

/// Whether somebody outside wants an end. Ctrl-C comes as a key.
fn told_to_end() -> io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&flag))?;
    }
    // The terminal is gone: there is nothing to give back, and asking it for keys would never end.
    #[cfg(unix)]
    signal_hook::flag::register_conditional_shutdown(
        signal_hook::consts::SIGHUP,
        TERMINAL_GONE,
        Arc::new(AtomicBool::new(true)),
    )?;
    Ok(flag)
}

/// Where the pictures come from.
struct Feed {
    /// `None` until something was recorded.
    source: Option<Source>,
    directory: Directory,
    limit: usize,
    last_event: Option<u64>,
    /// How often it looked.
    looks: u32,
}

impl Feed {
    /// Looks at the journals, and takes over what is new.
    fn refresh(&mut self, app: &mut App) -> Result<(), CliError> {
        app.data.now = now();
        app.data.directory = short_path(self.directory.path());
        match &mut self.source {
            None => {
                if source::must_have_something(&self.directory).is_err() {
                    return Ok(());
                }
                self.source = Some(Source::open_at(self.directory.clone())?);
            }
            Some(source) => match source.sweep() {
                // Somebody else is writing to the store; what is in the journals waits.
                Err(CliError::Store(error)) if error.is_retryable() => return Ok(()),
                swept => swept?,
            },
        }
        let Some(source) = &self.source else { return Ok(()) };
        let last_event = source.store.last_event()?;
        // Processes end without an event of their own; that need not be seen at once.
        if self.looks.is_multiple_of(LOOKS_FOR_PROCESSES) || self.last_event != Some(last_event) {
            app.data.processes = source.processes()?;
        }
        self.looks = self.looks.wrapping_add(1);
        if self.last_event.replace(last_event) != Some(last_event) {
            let filter = TraceFilter { limit: self.limit, ..TraceFilter::default() };
            app.data.traces = source.store.traces(&filter)?.traces;
            app.data.of_trace = None;
        }
        self.select(app)
    }

    /// Reads the selected trace where another one is at hand.
    fn select(&self, app: &mut App) -> Result<(), CliError> {
        app.settle();
        let Some(source) = &self.source else { return Ok(()) };
        if app.selected() != app.data.of_trace {
            app.data.events = match app.selected() {
                Some(trace_id) => trace::events(&*source.store, trace_id)?,
                None => Vec::new(),
            };
            app.data.of_trace = app.selected();
        }
        Ok(())
    }
}
