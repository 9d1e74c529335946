//! One node as a row: everything that stands left of its duration.

use anstyle::{Effects, Style};
use tracewire_insight::{Form, Node, State, What};
use tracewire_wire::event::Status;
use tracewire_wire::registry::attributes::{TRACEWIRE_GUARD_DECISION, TRACEWIRE_GUARD_MESSAGE};
use tracewire_wire::value::Value;

use super::{Picture, facts, preview};
use crate::term::{Glyphs, Line, fit, palette, units, width};

/// Longest name shown in a row.
const NAME_COLUMNS: usize = 60;

/// The sign of how a node went.
pub fn state_glyph(node: &Node<'_>, glyphs: &Glyphs) -> &'static str {
    match (node.form, node.state, node.status) {
        (Form::MissingParent, ..) => glyphs.missing,
        (Form::Log, ..) => glyphs.log,
        (_, State::InFlight, _) => glyphs.in_flight,
        (_, State::Abandoned, _) => glyphs.abandoned,
        (_, State::Unknown, _) => glyphs.unknown,
        (_, State::Ended, Some(Status::Error | Status::Timeout)) => glyphs.failed,
        (Form::Event | Form::Other, ..) => glyphs.point,
        (_, State::Ended, Some(Status::Ok)) => glyphs.ok,
        (_, State::Ended, Some(Status::Cancelled)) => glyphs.cancelled,
        (_, State::Ended, _) => glyphs.unset,
    }
}

/// The colour of how a node went.
pub fn state_style(node: &Node<'_>) -> Style {
    match (node.form, node.state, node.status) {
        (Form::Log, ..) if node.text("level").is_some_and(facts::is_loud) => palette::WARN,
        (Form::MissingParent | Form::Log, ..) => palette::QUIET,
        (Form::Event, ..) if node.text_attribute(TRACEWIRE_GUARD_DECISION) == Some("stop") => palette::BAD,
        (Form::Event, ..) if node.text_attribute(TRACEWIRE_GUARD_DECISION).is_some() => palette::WARN,
        (_, State::InFlight, _) => palette::LIVE,
        (_, State::Abandoned | State::Unknown, _) | (_, _, Some(Status::Cancelled)) => palette::WARN,
        (_, _, Some(Status::Error | Status::Timeout)) => palette::BAD,
        (Form::Span, _, Some(Status::Ok)) => palette::GOOD,
        _ => palette::QUIET,
    }
}

/// Kind and name.
pub(super) fn name(node: &Node<'_>, glyphs: &Glyphs) -> Line {
    let mut line = Line::new();
    let (kind, name) = words(node, glyphs);
    if let Some(kind) = kind {
        let style = if node.form == Form::Span { palette::kind(node.kind.unwrap_or_default()) } else { palette::QUIET };
        line.push(style, kind).plain(" ");
    }
    let mut style = if node.form == Form::Span { Style::new() } else { palette::QUIET };
    if node.failed {
        style = palette::BAD;
    }
    if node.parent.is_none() && node.form == Form::Span {
        style = style.effects(Effects::BOLD);
    }
    line.push(style, name);
    line
}

/// Kind and name, harmless.
fn words(node: &Node<'_>, glyphs: &Glyphs) -> (Option<String>, String) {
    let clean = |text: &str, columns| fit(text, columns, glyphs.ascii);
    let name = node.name().filter(|name| !name.is_empty()).map(|name| clean(name, NAME_COLUMNS));
    match node.form {
        Form::MissingParent => {
            let id = node.span_id.map(|span_id| span_id.to_string()).unwrap_or_default();
            (None, format!("missing parent {id}, not recorded here"))
        }
        Form::Log => (Some(clean(node.text("level").unwrap_or("log"), 12)), name.unwrap_or_default()),
        Form::Event => (None, name.unwrap_or_else(|| clean(node.kind.unwrap_or("event"), 20))),
        Form::Span | Form::Other => {
            let kind = node.kind.filter(|kind| !kind.is_empty()).map(|kind| clean(kind, 16));
            let name = name
                .unwrap_or_else(|| node.span_id.map_or_else(|| "unnamed".to_owned(), |span_id| span_id.to_string()));
            (kind, name)
        }
    }
}

/// What went in and what came out, in a few words.
#[derive(Clone, Debug, Default)]
pub(super) struct Preview {
    input: Option<String>,
    output: Option<String>,
}

/// A preview shorter than this says nothing.
const LEAST_PREVIEW: usize = 12;
/// Two previews side by side need this much.
const LEAST_BOTH: usize = 32;

impl Preview {
    pub(super) fn of(node: &Node<'_>, budget: usize, glyphs: &Glyphs) -> Self {
        let one = |name: &str| {
            let value = node.field(name).filter(|value| **value != Value::Null)?;
            let text = fit(&preview(value, budget), budget, glyphs.ascii);
            (text != "{}").then_some(text)
        };
        let verdict = || verdict(node).map(|words| fit(&words, budget, glyphs.ascii));
        Self { input: one("input").or_else(|| one("data")).or_else(verdict), output: one("output") }
    }

    fn arrow<'g>(&self, glyphs: &'g Glyphs) -> &'g str {
        match (&self.input, &self.output) {
            (_, None) => "",
            (None, Some(_)) => glyphs.arrow.trim_start(),
            (Some(_), Some(_)) => glyphs.arrow,
        }
    }

    pub(super) fn width(&self, glyphs: &Glyphs) -> usize {
        [self.input.as_deref(), Some(self.arrow(glyphs)), self.output.as_deref()].into_iter().flatten().map(width).sum()
    }

    /// As much of both as there is room for: a long question must not hide the answer.
    pub(super) fn fit(&self, room: usize, glyphs: &Glyphs) -> String {
        if room < self.width(glyphs).min(LEAST_PREVIEW) {
            return String::new();
        }
        if self.input.is_some() && self.output.is_some() && room < self.width(glyphs).min(LEAST_BOTH) {
            return Self { input: None, output: self.output.clone() }.fit(room, glyphs);
        }
        let arrow = self.arrow(glyphs);
        let (input, output) = (self.input.as_deref().unwrap_or_default(), self.output.as_deref().unwrap_or_default());
        let room = room.saturating_sub(width(arrow));
        let input_room = if output.is_empty() { room } else { (room / 2).max(room.saturating_sub(width(output))) };
        let input = fit(input, input_room, glyphs.ascii);
        let output = fit(output, room.saturating_sub(width(&input)), glyphs.ascii);
        format!("{input}{arrow}{output}")
    }
}

