//! Panes on a frame.

use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use ratatui::text::{Line as Text, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use super::app::{App, Pane};
use super::scene::{Scene, scene};
use crate::term::{Glyphs, Line, palette, units};

/// From this width on, traces stand left of the tree; below, above it.
const WIDE: u16 = 110;
/// Columns of the list of traces, where it stands left.
const LIST_COLUMNS: u16 = 42;
/// Smaller terminals show nothing of use.
const LEAST: (u16, u16) = (40, 12);

/// How things look here.
pub(super) struct Look {
    pub glyphs: Glyphs,
    pub zone: TimeZone,
    pub color: bool,
}

/// Draws everything. Tells the app how large its panes are.
pub(super) fn draw(frame: &mut Frame<'_>, app: &mut App, look: &Look) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let text = format!("{} columns and {} rows are needed", LEAST.0, LEAST.1);
        return frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
    }
    let [body, foot] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
    let [list, tree, step] = panes(body);
    let inner = |area: Rect| usize::from(area.width.saturating_sub(2));
    let scene = scene(app, [inner(list), inner(tree), inner(step)], look.glyphs, &look.zone);
    app.heights = [list, tree, step].map(|area| usize::from(area.height.saturating_sub(2)));
    app.tree_rows = scene.tree.len();
    let painter = Painter { look, scene: &scene };
    painter.traces(frame, app, list);
    painter.tree(frame, app, tree);
    painter.step(frame, app, step);
    painter.foot(frame, app, foot);
    if app.shows_help {
        painter.help(frame, body);
    }
}

fn panes(body: Rect) -> [Rect; 3] {
    if body.width >= WIDE {
        let [list, right] = Layout::horizontal([Constraint::Length(LIST_COLUMNS), Constraint::Min(1)]).areas(body);
        let [tree, step] = Layout::vertical([Constraint::Fill(3), Constraint::Fill(2)]).areas(right);
        [list, tree, step]
    } else {
        Layout::vertical([Constraint::Fill(2), Constraint::Fill(4), Constraint::Fill(3)]).areas(body)
    }
}

struct Painter<'p> {
    look: &'p Look,
    scene: &'p Scene,
}

