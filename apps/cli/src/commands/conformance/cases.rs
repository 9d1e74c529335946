//! `tracewire conformance list` and `show`: the cases, to be read.

use serde_json::{Value, json};
use tracewire_conformance::case::{Ask, Case, Expected, bytes, select};
use tracewire_conformance::kit::Kit;
use tracewire_conformance::layout;

use crate::args::Global;
use crate::args::{ListCases, ShowCase};
use crate::error::{CliError, EXIT_OK};
use crate::term::{Line, Screen, escape, palette, units, width};

pub(super) fn list(global: &Global, what: &ListCases, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let kit = Kit::embedded(what.cases.as_deref())?;
    let cases = select(kit.cases, what.filter.as_deref(), |case| &case.name)?;
    if cases.is_empty() {
        return Err(none(what.filter.as_deref().unwrap_or_default()));
    }
    if global.json {
        for case in &cases {
            let line = json!({
                "name": case.name, "about": case.about, "operation": case.operation(), "requirements": case.requirements,
            });
            screen.bytes(format!("{line}\n").as_bytes())?;
        }
        return Ok(EXIT_OK);
    }
    let mut area = "";
    let names = cases.iter().map(|case| width(own_name(case))).max().unwrap_or_default();
    for case in &cases {
        if case.area() != area {
            if !area.is_empty() {
                screen.line(Line::new())?;
            }
            area = case.area();
            let mut line = Line::new();
            line.push(palette::TITLE, escape(area, screen.glyphs.ascii));
            screen.line(line)?;
        }
        let mut line = Line::new();
        line.plain("  ").plain(escape(own_name(case), screen.glyphs.ascii)).pad(names.min(48) + 4);
        line.push(palette::QUIET, escape(&case.about, screen.glyphs.ascii));
        screen.line(line)?;
    }
    screen.line(Line::new())?;
    let mut line = Line::new();
    line.plain(units::counted(cases.len() as u64, "case"));
    screen.line(line)?;
    Ok(EXIT_OK)
}

pub(super) fn show(global: &Global, what: &ShowCase, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let kit = Kit::embedded(what.cases.as_deref())?;
    let Some(case) = kit.cases.iter().find(|case| case.name == what.name) else { return Err(none(&what.name)) };
    if global.json {
        let asks: Vec<Value> = case.asks.iter().map(document).collect();
        let whole = json!({
            "name": case.name, "about": case.about, "requirements": case.requirements, "asks": asks,
        });
        screen.bytes(format!("{whole}\n").as_bytes())?;
        return Ok(EXIT_OK);
    }
    let ascii = screen.glyphs.ascii;
    let mut line = Line::new();
    line.push(palette::TITLE, escape(&case.name, ascii));
    screen.line(line)?;
    let mut line = Line::new();
    line.plain(escape(&case.about, ascii));
    screen.long_line(&line)?;
    for number in &case.requirements {
        let text = kit.requirements.text(number).unwrap_or("is no requirement of the specification");
        let mut line = Line::new();
        line.plain(format!("{number}  ")).push(palette::QUIET, escape(text, ascii));
        screen.long_line(&line)?;
    }
    for ask in &case.asks {
        let what = if ask.what.is_empty() { ask.operation() } else { &ask.what };
        titled("asked", what, &layout::indented(&readable(&ask.request).to_string()), screen)?;
        titled("expected", "", &expected(&ask.expected), screen)?;
    }
    Ok(EXIT_OK)
}

/// A title, and lines below it.
fn titled(title: &str, what: &str, text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    screen.line(Line::new())?;
    let mut line = Line::new();
    line.push(palette::TITLE, title).plain(" ").push(palette::QUIET, escape(what, screen.glyphs.ascii));
    screen.line(line)?;
    for text in text.lines() {
        let mut line = Line::new();
        line.plain("  ").plain(escape(text, screen.glyphs.ascii));
        screen.long_line(&line)?;
    }
    Ok(())
}

/// Envelopes are texts of JSON, and are read best as such.
fn expected(expected: &Expected) -> String {
    match expected {
        Expected::Envelopes { envelopes, pending } => {
            let mut out: String =
                envelopes.iter().map(|bytes| layout::indented(&String::from_utf8_lossy(bytes))).collect();
            if let Some(pending) = pending {
                out.push_str(&format!("{} pending\n", units::counted(*pending, "event")));
            }
            if out.is_empty() { "no envelope\n".to_owned() } else { out }
        }
        other => layout::indented(&other.to_file().unwrap_or_default()),
    }
}

/// Bytes as text where they are one, as the case's file has them.
fn readable(request: &Value) -> Value {
    let shown = |value: &Value| {
        let bytes = bytes::read(value).unwrap_or_default();
        serde_json::from_str(&bytes::shown(&bytes)).unwrap_or_else(|_| value.clone())
    };
    let mut request = request.clone();
    for (name, value) in request.as_object_mut().into_iter().flatten() {
        match (name.as_str(), &mut *value) {
            ("bytes" | "envelope", Value::String(_)) => *value = shown(value),
            ("envelopes", Value::Array(items)) => items.iter_mut().for_each(|item| *item = shown(item)),
            _ => {}
        }
    }
    request
}

fn document(ask: &Ask) -> Value {
    let expected = ask.expected.to_file().ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
    json!({ "what": ask.what, "request": ask.request, "expect": expected })
}

fn own_name(case: &Case) -> &str {
    case.name.split_once('/').map_or(case.name.as_str(), |(_, name)| name)
}

/// No case has this name or fits this pattern.
pub(super) fn none(name: &str) -> CliError {
    CliError::NoCase(escape(name, false))
}
