//! `tracewire tail`: every event of every process, as it is recorded.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;
use std::sync::mpsc;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use tracewire_insight::process::Processes;
use tracewire_store::{Store, StoredEvent};
use tracewire_wire::event::{Event, EventType, Status};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::value::Value;

use crate::args::{Global, Tail};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, object};
use crate::picture::preview;
use crate::source::{self, Source};
use crate::term::{Line, Screen, palette, units, width};

/// How often journals are looked at.
const INTERVAL: Duration = Duration::from_millis(100);
/// Events taken from the store at once.
const PAGE: usize = 1000;
/// Spans remembered for names and depths.
const MOST_SPANS: usize = 200_000;
/// Deeper events are indented no further.
const DEEPEST: usize = 12;

/// Follows until it is interrupted, or the reader of the output goes away.
///
/// # Errors
/// Where the store refuses or the output fails.
pub fn run(global: &Global, what: &Tail, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let (stop, stopped) = mpsc::channel();
    if !what.no_follow {
        // Where the signal cannot be had, Ctrl-C ends the process the hard way, and nothing is lost by that.
        let _ = ctrlc::set_handler(move || _ = stop.send(()));
    }
    let (directory, _) = source::directory(global);
    let mut has_waited = false;
    while let Err(error) = source::must_have_something(&directory) {
        if what.no_follow {
            return Err(error);
        }
        if !has_waited {
            let path = screen.fit(&directory.path().to_string_lossy(), 200);
            let _ = writeln!(std::io::stderr(), "waiting for the first recording in {path} (Ctrl-C ends)");
            has_waited = true;
        }
        if stopped.recv_timeout(INTERVAL) != Err(mpsc::RecvTimeoutError::Timeout) {
            return Ok(EXIT_OK);
        }
    }
    let mut source = Source::open_at(directory)?;
    let last = source.store.last_event()?;
    // What began while one waited is all news.
    let mut at = if what.from_start || has_waited { 0 } else { last.saturating_sub(what.lines as u64) };
    let mut memory = Memory::default();
    loop {
        at = catch_up(&source, at, global.json, &mut memory, screen)?;
        screen.flush()?;
        if what.no_follow || stopped.recv_timeout(INTERVAL) != Err(mpsc::RecvTimeoutError::Timeout) {
            return Ok(EXIT_OK);
        }
        match source.sweep() {
            // Somebody else is writing to the store; what is in the journals waits.
            Err(CliError::Store(error)) if error.is_retryable() => {}
            swept => swept?,
        }
    }
}

fn catch_up(
    source: &Source,
    mut at: u64,
    json: bool,
    memory: &mut Memory,
    screen: &mut Screen<'_>,
) -> Result<u64, CliError> {
    let mut processes = None;
    loop {
        let mut events = source.store.events_after(at, PAGE)?;
        let Some(last) = events.last() else { return Ok(at) };
        at = last.id;
        // They come file by file; people read them by time.
        events.sort_by(|a, b| (a.event.time, &a.producer, a.event.seq).cmp(&(b.event.time, &b.producer, b.event.seq)));
        for stored in &mut events {
            // A content that does not read back is shown as a reference; `verify` says what is wrong with it.
            let _ = source.store.resolve(&mut stored.event);
            if json {
                screen.bytes(&json::line(&document(stored)))?;
                continue;
            }
            if processes.is_none() {
                processes = Some(source.processes()?);
            }
            if let Some(processes) = &processes {
                let line = line(stored, &*source.store, processes, memory, screen)?;
                screen.line(line)?;
            }
        }
    }
}

fn document(stored: &StoredEvent) -> Value {
    object([
        ("event", stored.event.to_value()),
        ("id", json::count(stored.id)),
        ("producer", stored.producer.as_ref().into()),
    ])
}

/// What is remembered of spans, for names and depths; the oldest traces are forgotten first.
#[derive(Default)]
struct Memory {
    traces: BTreeMap<TraceId, BTreeMap<SpanId, Known>>,
    order: VecDeque<TraceId>,
    spans: usize,
    last_trace: Option<TraceId>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    parent: Option<SpanId>,
    kind: Option<String>,
    name: Option<String>,
}

