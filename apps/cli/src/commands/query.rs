//! `tracewire query`: steps, events and log lines by what they say, newest first.

use tracewire_insight::ProducerState as Life;
use tracewire_insight::process::Processes;
use tracewire_store::search::Moment;
use tracewire_store::{SearchQuery, SearchRow, search};
use tracewire_wire::value::Value;

use crate::args::{Global, Query};
use crate::error::{CliError, EXIT_OK};
use crate::json;
use crate::picture::preview;
use crate::source::{Source, now, shell_word};
use crate::term::{Line, Screen, palette, units, width};

/// Columns of kind and name, where there is a preview behind them.
const WHAT_COLUMNS: usize = 28;
/// A preview shorter than this says nothing.
const LEAST_PREVIEW: usize = 12;

/// Shows a page of what was found.
///
/// # Errors
/// Where nothing fits, the query cannot be used, or the store refuses.
pub fn run(global: &Global, what: &Query, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open(global, &what.stored)?;
    let query = SearchQuery {
        agent_id: what.agent_id.clone(),
        event_type: what.event_type.clone(),
        kind: what.kind.clone(),
        status: what.status.clone(),
        start_time: what.when.from(now()).map(Moment),
        end_time: what.when.until.map(Moment),
        correlation_id: what.correlation.clone(),
        session_id: what.session.clone(),
        service: what.service.clone(),
        attributes: what.conditions.iter().cloned().collect(),
        text: what.text.clone(),
        limit: Some(what.limit),
        cursor: what.cursor.clone(),
    };
    let page = search(&*source.store, &query)?;
    if global.json {
        screen.bytes(&json::line(&page.to_value()))?;
        return Ok(EXIT_OK);
    }
    if page.rows.is_empty() {
        let id = conditions(what).join(" ");
        return Err(if id.is_empty() {
            source.empty()
        } else {
            CliError::NotFound { what: "query", id: screen.fit(&id, 200) }
        });
    }
    let processes = source.processes()?;
    let mut title = Line::new();
    title.push(palette::QUIET, format!("  {:<15}  {:<8}  {:>9}  what", "when", "trace", "took"));
    screen.line(title)?;
    for row in &page.rows {
        let line = line(row, &processes, screen);
        screen.line(line)?;
    }
    screen.gap()?;
    if let Some(row) = page.rows.iter().find(|row| row.trace_id.is_some()) {
        let id = row.span_id.filter(|_| row.row_type == "span").map(|id| id.to_string());
        let id = id.or_else(|| row.trace_id.map(|id| id.to_string().chars().take(8).collect())).unwrap_or_default();
        screen.hint(&format!("tracewire trace {id}"), "the newest of them, with all that is known of it")?;
    }
    if let Some(cursor) = &page.next {
        let mut words = conditions(what);
        words.insert(0, "tracewire query".to_owned());
        words.push(format!("--cursor {cursor}"));
        screen.hint(&words.join(" "), "older ones")?;
    }
    Ok(EXIT_OK)
}

/// The conditions as they can be typed again.
fn conditions(what: &Query) -> Vec<String> {
    let word = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name} {}", shell_word(value)));
    let time =
        |name: &str, value: Option<tracewire_wire::time::Timestamp>| value.map(|value| format!("{name} {value}"));
    let named = [
        word("--agent-id", &what.agent_id),
        word("--event-type", &what.event_type),
        word("--kind", &what.kind),
        word("--status", &what.status),
        word("--session", &what.session),
        word("--correlation", &what.correlation),
        word("--service", &what.service),
        // An age would mean another moment by the time it is typed again.
        time("--since", what.when.from(now())),
        time("--until", what.when.until),
        word("--text", &what.text),
    ];
    let mut words: Vec<String> = named.into_iter().flatten().collect();
    for (name, value) in &what.conditions {
        let value = match value {
            Value::Text(text) if tracewire_wire::json::read(text.as_bytes(), &Default::default()).is_err() => {
                text.clone()
            }
            value => String::from_utf8(tracewire_wire::json::write(value)).unwrap_or_default(),
        };
        words.push(format!("--where {}", shell_word(&format!("{name}={value}"))));
    }
    words
}

