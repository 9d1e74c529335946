//! `tracewire diff`: two traces side by side, and whether the second one keeps to rules.

mod totals;

use anstyle::Style;
use tracewire_insight::compare::{self, Broken, Change, Comparison, Difference, Row, Rule, What};
use tracewire_insight::prices::price;
use tracewire_insight::{Located, Node, Tree};
use tracewire_wire::id::TraceId;
use tracewire_wire::json as wire_json;
use tracewire_wire::value::Value;

use super::brief::short_id;
use super::trace::{Event, by_id, events};
use crate::args::{Diff, Global};
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::json::{self, object};
use crate::source::{Source, now};
use crate::term::{Line, Screen, palette, units};

/// Columns of a value that differs.
const VALUE_COLUMNS: usize = 60;

/// Compares, and judges where that is asked for.
///
/// # Errors
/// Where an id fits nothing or several traces, or the store refuses.
pub fn run(global: &Global, what: &Diff, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open(global, &what.stored)?;
    let (a, b) = (one(&source, &what.before)?, one(&source, &what.after)?);
    let processes = source.processes()?;
    let (a_events, b_events) = (events(&*source.store, a)?, events(&*source.store, b)?);
    let (a_located, b_located) = (located(&a_events), located(&b_events));
    let life = |producer: &str| processes.life(producer);
    let (mut a, mut b) = (Tree::build(a, &a_located, &life, now()), Tree::build(b, &b_located, &life, now()));
    price(&mut a, &source.prices);
    price(&mut b, &source.prices);
    let comparison = compare::compare(&a, &b);
    let rules: Vec<Rule> = what.gate.iter().flat_map(|rules| rules.0.iter().cloned()).collect();
    let broken = compare::judge(&comparison, &rules);
    let code = if broken.is_empty() { EXIT_OK } else { EXIT_PROBLEM };
    if global.json {
        screen.bytes(&json::line(&document(&comparison, &rules, &broken)))?;
        return Ok(code);
    }
    let names = [short_id(&*source.store, comparison.a.trace_id)?, short_id(&*source.store, comparison.b.trace_id)?];
    show(&comparison, &names, what.all, screen)?;
    verdict(&rules, &broken, screen)?;
    Ok(code)
}

fn located(events: &[Event]) -> Vec<Located<'_>> {
    events.iter().map(|(producer, event)| Located { producer, event }).collect()
}

fn one(source: &Source, id: &str) -> Result<TraceId, CliError> {
    let found = by_id(&*source.store, id)?.traces;
    found.first().copied().ok_or_else(|| CliError::NoId(crate::term::escape(id, false)))
}

fn document(comparison: &Comparison<'_, '_>, rules: &[Rule], broken: &[Broken]) -> Value {
    let mut document = comparison.to_value();
    let gate = object([
        (
            "broken",
            Value::List(
                broken
                    .iter()
                    .map(|broken| {
                        object([("rule", broken.rule.to_string().into()), ("why", broken.why.as_str().into())])
                    })
                    .collect(),
            ),
        ),
        ("passed", broken.is_empty().into()),
        ("rules", Value::List(rules.iter().map(|rule| rule.to_string().into()).collect())),
    ]);
    if let (Value::Map(map), false) = (&mut document, rules.is_empty()) {
        map.insert("gate".to_owned(), gate);
    }
    document
}

fn show(
    comparison: &Comparison<'_, '_>,
    [a, b]: &[String; 2],
    all: bool,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    totals::show(&comparison.a_facts, &comparison.b_facts, [a, b], screen)?;
    screen.gap()?;
    let mut hidden = 0_u64;
    for row in &comparison.rows {
        if row.change == Change::Same && !all {
            hidden += 1;
            continue;
        }
        step(comparison, row, screen)?;
    }
    if hidden > 0 {
        let mut line = Line::new();
        let what = if hidden as usize == comparison.rows.len() { "all " } else { "" };
        line.push(palette::QUIET, format!("{what}{} the same (--all shows them)", units::counted(hidden, "step")));
        screen.line(line)?;
    }
    Ok(())
}