impl Memory {
    /// Learns from an event; of a trace seen first, the spans that the store knows.
    fn learn(&mut self, event: &Event, store: &dyn Store) -> Result<(), CliError> {
        let (Some(trace_id), Some(span_id)) = (event.trace_id, event.span_id) else { return Ok(()) };
        if !self.traces.contains_key(&trace_id) {
            let begins = event.event_type == EventType::SpanStart && event.parent_id.is_none();
            let rows = if begins { Vec::new() } else { store.spans(trace_id)? };
            let spans: BTreeMap<SpanId, Known> = rows
                .into_iter()
                .map(|row| (row.span_id, Known { parent: row.parent_id, kind: row.kind, name: row.name }))
                .collect();
            self.spans += spans.len();
            self.traces.insert(trace_id, spans);
            self.order.push_back(trace_id);
        }
        if let Some(spans) = self.traces.get_mut(&trace_id)
            && matches!(event.event_type, EventType::SpanStart | EventType::Event)
        {
            let name = event.body_field("name").and_then(Value::as_text).map(str::to_owned);
            let known = Known { parent: event.parent_id, kind: event.kind.clone(), name };
            self.spans += usize::from(spans.insert(span_id, known).is_none());
        }
        while self.spans > MOST_SPANS && self.order.len() > 1 {
            let forgotten = self.order.pop_front().and_then(|trace_id| self.traces.remove(&trace_id));
            self.spans -= forgotten.map_or(0, |spans| spans.len());
        }
        Ok(())
    }

    fn known(&self, event: &Event) -> Option<&Known> {
        self.traces.get(&event.trace_id?)?.get(&event.span_id?)
    }

    /// How many parents, as far as they are known; a circle counts as deep.
    fn depth(&self, event: &Event) -> usize {
        let Some(spans) = event.trace_id.and_then(|trace_id| self.traces.get(&trace_id)) else { return 0 };
        let own = event.span_id.and_then(|span_id| spans.get(&span_id));
        // A line or a sample belongs to its span, one deeper.
        let inside = usize::from(matches!(event.event_type, EventType::Log | EventType::Metric | EventType::Feedback));
        let mut depth = inside;
        let mut parent = event.parent_id.or_else(|| own.and_then(|known| known.parent));
        while let Some(span) = parent.and_then(|parent| spans.get(&parent)) {
            depth += 1;
            if depth >= DEEPEST {
                break;
            }
            parent = span.parent;
        }
        depth
    }
}

fn line(
    stored: &StoredEvent,
    store: &dyn Store,
    processes: &Processes,
    memory: &mut Memory,
    screen: &Screen<'_>,
) -> Result<Line, CliError> {
    let event = &stored.event;
    memory.learn(event, store)?;
    let mut line = Line::new();
    line.push(palette::QUIET, units::clock(event.time, &screen.zone)).plain(" ");
    let process = processes.of(&stored.producer);
    let tag = process.map_or_else(|| stored.producer.chars().take(4).collect(), |process| process.tag.clone());
    line.push(tag_style(&tag), screen.fit(&tag, 8)).plain(" ");
    line.plain("  ".repeat(memory.depth(event)));
    let (glyph, style) = sign(event, screen);
    line.push(style, glyph).plain(" ");

    let known = memory.known(event).cloned().unwrap_or_default();
    let kind = event.kind.as_deref().or(known.kind.as_deref());
    let own_name = event.body_field("name").and_then(Value::as_text);
    let is_span = matches!(
        event.event_type,
        EventType::SpanStart | EventType::SpanUpdate | EventType::SpanEvent | EventType::SpanEnd
    );
    if is_span {
        if let Some(kind) = kind {
            line.push(palette::kind(kind), screen.fit(kind, 16)).plain(" ");
        }
        let name = if event.event_type == EventType::SpanStart { own_name } else { known.name.as_deref() };
        let id = || event.span_id.map(|span_id| span_id.to_string()).unwrap_or_default();
        let style = if matches!(event.event_type, EventType::SpanStart | EventType::SpanEnd) {
            Style::new()
        } else {
            palette::QUIET
        };
        line.push(style, name.map_or_else(id, |name| screen.fit(name, 48)));
    }
    for (place, (style, fact)) in facts(event, own_name, screen).into_iter().enumerate() {
        line.plain(if place > 0 || is_span { "  " } else { "" }).push(style, fact);
    }
    if event.trace_id.is_some() && event.trace_id != memory.last_trace {
        let id: String =
            event.trace_id.map(|trace_id| trace_id.to_string().chars().take(8).collect()).unwrap_or_default();
        let label = process.map(|process| format!(" @{}", screen.fit(process.label(), 24))).unwrap_or_default();
        let fact = format!("trace {id}{label}");
        if line.width() + 2 + width(&fact) <= screen.columns {
            line.plain("  ").push(palette::QUIET, fact);
        }
        memory.last_trace = event.trace_id;
    }
    Ok(line)
}

/// Each process keeps one colour.
fn tag_style(tag: &str) -> Style {
    let colors = [AnsiColor::Cyan, AnsiColor::Magenta, AnsiColor::Blue, AnsiColor::Green, AnsiColor::Yellow];
    let sum: usize = tag.bytes().map(usize::from).sum();
    colors.get(sum % colors.len()).map_or(palette::QUIET, |color| color.on_default())
}

