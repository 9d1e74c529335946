//! `tracewire verify`: what the recordings prove, and what they do not.

use std::collections::BTreeMap;

use tracewire_insight::process::{Processes, life_word};
use tracewire_store::{ProducerRow, Store, take_stored};
use tracewire_wire::value::Value;
use tracewire_wire::verify::{Finding, ProducerReport, Report, Verifier};

use crate::args::{Global, Verify};
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::json::{self, count, object, or_null};
use crate::source::{Source, short_path};
use crate::term::{Line, Screen, palette, units};

/// Envelopes read at once.
const PAGE: usize = 256;
/// Ledger entries read at once.
const LEDGER_PAGE: usize = 4096;

/// Everything that was found.
struct Outcome {
    report: Report,
    /// Envelopes that do not even read, by producer.
    unreadable: Vec<Finding>,
    /// What is wrong with the ledger of accepted heads.
    ledger: Vec<String>,
    rows: Vec<ProducerRow>,
}

impl Outcome {
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.report.findings.iter().chain(&self.unreadable)
    }

    fn is_sound(&self) -> bool {
        self.findings().next().is_none() && self.ledger.is_empty()
    }
}

/// Checks everything, or one producer.
///
/// # Errors
/// Where there is nothing to check, or the store refuses.
pub fn run(global: &Global, what: &Verify, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open(global, &what.stored)?;
    let mut rows = source.store.producers()?;
    let processes = Processes::new(rows.iter().map(ProducerRow::seen));
    if let Some(name) = &what.producer {
        rows.retain(|row| row.name.starts_with(name.as_str()));
        if rows.is_empty() {
            return Err(CliError::NotFound { what: "producer", id: screen.fit(name, 60) });
        }
    }
    if rows.is_empty() && source.swept.problems.is_empty() {
        return Err(source.empty());
    }
    let outcome = check(&*source.store, rows)?;
    // A file that cannot be read proves nothing, whoever asks.
    let is_sound = outcome.is_sound() && (what.producer.is_some() || source.swept.problems.is_empty());
    if global.json {
        screen.bytes(&json::line(&document(&outcome, &source, is_sound)))?;
    } else {
        show(&outcome, &source, &processes, is_sound, screen)?;
    }
    Ok(if is_sound { EXIT_OK } else { EXIT_PROBLEM })
}

