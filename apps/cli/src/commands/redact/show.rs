//! What goes, and what is left to do. Never what was found: only how often, by which rule, where.

use anstyle::Style;
use tracewire_store::erase::Plan;
use tracewire_wire::value::Value;

use super::{Done, goes_nothing};
use crate::args::Redact;
use crate::error::CliError;
use crate::json::{self, count, object};
use crate::paths::short_path;
use crate::term::{Line, Screen, palette, units, width};

/// Traces that are shown; all are counted.
const MOST_TRACES: usize = 10;

/// What goes.
pub(super) fn plan(plan: &Plan, what: &Redact, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let looked_at = units::counted(plan.looked_at, "trace");
    if goes_nothing(plan) && plan.unsealed == 0 {
        let nothing = if what.all_content { "no content is left" } else { "nothing found" };
        return told(palette::GOOD, screen.glyphs.ok, &format!("{nothing} in {looked_at}"), screen)
            .and_then(|()| headers(plan, screen));
    }
    if !plan.rules.is_empty() {
        rules(plan, screen)?;
        screen.gap()?;
    }
    if !plan.traces.is_empty() {
        traces(plan, screen)?;
        screen.gap()?;
    }
    let goes = if what.dry_run { "would be erased" } else { "to be erased" };
    let mut facts = vec![(Style::new(), format!("{goes}: {}", parts(plan.contents, plan.bodies)))];
    facts.push((palette::QUIET, format!("{} of {looked_at} looked at", plan.traces.len())));
    if plan.loose > 0 {
        facts.push((palette::QUIET, format!("{} of no trace", units::counted(plan.loose, "event"))));
    }
    if plan.shared > 0 {
        let contents = units::counted(plan.shared, "content");
        facts.push((palette::QUIET, format!("{contents} that others name stay for these")));
    }
    screen.flow(facts)?;
    if what.dry_run || goes_nothing(plan) {
        unsealed(plan, screen)?;
        headers(plan, screen)?;
    }
    Ok(())
}

fn rules(plan: &Plan, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let names: Vec<String> = plan.rules.keys().map(|name| screen.fit(name, 40)).collect();
    let columns = names.iter().map(|name| width(name)).max().unwrap_or(0).max(4);
    let mut title = Line::new();
    title.push(palette::QUIET, "rule").pad(columns);
    title.push(palette::QUIET, format!("  {:>8}  {:>8}  {:>7}  {:>7}", "findings", "contents", "bodies", "traces"));
    screen.line(title)?;
    for (name, of) in names.into_iter().zip(plan.rules.values()) {
        let mut line = Line::new();
        line.push(palette::WARN, name).pad(columns);
        let [findings, contents, bodies, traces] = [of.findings, of.contents, of.bodies, of.traces].map(units::grouped);
        line.plain(format!("  {findings:>8}  {contents:>8}  {bodies:>7}  {traces:>7}"));
        screen.line(line)?;
    }
    Ok(())
}

/// By their ids: a name may be what was found.
fn traces(plan: &Plan, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let mut title = Line::new();
    title.push(palette::QUIET, format!("{:<8}  {:<15}  {:>8}  {:>7}", "trace", "began", "contents", "bodies"));
    screen.line(title)?;
    for of in plan.traces.iter().take(MOST_TRACES) {
        let id: String = of.trace_id.to_string().chars().take(8).collect();
        let began = units::short_date_time(of.start, &screen.zone);
        let mut line = Line::new();
        line.plain(format!("{id}  {began:<15}  {:>8}  {:>7}", units::grouped(of.contents), units::grouped(of.bodies)));
        screen.line(line)?;
    }
    let more = plan.traces.len().saturating_sub(MOST_TRACES);
    if more > 0 {
        let mut line = Line::new();
        line.push(palette::QUIET, format!("and {} more", units::counted(more as u64, "trace")));
        screen.line(line)?;
    }
    Ok(())
}

/// What was erased, and what is left to do.
pub(super) fn done(plan: &Plan, done: &Done, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let erased = done.erased;
    // Short content stands in its event, and is not counted in bytes.
    let bytes = if erased.bytes > 0 { format!(" ({} of content)", units::bytes(erased.bytes)) } else { String::new() };
    let what = format!("erased: {}{bytes}; hashes stay in their place", parts(plan.contents, plan.bodies));
    told(palette::GOOD, screen.glyphs.ok, &what, screen)?;
    unsealed(plan, screen)?;
    headers(plan, screen)?;
    for journal in &done.journals {
        let path = screen.fit(&short_path(&journal.path), 120);
        let why = if journal.is_open {
            "its process may still write to it; it goes when that has ended and everything in it is in the store"
                .to_owned()
        } else if journal.waits_for.is_empty() {
            "it goes with the next sweep".to_owned()
        } else {
            let sinks = screen.fit(&journal.waits_for.join(", "), 200);
            format!(
                "it waits for {sinks}, and goes when that has all of it; what is sent there is sent as it was recorded"
            )
        };
        warned(&format!("{path} still holds it: {why}"), screen)?;
    }
    if !done.is_wiped {
        let what = "the database's files still hold it where nothing reads it: somebody else is at work in them";
        warned(what, screen)?;
        screen.hint("tracewire db vacuum", "takes it away when they have ended")?;
    }
    screen.hint("tracewire verify", "that everything around it still holds")?;
    Ok(())
}