fn line(row: &SearchRow, processes: &Processes, screen: &Screen<'_>) -> Line {
    let glyphs = &screen.glyphs;
    let is_step = row.row_type == "span";
    let (glyph, style) = match (row.row_type.as_str(), row.status.as_deref()) {
        ("log", _) => (glyphs.log, palette::QUIET),
        ("loss", _) => (glyphs.warning, palette::WARN),
        ("span", Some("ok")) => (glyphs.ok, palette::GOOD),
        ("span", Some("error" | "timeout")) => (glyphs.failed, palette::BAD),
        ("span", Some("cancelled")) => (glyphs.cancelled, palette::WARN),
        ("span", None) => match processes.life(&row.producer) {
            Life::Alive => (glyphs.in_flight, palette::LIVE),
            Life::Closed | Life::Dead => (glyphs.abandoned, palette::WARN),
            Life::Unknown => (glyphs.unknown, palette::WARN),
        },
        ("span", _) => (glyphs.unset, palette::QUIET),
        _ => (glyphs.point, palette::QUIET),
    };
    let mut line = Line::new();
    line.push(style, glyph).plain(" ");
    line.push(palette::QUIET, units::short_date_time(row.time, &screen.zone)).plain("  ");
    let trace: String = row.trace_id.map(|id| id.to_string().chars().take(8).collect()).unwrap_or_default();
    line.plain(format!("{trace:<8}")).plain("  ");
    let took = row.duration_nanos.filter(|_| is_step).map(|nanos| screen.duration(nanos)).unwrap_or_default();
    line.plain(" ".repeat(9_usize.saturating_sub(width(&took)))).plain(took).plain("  ");

    let begin = line.width();
    let kind = row.kind.as_deref().or(if is_step { None } else { Some(row.row_type.as_str()) });
    if let Some(kind) = kind {
        line.push(palette::kind(kind), screen.fit(kind, 16)).plain(" ");
    }
    let member = |name: &str| row.body.get(name).filter(|value| **value != Value::Null);
    let text = |name: &str| member(name).and_then(Value::as_text);
    let style =
        if matches!(row.status.as_deref(), Some("error" | "timeout")) { palette::BAD } else { anstyle::Style::new() };
    let said = row.name.as_deref().or_else(|| text("message")).or_else(|| text("reason"));
    let id = || row.span_id.map(|id| id.to_string()).unwrap_or_default();
    line.push(style, said.map_or_else(id, |said| screen.fit(said, if row.row_type == "log" { 400 } else { 48 })));
    if let Some(service) = &row.service {
        line.push(palette::QUIET, format!(" @{}", screen.fit(service, 24)));
    }
    // Previews begin at one column, as far as names let them.
    let room = |line: &Line| screen.columns.saturating_sub(line.width() + 2);
    if room(&line) < LEAST_PREVIEW {
        return line;
    }
    let mut more = Line::new();
    let show = |value: &Value, columns: usize| screen.fit(&preview(value, columns), columns);
    let exception = member("exception").and_then(Value::as_map);
    let exception = ["message", "type"].into_iter().find_map(|name| exception?.get(name)?.as_text());
    if let Some(message) = text("status_message").or(exception) {
        more.push(palette::BAD, screen.fit(message, 200));
    } else {
        let input =
            row.input.as_ref().or_else(|| member("data")).or_else(|| member("value")).or_else(|| member("count"));
        let shown = [input.map(|value| show(value, 40)), row.output.as_ref().map(|value| show(value, 60))];
        match shown {
            [Some(input), Some(output)] => more.push(palette::QUIET, format!("{input}{}{output}", glyphs.arrow)),
            [Some(input), None] => more.push(palette::QUIET, input),
            [None, Some(output)] => more.push(palette::QUIET, format!("{}{output}", glyphs.arrow.trim_start())),
            [None, None] => &mut more,
        };
    }
    if more.width() > 0 {
        line.pad(begin + WHAT_COLUMNS).plain("  ").extend(more);
    }
    line
}
