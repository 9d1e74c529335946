//! What stands above and below the tree.

use std::io;

use anstyle::Style;
use tracewire_insight::process::life_word;
use tracewire_insight::{Form, Node, State};
use tracewire_wire::event::Status;

use super::{Picture, facts, loops, row};
use crate::term::{Line, Screen, palette, units};

/// How many digits of a trace id people are asked to type.
const SHORT_ID: usize = 8;

/// What it is, how it went, when, how much of what.
///
/// # Errors
/// What the output says.
pub fn header(picture: &Picture<'_, '_>, screen: &mut Screen<'_>) -> io::Result<()> {
    let tree = picture.tree;
    let glyphs = screen.glyphs;
    let head = head(picture);

    let mut line = Line::new();
    if let Some(node) = head {
        let name = node.name().map_or_else(|| "unnamed".to_owned(), |name| screen.fit(name, 60));
        line.push(palette::TITLE, name).plain("  ");
        line.push(row::state_style(node), format!("{} {}", row::state_glyph(node, &glyphs), outcome(node)));
    } else {
        line.push(palette::TITLE, "nothing but loose events");
    }
    line.plain("  ").push(palette::TITLE, total(picture, head, screen));
    screen.line(line)?;

    let mut facts = vec![format!("trace {}", tree.trace_id), units::date_time(tree.start, &screen.zone)];
    let here = picture.processes_here();
    if let [process] = here.as_slice() {
        let pid = process.pid.map(|pid| format!(" pid {pid}")).unwrap_or_default();
        facts.push(format!("{}{pid}", screen.fit(process.label(), 40)));
    }
    screen.flow(quiet(facts))?;
    if picture.focus.is_some() {
        return screen.gap();
    }

    screen.flow(numbers(picture, screen))?;
    let mut facts = Vec::new();
    for (name, word) in [("session_id", "session"), ("user_id", "user"), ("correlation_id", "correlation")] {
        if let Some(value) = head.and_then(|node| node.text(name)) {
            facts.push(format!("{word} {}", screen.fit(value, 48)));
        }
    }
    facts.extend(tree.feedback.iter().map(|feedback| screen.fit(&facts::feedback_words(feedback), 40)));
    screen.flow(quiet(facts))?;
    if here.len() > 1 {
        processes(picture, screen)?;
    }
    losses(picture, screen)?;
    loops::write(tree, screen)?;
    screen.gap()
}

/// How long it took, as far as is known.
fn total(picture: &Picture<'_, '_>, head: Option<&Node<'_>>, screen: &Screen<'_>) -> String {
    let (nanos, in_flight, open) = match (picture.focus, head) {
        (Some(_), Some(node)) => (node.extent_nanos(), node.state == State::InFlight, node.is_open()),
        _ => {
            let counts = &picture.tree.counts;
            (picture.tree.extent_nanos(), counts.in_flight > 0, counts.abandoned + counts.unknown > 0)
        }
    };
    let shown = screen.duration(nanos);
    match (in_flight, open) {
        (true, _) => format!("{shown} so far"),
        (false, true) => format!("{}{shown}", screen.glyphs.at_least),
        (false, false) => shown,
    }
}

fn numbers(picture: &Picture<'_, '_>, screen: &Screen<'_>) -> Vec<(Style, String)> {
    let counts = &picture.tree.counts;
    let troubles = [
        (counts.failed, palette::BAD, "failed"),
        (counts.abandoned, palette::WARN, "abandoned"),
        (counts.in_flight, palette::LIVE, "in flight"),
        (counts.unknown, palette::WARN, "out of sight"),
    ];
    let mut facts = vec![(palette::QUIET, units::counted(counts.spans, "step"))];
    for (number, style, word) in troubles {
        if number > 0 {
            facts.push((style, format!("{} {word}", units::grouped(number))));
        }
    }
    let mut more = Vec::new();
    for (number, one) in [(counts.events, "event"), (counts.logs, "log line")] {
        if number > 0 {
            more.push(units::counted(number, one));
        }
    }
    if let Some(usage) = &picture.tree.usage {
        let cached = if usage.cache_read > 0 {
            format!(" ({} from cache)", units::count(usage.cache_read))
        } else {
            String::new()
        };
        more.push(format!("{}{cached}", facts::tokens(usage, &screen.glyphs)));
    }
    let tree = picture.tree;
    more.extend(tree.cost.as_ref().map(|cost| units::cost(cost, tree.is_cost_computed, &screen.glyphs)));
    // Where nothing has a price, nobody takes the sum for the whole.
    if tree.unpriced > 0 && tree.cost.is_some() {
        more.push(format!("{} without a price", units::counted(tree.unpriced, "call")));
    }
    facts.extend(quiet(more));
    facts
}

