//! Everything about one node: inputs, outputs, attributes, exceptions.

use std::io;

use tracewire_insight::Form;
use tracewire_wire::content::is_message;
use tracewire_wire::json;
use tracewire_wire::media::Tag;
use tracewire_wire::value::{Map, Value};

use super::{Picture, facts, preview};
use crate::term::{Line, Screen, escape, palette, units};

/// Lines of one value; more are counted.
const MOST_LINES: usize = 400;

/// Writes all that is known of a node, each line behind `margin`.
///
/// # Errors
/// What the output says.
pub fn node_details(picture: &Picture<'_, '_>, index: usize, margin: &str, screen: &mut Screen<'_>) -> io::Result<()> {
    let Some(node) = picture.tree.nodes.get(index) else { return Ok(()) };
    for name in ["input", "output", "data", "tool_definitions"] {
        if let Some(value) = node.field(name) {
            titled(name, value, margin, screen)?;
        }
    }
    if !node.attributes.is_empty() {
        label("attributes", margin, screen)?;
        for (name, value) in &node.attributes {
            let name = escape(name, screen.glyphs.ascii);
            pair(&name, &super::preview(value, 400), margin, screen)?;
        }
    }
    for exception in &node.exceptions {
        label("exception", margin, screen)?;
        let words = [exception.exception_type, exception.message].into_iter().flatten().collect::<Vec<_>>().join(": ");
        lines(&words, margin, screen)?;
        if let Some(trace) = exception.stacktrace {
            lines(trace, margin, screen)?;
        }
    }
    if !node.moments.is_empty() {
        label("events", margin, screen)?;
        for moment in &node.moments {
            let name = escape(moment.name.unwrap_or("event"), screen.glyphs.ascii);
            let more = [moment.attributes, moment.data].into_iter().flatten().map(|value| super::preview(value, 200));
            let after = screen.duration(u64::try_from(moment.time.0.saturating_sub(node.start.0)).unwrap_or(0));
            pair(&format!("+{after} {name}"), &more.collect::<Vec<_>>().join(" "), margin, screen)?;
        }
    }
    for feedback in &node.feedback {
        label("feedback", margin, screen)?;
        lines(&facts::feedback_words(feedback), margin, screen)?;
        if let Some(comment) = feedback.comment {
            lines(comment, margin, screen)?;
        }
    }
    if let (Form::Span | Form::Event, Some(span_id)) = (node.form, node.span_id) {
        let mut line = Line::new();
        line.push(
            palette::QUIET,
            format!("{margin}id {span_id}, recorded by {}", escape(node.producer, screen.glyphs.ascii)),
        );
        screen.long_line(&line)?;
    }
    Ok(())
}

fn label(name: &str, margin: &str, screen: &mut Screen<'_>) -> io::Result<()> {
    let mut line = Line::new();
    line.push(palette::QUIET, margin.to_owned()).push(palette::TITLE, name);
    screen.long_line(&line)
}

fn pair(name: &str, value: &str, margin: &str, screen: &mut Screen<'_>) -> io::Result<()> {
    let mut line = Line::new();
    line.push(palette::QUIET, format!("{margin}  {name} ")).plain(escape(value, screen.glyphs.ascii));
    screen.long_line(&line)
}

fn titled(name: &str, value: &Value, margin: &str, screen: &mut Screen<'_>) -> io::Result<()> {
    label(name, margin, screen)?;
    block(value, margin, screen)
}

/// A value in full: texts as text, messages as a conversation, all else as indented JSON.
///
/// # Errors
/// What the output says.
pub fn block(value: &Value, margin: &str, screen: &mut Screen<'_>) -> io::Result<()> {
    match value {
        Value::Text(text) => lines(text, margin, screen),
        Value::List(items) if !items.is_empty() && items.iter().all(is_message) => {
            items.iter().try_for_each(|item| message(item, margin, screen))
        }
        _ if is_message(value) => message(value, margin, screen),
        Value::Map(map) if value.tag().is_none() && map.get("messages").is_some_and(is_conversation) => {
            let rest: Map = map.iter().filter(|(name, _)| name != "messages").cloned().collect();
            if !rest.is_empty() {
                pretty(&Value::Map(rest), margin, screen)?;
            }
            map.get("messages").map_or(Ok(()), |messages| block(messages, margin, screen))
        }
        _ => pretty(value, margin, screen),
    }
}