fn sign(event: &Event, screen: &Screen<'_>) -> (&'static str, Style) {
    let glyphs = &screen.glyphs;
    match (&event.event_type, &event.status) {
        (EventType::SpanStart, _) => (glyphs.begin, palette::LIVE),
        (EventType::SpanEnd, Some(Status::Error | Status::Timeout)) => (glyphs.failed, palette::BAD),
        (EventType::SpanEnd, Some(Status::Cancelled)) => (glyphs.cancelled, palette::WARN),
        (EventType::SpanEnd, Some(Status::Ok)) => (glyphs.ok, palette::GOOD),
        (EventType::SpanEnd, _) => (glyphs.unset, palette::QUIET),
        (EventType::Event, _) => (glyphs.point, palette::QUIET),
        (EventType::Log, _) => (glyphs.log, palette::QUIET),
        (EventType::Loss, _) => (glyphs.warning, palette::WARN),
        _ => (if glyphs.ascii { "." } else { "·" }, palette::QUIET),
    }
}

/// What is new in an event.
fn facts(event: &Event, own_name: Option<&str>, screen: &Screen<'_>) -> Vec<(Style, String)> {
    let field = |name: &str| event.body_field(name);
    let text = |name: &str| field(name).and_then(Value::as_text);
    let quiet = |text: String| (palette::QUIET, text);
    let show = |name: &str| {
        field(name).filter(|value| **value != Value::Null).map(|value| quiet(screen.fit(&preview(value, 60), 60)))
    };
    let mut facts = Vec::new();
    match &event.event_type {
        EventType::SpanStart => facts.extend(show("input")),
        EventType::SpanUpdate => {
            let names = match &event.body {
                tracewire_wire::event::Body::Present(body) => {
                    body.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
                }
                _ => String::new(),
            };
            facts.push(quiet(format!("update {}", screen.fit(&names, 40))));
        }
        EventType::SpanEvent => {
            if let Some(chunks) = field("chunks").and_then(Value::as_list) {
                facts.push(quiet(units::counted(chunks.len() as u64, "chunk")));
                facts.extend(chunks.last().map(|chunk| quiet(screen.fit(&preview(chunk, 40), 40))));
            } else if let Some(exception) = field("exception") {
                facts.push((palette::BAD, exception_words(exception, screen)));
            } else {
                facts.push(quiet(screen.fit(own_name.unwrap_or("event"), 40)));
                facts.extend(show("data").or_else(|| show("attributes")));
            }
        }
        EventType::SpanEnd => {
            facts.extend(event.duration_nanos.map(|nanos| (Style::new(), screen.duration(nanos))));
            let failure = text("status_message").map(|message| screen.fit(message, 200));
            let failure = failure.or_else(|| field("exception").map(|exception| exception_words(exception, screen)));
            match failure {
                Some(failure) => facts.push((palette::BAD, failure)),
                None => facts.extend(show("output")),
            }
        }
        EventType::Event => {
            facts.push((Style::new(), screen.fit(own_name.or(event.kind.as_deref()).unwrap_or("event"), 48)));
            facts.extend(show("data").or_else(|| show("attributes")));
        }
        EventType::Log => {
            facts.extend(text("level").map(|level| quiet(screen.fit(level, 12))));
            facts.push((Style::new(), screen.fit(text("message").unwrap_or_default(), 400)));
        }
        EventType::Metric => {
            facts.push(quiet(screen.fit(own_name.unwrap_or("metric"), 48)));
            facts.extend(show("value").or_else(|| show("histogram")));
            facts.extend(text("unit").map(|unit| quiet(screen.fit(unit, 16))));
        }
        EventType::Feedback => {
            facts.push((Style::new(), screen.fit(own_name.unwrap_or("feedback"), 48)));
            facts.extend(show("value"));
            facts.extend(text("comment").map(|comment| quiet(screen.fit(comment, 80))));
        }
        EventType::Loss => {
            let count = field("count").and_then(Value::as_int).and_then(|count| u64::try_from(count).ok());
            let bytes = field("bytes").and_then(Value::as_int).and_then(|bytes| u64::try_from(bytes).ok());
            let what = count.map(|count| units::counted(count, "record")).or_else(|| bytes.map(units::bytes));
            let reason = screen.fit(text("reason").unwrap_or("unknown reason"), 40);
            facts.push((palette::WARN, format!("{} lost: {reason}", what.unwrap_or_else(|| "something".to_owned()))));
        }
        EventType::Other(name) => {
            facts.push(quiet(screen.fit(name, 40)));
            facts.extend(own_name.map(|name| quiet(screen.fit(name, 40))));
        }
    }
    facts
}

fn exception_words(exception: &Value, screen: &Screen<'_>) -> String {
    let part = |name: &str| exception.as_map().and_then(|map| map.get(name)).and_then(Value::as_text);
    let words = [part("type"), part("message")].into_iter().flatten().collect::<Vec<_>>().join(": ");
    screen.fit(&words, 200)
}
