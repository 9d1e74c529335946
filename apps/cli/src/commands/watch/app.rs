//! What is selected, and what keys do. Knows neither store nor terminal.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tracewire_store::TraceRow;
use tracewire_wire::id::{SpanId, TraceId};

use super::data::Data;

/// Whether it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    End,
}

/// Where keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pane {
    Traces,
    Tree,
    Step,
}

/// Everything that is shown, and how.
pub(super) struct App {
    pub data: Data,
    pub pane: Pane,
    /// Text that shown traces have.
    pub filter: String,
    /// Whether keys are typed into the filter.
    pub is_typing: bool,
    pub only_failed: bool,
    /// Whether the newest trace is selected as it comes.
    pub follows: bool,
    pub shows_help: bool,
    selected: Option<TraceId>,
    /// The row of the tree, and the span in it, which keeps its selection when rows come before it.
    pub row: usize,
    pub span: Option<SpanId>,
    /// Lines of the step above the pane.
    pub scrolled: usize,
    /// Rows of panes as they were last drawn: how far a page is, and where the end is.
    pub heights: [usize; 3],
    pub tree_rows: usize,
    pub step_lines: usize,
}

impl App {
    pub(super) fn new(filter: String) -> Self {
        App {
            data: Data::default(),
            pane: Pane::Traces,
            filter,
            is_typing: false,
            only_failed: false,
            follows: true,
            shows_help: false,
            selected: None,
            row: 0,
            span: None,
            scrolled: 0,
            heights: [1; 3],
            tree_rows: 0,
            step_lines: 0,
        }
    }

    pub(super) fn selected(&self) -> Option<TraceId> {
        self.selected
    }

    /// The traces that pass the filter, latest first.
    pub(super) fn traces(&self) -> Vec<&TraceRow> {
        let wanted = self.filter.to_lowercase();
        let has = |text: Option<&str>| text.is_some_and(|text| text.to_lowercase().contains(&wanted));
        let fits = |row: &&TraceRow| {
            (!self.only_failed || row.errors > 0)
                && (wanted.is_empty()
                    || has(row.name.as_deref())
                    || has(row.service.as_deref())
                    || has(row.session_id.as_deref())
                    || row.trace_id.to_string().starts_with(&wanted))
        };
        self.data.traces.iter().filter(fits).collect()
    }

    /// The selected trace's place in the list.
    pub(super) fn place(&self) -> Option<usize> {
        self.traces().iter().position(|row| Some(row.trace_id) == self.selected)
    }

    /// Selects a trace that is there: the newest while one follows, else the one at hand.
    pub(super) fn settle(&mut self) {
        let newest = self.traces().first().map(|row| row.trace_id);
        if self.follows || self.place().is_none() {
            self.choose(newest);
        }
    }

    fn choose(&mut self, trace: Option<TraceId>) {
        if self.selected != trace {
            self.selected = trace;
            (self.row, self.span, self.scrolled) = (0, None, 0);
        }
    }

    /// What a key does.
    pub(super) fn key(&mut self, key: KeyEvent) -> Flow {
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if is_control && matches!(key.code, KeyCode::Char('c' | 'd')) {
            return Flow::End;
        }
        if self.is_typing {
            self.type_key(key.code);
            return Flow::On;
        }
        if self.shows_help {
            self.shows_help = false;
            return Flow::On;
        }
        match key.code {
            KeyCode::Char('q') => return Flow::End,
            KeyCode::Char('?') => self.shows_help = true,
            KeyCode::Char('/') => (self.is_typing, self.pane) = (true, Pane::Traces),
            KeyCode::Char('e') => self.only_failed = !self.only_failed,
            KeyCode::Char('f') => self.follows = !self.follows,
            KeyCode::Down | KeyCode::Char('j') => self.go(1),
            KeyCode::Up | KeyCode::Char('k') => self.go(-1),
            KeyCode::PageDown | KeyCode::Char(' ') => self.go(self.page()),
            KeyCode::PageUp => self.go(-self.page()),
            KeyCode::Home | KeyCode::Char('g') => self.go(isize::MIN / 2),
            KeyCode::End | KeyCode::Char('G') => self.go(isize::MAX / 2),
            KeyCode::Enter | KeyCode::Right | KeyCode::Tab | KeyCode::Char('l') => {
                self.pane = match (self.pane, key.code) {
                    (Pane::Traces, _) => Pane::Tree,
                    (Pane::Tree, _) => Pane::Step,
                    (Pane::Step, KeyCode::Tab) => Pane::Traces,
                    (Pane::Step, _) => Pane::Step,
                }
            }
            KeyCode::Esc | KeyCode::Left | KeyCode::BackTab | KeyCode::Char('h') => match (self.pane, key.code) {
                (Pane::Step, _) => self.pane = Pane::Tree,
                (Pane::Tree, _) => self.pane = Pane::Traces,
                (Pane::Traces, KeyCode::BackTab) => self.pane = Pane::Step,
                (Pane::Traces, KeyCode::Esc) => (self.filter, self.only_failed) = (String::new(), false),
                (Pane::Traces, _) => {}
            },
            _ => {}
        }
        Flow::On
    }

    fn type_key(&mut self, code: KeyCode) {
        match code {
            KeyCode::Enter => self.is_typing = false,
            KeyCode::Esc => (self.is_typing, self.filter) = (false, String::new()),
            KeyCode::Backspace => _ = self.filter.pop(),
            KeyCode::Char(letter) if !letter.is_control() => self.filter.push(letter),
            _ => {}
        }
    }

    fn page(&self) -> isize {
        let height = self.heights.get(self.pane as usize).copied().unwrap_or(1);
        isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1)
    }

    /// Goes so many rows down, or up.
    fn go(&mut self, rows: isize) {
        let to = |from: usize, count: usize| from.saturating_add_signed(rows).min(count.saturating_sub(1));
        match self.pane {
            Pane::Traces => {
                let traces: Vec<TraceId> = self.traces().iter().map(|row| row.trace_id).collect();
                let at = self.place().map_or(0, |from| to(from, traces.len()));
                self.follows = false;
                self.choose(traces.get(at).copied());
            }
            Pane::Tree => {
                (self.row, self.span, self.scrolled) = (to(self.row, self.tree_rows), None, 0);
                self.follows = false;
            }
            Pane::Step => {
                let height = self.heights.get(Pane::Step as usize).copied().unwrap_or(1);
                let most = self.step_lines.saturating_sub(height) + 1;
                self.scrolled = to(self.scrolled, most);
            }
        }
    }
}
