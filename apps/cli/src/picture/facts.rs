//! The facts behind a step's name: what is slow, how many tokens, which process; short, and only what is known.

use anstyle::Style;
use tracewire_insight::tokens::{Estimate, Vision};
use tracewire_insight::{Form, Node, Oddity, State, Tokens};
use tracewire_wire::event::Status;
use tracewire_wire::value::Value;

use super::Picture;
use crate::term::{Glyphs, fit, palette, units};

/// A fact and how it is coloured.
pub(super) type Fact = (Style, String);

/// `1.2k → 340 tokens`.
pub(super) fn tokens(tokens: &Tokens, glyphs: &Glyphs) -> String {
    format!("{}{}{} tokens", units::count(tokens.input), glyphs.arrow, units::count(tokens.output))
}

/// All facts of a node, the most important ones first.
pub(super) fn facts(picture: &Picture<'_, '_>, index: usize, glyphs: &Glyphs) -> Vec<Fact> {
    let Some(node) = picture.tree.nodes.get(index) else { return Vec::new() };
    let mut facts = Vec::new();
    let mut quiet = |text: String| facts.push((palette::QUIET, text));
    let clean = |text: &str| fit(text, 40, glyphs.ascii);

    let parent = node.parent.and_then(|parent| picture.tree.nodes.get(parent));
    let here = picture.processes_here();
    // Where the process changes; the first one of the header needs no mention.
    let before =
        parent.map(|parent| parent.producer).or_else(|| picture.tree.producers.first().copied()).unwrap_or_default();
    if here.len() > 1 && differs(picture, before, node.producer) && node.form != Form::MissingParent {
        quiet(format!("@{}", clean(&picture.processes.label(node.producer, &here))));
    }
    let model = node.text_attribute("gen_ai.response.model").or_else(|| node.text_attribute("gen_ai.request.model"));
    if let Some(model) = model.filter(|model| !node.name().is_some_and(|name| name.contains(model))) {
        quiet(clean(model));
    }
    if let Some(usage) = &node.usage_total
        && (node.usage.is_some() || node.kind == Some("agent") && parent.is_some())
    {
        quiet(tokens(usage, glyphs));
    }
    if node.usage.is_none()
        && let Some(estimate) = model.and_then(|model| pictures(node, model))
    {
        quiet(format!(
            "about {} tokens of {}",
            units::count(estimate.tokens),
            units::counted(estimate.counted, "picture")
        ));
    }
    if let (Some(cost), true) = (&node.cost_total, node.cost.is_some()) {
        quiet(units::cost(cost, node.is_cost_computed, glyphs));
    }
    if node.chunks > 0 {
        let first =
            node.time_to_first_chunk_nanos.map(|nanos| format!(", first at {}", units::duration(nanos, glyphs.micro)));
        quiet(format!("{}{}", units::counted(node.chunks, "chunk"), first.unwrap_or_default()));
    }
    for feedback in &node.feedback {
        quiet(clean(&feedback_words(feedback)));
    }
    facts.splice(0..0, marks(picture, node));
    facts
}

/// What the media of a model's input may take, where nobody says what the call used.
fn pictures(node: &Node<'_>, model: &str) -> Option<Estimate> {
    let vision = Vision::of_model(model).filter(|_| node.kind == Some("llm"))?;
    let input = node.field("input").map(|input| Estimate::of_told(input, vision));
    let messages = node.attributes.get("gen_ai.input.messages").map(|value| Estimate::of_told(value, vision));
    input.into_iter().chain(messages).find(|estimate| estimate.counted > 0)
}

fn differs(picture: &Picture<'_, '_>, one: &str, other: &str) -> bool {
    one != other
        && picture.processes.of(one).map(|process| &process.key)
            != picture.processes.of(other).map(|process| &process.key)
}

/// What must not be overlooked.
fn marks(picture: &Picture<'_, '_>, node: &Node<'_>) -> Vec<Fact> {
    let mut marks = Vec::new();
    match (node.state, node.status) {
        (State::InFlight, _) => marks.push((palette::LIVE, "in flight".to_owned())),
        (State::Abandoned, _) => marks.push((palette::WARN, "abandoned".to_owned())),
        (State::Unknown, _) => marks.push((palette::WARN, "out of sight".to_owned())),
        (State::Ended, Some(Status::Timeout)) => marks.push((palette::BAD, "timeout".to_owned())),
        (State::Ended, Some(Status::Cancelled)) => marks.push((palette::WARN, "cancelled".to_owned())),
        (State::Ended, Some(Status::Other(word))) => marks.push((palette::WARN, fit(word, 20, false))),
        (State::Ended, _) => {}
    }
    if node.slow {
        let total = u128::from(picture.tree.extent_nanos()).max(1);
        let share = u128::from(node.critical_nanos) * 100 / total;
        marks.push((palette::WARN, format!("slow {share}%")));
    }
    for oddity in &node.oddities {
        let word = match oddity {
            Oddity::NoStart => "no start",
            Oddity::SeveralStarts => "started twice",
            Oddity::SeveralEnds => "ended twice",
            Oddity::LateEvents => "events after its end",
            Oddity::ClockSkew => "clocks disagree",
            Oddity::CycleBroken => "its parents ran in a circle",
            Oddity::Erased => "erased",
            Oddity::Withheld => "withheld",
        };
        marks.push((palette::WARN, word.to_owned()));
    }
    if let Some(level) = node.text("level").filter(|_| node.form != Form::Log)
        && is_loud(level)
    {
        marks.push((palette::WARN, fit(level, 12, false)));
    }
    marks
}

/// Whether a level asks for attention.
pub(super) fn is_loud(level: &str) -> bool {
    let level = level.to_ascii_lowercase();
    ["warn", "warning", "error", "critical", "fatal", "alert", "emergency"].contains(&level.as_str())
}

/// `helpful=true (user)`.
pub(super) fn feedback_words(feedback: &tracewire_insight::Feedback<'_>) -> String {
    let value = match feedback.value {
        Some(Value::Text(text)) => text.clone(),
        Some(value) => super::preview(value, 20),
        None => "?".to_owned(),
    };
    format!("{}={value}", feedback.name.unwrap_or("feedback"))
}