/// What a guard said of a call: the decision, and the limit as a sentence.
fn verdict(node: &Node<'_>) -> Option<String> {
    let message = node.text_attribute(TRACEWIRE_GUARD_MESSAGE).filter(|_| node.form == Form::Event)?;
    Some(format!("{}: {message}", node.text_attribute(TRACEWIRE_GUARD_DECISION).unwrap_or("guard")))
}

/// What stands below the row: why it failed, or what was last known.
pub(super) fn below(picture: &Picture<'_, '_>, index: usize, glyphs: &Glyphs) -> Vec<Line> {
    let Some(node) = picture.tree.nodes.get(index) else { return Vec::new() };
    let children = || node.children.iter().filter_map(|child| picture.tree.nodes.get(*child));
    let mut lines = Vec::new();
    if node.failed {
        let message = failure_words(node);
        // A failure that only passes through says nothing new.
        let repeats = children()
            .any(|child| child.failed && (failure_words(child) == message || node.failure_message().is_none()));
        if let (Some(message), false) = (message, repeats) {
            let mut line = Line::new();
            line.push(palette::QUIET, glyphs.below).push(palette::BAD, fit(&message, 400, glyphs.ascii));
            lines.push(line);
        }
    }
    if let Some(last) = node.last_known
        && !children().any(Node::is_open)
    {
        let after = u64::try_from(last.time.0.saturating_sub(node.start.0)).unwrap_or(0);
        let named =
            |name: Option<&str>| name.map(|name| format!(" {}", fit(name, 40, glyphs.ascii))).unwrap_or_default();
        let what = match last.what {
            What::Started => "its start, and nothing since".to_owned(),
            What::Updated => "an update".to_owned(),
            What::Chunks => format!("chunk {}", units::grouped(node.chunks)),
            What::Exception => "an exception".to_owned(),
            What::Event(name) => format!("event{}", named(name)),
            What::Log(message) => format!("log line{}", named(message)),
            What::ChildStarted(name) => format!("start of{}", named(name)),
            What::ChildEnded(name) => format!("end of{}", named(name)),
        };
        let when = if last.what == What::Started {
            String::new()
        } else {
            format!(", {} in", units::duration(after, glyphs.micro))
        };
        let mut line = Line::new();
        line.push(palette::QUIET, glyphs.below).push(palette::WARN, format!("last known: {what}{when}"));
        lines.push(line);
    }
    lines
}

/// `RateLimitError: too many requests`, not yet escaped.
pub(super) fn failure_words(node: &Node<'_>) -> Option<String> {
    let exception = node.exceptions.last();
    let kind = exception.and_then(|exception| exception.exception_type).or_else(|| node.text_attribute("error.type"));
    match (kind, node.failure_message()) {
        (Some(kind), Some(message)) if !message.starts_with(kind) => Some(format!("{kind}: {message}")),
        (_, Some(message)) => Some(message.to_owned()),
        (Some(kind), None) => Some(kind.to_owned()),
        (None, None) => None,
    }
}