fn unsealed(plan: &Plan, screen: &mut Screen<'_>) -> Result<(), CliError> {
    if plan.unsealed == 0 {
        return Ok(());
    }
    let events = units::counted(plan.unsealed, "event");
    let what = "of processes at work stay: they are not sealed yet";
    warned(&format!("{events} {what}. Run it again when their process flushes or has ended"), screen)
}

fn headers(plan: &Plan, screen: &mut Screen<'_>) -> Result<(), CliError> {
    for (producer, found) in &plan.headers {
        let rules = found.iter().map(|(name, _)| screen.fit(name, 40)).collect::<Vec<_>>().join(", ");
        let producer = screen.fit(producer, 40);
        warned(
            &format!(
                "{producer}: {rules} in the attributes of its process, which every digest covers: it cannot be erased"
            ),
            screen,
        )?;
    }
    Ok(())
}

/// `2 contents and 1 body`.
pub(super) fn parts(contents: u64, bodies: u64) -> String {
    let known = [(contents, "content"), (bodies, "body")].into_iter().filter(|(number, _)| *number > 0);
    let words: Vec<String> = known.map(|(number, one)| counted(number, one)).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(" and ") }
}

fn counted(number: u64, one: &str) -> String {
    match (one, number) {
        ("body", 2..) => format!("{} bodies", units::grouped(number)),
        _ => units::counted(number, one),
    }
}

fn warned(text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    told(palette::WARN, screen.glyphs.warning, text, screen)
}

pub(super) fn told(style: Style, glyph: &str, text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let mut line = Line::new();
    line.push(style, glyph).plain(format!(" {text}"));
    Ok(screen.long_line(&line)?)
}

/// The same for programs. `done` where something was erased.
pub(super) fn document(plan: &Plan, done: Option<&Done>, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let rules = plan.rules.iter().map(|(name, of)| {
        object([
            ("bodies", count(of.bodies)),
            ("contents", count(of.contents)),
            ("findings", count(of.findings)),
            ("rule", name.as_str().into()),
            ("traces", count(of.traces)),
        ])
    });
    let traces = plan.traces.iter().map(|of| {
        object([
            ("bodies", count(of.bodies)),
            ("contents", count(of.contents)),
            ("start", of.start.to_string().into()),
            ("trace_id", of.trace_id.to_string().into()),
        ])
    });
    let headers = plan.headers.iter().map(|(producer, found)| {
        let rules = found.iter().map(|(name, _)| name.into()).collect();
        object([("producer", (&**producer).into()), ("rules", Value::List(rules))])
    });
    let journals = done.iter().flat_map(|done| &done.journals).map(|journal| {
        let waits_for = journal.waits_for.iter().map(|sink| sink.as_str().into()).collect();
        object([
            ("is_open", Value::Bool(journal.is_open)),
            ("path", journal.path.to_string_lossy().into_owned().into()),
            ("producer", journal.producer.as_str().into()),
            ("waits_for", Value::List(waits_for)),
        ])
    });
    let erased = done.map_or(Value::Null, |done| {
        object([
            ("bodies", count(done.erased.bodies)),
            ("bytes", count(done.erased.bytes)),
            ("contents", count(done.erased.contents)),
            ("parts", count(done.erased.events + done.erased.holders)),
        ])
    });
    let document = object([
        ("bodies", count(plan.bodies)),
        ("contents", count(plan.contents)),
        ("erased", erased),
        ("headers", Value::List(headers.collect())),
        ("journals", Value::List(journals.collect())),
        ("looked_at", count(plan.looked_at)),
        ("loose", count(plan.loose)),
        ("rules", Value::List(rules.collect())),
        ("shared", count(plan.shared)),
        ("traces", Value::List(traces.collect())),
        ("unsealed", count(plan.unsealed)),
        ("wiped", done.map_or(Value::Null, |done| Value::Bool(done.is_wiped))),
    ]);
    Ok(screen.bytes(&json::line(&document))?)
}
