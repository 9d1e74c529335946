//! Progress on standard error: only on a terminal, and only when it takes long.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// What takes no longer than this shows no progress.
const QUIET_FOR: Duration = Duration::from_millis(600);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Events.
    Events,
    /// Cases.
    Cases,
    /// Traces.
    Traces,
}

/// How far a long work is.
pub struct Bar {
    what: &'static str,
    unit: Unit,
    total: Option<u64>,
    done: u64,
    since: Instant,
    bar: Option<ProgressBar>,
    is_wanted: bool,
}

impl Bar {
    /// Nothing is done yet.
    pub fn new(what: &'static str, unit: Unit, total: Option<u64>) -> Self {
        let (since, is_wanted) = (Instant::now(), io::stderr().is_terminal());
        Self { what, unit, total, done: 0, since, bar: None, is_wanted }
    }

    /// How much there is to do in all.
    pub fn set_total(&mut self, total: Option<u64>) {
        self.total = total;
    }

    /// So much more is done.
    pub fn advance(&mut self, more: u64) {
        self.done = self.done.saturating_add(more);
        if self.bar.is_none() && self.is_wanted && self.since.elapsed() >= QUIET_FOR {
            self.bar = Some(self.begin());
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.total.map_or(self.done, |total| self.done.min(total)));
        }
    }

    /// What is said beside the bar.
    pub fn say(&self, message: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.set_message(message());
        }
    }

    fn begin(&self) -> ProgressBar {
        let count = match (self.unit, self.total.is_some()) {
            (Unit::Bytes, true) => "{wide_bar} {bytes}/{total_bytes}  {msg}  {eta}",
            (Unit::Bytes, false) => "{spinner} {bytes}  {msg}  {elapsed}",
            (Unit::Events, true) => "{wide_bar} {human_pos}/{human_len} events  {msg}  {eta}",
            (Unit::Events, false) => "{spinner} {human_pos} events  {msg}  {elapsed}",
            (Unit::Traces, _) => "{wide_bar} {human_pos}/{human_len} traces  {msg}  {eta}",
            (Unit::Cases, _) => "{wide_bar} {pos}/{len} cases  {msg}  {eta}",
        };
        let bar = self.total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        if let Ok(style) = ProgressStyle::with_template(&format!("{} {count}", self.what)) {
            bar.set_style(style);
        }
        bar
    }

    /// Takes the bar away.
    pub fn done(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.is_wanted = false;
    }
}

impl Drop for Bar {
    /// Where the work failed, what went wrong stands alone.
    fn drop(&mut self) {
        self.done();
    }
}