fn check(store: &dyn Store, rows: Vec<ProducerRow>) -> Result<Outcome, CliError> {
    let mut verifier = Verifier::new();
    let mut unreadable = Vec::new();
    for row in &rows {
        let mut after = None;
        loop {
            let page = store.envelopes(&row.name, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some((last.first_seq, last.digest));
            unreadable.extend(page.iter().filter_map(|stored| take_stored(&mut verifier, stored)));
        }
    }
    let ledger = check_ledger(store)?;
    Ok(Outcome { report: verifier.finish(), unreadable, ledger, rows })
}

/// The ledger is a chain: each entry's hash is that of its own line, and names the one before.
fn check_ledger(store: &dyn Store) -> Result<Vec<String>, CliError> {
    let mut wrong = Vec::new();
    let mut before: Option<(u64, tracewire_wire::id::Hash)> = None;
    loop {
        let page = store.ledger(before.map_or(0, |(number, _)| number), LEDGER_PAGE)?;
        if page.is_empty() {
            return Ok(wrong);
        }
        for entry in &page {
            if entry.compute_hash() != entry.hash {
                wrong.push(format!("entry {} does not match its hash", entry.number));
            }
            if entry.prev != before.map(|(_, hash)| hash) {
                wrong.push(format!("entry {} does not follow the one before it", entry.number));
            }
            before = Some((entry.number, entry.hash));
        }
    }
}

fn show(
    outcome: &Outcome,
    source: &Source,
    processes: &Processes,
    is_sound: bool,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let nothing = ProducerReport::default();
    let mut totals = Totals::default();
    for row in &outcome.rows {
        let report = outcome.report.producers.get(&row.name).unwrap_or(&nothing);
        totals.add(report, row);
        let broken: Vec<&Finding> = outcome.findings().filter(|finding| finding.producer == row.name).collect();
        producer(row, report, &broken, processes, screen)?;
    }
    for wrong in &outcome.ledger {
        finding(&format!("ledger of accepted heads: {wrong}"), screen)?;
    }
    for problem in &source.swept.problems {
        let mut line = Line::new();
        line.push(palette::BAD, screen.glyphs.failed).plain(" ").plain(screen.fit(&short_path(&problem.path), 60));
        screen.line(line)?;
        let at = problem.offset.map(|offset| format!(" at offset {offset}")).unwrap_or_default();
        finding(&format!("{} [{}{at}]", screen.fit(&problem.message, 300), problem.code), screen)?;
    }
    for damage in &source.swept.damage {
        let (path, bytes) = (screen.fit(&short_path(&damage.path), 60), units::bytes(damage.bytes));
        let what = if damage.is_torn_end { "torn end" } else { "damage" };
        detail(palette::WARN, &format!("{what} in {path}: {bytes} at offset {} are no record", damage.offset), screen)?;
    }
    screen.gap()?;
    totals.show(outcome, is_sound, screen)
}

fn producer(
    row: &ProducerRow,
    report: &ProducerReport,
    broken: &[&Finding],
    processes: &Processes,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let glyphs = screen.glyphs;
    let is_whole = report.is_continuous && report.missing_events.is_empty() && report.missing_contents.is_empty();
    let (glyph, style, verdict) = if !broken.is_empty() {
        (glyphs.failed, palette::BAD, "broken".to_owned())
    } else if report.envelopes == 0 {
        (glyphs.unknown, palette::QUIET, "nothing sealed yet".to_owned())
    } else if !is_whole {
        (glyphs.abandoned, palette::WARN, "proved in parts".to_owned())
    } else {
        match &report.close {
            Some(reason) => (glyphs.ok, palette::GOOD, format!("proved to its end, {}", screen.fit(reason, 16))),
            None => {
                (glyphs.ok, palette::GOOD, format!("proved so far, end open, {}", life_word(processes.life(&row.name))))
            }
        }
    };
    let mut line = Line::new();
    line.push(style, glyph).plain(" ").plain(screen.fit(&row.name, 40)).plain("  ").push(style, verdict);
    let mut facts = vec![units::counted(report.envelopes, "envelope"), units::counted(report.events, "event")];
    if let Some(service) = processes.of(&row.name).and_then(|process| process.service.as_deref()) {
        facts.push(screen.fit(service, 32));
    }
    for fact in facts {
        line.push(palette::QUIET, glyphs.dot).push(palette::QUIET, fact);
    }
    screen.line(line)?;
    for broken in broken {
        finding(
            &format!("{} [{}, envelope at seq {}]", screen.fit(&broken.message, 300), broken.code, broken.first_seq),
            screen,
        )?;
    }
    let ranges = |ranges: &[(u64, u64)]| {
        let some = ranges
            .iter()
            .take(5)
            .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
        let more = if ranges.len() > 5 { format!(" and {} more", ranges.len() - 5) } else { String::new() };
        format!("{}{more}", some.collect::<Vec<_>>().join(", "))
    };
    if !report.missing_events.is_empty() {
        detail(palette::WARN, &format!("missing: events {}", ranges(&report.missing_events)), screen)?;
    }
    if !report.missing_contents.is_empty() {
        let contents = units::counted(report.missing_contents.len() as u64, "content");
        detail(palette::WARN, &format!("missing: {contents} referred to and not carried"), screen)?;
    }
    for (number, style, what) in [
        (report.erased, palette::QUIET, "erased, proved by hash, not seen"),
        (report.withheld, palette::QUIET, "withheld, proved by hash, not in this copy"),
    ] {
        if number > 0 {
            detail(style, &format!("{} {what}", units::counted(number, "part")), screen)?;
        }
    }
    if report.losses > 0 {
        detail(
            palette::WARN,
            &format!("{}: what could not be kept, or not be read", units::counted(report.losses, "loss event")),
            screen,
        )?;
    }
    if row.pending > 0 {
        detail(
            palette::QUIET,
            &format!("{} not sealed yet, nothing proved of them", units::counted(row.pending, "event")),
            screen,
        )?;
    }
    Ok(())
}

fn finding(text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    detail(palette::BAD, text, screen)
}

fn detail(style: anstyle::Style, text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let mut line = Line::new();
    line.plain("    ").push(style, text);
    Ok(screen.long_line(&line)?)
}

#[derive(Default)]
struct Totals {
    producers: u64,
    envelopes: u64,
    events: u64,
    unseen: u64,
    missing: u64,
    pending: u64,
    open: u64,
}

impl Totals {
    fn add(&mut self, report: &ProducerReport, row: &ProducerRow) {
        self.producers += 1;
        self.envelopes += report.envelopes;
        self.events += report.events;
        self.unseen += report.erased + report.withheld;
        let missing: u64 =
            report.missing_events.iter().map(|(first, last)| last.saturating_sub(*first).saturating_add(1)).sum();
        self.missing += missing + report.missing_contents.len() as u64;
        self.pending += row.pending;
        self.open += u64::from(report.close.is_none());
    }

    fn show(&self, outcome: &Outcome, is_sound: bool, screen: &mut Screen<'_>) -> Result<(), CliError> {
        let mut line = Line::new();
        if is_sound {
            line.push(palette::GOOD, "sound").plain(": digests, numbers, links and content of ");
            line.plain(units::counted(self.events, "event"))
                .plain(" in ")
                .plain(units::counted(self.envelopes, "envelope"));
            line.plain(format!(" of {} hold", units::counted(self.producers, "producer")));
        } else {
            let count = outcome.findings().count() + outcome.ledger.len();
            let what = if count == 0 {
                "files that cannot be read".to_owned()
            } else {
                units::counted(count as u64, "contradiction")
            };
            line.push(palette::BAD, "broken").plain(format!(": {what}, the first places are named above"));
        }
        screen.long_line(&line)?;
        let open = [(self.missing, "missing"), (self.unseen, "erased or withheld"), (self.pending, "not sealed yet")];
        let mut gaps: Vec<String> = open
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", units::grouped(*number)))
            .collect();
        if self.open > 0 {
            gaps.push(if self.open == 1 {
                "the end of 1 producer".to_owned()
            } else {
                format!("the ends of {} producers", self.open)
            });
        }
        let text = if gaps.is_empty() {
            "left out: nothing".to_owned()
        } else {
            format!("left out: {}", gaps.join(screen.glyphs.dot))
        };
        let mut line = Line::new();
        line.push(palette::QUIET, text);
        Ok(screen.long_line(&line)?)
    }
}

fn document(outcome: &Outcome, source: &Source, is_sound: bool) -> Value {
    let mut document = match outcome.report.to_value() {
        Value::Map(map) => map,
        _ => tracewire_wire::value::Map::new(),
    };
    let unreadable = outcome.unreadable.iter().map(|finding| {
        object([
            ("code", finding.code.into()),
            ("first_seq", count(finding.first_seq)),
            ("message", finding.message.as_str().into()),
            ("producer", finding.producer.as_str().into()),
        ])
    });
    if let Some(Value::List(findings)) = document.get_mut("findings") {
        findings.extend(unreadable);
    }
    let pending: BTreeMap<&str, u64> = outcome.rows.iter().map(|row| (row.name.as_str(), row.pending)).collect();
    if let Some(Value::Map(producers)) = document.get_mut("producers") {
        for (name, report) in producers.iter_mut() {
            if let (Value::Map(report), Some(pending)) = (report, pending.get(name)) {
                report.insert("pending_events".to_owned(), count(*pending));
            }
        }
    }
    let files = source.swept.problems.iter().map(|problem| {
        object([
            ("code", problem.code.into()),
            ("message", problem.message.as_str().into()),
            ("offset", or_null(problem.offset.map(count))),
            ("path", problem.path.to_string_lossy().into_owned().into()),
        ])
    });
    let ledger = outcome.ledger.iter().map(|wrong| wrong.as_str().into());
    document.insert("files".to_owned(), Value::List(files.collect()));
    document.insert("ledger_findings".to_owned(), Value::List(ledger.collect()));
    document.insert("sound".to_owned(), Value::Bool(is_sound));
    Value::Map(document)
}
