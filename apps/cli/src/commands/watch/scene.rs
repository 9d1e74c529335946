//! What was recorded, as lines of the panes' widths.

use jiff::tz::TimeZone;
use tracewire_insight::prices::price;
use tracewire_insight::{Form, Located, Node, Tree};
use tracewire_store::TraceRow;

use super::super::list;
use super::app::App;
use super::data::Data;
use crate::picture::{Picture, header, node_details, node_lines, state_glyph, state_style};
use crate::term::{Glyphs, Line, Screen, palette, units, width};

/// Steps of a tree that are drawn; more are counted.
const MOST_ROWS: usize = 5_000;

/// Everything that panes show.
#[derive(Default)]
pub(super) struct Scene {
    pub traces: Vec<Line>,
    pub title: String,
    pub header: Vec<Line>,
    /// Of each node in the tree its row, and what stands below it.
    pub tree: Vec<Vec<Line>>,
    pub left_out: usize,
    pub step_title: Line,
    pub step: Vec<Line>,
}

/// Columns of the panes: traces, tree, step.
pub(super) type Widths = [usize; 3];

/// Makes the lines of all panes. Moves the selection to where its span is now.
pub(super) fn scene(
    app: &mut App,
    [list_columns, tree_columns, step_columns]: Widths,
    glyphs: Glyphs,
    zone: &TimeZone,
) -> Scene {
    let traces = app.traces().iter().map(|row| trace_line(row, &app.data, list_columns, &glyphs)).collect();
    let mut scene = Scene { traces, ..Scene::default() };
    let Some(trace_id) = app.data.of_trace else { return scene };
    let located: Vec<Located<'_>> =
        app.data.events.iter().map(|(producer, event)| Located { producer, event }).collect();
    let processes = &app.data.processes;
    let mut tree = Tree::build(trace_id, &located, &|producer| processes.life(producer), app.data.now);
    if let Some(prices) = &app.data.prices {
        price(&mut tree, prices);
    }
    let picture = Picture { tree: &tree, processes, full: false, focus: None, limit: MOST_ROWS };
    let mut screen = Screen::lines(tree_columns, glyphs, zone.clone());
    // Kept lines cannot fail to be written.
    let _ = header(&picture, &mut screen);
    scene.header = screen.into_lines();
    while scene.header.last().is_some_and(|line| line.width() == 0) {
        scene.header.pop();
    }
    scene.title = trace_id.to_string().chars().take(8).collect();
    let (nodes, left_out) = node_lines(&picture, tree_columns, &glyphs);
    scene.left_out = left_out;
    let span_of = |index: usize| tree.nodes.get(index).filter(|node| node.form != Form::Log)?.span_id;
    if app.follows {
        app.row = nodes.len().saturating_sub(1);
    } else if let Some(row) = app.span.and_then(|span| nodes.iter().position(|node| span_of(node.index) == Some(span)))
    {
        app.row = row;
    }
    app.row = app.row.min(nodes.len().saturating_sub(1));
    let selected = nodes.get(app.row).map(|node| node.index);
    app.span = selected.and_then(span_of);
    scene.tree = nodes.into_iter().map(|node| node.lines).collect();
    if let Some((index, node)) = selected.and_then(|index| Some((index, tree.nodes.get(index)?))) {
        scene.step_title = step_title(node, &glyphs);
        let mut screen = Screen::lines(step_columns, glyphs, zone.clone());
        let _ = node_details(&Picture { full: true, ..picture }, index, "", &mut screen);
        scene.step = screen.into_lines();
    }
    scene
}

fn trace_line(row: &TraceRow, data: &Data, columns: usize, glyphs: &Glyphs) -> Line {
    let state = list::state(row, &data.processes);
    let (glyph, style) = list::sign(state, glyphs);
    let until = if state == "in_flight" { data.now } else { row.last };
    let known = u64::try_from(until.0.saturating_sub(row.start.0)).unwrap_or(0);
    let took = units::duration(row.duration_nanos.unwrap_or(known), glyphs.micro);
    let mut facts = Line::new();
    if row.errors > 0 {
        facts.plain(" ").push(palette::BAD, format!("{}{}", units::count(row.errors), glyphs.failed));
    }
    facts.plain(format!(" {:>4}", units::count(row.spans))).push(palette::QUIET, format!(" {took:>8}"));
    let mut line = Line::new();
    line.push(style, glyph).plain(" ");
    let room = columns.saturating_sub(line.width() + facts.width());
    let name = row.name.as_deref().unwrap_or("unnamed");
    line.plain(crate::term::fit(name, room, glyphs.ascii)).pad(columns.saturating_sub(facts.width())).extend(facts);
    line
}

fn step_title(node: &Node<'_>, glyphs: &Glyphs) -> Line {
    let mut line = Line::new();
    line.push(state_style(node), state_glyph(node, glyphs)).plain(" ");
    if let Some(kind) = node.kind {
        line.push(palette::kind(kind), crate::term::fit(kind, 16, glyphs.ascii)).plain(" ");
    }
    let name = node.name().filter(|name| !name.is_empty()).unwrap_or("unnamed");
    line.push(palette::TITLE, crate::term::fit(name, 48, glyphs.ascii));
    if node.form == Form::Span && (node.extent_nanos() > 0 || !node.is_open()) {
        let took = units::duration(node.extent_nanos(), glyphs.micro);
        line.push(palette::QUIET, format!("{}{took}", glyphs.dot));
    }
    if let Some(message) = node.failure_message().filter(|_| node.failed) {
        let room = 100usize.saturating_sub(width(glyphs.dot));
        line.push(palette::QUIET, glyphs.dot).push(palette::BAD, crate::term::fit(message, room, glyphs.ascii));
    }
    line
}
