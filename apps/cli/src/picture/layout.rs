//! Puts rows into columns.

use std::io;

use tracewire_insight::{Form, State, Step};
use tracewire_wire::time::Timestamp;

use super::facts::Fact;
use super::row::Preview;
use super::{Picture, bar, facts, full, row};
use crate::term::{Glyphs, Line, Screen, palette, units, width};

/// Columns that a name keeps however deep it stands; deeper levels are drawn at the last that leaves them, with their depth as a number.
const LEAST_NAME: usize = 28;
/// Columns of the duration.
const DURATION_COLUMNS: usize = 9;
/// A preview is never longer than this.
const MOST_PREVIEW: usize = 56;

/// How wide each column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// State, tree, name and facts.
    pub left: usize,
    /// The bar; 0 where there is no room for one.
    pub bar: usize,
    /// How many levels are drawn as such.
    levels: usize,
}

impl Columns {
    /// The columns of a terminal that wide.
    pub fn of(terminal: usize) -> Self {
        let bar = match terminal {
            0..56 => 0,
            56..76 => 8,
            76..100 => 14,
            _ => 20,
        };
        let right = 2 + DURATION_COLUMNS + if bar > 0 { 2 + bar } else { 0 };
        let left = terminal.saturating_sub(right);
        Self { left, bar, levels: (left.saturating_sub(LEAST_NAME) / 3).max(2) }
    }
}

struct Row {
    step: Step,
    /// Tree lines of the row, and of what stands below it.
    indent: String,
    indent_below: String,
    name: Line,
    facts: Vec<Fact>,
    preview: Preview,
}

/// A node as it is drawn.
#[derive(Clone, Debug)]
pub struct NodeLines {
    /// The node.
    pub index: usize,
    /// Its row, then what stands below it.
    pub lines: Vec<Line>,
    /// What stands left of further lines of it.
    pub margin: String,
}

/// Draws the rows. Returns how many were left out.
///
/// # Errors
/// What the output says.
pub fn draw(picture: &Picture<'_, '_>, screen: &mut Screen<'_>) -> io::Result<usize> {
    let (nodes, left_out) = node_lines(picture, screen.columns, &screen.glyphs);
    for NodeLines { index, lines, margin } in nodes {
        lines.into_iter().try_for_each(|line| screen.line(line))?;
        if picture.full {
            full::node_details(picture, index, &margin, screen)?;
        }
    }
    Ok(left_out)
}

/// The lines of every node that is drawn, and how many are left out.
pub fn node_lines(picture: &Picture<'_, '_>, columns: usize, glyphs: &Glyphs) -> (Vec<NodeLines>, usize) {
    let mut columns = Columns::of(columns);
    let (rows, left_out) = rows(picture, columns.levels, glyphs);
    // As narrow as the content allows: durations stand close to names.
    let natural = |row: &Row| {
        let facts: usize = row.facts.iter().map(|(_, fact)| width(glyphs.dot) + width(fact)).sum();
        let preview = row.preview.width(glyphs).min(MOST_PREVIEW);
        2 + width(&row.indent) + row.name.width() + facts + if preview > 0 { 2 + preview } else { 0 }
    };
    columns.left = columns.left.min(rows.iter().map(natural).max().unwrap_or(0).max(24));

    let focus = picture.focus.and_then(|index| picture.tree.nodes.get(index));
    let (from, to) = focus.map_or((picture.tree.start, picture.tree.end), |node| (node.start, node.end));
    let draw = |row: Row| {
        let mut lines = vec![line(picture, &row, columns, from, to, glyphs)];
        lines.extend(row::below(picture, row.step.index, glyphs).into_iter().map(|more| {
            let mut line = Line::new();
            line.plain("  ").push(palette::QUIET, row.indent_below.clone()).extend(more);
            line
        }));
        NodeLines { index: row.step.index, lines, margin: format!("  {}", row.indent_below) }
    };
    (rows.into_iter().map(draw).collect(), left_out)
}

fn rows(picture: &Picture<'_, '_>, levels: usize, glyphs: &Glyphs) -> (Vec<Row>, usize) {
    let steps = visible(picture);
    let limit = if picture.limit == 0 { usize::MAX } else { picture.limit };
    let left_out = steps.len().saturating_sub(limit);
    let mut rows: Vec<Row> = Vec::with_capacity(steps.len() - left_out);
    // For each level above: does it go on below?
    let mut goes_on: Vec<bool> = Vec::new();
    for (place, step) in steps.iter().copied().enumerate().take(limit) {
        let Some(node) = picture.tree.nodes.get(step.index) else { continue };
        let has_children = steps.get(place + 1).is_some_and(|next| next.depth > step.depth);
        goes_on.truncate(step.depth.min(levels));
        let (indent, indent_below) = indents(&goes_on, step, levels, has_children, glyphs);
        if goes_on.len() == step.depth {
            goes_on.push(!step.last);
        }
        let preview = if picture.full { Preview::default() } else { Preview::of(node, MOST_PREVIEW, glyphs) };
        let (name, facts) = (row::name(node, glyphs), facts::facts(picture, step.index, glyphs));
        rows.push(Row { step, indent, indent_below, name, facts, preview });
    }
    (rows, left_out)
}

