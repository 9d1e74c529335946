//! `tracewire sessions`: the conversations that runs belong to.

use tracewire_store::{SessionFilter, SessionRow};
use tracewire_wire::value::Value;

use crate::args::{Global, Sessions};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, count, object};
use crate::source::{Source, shell_word};
use crate::term::{Line, Screen, palette, units, width};

/// Most columns of an id.
const ID_COLUMNS: usize = 36;

/// Lists sessions, the one with the latest step first.
///
/// # Errors
/// Where there is none, or the store refuses.
pub fn run(global: &Global, what: &Sessions, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open(global, &what.stored)?;
    let limit = what.limit.max(1);
    let mut rows =
        source.store.sessions(&SessionFilter { limit: limit.saturating_add(1), ..SessionFilter::default() })?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    if global.json {
        let sessions = rows.iter().map(document).collect();
        screen.bytes(&json::line(&object([("more", more.into()), ("sessions", Value::List(sessions))])))?;
        return Ok(EXIT_OK);
    }
    let Some(first) = rows.first() else { return Err(CliError::NoSessions) };
    let columns = rows.iter().map(|row| width(&screen.fit(&row.session_id, ID_COLUMNS))).max().unwrap_or(0).max(7);
    let mut title = Line::new();
    title.push(palette::QUIET, "session").pad(columns);
    title.push(palette::QUIET, format!("  {:>6}  {:>7}  {:<15}  {:<15}  what", "runs", "steps", "first", "last"));
    screen.line(title)?;
    for row in &rows {
        let mut line = Line::new();
        line.plain(screen.fit(&row.session_id, ID_COLUMNS)).pad(columns);
        line.plain(format!("  {:>6}  {:>7}  ", units::grouped(row.traces), units::grouped(row.spans)));
        line.push(palette::QUIET, units::short_date_time(row.start, &screen.zone)).plain("  ");
        line.plain(units::short_date_time(row.last, &screen.zone)).plain("  ");
        let mut facts = Vec::new();
        if row.errors > 0 {
            facts.push((palette::BAD, format!("{} failed", units::grouped(row.errors))));
        }
        if row.open_spans > 0 {
            facts.push((palette::WARN, format!("{} open", units::grouped(row.open_spans))));
        }
        if row.input_tokens + row.output_tokens > 0 {
            let (input, output) = (units::count(row.input_tokens), units::count(row.output_tokens));
            facts.push((palette::QUIET, format!("{input}{}{output} tokens", screen.glyphs.arrow)));
        }
        if let Some(cost) = units::amounts(&row.cost) {
            facts.push((palette::QUIET, cost));
        }
        for (place, (style, fact)) in facts.into_iter().enumerate() {
            line.push(palette::QUIET, if place > 0 { screen.glyphs.dot } else { "" }).push(style, fact);
        }
        screen.line(line)?;
    }
    screen.gap()?;
    screen.hint(&format!("tracewire trace --session {}", shell_word(&first.session_id)), "its runs as trees")?;
    if more {
        screen.hint(&format!("tracewire sessions -n {}", limit.saturating_mul(5)), "more")?;
    }
    Ok(EXIT_OK)
}

fn document(row: &SessionRow) -> Value {
    object([
        ("cost", json::amounts(&row.cost)),
        ("failed_spans", count(row.errors)),
        ("input_tokens", count(row.input_tokens)),
        ("last", json::time(row.last)),
        ("open_spans", count(row.open_spans)),
        ("output_tokens", count(row.output_tokens)),
        ("runs", count(row.traces)),
        ("session_id", row.session_id.as_str().into()),
        ("spans", count(row.spans)),
        ("start", json::time(row.start)),
    ])
}