fn quiet(facts: Vec<String>) -> impl Iterator<Item = (Style, String)> {
    facts.into_iter().map(|fact| (palette::QUIET, fact))
}

/// The node that the trace is known by: the focus, else the first span without a parent.
fn head<'p, 'a>(picture: &Picture<'p, 'a>) -> Option<&'p Node<'a>> {
    let node = |index: &usize| picture.tree.nodes.get(*index);
    let is_span = |node: &&Node<'_>| node.form == Form::Span;
    picture
        .focus
        .as_ref()
        .and_then(node)
        .or_else(|| picture.tree.roots.iter().filter_map(node).find(is_span))
        .or_else(|| picture.tree.nodes.iter().find(is_span))
}

fn outcome<'a>(node: &Node<'a>) -> &'a str {
    match node.state {
        State::InFlight => "in flight",
        State::Abandoned => "abandoned",
        State::Unknown => "out of sight",
        State::Ended => match node.status {
            Some(Status::Other(_)) => "ended",
            Some(Status::Unset) | None => "ended",
            Some(status) => status.as_str(),
        },
    }
}

fn processes(picture: &Picture<'_, '_>, screen: &mut Screen<'_>) -> io::Result<()> {
    let here = picture.processes_here();
    let mut facts = Vec::new();
    for process in here.iter().take(6) {
        let producer = process.producers.first().map_or("", String::as_str);
        let pid = process.pid.map(|pid| format!(" pid {pid}")).unwrap_or_default();
        let label = screen.fit(&picture.processes.label(producer, &here), 32);
        facts.push(format!("{label}{pid} {}", life_word(process.life)));
    }
    if here.len() > 6 {
        facts.push(format!("{} more", here.len() - 6));
    }
    if let Some(first) = facts.first_mut() {
        *first = format!("{} processes: {first}", here.len());
    }
    screen.flow(quiet(facts))
}

fn losses(picture: &Picture<'_, '_>, screen: &mut Screen<'_>) -> io::Result<()> {
    for loss in &picture.tree.losses {
        let reason = screen.fit(loss.reason.unwrap_or("unknown reason"), 40);
        let mut line = Line::new();
        let lost = units::counted(loss.count, "record");
        line.push(palette::WARN, format!("{} {lost} lost: {reason}", screen.glyphs.warning));
        screen.line(line)?;
    }
    Ok(())
}

/// What to type next.
///
/// # Errors
/// What the output says.
pub fn footer(picture: &Picture<'_, '_>, left_out: usize, screen: &mut Screen<'_>) -> io::Result<()> {
    let tree = picture.tree;
    let id: String = tree.trace_id.to_string().chars().take(SHORT_ID).collect();
    screen.gap()?;
    if left_out > 0 {
        let rows = units::counted(left_out as u64, "more row");
        screen.hint(&format!("tracewire trace {id} --limit 0"), &format!("{rows} not shown here"))?;
    }
    let troubled = tree.nodes.iter().find(|node| node.failure_origin && node.form == Form::Span);
    let open = tree.nodes.iter().filter(|node| node.last_known.is_some());
    let open = open.max_by_key(|node| (node.state == State::Abandoned, node.start));
    if picture.focus.is_some() {
        screen.hint(&format!("tracewire trace {id}"), "the whole trace")?;
    } else if !picture.full {
        if let Some(span_id) = troubled.and_then(|node| node.span_id) {
            screen.hint(&format!("tracewire trace {span_id}"), "what failed, with all it was given")?;
        }
        if let Some(span_id) = open.and_then(|node| node.span_id) {
            screen.hint(&format!("tracewire trace {span_id}"), "the last step, with all that is known")?;
        }
        if troubled.is_none() && open.is_none() {
            screen.hint(&format!("tracewire trace {id} --full"), "inputs, outputs and log lines")?;
        }
    }
    if tree.counts.in_flight > 0 {
        screen.hint("tracewire tail", "watch it go on")?;
    }
    Ok(())
}