impl Painter<'_> {
    fn traces(&self, frame: &mut Frame<'_>, app: &App, area: Rect) {
        let (all, shown) = (app.data.traces.len(), self.scene.traces.len());
        let count = if shown == all { units::grouped(all as u64) } else { format!("{shown} of {all}") };
        let mut title = format!(" traces {count} ");
        if app.follows {
            title += "following ";
        }
        let block = self.block(title, app.pane == Pane::Traces);
        if self.scene.traces.is_empty() {
            let text = if app.data.traces.is_empty() {
                format!(
                    "waiting for the first recording in {}",
                    crate::term::escape(&app.data.directory, self.look.glyphs.ascii)
                )
            } else {
                "no trace fits; esc shows all".to_owned()
            };
            return frame.render_widget(
                Paragraph::new(text).style(self.style(palette::QUIET)).wrap(Wrap { trim: true }).block(block),
                area,
            );
        }
        let height = usize::from(area.height.saturating_sub(2));
        let place = app.place().unwrap_or(0);
        let from = window(place, 1, shown, height);
        let rows = self.scene.traces.iter().enumerate().skip(from).take(height);
        let lines: Vec<Text<'_>> =
            rows.map(|(at, line)| self.row(line, at == place, app.pane == Pane::Traces)).collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    fn tree(&self, frame: &mut Frame<'_>, app: &App, area: Rect) {
        let title =
            if self.scene.title.is_empty() { " tree ".to_owned() } else { format!(" trace {} ", self.scene.title) };
        let block = self.block(title, app.pane == Pane::Tree);
        let inner = block.inner(area);
        frame.render_widget(block, area);
        // A low pane keeps its rows for the tree.
        let most = usize::from(inner.height) / 3;
        let header = self.scene.header.len().min(most);
        let mut lines: Vec<Text<'_>> = self.scene.header.iter().take(header).map(|line| self.text(line)).collect();
        let height = usize::from(inner.height).saturating_sub(header);
        let (mut all, mut at, mut taken) = (Vec::new(), 0, 1);
        for (row, node) in self.scene.tree.iter().enumerate() {
            if row == app.row {
                (at, taken) = (all.len(), node.len());
            }
            all.extend(node.iter().enumerate().map(|(place, line)| (line, row == app.row && place == 0)));
        }
        let from = window(at, taken, all.len(), height);
        let shown = all.iter().skip(from).take(height);
        lines.extend(shown.map(|(line, is_selected)| self.row(line, *is_selected, app.pane == Pane::Tree)));
        if self.scene.left_out > 0 && from + height >= all.len() {
            lines.truncate(usize::from(inner.height).saturating_sub(1));
            lines.push(Text::from(format!("and {}", units::counted(self.scene.left_out as u64, "more row"))));
        }
        frame.render_widget(Paragraph::new(lines), inner);
    }

    fn step(&self, frame: &mut Frame<'_>, app: &mut App, area: Rect) {
        let mut block = self.block(String::new(), app.pane == Pane::Step);
        if self.scene.step_title.width() > 0 {
            let mut title = Line::new();
            title.plain(" ").extend(self.scene.step_title.clone()).plain(" ");
            title.cut(usize::from(area.width.saturating_sub(4)), self.look.glyphs.ascii);
            block = block.title(self.text(&title));
        }
        let inner = block.inner(area);
        let width = usize::from(inner.width).max(1);
        let lines: Vec<Text<'_>> = self.scene.step.iter().flat_map(|line| self.wrap(line, width)).collect();
        app.step_lines = lines.len();
        app.scrolled = app.scrolled.min(lines.len().saturating_sub(usize::from(inner.height)));
        let below = lines.len().saturating_sub(app.scrolled + usize::from(inner.height));
        if below > 0 {
            block = block
                .title_bottom(Text::from(format!(" {} below ", units::counted(below as u64, "line"))).right_aligned());
        }
        let shown: Vec<Text<'_>> = lines.into_iter().skip(app.scrolled).take(usize::from(inner.height)).collect();
        frame.render_widget(Paragraph::new(shown).block(block), area);
    }

    fn foot(&self, frame: &mut Frame<'_>, app: &App, area: Rect) {
        let mut line = Line::new();
        if app.is_typing {
            let typed = crate::term::escape(&app.filter, self.look.glyphs.ascii);
            line.push(palette::TITLE, format!("/{typed}")).push(palette::LIVE, "_");
            line.push(palette::QUIET, "  enter keeps it, esc drops it");
            return frame.render_widget(Paragraph::new(self.text(&line)), area);
        }
        let arrows = if self.look.glyphs.ascii { "jk" } else { "↑↓" };
        let enter = match app.pane {
            Pane::Traces => ("enter", "into the trace"),
            Pane::Tree => ("enter", "into the step"),
            Pane::Step => ("esc", "back"),
        };
        let follow = ("f", if app.follows { "stop following" } else { "follow" });
        let failed = ("e", if app.only_failed { "all" } else { "failed only" });
        let keys = [(arrows, "move"), enter, ("/", "filter"), failed, follow, ("?", "keys"), ("q", "end")];
        for (key, what) in keys {
            if line.width() > 0 {
                line.plain("  ");
            }
            line.push(palette::COMMAND, key).push(palette::QUIET, format!(" {what}"));
        }
        if !app.filter.is_empty() {
            let filter = crate::term::fit(&app.filter, 24, self.look.glyphs.ascii);
            line.plain("  ").push(palette::WARN, format!("/{filter}"));
        }
        line.cut(usize::from(area.width), self.look.glyphs.ascii);
        frame.render_widget(Paragraph::new(self.text(&line)), area);
    }

    fn help(&self, frame: &mut Frame<'_>, body: Rect) {
        let keys = [
            ("arrows, hjkl", "move; left and right between panes"),
            ("page up/down, space", "a page"),
            ("home, end, g, G", "first, last"),
            ("enter, tab", "into the trace, into the step"),
            ("esc", "back; in the list: all traces"),
            ("/", "traces with a text in name, id, service, session"),
            ("e", "traces that failed"),
            ("f", "follow the newest trace"),
            ("q, Ctrl-C", "end"),
        ];
        let lines: Vec<Text<'_>> = keys
            .iter()
            .map(|(key, what)| {
                let mut line = Line::new();
                line.push(palette::COMMAND, *key).pad(22).plain(*what);
                self.text(&line)
            })
            .collect();
        let (width, height) = (76.min(body.width), (keys.len() as u16 + 2).min(body.height));
        let area = Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 2, width, height };
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(lines).block(self.block(" keys ".to_owned(), true)), area);
    }

    fn block(&self, title: String, is_active: bool) -> Block<'static> {
        let set = if self.look.glyphs.ascii { ASCII } else { border::ROUNDED };
        let style = self.style(if is_active { palette::LIVE } else { palette::QUIET });
        Block::bordered().border_set(set).border_style(style).title(title)
    }

    /// A row; the selected one stands out, more so in the pane where keys go.
    fn row(&self, line: &Line, is_selected: bool, is_active: bool) -> Text<'static> {
        let text = self.text(line);
        match (is_selected, is_active) {
            (false, _) => text,
            (true, true) => text.patch_style(Style::new().add_modifier(Modifier::REVERSED)),
            (true, false) => text.patch_style(Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED)),
        }
    }

    fn text(&self, line: &Line) -> Text<'static> {
        Text::from(
            line.pieces().map(|(style, text)| Span::styled(text.to_owned(), self.style(style))).collect::<Vec<_>>(),
        )
    }

    /// Cuts a long line into as many as it takes.
    fn wrap(&self, line: &Line, width: usize) -> Vec<Text<'static>> {
        let mut lines: Vec<Vec<Span<'static>>> = vec![Vec::new()];
        let mut used = 0;
        for (style, text) in line.pieces() {
            let style = self.style(style);
            let mut piece = String::new();
            for grapheme in unicode_segmentation::UnicodeSegmentation::graphemes(text, true) {
                let columns = crate::term::width(grapheme);
                if used + columns > width && used > 0 {
                    if let Some(last) = lines.last_mut() {
                        last.push(Span::styled(std::mem::take(&mut piece), style));
                    }
                    lines.push(Vec::new());
                    used = 0;
                }
                piece.push_str(grapheme);
                used += columns;
            }
            if let Some(last) = lines.last_mut() {
                last.push(Span::styled(piece, style));
            }
        }
        lines.into_iter().map(Text::from).collect()
    }

    fn style(&self, style: anstyle::Style) -> Style {
        let mut out = Style::new();
        if let (true, Some(anstyle::Color::Ansi(color))) = (self.look.color, style.get_fg_color()) {
            out = out.fg(match color {
                anstyle::AnsiColor::Red => Color::Red,
                anstyle::AnsiColor::Green => Color::Green,
                anstyle::AnsiColor::Yellow => Color::Yellow,
                anstyle::AnsiColor::Blue => Color::Blue,
                anstyle::AnsiColor::Magenta => Color::Magenta,
                anstyle::AnsiColor::Cyan => Color::Cyan,
                _ => Color::Reset,
            });
        }
        let effects = style.get_effects();
        for (effect, modifier) in [(anstyle::Effects::BOLD, Modifier::BOLD), (anstyle::Effects::DIMMED, Modifier::DIM)]
        {
            if effects.contains(effect) {
                out = out.add_modifier(modifier);
            }
        }
        out
    }
}

/// Frames of terminals without Unicode.
const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// The first of so many lines that is shown, so that the selected ones are.
fn window(at: usize, taken: usize, all: usize, height: usize) -> usize {
    if all <= height {
        return 0;
    }
    // In the middle, as far as the ends allow.
    let middle = at.saturating_sub(height.saturating_sub(taken) / 2);
    middle.min(all - height).min(at)
}