fn is_conversation(value: &Value) -> bool {
    value.as_list().is_some_and(|items| !items.is_empty() && items.iter().all(is_message))
}

fn message(value: &Value, margin: &str, screen: &mut Screen<'_>) -> io::Result<()> {
    let Some(map) = value.as_map() else { return Ok(()) };
    let role = map.get("role").or_else(|| map.get("type")).and_then(Value::as_text).unwrap_or("message");
    let mut line = Line::new();
    line.push(palette::QUIET, format!("{margin}  ")).push(palette::kind("llm"), screen.fit(role, 24));
    screen.long_line(&line)?;
    let deeper = format!("{margin}  ");
    match map.get("content").or_else(|| map.get("parts")) {
        Some(Value::Text(text)) => lines(text, &deeper, screen)?,
        Some(Value::List(parts)) => {
            for part in parts {
                let text = part.as_map().and_then(|part| part.get("text").or_else(|| part.get("content")));
                match text.and_then(Value::as_text) {
                    Some(text) => lines(text, &deeper, screen)?,
                    None => pretty(part, &deeper, screen)?,
                }
            }
        }
        _ => {}
    }
    let rest: Map =
        map.iter().filter(|(name, _)| !matches!(name.as_str(), "role" | "content" | "parts")).cloned().collect();
    let says_more = rest.iter().any(|(name, _)| name != "type");
    if says_more {
        pretty(&Value::Map(rest), &deeper, screen)?;
    }
    Ok(())
}

fn lines(text: &str, margin: &str, screen: &mut Screen<'_>) -> io::Result<()> {
    let mut all = text.lines();
    for text in all.by_ref().take(MOST_LINES) {
        let mut line = Line::new();
        let text = text.replace('\t', "    ");
        line.push(palette::QUIET, format!("{margin}  ")).plain(escape(&text, screen.glyphs.ascii));
        screen.long_line(&line)?;
    }
    let more = all.count();
    if more > 0 {
        let mut line = Line::new();
        line.push(
            palette::QUIET,
            format!("{margin}  {} {}", screen.glyphs.ellipsis, units::counted(more as u64, "more line")),
        );
        screen.long_line(&line)?;
    }
    Ok(())
}

fn pretty(value: &Value, margin: &str, screen: &mut Screen<'_>) -> io::Result<()> {
    let mut text = String::new();
    indent(value, 0, &mut text);
    lines(&text, margin, screen)
}

/// Values are at most as deep as the reader of JSON allows, so this may recurse.
fn indent(value: &Value, depth: usize, out: &mut String) {
    if let Some(tag) = Tag::of(value) {
        return out.push_str(&preview::medium(&tag));
    }
    let canonical = |value: &Value| String::from_utf8_lossy(&json::write(value)).into_owned();
    let (open, close, items): (char, char, Vec<(Option<&String>, &Value)>) = match value {
        Value::List(items) if !items.is_empty() => ('[', ']', items.iter().map(|item| (None, item)).collect()),
        Value::Map(map) if !map.is_empty() && value.tag().is_none() => {
            ('{', '}', map.iter().map(|(key, value)| (Some(key), value)).collect())
        }
        _ => return out.push_str(&canonical(value)),
    };
    let margin = "  ".repeat(depth + 1);
    out.push(open);
    out.push('\n');
    let last = items.len();
    for (place, (key, item)) in items.into_iter().enumerate() {
        out.push_str(&margin);
        if let Some(key) = key {
            out.push_str(&canonical(&Value::Text(key.clone())));
            out.push_str(": ");
        }
        indent(item, depth + 1, out);
        out.push_str(if place + 1 == last { "\n" } else { ",\n" });
    }
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}