/// The steps that are drawn, and which of them is the last of its siblings: quiet log lines are only in the full picture.
fn visible(picture: &Picture<'_, '_>) -> Vec<Step> {
    let walk = picture.focus.map_or_else(|| picture.tree.walk(), |index| picture.tree.walk_from(index));
    let is_visible = |step: &Step| {
        let Some(node) = picture.tree.nodes.get(step.index) else { return false };
        node.form != Form::Log || picture.full || node.text("level").is_some_and(facts::is_loud)
    };
    let mut steps: Vec<Step> = walk.filter(is_visible).collect();
    // Backwards: what was seen at a level, and not yet left by a step further up, comes after.
    let mut seen: Vec<bool> = Vec::new();
    for step in steps.iter_mut().rev() {
        seen.resize(step.depth + 1, false);
        if let Some(seen) = seen.last_mut() {
            step.last = !std::mem::replace(seen, true);
        }
    }
    steps
}

/// The tree lines in front of a row, and in front of what stands below it. Roots have none.
fn indents(goes_on: &[bool], step: Step, levels: usize, has_children: bool, glyphs: &Glyphs) -> (String, String) {
    let level = |goes_on: &bool| if *goes_on { glyphs.through } else { glyphs.blank };
    let above: String = goes_on.iter().skip(1).map(level).collect();
    let own = if has_children { glyphs.through } else { glyphs.blank };
    if step.depth == 0 {
        return (String::new(), own.to_owned());
    }
    let deep = if step.depth > levels { format!("{}{} ", glyphs.ellipsis, step.depth) } else { String::new() };
    let (branch, next) = if step.last { (glyphs.last, glyphs.blank) } else { (glyphs.branch, glyphs.through) };
    (format!("{above}{branch}{deep}"), format!("{above}{next}{own}"))
}

fn line(
    picture: &Picture<'_, '_>,
    row: &Row,
    columns: Columns,
    from: Timestamp,
    to: Timestamp,
    glyphs: &Glyphs,
) -> Line {
    let mut line = Line::new();
    let Some(node) = picture.tree.nodes.get(row.step.index) else { return line };
    line.push(row::state_style(node), row::state_glyph(node, glyphs)).plain(" ");
    line.push(palette::QUIET, row.indent.clone()).extend(row.name.clone());
    line.cut(columns.left, glyphs.ascii);
    for (style, fact) in &row.facts {
        // Facts are whole or not there; the first ones are the important ones.
        if line.width() + width(glyphs.dot) + width(fact) > columns.left {
            break;
        }
        line.push(palette::QUIET, glyphs.dot).push(*style, fact.clone());
    }
    let room = columns.left.saturating_sub(line.width() + 2);
    let preview = row.preview.fit(room, glyphs);
    if !preview.is_empty() {
        line.plain("  ").push(palette::QUIET, preview);
    }
    line.pad(columns.left).plain("  ");

    let duration = duration(node, glyphs);
    let style = if node.failed {
        palette::BAD
    } else if node.slow || matches!(node.state, State::Abandoned | State::Unknown) {
        palette::WARN
    } else if node.state == State::InFlight {
        palette::LIVE
    } else {
        anstyle::Style::new()
    };
    line.plain(" ".repeat(DURATION_COLUMNS.saturating_sub(width(&duration)))).push(style, duration);
    if columns.bar > 0 {
        let style = if style == anstyle::Style::new() {
            if node.on_critical_path { palette::BAR } else { palette::QUIET }
        } else {
            style
        };
        line.plain("  ").push(style, bar::bar(picture.tree, row.step.index, from, to, columns.bar, glyphs.ascii));
    }
    line
}

fn duration(node: &tracewire_insight::Node<'_>, glyphs: &Glyphs) -> String {
    if node.form != Form::Span {
        return String::new();
    }
    let shown = units::duration(node.extent_nanos(), glyphs.micro);
    match node.state {
        // Nothing but the start is known.
        State::Abandoned | State::Unknown if node.extent_nanos() == 0 => "?".to_owned(),
        State::Ended => shown,
        // Still counting.
        State::InFlight => format!("{shown}{}", if glyphs.ascii { "~" } else { glyphs.ellipsis }),
        State::Abandoned | State::Unknown => format!("{}{shown}", glyphs.at_least),
    }
}