fn step(comparison: &Comparison<'_, '_>, row: &Row, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let a = row.a.and_then(|at| comparison.a.nodes.get(at));
    let b = row.b.and_then(|at| comparison.b.nodes.get(at));
    let (sign, sign_style) = match (row.change, b.is_some()) {
        (Change::Same, _) => (" ", palette::QUIET),
        (Change::Changed, _) => ("~", palette::WARN),
        (Change::Added, _) => ("+", palette::GOOD),
        (Change::Removed, _) => ("-", palette::BAD),
        (Change::Moved, true) => (">", palette::LIVE),
        (Change::Moved, false) => ("<", palette::LIVE),
    };
    let Some(node) = b.or(a) else { return Ok(()) };
    let mut line = Line::new();
    line.push(sign_style, sign).plain(" ".repeat(1 + 2 * row.depth.min(20)));
    if let Some(kind) = node.kind {
        line.push(palette::kind(kind), screen.fit(kind, 12)).plain(" ");
    }
    line.plain(screen.fit(node.name().unwrap_or("?"), 48));
    for fact in facts(a, b, row, screen) {
        line.push(palette::QUIET, screen.glyphs.dot).push(fact.0, fact.1);
    }
    screen.line(line)?;
    for difference in row.differences.iter().filter(|difference| matches!(difference.what, What::Input | What::Output))
    {
        value(difference, row.depth, screen)?;
    }
    Ok(())
}

/// What differs, but for what went in and out.
fn facts(a: Option<&Node<'_>>, b: Option<&Node<'_>>, row: &Row, screen: &Screen<'_>) -> Vec<(Style, String)> {
    let mut facts = Vec::new();
    for Difference { what, a: before, b: now } in &row.differences {
        let shown = |value: &Value| match value {
            Value::Null => "nothing".to_owned(),
            Value::Int(number) => units::count(u64::try_from(*number).unwrap_or(0)),
            Value::Text(text) => screen.fit(text, 32),
            other => screen.fit(&String::from_utf8_lossy(&wire_json::write(other)), 32),
        };
        let (before, now) = match what {
            What::Input | What::Output => continue,
            What::Duration => {
                let nanos = |value: &Value| value.as_int().and_then(|nanos| u64::try_from(nanos).ok()).unwrap_or(0);
                // A hair more or less says nothing.
                let (before, now) = (nanos(before), nanos(now));
                if before.abs_diff(now) * 5 < before.max(now) {
                    continue;
                }
                (screen.duration(before), screen.duration(now))
            }
            What::Cost => {
                let money = |node: Option<&Node<'_>>| {
                    node.and_then(|node| node.cost.as_ref()).map_or("no cost".to_owned(), units::money)
                };
                (money(a), money(b))
            }
            _ => (shown(before), shown(now)),
        };
        let name = match what {
            What::InputTokens => " tokens in",
            What::OutputTokens => " tokens out",
            _ => "",
        };
        let style = if *what == What::Status { palette::BAD } else { palette::QUIET };
        facts.push((style, format!("{before}{}{now}{name}", screen.glyphs.arrow)));
    }
    facts
}

/// What went in or out, before and now.
fn value(difference: &Difference, depth: usize, screen: &mut Screen<'_>) -> Result<(), CliError> {
    for (sign, style, value) in [("-", palette::BAD, &difference.a), ("+", palette::GOOD, &difference.b)] {
        let text = match value {
            Value::Text(text) => text.clone(),
            other => String::from_utf8_lossy(&wire_json::write(other)).into_owned(),
        };
        let mut line = Line::new();
        line.plain(" ".repeat(4 + 2 * depth.min(20)));
        line.push(palette::QUIET, format!("{:<6} ", difference.what.word()));
        line.push(style, format!("{sign} {}", screen.fit(&text, VALUE_COLUMNS)));
        screen.line(line)?;
    }
    Ok(())
}

fn verdict(rules: &[Rule], broken: &[Broken], screen: &mut Screen<'_>) -> Result<(), CliError> {
    if rules.is_empty() {
        return Ok(());
    }
    screen.gap()?;
    for rule in rules {
        let mut line = Line::new();
        match broken.iter().find(|broken| broken.rule == *rule) {
            Some(broken) => {
                line.push(palette::BAD, screen.glyphs.failed).plain(format!(" {rule}"));
                line.push(palette::QUIET, screen.glyphs.dot).plain(broken.why.clone());
            }
            None => _ = line.push(palette::GOOD, screen.glyphs.ok).plain(format!(" {rule}")),
        }
        screen.line(line)?;
    }
    Ok(())
}
